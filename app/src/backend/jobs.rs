use async_trait::async_trait;
use domain::{Caller, IncidentId, JobId, Result};

/// Deliveries, as far as a person can do something about them.
#[async_trait]
pub trait Jobs: Send + Sync + 'static {
    /// Tries a parked delivery of this incident again.
    async fn retry(&self, caller: &Caller, incident: IncidentId, job: JobId) -> Result<()>;
}
