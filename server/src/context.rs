//! What every room works with: database, clock, settings, reference data, vendors. Cheap to clone.

use crate::{
    catalog,
    incidents::{Asking, Boards},
    live,
    looks::Marks,
    settings::Settings,
    slack::client::Client as SlackClient,
};
use domain::{Result, Timestamp, catalog::Catalog, incident::Postmortem};
use sqlx::PgPool;
use std::{
    ops::Deref,
    sync::{Arc, atomic::AtomicBool},
};
use tokio::sync::Notify;
use uuid::Uuid;

pub use crate::clock::Clock;

#[derive(Clone)]
pub struct Context(Arc<Inner>);

pub struct Inner {
    pub db: PgPool,
    pub clock: Clock,
    pub settings: Arc<Settings>,
    /// Wakes the worker of this process when jobs were committed.
    pub wake: Notify,
    /// A NOTIFY to other servers is on its way.
    pub(crate) announcing: AtomicBool,
    /// What open pages are told.
    pub live: live::Hub,
    /// What burns and what is active, as it was read last.
    pub(crate) boards: Boards,
    /// What lists were asked before.
    pub(crate) asking: Asking,
    /// Who looked at what, until it is written down.
    pub(crate) looks: Marks,
    catalog: catalog::Cache,
    slack: Option<SlackClient>,
}

impl Deref for Context {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Context {
    pub fn new(db: PgPool, clock: Clock, settings: Arc<Settings>, slack: Option<SlackClient>) -> Self {
        Context(Arc::new(Inner {
            db,
            clock,
            settings,
            wake: Notify::new(),
            announcing: AtomicBool::new(false),
            live: live::Hub::default(),
            boards: Boards::default(),
            asking: Asking::default(),
            looks: Marks::default(),
            catalog: catalog::Cache::default(),
            slack,
        }))
    }

    /// Product time: all that a person or a rule sees. Tests and the sandbox move it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id for a row that people and vendors may see.
    pub fn new_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    /// Slack, when it is set up.
    pub fn slack(&self) -> Option<&SlackClient> {
        self.slack.as_ref()
    }

    /// Which post-mortem backends are enabled. None yet: they come with their integrations.
    pub fn postmortem(&self) -> Postmortem {
        Postmortem::default()
    }

    /// Environments, priorities, categories and all other reference data, as of now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn catalog(&self) -> Result<Arc<Catalog>> {
        self.catalog.read(&self.db).await
    }

    /// The reference data, and when its rows were made and changed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn catalog_with_times(&self) -> Result<(Arc<Catalog>, Arc<catalog::Times>)> {
        self.catalog.read_with_times(&self.db).await
    }
}
