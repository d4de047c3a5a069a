//! Ninety days of a small company: what an empty development database is filled with, so that a first look shows a
//! desk that is in use.
//!
//! Everything goes through the operations, with a clock that is moved from event to event: history, durations and
//! timeline are real, only the days are invented. What is over says nothing to Slack; the incident that burns now gets
//! its channel. Every step is sent with a key of its own, so a run that was cut off is finished by the next one.

mod stories;

use crate::{
    catalog,
    context::{Clock, Context},
    failure::{self, OrInternal},
    incidents,
    users::{Email, User, directory, permissions},
    write::Sent,
};
use chrono::TimeDelta;
use domain::{
    Caller, Error, IncidentId, Origin, Result, Timestamp,
    catalog::Catalog,
    incident::{
        Cost, Declaration, KeyEvents, Limits, RawClosure, RawCost, RawDeclaration, RawUpdate, Set, Status,
        Update,
    },
};
use std::{collections::BTreeMap, sync::Arc};
use stories::{Beginning, Step, Story};

/// Begins the keys of all that is sent here.
const KEY: &str = "ninety-days";

/// What everything is booked under: costs have no types until a company makes its own.
const COST_TYPE: &str = "Lost orders and vouchers";

/// Plays all stories up to now, when the database has no incident yet or a run was cut off. The number of incidents
/// told; 0 when the database is in use.
///
/// # Errors
/// When the database does not answer, or a story breaks a rule of the product.
pub async fn fill(ctx: &Context) -> Result<usize> {
    if !is_ours(ctx).await? {
        return Ok(0);
    }
    let about = "What was not sold, and what was given to those who waited.";
    catalog::add_cost_type(&ctx.db, COST_TYPE, about, ctx.now()).await?;
    let stories = stories::all();
    let now = ctx.now();
    let mut company = Company::of(ctx, stories.len()).await?;
    let mut events: Vec<Event> =
        stories.iter().enumerate().flat_map(|(number, story)| events(number, story, now)).collect();
    events.sort_by_key(|event| (event.at, event.number, event.part));
    for event in events {
        company.play(&stories[event.number], &event).await?;
    }
    Ok(stories.len())
}

/// No incident yet, or only those of a run that was cut off.
async fn is_ours(ctx: &Context) -> Result<bool> {
    let ours = sqlx::query_scalar!(
        r#"SELECT NOT EXISTS (SELECT FROM incidents)
               OR EXISTS (SELECT FROM submissions WHERE door = 'cli' AND key LIKE $1) AS "ours!""#,
        format!("{KEY}/%"),
    )
    .fetch_one(&ctx.db)
    .await;
    ours.or_internal("looking whether the database is empty")
}

/// One thing that happens: part 0 is the declaration, part n the n-th step.
struct Event {
    at: Timestamp,
    number: usize,
    part: usize,
}

fn events(number: usize, story: &Story, now: Timestamp) -> Vec<Event> {
    let declared = match story.begins {
        Beginning::MinutesAgo { minutes_ago } => now - TimeDelta::minutes(minutes_ago),
        Beginning::Day { days_ago, at } => {
            (now - TimeDelta::days(days_ago)).date_naive().and_time(at).and_utc()
        }
    };
    let steps = story.steps.iter().map(|step| declared + TimeDelta::minutes(step.after));
    [declared]
        .into_iter()
        .chain(steps)
        .enumerate()
        .map(|(part, at)| Event { at, number, part })
        .filter(|event| event.at <= now)
        .collect()
}

/// What was declared so far, and by whom things are done.
struct Company {
    /// Without Slack: what is over is not told again.
    past: Context,
    /// With Slack, for what goes on now.
    present: Context,
    clock: Clock,
    people: BTreeMap<String, User>,
    /// Number and moment of what was declared.
    incidents: Vec<Option<(IncidentId, Timestamp)>>,
}

impl Company {
    async fn of(ctx: &Context, stories: usize) -> Result<Self> {
        let clock = ctx.clock.apart();
        let with = |slack| Context::new(ctx.db.clone(), clock.clone(), ctx.settings.clone(), slack);
        Ok(Company {
            past: with(None),
            present: with(ctx.slack().cloned()),
            clock,
            people: BTreeMap::new(),
            incidents: vec![None; stories],
        })
    }

    async fn play(&mut self, story: &Story, event: &Event) -> Result<()> {
        self.clock.move_to(event.at);
        match event.part.checked_sub(1) {
            None => self.declare(story, event).await,
            Some(step) => self.step(story, &story.steps[step], event).await,
        }
    }

    fn context(&self, story: &Story) -> &Context {
        match story.begins {
            Beginning::MinutesAgo { .. } => &self.present,
            Beginning::Day { .. } => &self.past,
        }
    }

    async fn declare(&mut self, story: &Story, event: &Event) -> Result<()> {
        let ctx = self.context(story).clone();
        let catalog = ctx.catalog().await?;
        let raw = declaration(story, &catalog)?;
        let asked = Declaration::parse(&raw, &catalog, Limits::Form).map_err(Error::Invalid)?;
        let by = self.person(&story.by).await?;
        let (caller, opener) = match story.door {
            // A monitor declares in the name of the person on call.
            Origin::Api => (Caller::system(Origin::Api), Some(address(&story.by)?)),
            door => (self.caller(&by, door).await?, None),
        };
        let sent = sent(event, &raw);
        let declared = incidents::declare(&ctx, &caller, &asked, opener.as_ref(), Some(&sent)).await?;
        self.incidents[event.number] = Some((declared.incident, event.at));
        for guest in &story.invite {
            let guest = self.person(guest).await?;
            incidents::members::join(&ctx, &caller, declared.incident, guest.id).await?;
        }
        Ok(())
    }

    async fn step(&mut self, story: &Story, step: &Step, event: &Event) -> Result<()> {
        let Some((incident, declared)) = self.incidents[event.number] else { return Ok(()) };
        let ctx = self.context(story).clone();
        let catalog = ctx.catalog().await?;
        let by = self.person(&step.by).await?;
        let caller = self.caller(&by, Origin::Web).await?;
        incidents::members::join(&ctx, &caller, incident, by.id).await?;
        if !step.key_events.is_empty() {
            let dated = key_events(step, declared);
            let sent = Sent::new(Origin::Cli, key(event, "dated"), &step.key_events);
            incidents::key_events(&ctx, &caller, incident, &dated, Some(&sent)).await?;
        }
        let raw = update(step)?;
        let asked = Update::parse(&raw, &catalog, Limits::Form).map_err(Error::Invalid)?;
        incidents::update(&ctx, &caller, incident, &asked, Some(&sent(event, &raw))).await?;
        if event.part == story.steps.len() {
            self.count_costs(story, event, &caller, incident).await?;
        }
        Ok(())
    }

    /// What it cost is known when it is over.
    async fn count_costs(
        &self,
        story: &Story,
        event: &Event,
        caller: &Caller,
        incident: IncidentId,
    ) -> Result<()> {
        let ctx = self.context(story);
        let catalog = ctx.catalog().await?;
        let kind = catalog.cost_types.iter().find(|kind| kind.name == COST_TYPE);
        let kind = kind.ok_or_else(|| unknown("type of costs", COST_TYPE))?;
        for (line, (amount, details)) in story.costs.iter().enumerate() {
            let raw =
                RawCost { cost_type: kind.id.to_string(), amount: amount.clone(), details: details.clone() };
            let cost = Cost::parse(&raw, &catalog).map_err(Error::Invalid)?;
            let sent = Sent::new(Origin::Cli, key(event, &format!("cost-{line}")), &raw);
            incidents::costs::add(ctx, caller, incident, &cost, Some(&sent)).await?;
        }
        Ok(())
    }

    async fn person(&mut self, handle: &str) -> Result<User> {
        if let Some(known) = self.people.get(handle) {
            return Ok(known.clone());
        }
        let found = directory::by_email(&self.past.db, &address(handle)?).await?;
        let user = found.ok_or_else(|| unknown("person", handle))?;
        self.people.insert(handle.into(), user.clone());
        Ok(user)
    }

    async fn caller(&self, user: &User, door: Origin) -> Result<Caller> {
        let caller = permissions::caller(&self.past.db, user.id, door).await?;
        caller.ok_or_else(|| unknown("active person", &user.username))
    }
}

fn address(handle: &str) -> Result<Email> {
    Email::parse(&format!("{handle}@example.com")).map_err(|_| unknown("person", handle))
}

fn sent(event: &Event, asked: &impl serde::Serialize) -> Sent {
    Sent::new(Origin::Cli, key(event, "said"), asked)
}

fn key(event: &Event, what: &str) -> String {
    format!("{KEY}/{}/{}/{what}", event.number, event.part)
}

/// Minutes before the declaration → moments.
fn key_events(step: &Step, declared: Timestamp) -> KeyEvents {
    let dated = step.key_events.iter().map(|(event_type, minutes)| {
        (event_type.clone(), Set::to(Some(declared - TimeDelta::minutes(*minutes))))
    });
    KeyEvents(dated.collect())
}

fn declaration(story: &Story, catalog: &Arc<Catalog>) -> Result<RawDeclaration> {
    let category = catalog.categories.iter().find(|category| category.name == story.category);
    let category = category.ok_or_else(|| unknown("category", &story.category))?;
    let environment = story.environments.iter().map(|value| {
        let found = catalog.environment_by_value(value).ok_or_else(|| unknown("environment", value))?;
        Ok(found.id.to_string())
    });
    Ok(RawDeclaration {
        title: Some(story.title.clone()),
        description: Some(story.description.clone()),
        incident_category: Some(category.id.to_string()),
        environment: environment.collect::<Result<_>>()?,
        impacts: story.impacts.clone(),
        dedup_key: story.dedup_key.clone(),
        ..RawDeclaration::default()
    })
}

fn update(step: &Step) -> Result<RawUpdate> {
    let status = match step.status.as_deref() {
        Some(label) => Some(Status::parse(label).ok_or_else(|| unknown("state", label))?),
        None => None,
    };
    let closure = step
        .reason
        .as_ref()
        .map(|reason| RawClosure { reason: Some(reason.clone()), reference: step.reference.clone() });
    Ok(RawUpdate {
        message: step.say.clone(),
        status: status.map(|status| Set::to(status.number().to_string())),
        closure,
        ..RawUpdate::default()
    })
}

fn unknown(what: &str, name: &str) -> Error {
    let missing = std::io::Error::other(format!("there is no {what} {name}"));
    failure::broken("telling the ninety days", &missing)
}
