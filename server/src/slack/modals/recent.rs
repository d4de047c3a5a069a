//! "Is it one of these?": critical incidents of the last hour (spec 10 §9.4).

use super::{Asker, Trouble};
use crate::{
    incidents::query::{self, Brief},
    slack::{
        blocks::{Block, Mrkdwn, View, divider, section},
        ids::Callback,
        jobs::page,
    },
};
use chrono::TimeDelta;
use domain::{Timestamp, catalog::Catalog};

/// How far back.
pub fn since(now: Timestamp) -> Timestamp {
    now - TimeDelta::hours(1)
}

/// Shows them, newest first, those that this person may see.
///
/// # Errors
/// When the database does not answer, or as Slack.
pub async fn show(asker: &Asker<'_>) -> Result<(), Trouble> {
    let viewer = asker.known.caller.viewer();
    let found = query::recent_critical(&asker.ctx.db, viewer, since(asker.ctx.now())).await?;
    let catalog = asker.ctx.catalog().await?;
    let in_stack = asker.view.as_ref().is_some_and(|v| v.callback.is_some());
    let pages: Vec<String> = found.iter().map(|b| page(asker.ctx, b.id)).collect();
    asker.show(&view(&found, &pages, &catalog, in_stack)).await
}

fn view(found: &[Brief], pages: &[String], catalog: &Catalog, in_stack: bool) -> View {
    let mut blocks: Vec<Block> = Vec::new();
    for (brief, page) in found.iter().take(30).zip(pages) {
        blocks.push(divider());
        blocks.push(section(line(brief, page, catalog)));
    }
    if blocks.is_empty() {
        blocks.push(section("No critical incident was declared in the last hour."));
    }
    View::new(Callback::RecentIncidents, "Last hour", blocks).close(if in_stack { "Back" } else { "Close" })
}

fn line(brief: &Brief, page: &str, catalog: &Catalog) -> Mrkdwn {
    let priority =
        catalog.priority(brief.priority).map(|p| format!("{} {}", p.emoji, p.name)).unwrap_or_default();
    let number = Mrkdwn::link(page, &format!("#{}", brief.id));
    let channel =
        brief.channel.as_ref().map(|c| format!(" · {}", Mrkdwn::channel(&c.id))).unwrap_or_default();
    Mrkdwn::trusted(format!(
        "{number} {}\n{} · {}{channel} · {}",
        Mrkdwn::bold(&brief.title),
        Mrkdwn::escaped(&priority),
        brief.status.label(),
        Mrkdwn::time(brief.created_at)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{IncidentId, incident::Status};

    // SLK-163
    #[test]
    fn at_most_thirty_are_listed_without_menu_and_the_way_back_is_named_by_where_one_is() {
        let catalog = Catalog::demo();
        let brief = |n: i64| Brief {
            id: IncidentId(n),
            title: "Search <is> slow".into(),
            status: Status::Open,
            priority: catalog.priority_by_value(2).unwrap().id,
            category: catalog.categories[0].id,
            environment: catalog.environments[0].id,
            created_at: Timestamp::from_timestamp(1_700_000_000, 0).unwrap(),
            channel: None,
        };
        let many: Vec<Brief> = (0..40).map(brief).collect();
        let pages: Vec<String> = many.iter().map(|b| format!("https://ff/incident/{}/", b.id)).collect();
        let shown = serde_json::to_value(view(&many, &pages, &catalog, true)).unwrap();
        assert_eq!(shown["blocks"].as_array().unwrap().len(), 60);
        assert_eq!(shown["close"]["text"], "Back");
        assert!(!shown.to_string().contains("accessory") && shown.to_string().contains("&lt;is&gt;"));
        let none = serde_json::to_value(view(&[], &[], &catalog, false)).unwrap();
        assert_eq!(none["close"]["text"], "Close");
    }
}
