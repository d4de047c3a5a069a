use async_trait::async_trait;
use domain::{Caller, Result, view::CategoryList};

/// What incidents are about.
#[async_trait]
pub trait Categories: Send + Sync + 'static {
    /// The list by its query string, without `?`. What cannot be read of it is told in `errors`; a page that does not
    /// exist is `NotFound`.
    async fn categories(&self, caller: &Caller, query: &str) -> Result<CategoryList>;
}
