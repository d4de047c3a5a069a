//! Declaring: one new incident, whichever door asked. One transaction: the incident, its roles, impacts, members and
//! first timeline entries, its record, and the jobs that make its channel.

use super::store;
use crate::{
    change::{self, Change, Channel},
    context::Context,
    failure::OrInternal,
    users::{Email, NewUser, directory},
    write::{Sent, Write},
};
use domain::{
    Caller, Error, FieldCode, IncidentId, Result, UpdateId, UserId,
    access::Act,
    incident::{Declaration, DeclarationPlan},
};
use serde::{Deserialize, Serialize};

/// What declaring came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaring {
    pub incident: IncidentId,
    /// False when an open incident with the same `dedup_key` was there already: it is returned unchanged.
    pub new: bool,
    /// A channel is on its way.
    pub channel: bool,
}

/// Declares an incident in the caller's name, or in that of `opener` (an e-mail address; somebody unknown is added in
/// the same transaction).
///
/// Sent twice, it is declared once. An open incident with the same `dedup_key` that this caller may see is returned
/// instead.
///
/// # Errors
/// [`Error::Forbidden`] without `add_incident` on the API; [`Error::SentAlready`] when the form was sent with other
/// words before.
pub async fn declare(
    ctx: &Context,
    caller: &Caller,
    asked: &Declaration,
    opener: Option<&Email>,
    sent: Option<&Sent>,
) -> Result<Declaring> {
    caller.may_do(Act::Declare)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    if let Some(sent) = sent
        && let Some(first) = w.once(sent).await?
    {
        return Ok(first);
    }
    let creator = match opener {
        None => caller.user_id().ok_or(Error::NotSignedIn)?,
        Some(email) => {
            let now = w.now();
            directory::find_or_create(w.conn(), &NewUser::with_email(email.clone()), now).await?.id
        }
    };
    let plan = asked.plan(&catalog, creator, w.now());
    let sent_by = caller.user_id().filter(|sender| *sender != creator);
    let Some(incident) = store::insert_incident(w.conn(), &plan, sent_by).await? else {
        return already_open(w, &plan, sent_by).await;
    };
    let updates = [UpdateId(ctx.new_id()), UpdateId(ctx.new_id())];
    store::insert_beginnings(w.conn(), incident, &plan, updates).await?;
    let channel = if plan.needs_channel && ctx.slack().is_some() { Channel::Wanted } else { Channel::None };
    let declaring = Declaring { incident, new: true, channel: channel == Channel::Wanted };
    let (priority, category) = (catalog.priority(plan.priority), catalog.category(plan.category));
    let declaring = w
        .commit(Change::IncidentDeclared(facts(incident, plan, sent_by, updates, channel)), declaring)
        .await?;
    tracing::info!(
        ff.metric = "incident.created",
        ff.incident_id = %incident,
        ff.priority = priority.map(|p| p.value),
        ff.category = category.map(|c| c.name.as_str()),
        "Incident {incident} declared"
    );
    Ok(declaring)
}

/// The open incident that holds the key, as far as this caller may know of it: the key is unique per fence.
async fn already_open(mut w: Write, plan: &DeclarationPlan, sent_by: Option<UserId>) -> Result<Declaring> {
    let sender = sent_by.unwrap_or(plan.created_by);
    let found = sqlx::query_scalar!(
        "SELECT id FROM incidents
         WHERE dedup_key = $1 AND status <= 40 AND private = $2
           AND (NOT private OR coalesce(sent_by, created_by) = $3)
         ORDER BY id LIMIT 1",
        plan.dedup_key,
        plan.private,
        sender.0,
    )
    .fetch_optional(w.conn())
    .await
    .or_internal("finding the incident that holds a key")?;
    match found {
        Some(id) => Ok(Declaring { incident: IncidentId(id), new: false, channel: false }),
        // It was closed between the two statements: the person sends again and it is declared.
        None => Err(Error::field(
            "dedup_key",
            FieldCode::Invalid,
            "An incident with this key was being closed. Send it again.",
        )),
    }
}

fn facts(
    incident: IncidentId,
    plan: DeclarationPlan,
    sent_by: Option<UserId>,
    updates: [UpdateId; 2],
    channel: Channel,
) -> change::Declared {
    change::Declared {
        incident,
        title: plan.title.as_str().to_owned(),
        description: plan.description.as_str().to_owned(),
        status: plan.status,
        severity: plan.severity,
        priority: plan.priority,
        category: plan.category,
        environment: plan.environment,
        private: plan.private,
        ignore: plan.ignore,
        created_by: plan.created_by,
        sent_by,
        dedup_key: plan.dedup_key,
        custom_fields: serde_json::to_value(&plan.custom_fields).unwrap_or_default(),
        roles: plan.roles,
        members: plan.members,
        impacts: plan.impacts.iter().map(|i| (i.impact_type, i.level)).collect(),
        updates,
        channel,
    }
}
