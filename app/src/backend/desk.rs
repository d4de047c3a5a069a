use async_trait::async_trait;
use domain::{
    Caller, Result,
    view::{Dashboard, Fires, Login},
};

/// What stands around the pages.
#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// P1 and P2 whose impact lasts, of those the caller may see.
    async fn fires(&self, caller: &Caller) -> Result<Fires>;

    /// What is active.
    async fn dashboard(&self, caller: &Caller) -> Result<Dashboard>;

    /// The page to sign in, on the way to `next` (path and query as asked; checked to be of this site).
    async fn login(&self, next: &str) -> Result<Login>;

    /// A new key for a form that is to count once.
    fn submission(&self) -> String;
}
