//! The forms beside an incident, answered by operations and reads: key events, people, impacts,
//! costs, tags.

use super::{
    backend::{Web, sent},
    present::{self, editors as shown},
};
use crate::{
    incidents::{self, costs, members, query},
    users::directory,
};
use app::backend::{Editors, Fields};
use async_trait::async_trait;
use domain::{
    Caller, CostId, Error, IncidentId, Result,
    incident::{
        Cost, CostChange, Handover, KeyEvents, RawCost, RawCostChange, Set, parse_impacts, parse_tags,
    },
    view::{CostsForm, ImpactsForm, KeyEventsForm, PeopleForm, Subject, TagsForm},
};

/// So many people are offered; more than any office that shares one desk.
const PEOPLE: u16 = 2_000;

impl Web {
    /// The incident, if it may be seen, and a key for a form about it.
    async fn about(&self, caller: &Caller, id: IncidentId) -> Result<(query::Incident, Subject)> {
        let incident = query::get(&self.ctx.db, caller.viewer(), id).await?;
        let about = Subject { id, title: incident.title.clone(), submission: self.ctx.new_id().to_string() };
        Ok((incident, about))
    }
}

#[async_trait]
impl Editors for Web {
    async fn key_events_form(&self, caller: &Caller, id: IncidentId) -> Result<KeyEventsForm> {
        let (_, about) = self.about(caller, id).await?;
        let milestones = query::milestones(&self.ctx.db, id).await?;
        let catalog = self.ctx.catalog().await?;
        Ok(shown::key_events(&self.scene(&catalog), about, &milestones))
    }

    async fn set_key_events(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: Fields,
        submission: &str,
    ) -> Result<()> {
        let catalog = self.ctx.catalog().await?;
        let events = KeyEvents::parse(&asked, &catalog, &self.ctx.settings.site.time_zone)?;
        let sent = sent(submission, &(id, &asked))?;
        incidents::key_events(&self.ctx, caller, id, &events, Some(&sent)).await?;
        Ok(())
    }

    async fn people_form(&self, caller: &Caller, id: IncidentId) -> Result<PeopleForm> {
        let (incident, about) = self.about(caller, id).await?;
        let db = &self.ctx.db;
        let catalog = self.ctx.catalog().await?;
        let everybody = directory::search(db, "", PEOPLE).await?;
        let holders = query::holders(db, id).await?;
        let on_it = query::people(db, id).await?;
        let member = match caller.user_id() {
            Some(me) => members::is_member(db, id, me).await?,
            None => false,
        };
        let scene = self.scene(&catalog);
        Ok(shown::people(&scene, about, &incident, &everybody, &holders, &on_it, member))
    }

    async fn set_roles(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: Fields,
        note: &str,
        submission: &str,
    ) -> Result<()> {
        let roles = Handover::parse(&asked, note, self.ctx.catalog().await?.as_ref())?;
        let sent = sent(submission, &(id, &asked, note))?;
        incidents::roles(&self.ctx, caller, id, &roles, Some(&sent)).await?;
        Ok(())
    }

    async fn join(&self, caller: &Caller, id: IncidentId) -> Result<()> {
        members::add_me(&self.ctx, caller, id).await
    }

    async fn leave(&self, caller: &Caller, id: IncidentId) -> Result<bool> {
        members::remove_me(&self.ctx, caller, id).await?;
        match query::get(&self.ctx.db, caller.viewer(), id).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn impacts_form(&self, caller: &Caller, id: IncidentId) -> Result<ImpactsForm> {
        let (incident, about) = self.about(caller, id).await?;
        let assessed = query::impacts(&self.ctx.db, id).await?;
        let catalog = self.ctx.catalog().await?;
        Ok(shown::impacts(&self.scene(&catalog), about, &incident, &assessed))
    }

    async fn set_impacts(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: Fields,
        submission: &str,
    ) -> Result<()> {
        let impacts = parse_impacts(&asked, self.ctx.catalog().await?.as_ref())?;
        let sent = sent(submission, &(id, &asked))?;
        incidents::impacts(&self.ctx, caller, id, &impacts, Some(&sent)).await?;
        Ok(())
    }

    async fn costs_form(&self, caller: &Caller, id: IncidentId) -> Result<CostsForm> {
        let (_, about) = self.about(caller, id).await?;
        let lines = costs::of(&self.ctx.db, id).await?;
        let catalog = self.ctx.catalog().await?;
        Ok(shown::costs(&catalog, about, &lines))
    }

    async fn add_cost(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: RawCost,
        submission: &str,
    ) -> Result<()> {
        let cost = Cost::parse(&asked, self.ctx.catalog().await?.as_ref())?;
        let sent = sent(submission, &(id, &asked))?;
        costs::add(&self.ctx, caller, id, &cost, Some(&sent)).await?;
        Ok(())
    }

    async fn change_cost(
        &self,
        caller: &Caller,
        id: IncidentId,
        line: CostId,
        asked: RawCostChange,
        submission: &str,
    ) -> Result<()> {
        let change = CostChange::parse(&asked, self.ctx.catalog().await?.as_ref())?;
        let sent = sent(submission, &(id, line, &asked))?;
        costs::change(&self.ctx, caller, id, line, &change, Some(&sent)).await?;
        Ok(())
    }

    async fn remove_cost(&self, caller: &Caller, id: IncidentId, line: CostId) -> Result<()> {
        costs::remove(&self.ctx, caller, id, line, None).await
    }

    async fn tags_form(&self, caller: &Caller, id: IncidentId) -> Result<TagsForm> {
        let (_, about) = self.about(caller, id).await?;
        let tags = incidents::tags_of(&self.ctx.db, id).await?;
        Ok(TagsForm { about, tags: present::tag_names(&tags) })
    }

    async fn set_tags(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: Set<String>,
        submission: &str,
    ) -> Result<()> {
        let tags = parse_tags(&asked)?;
        let sent = sent(submission, &(id, &asked))?;
        incidents::tags(&self.ctx, caller, id, &tags, Some(&sent)).await
    }
}
