//! What a page loads runs in tasks of its own. They belong to the request: what breaks in them is logged and shown under
//! its reference, and they know what it was told of the reference data.

use crate::{failure, told};
use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};
use tracing::Instrument;

/// From now on, for the whole process; to be called before the framework chooses for itself.
pub fn belong_to_requests() {
    // Said again by every router that a test builds: the first one counts.
    let _again = Executor::init_custom_executor(Belonging);
}

struct Belonging;

impl CustomExecutor for Belonging {
    fn spawn(&self, work: PinnedFuture<()>) {
        tokio::spawn(failure::inherit(told::inherit(work)).in_current_span());
    }

    fn spawn_local(&self, work: PinnedLocalFuture<()>) {
        tokio::task::spawn_local(failure::inherit(told::inherit(work)).in_current_span());
    }

    fn poll_local(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    // What a page loads and fails to load is told under the reference of the request.
    #[tokio::test]
    async fn a_task_inherits_the_reference_of_its_request() {
        belong_to_requests();
        let (told, heard) = tokio::sync::oneshot::channel();
        let spawns = async { Executor::spawn(async { drop(told.send(failure::reference())) }) };
        failure::under("R7".into(), spawns).await;
        assert_eq!(heard.await, Ok(Some("R7".into())));
    }
}
