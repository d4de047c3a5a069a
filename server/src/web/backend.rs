//! What pages may ask, answered by the server's operations and reads.

use super::{
    login, next,
    present::{self, Facts, Scene, SlackLinks, Times},
    session,
};
use crate::{
    context::Context,
    incidents::{
        self,
        board::{self, Board, Worst},
        list, query,
        similar::{self, Likeness},
    },
    jobs,
    write::Sent,
};
use app::backend::{Desk, Incidents, Jobs};
use async_trait::async_trait;
use chrono::TimeDelta;
use domain::{
    Caller, Error, IncidentId, JobId, Origin, Result, UpdateId,
    catalog::Catalog,
    incident::{Correction, Declaration, Filter, Limits, RawDeclaration, RawUpdate, Set, Update, promise},
    view::{
        Connection, Dashboard, DeclareForm, Fires, IncidentList, IncidentPage, Login, Look, RecentIncident,
    },
};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// So many entries of a timeline, notes and deliveries are shown; the rest is in the record.
pub(super) const SHOWN: i64 = 500;
/// Of one status so many are shown on the dashboard.
const PER_STATUS: usize = 10;
const YOURS: usize = 10;
/// "Is it one of these?"
const RECENT: i64 = 8;
const RECENT_FOR: TimeDelta = TimeDelta::hours(2);
/// So many characters of what is being typed are compared.
const LIKENESS: usize = 300;
/// A delivery that waits for longer is told on the dashboard.
const LATE_AFTER: TimeDelta = TimeDelta::seconds(30);
/// A key of ours is a uuid; anything much longer was not made here.
const LONGEST_KEY: usize = 100;

/// The server, as the page of one request sees it.
pub struct Web {
    pub(super) ctx: Context,
    /// Header and page show the same one.
    board: OnceCell<Arc<Board>>,
}

impl Web {
    pub fn new(ctx: Context) -> Self {
        Web { ctx, board: OnceCell::new() }
    }

    async fn board(&self, caller: &Caller) -> Result<&Board> {
        let board = self.board.get_or_try_init(|| incidents::board(&self.ctx, caller.viewer())).await?;
        Ok(board.as_ref())
    }

    pub(super) fn scene<'a>(&self, catalog: &'a Catalog) -> Scene<'a> {
        let site = &self.ctx.settings.site;
        let sandbox = site.sandbox_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
        let slack = match (self.ctx.slack(), sandbox) {
            (None, _) => SlackLinks::Off,
            (Some(_), Some(face)) if session::is_sandbox(&self.ctx.settings) => SlackLinks::Sandbox(face),
            (Some(_), _) => SlackLinks::Real,
        };
        Scene { catalog, times: Times { now: self.ctx.now(), zone: site.time_zone }, slack }
    }

    pub(super) fn as_of_now(&self, (incident, around): Worst) -> Facts {
        Facts { incident, around, postmortem: self.ctx.postmortem(), past_until: None, seen: None }
    }

    /// Vendors that are set up, as far as this caller may know.
    async fn connections(&self, caller: &Caller) -> Result<Vec<Connection>> {
        if self.ctx.slack().is_none() {
            return Ok(vec![]);
        }
        let unsent = self.board(caller).await?.unsent(&self.ctx.db, "slack").await?;
        let late = unsent.late(self.ctx.now() - LATE_AFTER);
        Ok(vec![present::connection("Slack", late, unsent.refused)])
    }

    /// What declaring sets in motion, one sentence each.
    fn then(&self) -> Vec<String> {
        let channel = match self.ctx.slack() {
            Some(_) => {
                "P1 to P3: a Slack channel is made, and you are invited. In production it is announced too."
            }
            None => "No Slack channel: Slack is not connected.",
        };
        vec!["You lead it until somebody takes over.".into(), channel.into()]
    }
}

#[async_trait]
impl Desk for Web {
    async fn fires(&self, caller: &Caller) -> Result<Fires> {
        let (worst, count) = self.board(caller).await?.fires();
        let catalog = self.ctx.catalog().await?;
        Ok(present::fires(&self.scene(&catalog), worst, count))
    }

    async fn dashboard(&self, caller: &Caller) -> Result<Dashboard> {
        let db = &self.ctx.db;
        let catalog = self.ctx.catalog().await?;
        let scene = self.scene(&catalog);
        let lead =
            catalog.role_type_by_slug("commander").or_else(|| catalog.role_types.iter().find(|r| r.required));
        let lead = lead.map(|role| role.id);
        let board = self.board(caller).await?;
        let (active, yours) = board.active(db, lead, caller.user_id(), PER_STATUS, YOURS).await?;
        let fire = board.worst(db, SHOWN).await?.map(|worst| self.as_of_now(worst));
        let last_p1 = if fire.is_none() { board::last_p1(db, caller.viewer()).await? } else { None };
        let connections = self.connections(caller).await?;
        let burning = board.fires().1;
        Ok(present::dashboard(&scene, &active, &yours, burning, fire.as_ref(), last_p1, connections))
    }

    async fn login(&self, asked: &str) -> Result<Login> {
        let next = next::safe(asked);
        Ok(Login {
            next: next.to_owned(),
            next_label: next::label(next),
            sso_url: None,
            people: login::people(&self.ctx).await?,
        })
    }

    fn submission(&self) -> String {
        self.ctx.new_id().to_string()
    }
}

impl Web {
    /// A time on the clock of the installation as a moment; what is no time is refused with the rest of the form.
    fn by_our_clock(&self, asked: RawUpdate) -> RawUpdate {
        let zone = &self.ctx.settings.site.time_zone;
        let read = |text: String| match promise::on_the_clock(&text, self.ctx.now(), zone) {
            Some(moment) => moment.to_rfc3339(),
            None => text,
        };
        RawUpdate { next_update_at: asked.next_update_at.map(read), ..asked }
    }
}

#[async_trait]
impl Incidents for Web {
    async fn incidents(&self, caller: &Caller, asked: &str) -> Result<IncidentList> {
        let catalog = self.ctx.catalog().await?;
        let scene = self.scene(&catalog);
        let filter = Filter::parse(asked, scene.times.now, &scene.times.zone);
        let found = match &filter {
            Ok(filter) => Ok((filter, list::list(&self.ctx, caller.viewer(), filter).await?)),
            Err(errors) => Err(errors.clone()),
        };
        Ok(present::list(&scene, asked, found, caller.user_id()))
    }

    async fn incident_page(
        &self,
        caller: &Caller,
        id: IncidentId,
        at: &str,
        since: Option<Look>,
    ) -> Result<IncidentPage> {
        self.page_at(caller, id, at, since).await
    }

    async fn declare_form(&self, caller: &Caller) -> Result<DeclareForm> {
        let catalog = self.ctx.catalog().await?;
        Ok(DeclareForm {
            then: self.then(),
            connections: self.connections(caller).await?,
            ..DeclareForm::offer(&catalog, self.submission())
        })
    }

    async fn similar(&self, caller: &Caller, words: &str, category: &str) -> Result<Vec<RecentIncident>> {
        let catalog = self.ctx.catalog().await?;
        let scene = self.scene(&catalog);
        let since = scene.times.now - RECENT_FOR;
        let like =
            Likeness { words: words.chars().take(LIKENESS).collect(), category: category.parse().ok() };
        let briefs = similar::similar(&self.ctx.db, caller.viewer(), &like, since, RECENT).await?;
        Ok(present::recent(&scene, briefs))
    }

    async fn declare(&self, caller: &Caller, asked: RawDeclaration, submission: &str) -> Result<IncidentId> {
        let catalog = self.ctx.catalog().await?;
        let declaration = Declaration::parse(&asked, &catalog, Limits::Form)?;
        let sent = sent(submission, &asked)?;
        let declared = incidents::declare(&self.ctx, caller, &declaration, None, Some(&sent)).await?;
        Ok(declared.incident)
    }

    async fn update(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: RawUpdate,
        submission: &str,
    ) -> Result<()> {
        let catalog = self.ctx.catalog().await?;
        let sent = sent(submission, &(id, &asked))?;
        let update = Update::parse(&self.by_our_clock(asked), &catalog, Limits::Form)?;
        incidents::update(&self.ctx, caller, id, &update, Some(&sent)).await?;
        Ok(())
    }

    async fn reopen(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: RawUpdate,
        submission: &str,
    ) -> Result<()> {
        let catalog = self.ctx.catalog().await?;
        let update = Update { reopen_closed: true, ..Update::parse(&asked, &catalog, Limits::Form)? };
        let sent = sent(submission, &(id, "reopen", &asked))?;
        incidents::update(&self.ctx, caller, id, &update, Some(&sent)).await?;
        Ok(())
    }

    async fn correct(
        &self,
        caller: &Caller,
        id: IncidentId,
        entry: UpdateId,
        message: Set<String>,
        submission: &str,
    ) -> Result<()> {
        let sent = sent(submission, &(id, entry, &message))?;
        let correction = Correction::parse(&message, Limits::Form)?;
        incidents::correct(&self.ctx, caller, id, entry, &correction, Some(&sent)).await?;
        Ok(())
    }

    async fn mistake(&self, caller: &Caller, id: IncidentId, submission: &str) -> Result<()> {
        let sent = sent(submission, &(id, "mistake"))?;
        incidents::mistake(&self.ctx, caller, id, &sent).await?;
        Ok(())
    }
}

#[async_trait]
impl Jobs for Web {
    async fn retry(&self, caller: &Caller, incident: IncidentId, job: JobId) -> Result<()> {
        query::get(&self.ctx.db, caller.viewer(), incident).await?;
        jobs::retry(&self.ctx, caller, job).await
    }
}

/// The form's key. A form without one was not made by us.
pub(super) fn sent(submission: &str, asked: &impl serde::Serialize) -> Result<Sent> {
    if submission.is_empty() || submission.len() > LONGEST_KEY {
        let words = "This form could not be read. Load the page again";
        return Err(Error::field("form", domain::FieldCode::Invalid, words));
    }
    Ok(Sent::new(Origin::Web, submission, asked))
}
