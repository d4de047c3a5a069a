//! The list of categories, answered by reads.

use super::{backend::Web, present::categories as shown};
use crate::incidents::categories::{failures, matching};
use app::backend::Categories;
use async_trait::async_trait;
use domain::{Caller, Error, Result, category, view::CategoryList};
use std::collections::HashMap;

#[async_trait]
impl Categories for Web {
    async fn categories(&self, caller: &Caller, query: &str) -> Result<CategoryList> {
        let catalog = self.ctx.catalog().await?;
        let scene = self.scene(&catalog);
        let asked = match category::Categories::parse(query, scene.times.now, &scene.times.zone) {
            Ok(asked) => asked,
            Err(errors) => return Ok(shown::refused(&scene, query, errors)),
        };
        let matching = match &asked.search {
            Some(words) => Some(matching(&self.ctx.db, words).await?),
            None => None,
        };
        let failures = match &asked.period {
            Some(period) => failures(&self.ctx, caller.viewer(), period.value).await?,
            None => HashMap::new(),
        };
        shown::list(&scene, &asked, &shown::Found { matching, failures }).ok_or(Error::NotFound)
    }
}
