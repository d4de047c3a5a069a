use async_trait::async_trait;
use domain::{
    Caller, IncidentId, Result, UpdateId,
    incident::{RawDeclaration, RawUpdate, Set},
    view::{DeclareForm, IncidentList, IncidentPage, Look, RecentIncident},
};

/// Incidents: read, declared, updated. What the caller may not see is `NotFound`.
#[async_trait]
pub trait Incidents: Send + Sync + 'static {
    /// The list by its query string, without `?`. What cannot be read of it is told in `errors`, not as `Err`.
    async fn incidents(&self, caller: &Caller, query: &str) -> Result<IncidentList>;

    /// The page as it is, or as it was at the moment that `at` says; empty: now. What is new is told since the caller
    /// looked last, or since `since`.
    async fn incident_page(
        &self,
        caller: &Caller,
        id: IncidentId,
        at: &str,
        since: Option<Look>,
    ) -> Result<IncidentPage>;

    async fn declare_form(&self, caller: &Caller) -> Result<DeclareForm>;

    /// "Is it one of these?": active and recent ones that share a word or the category; all while both are empty.
    async fn similar(&self, caller: &Caller, words: &str, category: &str) -> Result<Vec<RecentIncident>>;

    /// Declares once per submission.
    async fn declare(&self, caller: &Caller, asked: RawDeclaration, submission: &str) -> Result<IncidentId>;

    /// Posts an update once per submission.
    async fn update(&self, caller: &Caller, id: IncidentId, asked: RawUpdate, submission: &str)
    -> Result<()>;

    /// Brings a closed one back, for administrators.
    async fn reopen(&self, caller: &Caller, id: IncidentId, asked: RawUpdate, submission: &str)
    -> Result<()>;

    /// Gives an entry of the timeline other words, once per submission.
    async fn correct(
        &self,
        caller: &Caller,
        id: IncidentId,
        entry: UpdateId,
        message: Set<String>,
        submission: &str,
    ) -> Result<()>;

    /// Takes a declaration back within a minute.
    async fn mistake(&self, caller: &Caller, id: IncidentId, submission: &str) -> Result<()>;
}
