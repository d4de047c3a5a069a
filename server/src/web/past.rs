//! The page of an incident, now and as it was.

use super::{
    backend::{SHOWN, Web},
    present::{self, Facts, Scene, Seen, past},
};
use crate::{
    history::{self, Stored},
    incidents::{self, Whole, past::as_it_was, query},
    looks::{self, Last},
    users::directory,
};
use app::backend::Desk as _;
use domain::{
    Caller, IncidentId, Result, Timestamp,
    past::New,
    view::{IncidentPage, Look, Since},
};
use std::collections::HashMap;

impl Web {
    /// The page of the moment that the address asks for; without one, or when it cannot be shown, that of now.
    /// `since`: what is new is told since this look, not since the last one.
    pub(super) async fn page_at(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: &str,
        since: Option<Look>,
    ) -> Result<IncidentPage> {
        if asked.trim().is_empty() {
            return self.page_now(caller, id, String::new(), since).await;
        }
        let today = query::get(&self.ctx.db, caller.viewer(), id).await?;
        let catalog = self.ctx.catalog().await?;
        let scene = self.scene(&catalog);
        let at = match past::moment(&scene, &today, asked) {
            Ok(at) => at,
            Err(problem) => return self.page_now(caller, id, problem, since).await,
        };
        let Some((facts, earlier, later)) =
            self.facts_then(caller, id, at, past::end(&scene, &today)).await?
        else {
            let problem = "Nothing is recorded of it up to then. This is now.";
            return self.page_now(caller, id, problem.into(), since).await;
        };
        let mut then = scene.clone();
        then.times.now = at;
        let mut page = present::page(&then, &facts, String::new());
        page.past = past::from_then(&scene, at, earlier, later);
        Ok(page)
    }

    async fn page_now(
        &self,
        caller: &Caller,
        id: IncidentId,
        problem: String,
        since: Option<Look>,
    ) -> Result<IncidentPage> {
        let Whole { incident, around, head, looked } =
            incidents::whole(&self.ctx.db, caller.viewer(), id, SHOWN).await?;
        let mut facts = self.as_of_now((incident.into(), around.into()));
        let looked = caller.user_id().and_then(|user| looks::last(&self.ctx, user, id, looked));
        let last = match since {
            Some(look) => last_look(look),
            None => looked,
        };
        facts.seen = last.map(|last| Seen { by: caller.user_id(), at: last.at });
        let catalog = self.ctx.catalog().await?;
        let scene = self.scene(&catalog);
        let page = present::page(&scene, &facts, self.submission());
        let mut page = present::for_caller(page, &scene, &facts, caller, self.submission());
        page.past = past::from_now(&scene, problem);
        if let Some(last) = last {
            page.since = self.news(&scene, caller, id, last, head.unwrap_or(i64::MAX)).await?;
        }
        if let (Some(user), Some(head)) = (caller.user_id(), head) {
            looks::note(&self.ctx, user, id, looked, head);
        }
        Ok(page)
    }

    /// What others did since, up to record `head`. Asked behind the fence.
    async fn news(
        &self,
        scene: &Scene<'_>,
        caller: &Caller,
        id: IncidentId,
        last: Last,
        head: i64,
    ) -> Result<Since> {
        if head <= last.seq {
            return Ok(present::since(scene, last, &[], &HashMap::new()));
        }
        let stored = history::read(&self.ctx.db, &format!("incident {id}"), last.seq, None).await?;
        let records = stored.iter().map(Stored::record).collect::<Result<Vec<_>>>()?;
        let news = domain::past::since(&records, caller.user_id());
        let named = news.iter().flat_map(|(new, _)| match new {
            New::Joined(people) | New::Left(people) => people.clone(),
            New::Role { to, .. } => to.iter().copied().collect(),
            _ => vec![],
        });
        let people = directory::by_ids(&self.ctx.db, &named.collect::<Vec<_>>()).await?;
        let names = people.into_iter().map(|person| (person.id, person.full_name)).collect();
        Ok(present::since(scene, last, &news, &names))
    }

    /// Everything about it as it was, and the moments before and after.
    async fn facts_then(
        &self,
        caller: &Caller,
        id: IncidentId,
        at: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Facts, Option<Timestamp>, Option<Timestamp>)>> {
        let catalog = self.ctx.catalog().await?;
        let then = as_it_was(&self.ctx.db, caller.viewer(), id, at, &catalog, SHOWN).await?;
        Ok(then.map(|then| {
            let facts = Facts {
                incident: then.incident.into(),
                around: then.around.into(),
                postmortem: self.ctx.postmortem(),
                past_until: Some(until),
                seen: None,
            };
            (facts, then.earlier, then.later)
        }))
    }
}

/// A look as the open page gives it back. One that is no moment was not made here.
fn last_look(look: Look) -> Option<Last> {
    if look == Look::default() {
        return None;
    }
    Some(Last { seq: look.seq, at: Timestamp::from_timestamp_micros(look.at)? })
}
