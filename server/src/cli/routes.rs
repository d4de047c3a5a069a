//! Every way in: what a list of who may do what must have a line for.

use crate::{api, http, slack, web};
use anyhow::Result;
use std::collections::BTreeSet;

/// One line each, sorted: `page /incident/`, `form POST /fn/incident/update`, `api GET /api/v2/…`, `command update`,
/// `view incident_open`, `button update_incident`, `shortcut …`.
///
/// # Errors
/// When the document of the REST API cannot be written.
pub fn all() -> Result<BTreeSet<String>> {
    let mut lines = BTreeSet::new();
    lines.extend(web::pages().into_iter().map(|path| format!("page {path}")));
    lines.extend(web::forms().into_iter().map(|(method, path)| format!("form {method} {path}")));
    lines.extend(api::paths()?.into_iter().map(|(method, path)| format!("api {method} {path}")));
    lines.extend(
        http::PATHS
            .iter()
            .chain(web::login::PATHS)
            .chain(&[web::live::PATH])
            .map(|path| format!("other {path}")),
    );
    lines.insert(format!("other POST {}", slack::routes::PATH));
    lines.extend(slack::commands::Verb::ALL.iter().map(|verb| format!("command {}", verb.keyword())));
    lines.extend(slack::ids::Callback::ALL.iter().map(|id| format!("view {}", id.as_str())));
    lines.extend(slack::ids::Action::ALL.iter().map(|id| format!("button {}", id.as_str())));
    lines.extend(slack::ids::Shortcut::ALL.iter().map(|id| format!("shortcut {}", id.as_str())));
    Ok(lines)
}
