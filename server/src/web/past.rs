//! The page of an incident, now and as it was.

use super::{
    backend::{SHOWN, Web},
    present::{self, Facts, past},
};
use crate::incidents::{past::as_it_was, query};
use app::backend::Desk as _;
use domain::{Caller, IncidentId, Result, Timestamp, view::IncidentPage};

impl Web {
    /// The page of the moment that the address asks for; without one, or when it cannot be shown, that of now.
    pub(super) async fn page_at(&self, caller: &Caller, id: IncidentId, asked: &str) -> Result<IncidentPage> {
        if asked.trim().is_empty() {
            return self.page_now(caller, id, String::new()).await;
        }
        let today = query::get(&self.ctx.db, caller.viewer(), id).await?;
        let catalog = self.ctx.catalog().await?;
        let scene = self.scene(&catalog);
        let at = match past::moment(&scene, &today, asked) {
            Ok(at) => at,
            Err(problem) => return self.page_now(caller, id, problem).await,
        };
        let Some((facts, earlier, later)) =
            self.facts_then(caller, id, at, past::end(&scene, &today)).await?
        else {
            let problem = "Nothing is recorded of it up to then. This is now.";
            return self.page_now(caller, id, problem.into()).await;
        };
        let mut then = scene.clone();
        then.times.now = at;
        let mut page = present::page(&then, &facts, String::new());
        page.past = past::from_then(&scene, at, earlier, later);
        Ok(page)
    }

    async fn page_now(&self, caller: &Caller, id: IncidentId, problem: String) -> Result<IncidentPage> {
        let facts = self.facts(caller, id).await?;
        let catalog = self.ctx.catalog().await?;
        let scene = self.scene(&catalog);
        let page = present::page(&scene, &facts, self.submission());
        let mut page = present::for_caller(page, &scene, &facts, caller, self.submission());
        page.past = past::from_now(&scene, problem);
        Ok(page)
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
                incident: then.incident,
                around: then.around,
                postmortem: self.ctx.postmortem(),
                past_until: Some(until),
            };
            (facts, then.earlier, then.later)
        }))
    }
}
