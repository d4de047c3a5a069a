//! An incident as the API shows it: keys in this order, never renamed or removed (spec 04 §5.1). Clients would get
//! empty columns, not errors.

use super::{
    catalog::{CategoryBody, EnvironmentBody, PriorityBody, Reference},
    problem::Result,
    wire::{self, Keyed},
};
use crate::{
    context::Context,
    incidents::{CostSum, Details, Metric, Opener, RoleHeld, details, query::Incident},
};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Columns of a table when `fields` says nothing (spec 04 §6.2).
pub const COLUMNS: &[&str] = &[
    "id",
    "status",
    "environment.value",
    "priority.name",
    "title",
    "description",
    "incident_category.name",
    "incident_category.group.name",
    "created_at",
    "slack_channel_name",
    "status_page_url",
    "jira_ticket_key",
    "jira_ticket_url",
    "metrics.*.duration_seconds",
    "costs.*.amount",
    "roles.*.email",
];

/// An incident. Keys marked as stable are never renamed or removed; others may be added.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IncidentBody {
    /// Stable.
    #[schema(example = 4127)]
    pub id: i64,
    /// Stable.
    #[schema(example = "Checkout answers 500 for one in ten customers")]
    pub title: String,
    /// `Open`, `Investigating`, `Mitigating`, `Mitigated`, `Post-mortem` or `Closed`. Stable.
    #[schema(example = "Investigating")]
    pub status: &'static str,
    /// Stable.
    #[schema(example = "Since 14:05 the payment step fails with a server error. Started with release 381.")]
    pub description: String,
    /// Stable.
    #[schema(format = DateTime, example = "2026-11-24T14:07:12.482913+01:00")]
    pub created_at: String,
    pub environment: EnvironmentBody,
    pub incident_category: CategoryBody,
    pub priority: PriorityBody,
    /// `#name`, or empty while there is no channel. Stable.
    #[schema(example = "#20261124-4127-mobile-apps")]
    pub slack_channel_name: String,
    /// Address of the incident's page. Stable.
    #[schema(example = "https://firefighter.example.com/incident/4127/")]
    pub status_page_url: String,
    #[schema(required)]
    pub postmortem_url: Option<String>,
    #[schema(required)]
    pub jira_ticket_key: Option<String>,
    #[schema(required)]
    pub jira_ticket_url: Option<String>,
    /// In lists only with `show_tags=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    pub created_by: PersonBody,
    /// By name of the cost type. Several costs of one type are added up.
    #[schema(value_type = BTreeMap<String, CostBody>)]
    pub costs: Keyed<CostBody>,
    /// By type of metric: `time_to_fix`.
    #[schema(value_type = BTreeMap<String, MetricBody>)]
    pub metrics: Keyed<MetricBody>,
    /// By role: `commander`.
    #[schema(value_type = BTreeMap<String, PersonBody>)]
    pub roles: Keyed<PersonBody>,
    /// A false alarm or a duplicate. Stable.
    pub ignore: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PersonBody {
    pub id: Uuid,
    #[schema(example = "Ines Okafor")]
    pub name: String,
    #[schema(example = "ines.okafor@example.com")]
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostBody {
    /// EUR, two digits.
    #[schema(required, example = "1200.50")]
    pub amount: Option<String>,
    #[schema(required)]
    pub details: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MetricBody {
    /// `[D ]HH:MM:SS[.ffffff]`
    #[schema(example = "01:12:30")]
    pub duration: String,
    #[schema(example = 4350.0)]
    pub duration_seconds: f64,
    #[schema(example = "Time to fix")]
    pub metric_type: String,
}

/// These incidents, in their order; everything around them is read at once.
///
/// # Errors
/// When the database does not answer.
pub async fn represent(ctx: &Context, incidents: &[Incident], with_tags: bool) -> Result<Vec<IncidentBody>> {
    let ids: Vec<_> = incidents.iter().map(|incident| incident.id).collect();
    let mut around = details(&ctx.db, &ids, with_tags).await?;
    let reference = Reference::read(ctx).await?;
    let mut bodies = Vec::with_capacity(incidents.len());
    for incident in incidents {
        let surroundings = Surroundings {
            details: around.remove(&incident.id).unwrap_or_default(),
            page: ctx.settings.site.link(&app::routes::incident(incident.id)),
            zone: ctx.settings.site.time_zone,
            with_tags,
        };
        bodies.push(body(incident, surroundings, &reference)?);
    }
    Ok(bodies)
}

/// What an incident is shown with.
struct Surroundings {
    details: Details,
    /// Address of its page.
    page: String,
    zone: Tz,
    with_tags: bool,
}

fn body(incident: &Incident, around: Surroundings, reference: &Reference) -> Result<IncidentBody> {
    let Details { opener, roles, metrics, costs, tags } = around.details;
    let channel = incident.channel.as_ref().filter(|channel| !channel.name.is_empty());
    Ok(IncidentBody {
        id: incident.id.0,
        title: incident.title.clone(),
        status: incident.status.label(),
        description: incident.description.clone(),
        created_at: wire::moment(incident.created_at, around.zone),
        environment: reference.environment(incident.environment)?,
        incident_category: reference.category(incident.category)?,
        priority: reference.priority(incident.priority)?,
        slack_channel_name: channel.map(|channel| format!("#{}", channel.name)).unwrap_or_default(),
        status_page_url: around.page,
        // Known once post-mortems and tickets are.
        postmortem_url: None,
        jira_ticket_key: None,
        jira_ticket_url: None,
        tags: around.with_tags.then_some(tags),
        created_by: creator(incident, opener),
        costs: Keyed(costs.into_iter().map(cost).collect()),
        metrics: Keyed(metrics.into_iter().map(metric).collect()),
        roles: Keyed(roles.into_iter().map(role).collect()),
        ignore: incident.ignore,
    })
}

fn creator(incident: &Incident, opener: Opener) -> PersonBody {
    let id = incident.created_by.id.map(|id| id.0).unwrap_or_default();
    PersonBody { id, name: opener.name, email: opener.email }
}

fn cost(sum: CostSum) -> (String, CostBody) {
    (sum.type_name, CostBody { amount: sum.amount, details: sum.details })
}

fn metric(metric: Metric) -> (String, MetricBody) {
    // Exact up to 285 years in microseconds.
    let duration_seconds = metric.duration_us as f64 / 1_000_000.0;
    let duration = wire::duration(metric.duration_us);
    (metric.kind, MetricBody { duration, duration_seconds, metric_type: metric.name })
}

fn role(held: RoleHeld) -> (String, PersonBody) {
    (held.slug, PersonBody { id: held.user.0, name: held.name, email: held.email })
}

#[cfg(test)]
mod tests {
    use super::{super::catalog::tests::shipped, *};
    use crate::{
        api::tabular::{self, Columns, Header},
        incidents::query::{Channel, Person},
    };
    use domain::{IncidentId, UserId, catalog::Catalog, incident::Status};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn ines() -> Opener {
        Opener { name: "Ines Okafor".into(), email: "ines.okafor@example.com".into() }
    }

    fn incident(channel: Option<&str>) -> Incident {
        let catalog = Catalog::demo();
        let at = "2026-11-24T13:07:12.482913Z".parse().unwrap();
        Incident {
            id: IncidentId(4127),
            title: "Checkout answers 500".into(),
            description: "Since 14:05".into(),
            status: Status::PostMortem,
            priority: catalog.priorities[0].id,
            category: catalog.categories[0].id,
            environment: catalog.environments[0].id,
            private: true,
            ignore: false,
            created_by: Person {
                id: Some(UserId(Uuid::from_u128(7))),
                name: "Ines Okafor".into(),
                slack_id: None,
            },
            created_at: at,
            updated_at: at,
            mitigated_at: None,
            closed_at: None,
            next_update_at: None,
            closure_reason: None,
            closure_reference: String::new(),
            custom_fields: json!({}),
            channel: channel.map(|name| Channel { id: "C1".into(), name: name.into(), archived: false }),
        }
    }

    fn details() -> Details {
        let role = |slug: &str| RoleHeld {
            slug: slug.into(),
            user: UserId(Uuid::from_u128(7)),
            name: "Ines Okafor".into(),
            email: "ines.okafor@example.com".into(),
        };
        let metric =
            |kind: &str, duration_us| Metric { kind: kind.into(), name: kind.to_uppercase(), duration_us };
        Details {
            opener: ines(),
            roles: vec![role("commander"), role("communication_lead")],
            metrics: vec![metric("time_to_fix", 4_350_000_000), metric("time_to_detect", 1_500_000)],
            costs: vec![CostSum {
                type_name: "Lost revenue".into(),
                amount: Some("1200.50".into()),
                details: None,
            }],
            tags: vec!["database".into()],
        }
    }

    fn shown(incident: &Incident, details: Details, with_tags: bool) -> IncidentBody {
        let around = Surroundings {
            details,
            page: "https://desk.example.com/incident/4127/".into(),
            zone: chrono_tz::Europe::Paris,
            with_tags,
        };
        body(incident, around, &shipped()).unwrap()
    }

    /// Keys of the outermost object, in their order.
    fn keys(text: &str) -> Vec<&str> {
        let mut keys = Vec::new();
        let (mut depth, mut quoted, mut start) = (0, false, 0);
        for (i, c) in text.char_indices() {
            match c {
                '"' if quoted => {
                    quoted = false;
                    if depth == 1 && text[i + 1..].starts_with(':') {
                        keys.push(&text[start..i]);
                    }
                }
                '"' => (quoted, start) = (true, i + 1),
                '{' | '[' if !quoted => depth += 1,
                '}' | ']' if !quoted => depth -= 1,
                _ => {}
            }
        }
        keys
    }

    // API-021: keys, order and nesting. Nothing of the fence is told.
    #[test]
    fn keys_come_in_their_order() {
        let text = serde_json::to_string(&shown(&incident(None), details(), true)).unwrap();
        assert_eq!(
            keys(&text),
            [
                "id",
                "title",
                "status",
                "description",
                "created_at",
                "environment",
                "incident_category",
                "priority",
                "slack_channel_name",
                "status_page_url",
                "postmortem_url",
                "jira_ticket_key",
                "jira_ticket_url",
                "tags",
                "created_by",
                "costs",
                "metrics",
                "roles",
                "ignore"
            ]
        );
        assert!(
            text.contains(r#""roles":{"commander":{"id":"00000000-0000-0000-0000-000000000007","name":"#)
        );
        assert!(
            text.contains(r#""metrics":{"time_to_fix":{"duration":"01:12:30","duration_seconds":4350.0,"#)
        );
    }

    // API-022: what consumers read must stay where it is.
    #[test]
    fn stable_fields_are_where_consumers_read_them() {
        let value = serde_json::to_value(shown(&incident(Some("inc-4127")), details(), false)).unwrap();
        let at = |path: &str| value.pointer(path).cloned().unwrap_or_else(|| panic!("{path} is gone"));
        for path in [
            "/id",
            "/ignore",
            "/status",
            "/title",
            "/description",
            "/created_at",
            "/slack_channel_name",
            "/status_page_url",
            "/environment/value",
            "/priority/name",
            "/incident_category/name",
            "/incident_category/group/name",
            "/roles/commander/name",
            "/roles/commander/email",
            "/costs/Lost revenue/amount",
            "/metrics/time_to_fix/duration_seconds",
        ] {
            assert_ne!(at(path), Value::Null, "{path}");
        }
        assert_eq!(at("/status"), "Post-mortem");
        assert_eq!(at("/created_at"), "2026-11-24T14:07:12.482913+01:00");
    }

    // API-023: tags only when asked. API-027: '#name' or empty. API-028: null without tickets and post-mortems.
    #[test]
    fn what_is_absent_empty_or_null() {
        let listed = serde_json::to_value(shown(&incident(None), details(), false)).unwrap();
        assert!(listed.get("tags").is_none());
        assert_eq!(listed["slack_channel_name"], "");
        for key in ["postmortem_url", "jira_ticket_key", "jira_ticket_url"] {
            assert_eq!(listed.get(key), Some(&Value::Null), "{key}");
        }
        let whole =
            serde_json::to_value(shown(&incident(Some("inc-4127")), Details::default(), true)).unwrap();
        assert_eq!(whole["tags"], json!([]));
        assert_eq!(whole["slack_channel_name"], "#inc-4127");
        assert_eq!(
            (&whole["costs"], &whole["metrics"], &whole["roles"]),
            (&json!({}), &json!({}), &json!({}))
        );
    }

    // API-024 API-025 API-026: maps by name, type and slug. API-018: both spellings of a duration.
    #[test]
    fn maps_are_keyed_by_what_people_know() {
        let value = serde_json::to_value(shown(&incident(None), details(), false)).unwrap();
        assert_eq!(value["costs"]["Lost revenue"], json!({"amount": "1200.50", "details": null}));
        let metric =
            json!({"duration": "00:00:01.500000", "duration_seconds": 1.5, "metric_type": "TIME_TO_DETECT"});
        assert_eq!(value["metrics"]["time_to_detect"], metric);
        assert_eq!(value["roles"]["communication_lead"]["email"], "ines.okafor@example.com");
        assert_eq!(value["created_by"]["name"], "Ines Okafor", "the full name where there is no name");
    }

    // API-053: the default columns in order, wildcards expanded.
    #[test]
    fn a_table_has_the_default_columns() {
        let value = serde_json::to_value(shown(&incident(None), details(), false)).unwrap();
        let header = Header::parse(None, &BTreeMap::new());
        let text = tabular::table(&[value], &Columns::parse(None, COLUMNS), &header, b',');
        let text = String::from_utf8(text).unwrap();
        assert_eq!(
            text.lines().next().unwrap(),
            "id,status,environment.value,priority.name,title,description,incident_category.name,\
             incident_category.group.name,created_at,slack_channel_name,status_page_url,jira_ticket_key,\
             jira_ticket_url,metrics.time_to_detect.duration_seconds,metrics.time_to_fix.duration_seconds,\
             costs.Lost revenue.amount,roles.commander.email,roles.communication_lead.email"
        );
    }
}
