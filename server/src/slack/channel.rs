//! An incident's channel: made once, then kept as the incident says (spec 10 §15).
//!
//! A channel may have been made by a run whose answer was lost, so one that carries the wanted name, was made by our
//! bot since the first attempt and belongs to no incident is adopted; only then a suffix is tried. A private incident
//! never gets a public channel: what Slack refuses there waits for a person.

use super::{
    answer::{Bookmark, Conversation, Posted},
    blocks::shorten,
    client::{Error as SlackError, Method, done_if},
    conversations,
    jobs::{Desk, Scene, page},
    messages::category_words,
    said,
};
use crate::{
    change::ChannelEvent,
    incidents::{self, NewChannel, Told, query::Incident},
    jobs::{Done, JobError},
};
use domain::{
    IncidentId, Timestamp, UpdateId,
    catalog::{Catalog, Environment},
    incident::naming,
};

/// Most characters of a topic (vendor).
const TOPIC: usize = 250;
/// Names that are tried: the wanted one and `-2` to `-9`.
const NAMES: u32 = 9;

/// Makes the channel, or finds the one that was made.
pub(super) async fn create(
    desk: &Desk<'_>,
    id: IncidentId,
    raised_by: Option<UpdateId>,
) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    if scene.incident.channel.is_some() {
        return Ok(Done::Nothing);
    }
    let bot = desk.must(Method::AuthTest, desk.slack.me()).await?.user_id.clone();
    let say = said::take(desk, id, "channel", "create").await?;
    let mut wanted = wanted_name(desk, &scene);
    let plain = canonical(desk, &scene.incident);
    let private = scene.incident.private;
    let first_try = say.tried_at.unwrap_or_else(|| desk.ctx.now());
    if say.tried_at.is_some()
        && let Some(found) = find_own(desk, &wanted, private, &bot, first_try).await?
    {
        return attach(desk, id, raised_by, &say, found).await;
    }
    said::trying(desk, &say).await?;
    let mut attempt = 1;
    while attempt <= NAMES {
        let name = nth_name(&wanted, attempt);
        match desk.call(Method::Create, desk.slack.create_channel(&name, private)).await? {
            Ok(made) => return attach(desk, id, raised_by, &say, made).await,
            Err(error) if error.is("name_taken") => {
                if let Some(found) = find_own(desk, &wanted, private, &bot, first_try).await? {
                    return attach(desk, id, raised_by, &say, found).await;
                }
                // By a request of a server that was cut off, which came through after all.
                if desk.scene(id).await?.incident.channel.is_some() {
                    return Ok(Done::Nothing);
                }
                attempt += 1;
            }
            // Whatever Slack dislikes about it: date and number are a name that it takes.
            Err(error) if is_about_name(&error) && wanted != plain => (wanted, attempt) = (plain.clone(), 1),
            Err(error)
                if private
                    && error.is_any(&["restricted_action", "missing_scope", "cannot_create_channel"]) =>
            {
                let code = error.code().unwrap_or_default().to_owned();
                let why = format!(
                    "Slack does not let FireFighter make private channels ({code}). The incident gets no public one \
                     instead. Allow private channels for the app, then retry."
                );
                return Err(JobError::Park { why });
            }
            Err(error) => return Err(desk.failed(error)),
        }
    }
    Err(JobError::Park {
        why: format!(
            "All names from {wanted} to {wanted}-{NAMES} are taken. Rename one of them, then retry."
        ),
    })
}

async fn attach(
    desk: &Desk<'_>,
    id: IncidentId,
    raised_by: Option<UpdateId>,
    say: &said::Say,
    made: Conversation,
) -> Result<Done, JobError> {
    let bot = made.creator.clone();
    let channel = NewChannel {
        id: made.id.clone(),
        name: made.name,
        private: made.is_private,
        creator: (!bot.is_empty()).then_some(bot),
    };
    incidents::attach_channel(desk.ctx, desk.run, id, &channel, raised_by).await?;
    said::done(desk, say, &Posted { channel: made.id.clone(), ts: made.id }).await?;
    Ok(Done::Done)
}

/// A channel that an earlier run of ours made for this incident.
async fn find_own(
    desk: &Desk<'_>,
    wanted: &str,
    private: bool,
    bot: &str,
    first_try: Timestamp,
) -> Result<Option<Conversation>, JobError> {
    let since = first_try.timestamp() - 60;
    let all = desk.must(Method::OwnConversations, desk.slack.own_conversations()).await?;
    let ours = all.into_iter().filter(|c| {
        c.creator == bot
            && c.is_private == private
            && c.created >= since
            && !c.is_archived
            && is_named(&c.name, wanted)
    });
    for candidate in ours {
        if conversations::incident_of(&desk.ctx.db, &candidate.id).await?.is_none() {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// Makes name, topic and bookmark what the incident says.
pub(super) async fn reconcile(desk: &Desk<'_>, id: IncidentId) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    let Some(channel) = scene.incident.channel.as_ref() else {
        return Err(JobError::Drop { why: "The incident has no channel.".into() });
    };
    if channel.archived {
        return Ok(Done::Nothing);
    }
    let now = match desk.call(Method::Info, desk.slack.info(&channel.id)).await? {
        Ok(now) => now,
        Err(error) => return Err(desk.channel_failed(&channel.id, error).await),
    };
    if now.is_archived {
        incidents::channel_event(desk.ctx, &Told::seen(&channel.id), ChannelEvent::Archived).await?;
        return Ok(Done::Nothing);
    }
    let wanted = wanted_name(desk, &scene);
    let renamed =
        if is_named(&now.name, &wanted) { false } else { rename(desk, &channel.id, &wanted).await? };
    let topic = topic(&scene.incident, &scene.catalog, &page(desk.ctx, id), &emoji(desk));
    let retopiced = !same_topic(&now.topic.value, &topic);
    if retopiced {
        desk.must(Method::SetTopic, desk.slack.set_topic(&channel.id, &topic)).await?;
    }
    let bookmarked = bookmark(desk, id, &channel.id).await?;
    Ok(if renamed || retopiced || bookmarked { Done::Done } else { Done::Nothing })
}

/// Archives the channel of an incident that is closed and stays so.
pub(super) async fn archive(desk: &Desk<'_>, id: IncidentId) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    let Some(channel) = scene.incident.channel.as_ref() else {
        return Err(JobError::Drop { why: "The incident has no channel.".into() });
    };
    if channel.archived || scene.incident.status.is_active() {
        return Ok(Done::Nothing);
    }
    match desk.call(Method::Archive, desk.slack.archive(&channel.id)).await? {
        Ok(()) => {}
        Err(error) if error.is("already_archived") => {}
        Err(error) => return Err(desk.channel_failed(&channel.id, error).await),
    }
    incidents::channel_event(desk.ctx, &Told::seen(&channel.id), ChannelEvent::Archived).await?;
    Ok(Done::Done)
}

async fn rename(desk: &Desk<'_>, channel: &str, wanted: &str) -> Result<bool, JobError> {
    for attempt in 1..=NAMES {
        match desk.call(Method::Rename, desk.slack.rename(channel, &nth_name(wanted, attempt))).await? {
            Ok(now) => {
                incidents::channel_event(desk.ctx, &Told::seen(channel), ChannelEvent::Renamed(now.name))
                    .await?;
                return Ok(true);
            }
            Err(error) if error.is("name_taken") => {}
            // Only who made a channel may rename it; the old name stays and nothing else is lost.
            Err(error) if error.is_any(KEEPS_NAME) || is_about_name(&error) => {
                tracing::warn!(
                    slack.channel = channel,
                    slack.error = error.code(),
                    "The channel keeps its name"
                );
                return Ok(false);
            }
            Err(error) => return Err(desk.channel_failed(channel, error).await),
        }
    }
    tracing::warn!(
        slack.channel = channel,
        "The channel keeps its name: {wanted} and its suffixes are taken"
    );
    Ok(false)
}

/// Codes that mean: this channel keeps the name it has.
const KEEPS_NAME: &[&str] = &["not_authorized", "restricted_action", "method_not_supported_for_channel_type"];

const BOOKMARK: &str = "Incident Page";

/// The link to the incident's page stands in the channel, once.
async fn bookmark(desk: &Desk<'_>, id: IncidentId, channel: &str) -> Result<bool, JobError> {
    let page = page(desk.ctx, id);
    // The note first: what is not in the list then is gone, and not only younger than the list.
    let mut say = said::take(desk, id, "channel", said::BOOKMARK).await?;
    let (known, cleared) = one_bookmark(desk, channel, &page).await?;
    if let Some(known) = known {
        if say.posted.is_none() {
            said::landed(desk, &say, &Posted { channel: channel.to_owned(), ts: known.id.clone() }).await?;
        }
        if known.title == BOOKMARK {
            return Ok(cleared);
        }
        desk.must(Method::BookmarksEdit, desk.slack.edit_bookmark(channel, &known.id, BOOKMARK, &page))
            .await?;
        return Ok(true);
    }
    if say.posted.is_some() {
        say = said::gone(desk, &say).await?;
    }
    said::trying(desk, &say).await?;
    let emoji = emoji(desk);
    let mut added = desk
        .call(Method::BookmarksAdd, desk.slack.add_bookmark(channel, BOOKMARK, &page, Some(&emoji)))
        .await?;
    // A custom emoji that this workspace does not have is no reason to have no bookmark.
    if added.as_ref().is_err_and(|error| error.is("invalid_emoji")) {
        added =
            desk.call(Method::BookmarksAdd, desk.slack.add_bookmark(channel, BOOKMARK, &page, None)).await?;
    }
    match added {
        Ok(made) => {
            let at = Posted { channel: channel.to_owned(), ts: made.id };
            if !said::landed(desk, &say, &at).await? {
                desk.take_back(desk.slack.remove_bookmark(channel, &at.ts), &["not_found"]).await;
            }
        }
        Err(error @ SlackError::Unclear { .. }) => return Err(desk.failed(error)),
        Err(error) => {
            said::not_said(desk, &say).await?;
            done_if::<()>(Err(error), &["too_many_bookmarks"]).map_err(|e| desk.failed(e))?;
        }
    }
    Ok(true)
}

/// The bookmark of this page; of several the oldest stays and those that look like it are removed. Whether some were.
pub(super) async fn one_bookmark(
    desk: &Desk<'_>,
    channel: &str,
    page: &str,
) -> Result<(Option<Bookmark>, bool), JobError> {
    let have = desk.must(Method::BookmarksList, desk.slack.bookmarks(channel)).await?;
    let mut ours: Vec<Bookmark> = have.into_iter().filter(|b| b.link.as_deref() == Some(page)).collect();
    ours.sort_by_key(|b| b.date_created);
    let mut ours = ours.into_iter();
    let oldest = ours.next();
    let mut cleared = false;
    for younger in ours.filter(|b| b.title == BOOKMARK) {
        let removed =
            desk.call(Method::BookmarksRemove, desk.slack.remove_bookmark(channel, &younger.id)).await?;
        done_if(removed, &["not_found"]).map_err(|e| desk.failed(e))?;
        cleared = true;
    }
    Ok((oldest, cleared))
}

fn emoji(desk: &Desk<'_>) -> String {
    let settings = desk.ctx.settings.slack.as_ref();
    settings.map_or_else(|| ":fire_extinguisher:".into(), |s| s.app_emoji.clone())
}

fn wanted_name(desk: &Desk<'_>, scene: &Scene) -> String {
    name(&canonical(desk, &scene.incident), &scene.incident, &scene.catalog)
}

fn canonical(desk: &Desk<'_>, incident: &Incident) -> String {
    naming::canonical(incident.id, incident.created_at, &desk.ctx.settings.site.time_zone)
}

fn is_about_name(error: &SlackError) -> bool {
    error.code().is_some_and(|code| code.starts_with("invalid_name"))
}

fn name(canonical: &str, incident: &Incident, catalog: &Catalog) -> String {
    let mut environments: Vec<&Environment> = incident
        .environment_values()
        .into_iter()
        .filter_map(|value| catalog.environment_by_value(value))
        .collect();
    if environments.is_empty() {
        environments.extend(catalog.environment(incident.environment));
    }
    let category = catalog.category(incident.category).map_or("", |c| c.name.as_str());
    naming::channel(canonical, &environments, category)
}

fn nth_name(wanted: &str, attempt: u32) -> String {
    if attempt == 1 { wanted.to_owned() } else { naming::with_suffix(wanted, attempt) }
}

/// The wanted name, or one of its suffixes.
fn is_named(name: &str, wanted: &str) -> bool {
    (1..=NAMES).any(|attempt| nth_name(wanted, attempt) == name)
}

/// `Incident 🌪️ P1 · Open · Payments – Checkout · :emoji: https://…`, at most 250 characters. What is too long is the
/// category; the link stays whole.
fn topic(incident: &Incident, catalog: &Catalog, page: &str, emoji: &str) -> String {
    let priority =
        catalog.priority(incident.priority).map(|p| format!("{} {}", p.emoji, p.name)).unwrap_or_default();
    let head = format!("Incident {priority} · {} · ", incident.status.label());
    let tail = format!(" · {emoji} {page}?utm_source=slack&utm_medium=topic");
    let room = TOPIC.saturating_sub(head.chars().count() + tail.chars().count());
    let category = category_words(incident.category, catalog);
    // Topics take plain text: Slack escapes it by itself.
    let category = unescaped(category.as_str());
    shorten(&format!("{head}{}{tail}", shorten(&category, room.max(1))), TOPIC)
}

/// Slack hands a topic back with entities and links in angle brackets.
fn same_topic(shown: &str, wanted: &str) -> bool {
    unescaped(&shown.replace(['<', '>'], "")) == unescaped(&wanted.replace(['<', '>'], ""))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::messages::fixture;
    use domain::incident::Status;

    // SLK-226
    #[test]
    fn the_topic_tells_priority_status_category_and_page_within_250() {
        let catalog = Catalog::demo();
        let mut incident = fixture::incident(&catalog);
        let said = topic(&incident, &catalog, fixture::PAGE, ":fire_extinguisher:");
        let category = catalog.category(incident.category).unwrap();
        let group = &catalog.group(category.group).unwrap().name;
        assert_eq!(
            said,
            format!(
                "Incident 🌪️ P1 · Open · {group} – {} · :fire_extinguisher: {}?utm_source=slack&utm_medium=topic",
                category.name,
                fixture::PAGE
            )
        );
        incident.status = Status::Mitigated;
        assert_ne!(topic(&incident, &catalog, fixture::PAGE, ":e:"), said);

        let mut long = catalog.clone();
        long.categories.iter_mut().for_each(|c| c.name = "category & more ".repeat(20));
        let cut = topic(&incident, &long, fixture::PAGE, ":e:");
        assert!(cut.chars().count() <= TOPIC);
        assert!(cut.ends_with("utm_medium=topic"), "{cut}");
    }

    #[test]
    fn a_topic_that_slack_escaped_is_the_same_topic() {
        assert!(same_topic("a &amp; b <https://x/?a=1&amp;b=2>", "a & b https://x/?a=1&b=2"));
        assert!(!same_topic("a", "b"));
    }

    // SLK-225: the names that are tried when one is taken, and those that are taken for ours.
    #[test]
    fn a_taken_name_gets_a_suffix_from_2_to_9() {
        assert_eq!(nth_name("20261124-1-prd-x", 1), "20261124-1-prd-x");
        assert_eq!(nth_name("20261124-1-prd-x", 2), "20261124-1-prd-x-2");
        assert!(is_named("20261124-1-prd-x-9", "20261124-1-prd-x"));
        assert!(!is_named("20261124-1-prd-x-10", "20261124-1-prd-x"));
        assert!(!is_named("20261124-12-prd-x", "20261124-1-prd-x"));
    }

    // SLK-222
    #[test]
    fn the_name_orders_environments_by_severity_and_ends_with_the_category() {
        let catalog = Catalog::demo();
        let mut incident = fixture::incident(&catalog);
        incident.custom_fields = serde_json::json!({"environments": ["STG", "PRD"]});
        let name = name("20261124-123", &incident, &catalog);
        assert!(name.starts_with("20261124-123-prd-stg-"), "{name}");
        assert!(name.len() <= 80 && !name.ends_with('-'));
    }
}
