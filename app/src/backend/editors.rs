use async_trait::async_trait;
use domain::{
    Caller, CostId, IncidentId, Result,
    incident::{RawCost, RawCostChange, Set},
    view::{CostsForm, ImpactsForm, KeyEventsForm, PeopleForm, TagsForm},
};
use std::collections::BTreeMap;

/// Fields that are data: name of the field → what was seen and what is asked.
pub type Fields = BTreeMap<String, Set<String>>;

/// What stands beside an incident: key events, people, impacts, costs, tags. What the caller may not see is `NotFound`.
#[async_trait]
pub trait Editors: Send + Sync + 'static {
    async fn key_events_form(&self, caller: &Caller, id: IncidentId) -> Result<KeyEventsForm>;

    /// Dates key events once per submission.
    async fn set_key_events(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: Fields,
        submission: &str,
    ) -> Result<()>;

    async fn people_form(&self, caller: &Caller, id: IncidentId) -> Result<PeopleForm>;

    /// Changes roles once per submission, with a note for whoever takes over; it may be empty.
    async fn set_roles(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: Fields,
        note: &str,
        submission: &str,
    ) -> Result<()>;

    /// The caller is on it.
    async fn join(&self, caller: &Caller, id: IncidentId) -> Result<()>;

    /// The caller is not on it any more. Whether it can still be seen is the answer.
    async fn leave(&self, caller: &Caller, id: IncidentId) -> Result<bool>;

    async fn impacts_form(&self, caller: &Caller, id: IncidentId) -> Result<ImpactsForm>;

    /// Assesses the impact once per submission.
    async fn set_impacts(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: Fields,
        submission: &str,
    ) -> Result<()>;

    async fn costs_form(&self, caller: &Caller, id: IncidentId) -> Result<CostsForm>;

    /// Adds a cost line once per submission.
    async fn add_cost(&self, caller: &Caller, id: IncidentId, asked: RawCost, submission: &str)
    -> Result<()>;

    /// Changes a cost line once per submission.
    async fn change_cost(
        &self,
        caller: &Caller,
        id: IncidentId,
        line: CostId,
        asked: RawCostChange,
        submission: &str,
    ) -> Result<()>;

    async fn remove_cost(&self, caller: &Caller, id: IncidentId, line: CostId) -> Result<()>;

    async fn tags_form(&self, caller: &Caller, id: IncidentId) -> Result<TagsForm>;

    /// Sets tags once per submission.
    async fn set_tags(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: Set<String>,
        submission: &str,
    ) -> Result<()>;
}
