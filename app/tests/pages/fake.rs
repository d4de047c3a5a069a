//! A backend with content of every shape, for page tests and for looking at pages (`examples/look.rs`).

use app::backend::{Categories, Desk, Editors, Fields, Incidents, Jobs};
use async_trait::async_trait;
use domain::{
    Caller, Conflict, Error, FieldCode, FieldErrors, IncidentId, JobId, Permission, Result, Timestamp,
    UpdateId, UserId,
    catalog::Catalog,
    incident::{RawCost, RawCostChange, RawDeclaration, RawUpdate, Set, Status},
    view::*,
};
use std::sync::Mutex;

/// What the world is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum World {
    /// A P1 burns, others are active.
    Burning,
    /// Nothing is active.
    Quiet,
}

pub struct Fake {
    pub world: World,
    pub catalog: Catalog,
    pub declared: Mutex<Vec<(RawDeclaration, String)>>,
    pub updated: Mutex<Vec<(IncidentId, RawUpdate, String)>>,
    pub retried: Mutex<Vec<JobId>>,
}

impl Fake {
    pub fn new(world: World) -> Self {
        Fake {
            world,
            catalog: Catalog::demo(),
            declared: Mutex::default(),
            updated: Mutex::default(),
            retried: Mutex::default(),
        }
    }
}

pub fn me() -> Me {
    Me { id: person(1), name: "Priya Raman".into(), initials: "PR".into(), staff: false }
}

fn person(n: u128) -> UserId {
    UserId(uuid::Uuid::from_u128(n))
}

pub fn session() -> Session {
    let site = Site {
        version: "0.1.0".into(),
        source_url: "https://example.org/firefighter".into(),
        openapi_url: Some("/api/v2/firefighter/schema/".into()),
        zone: "Europe/Paris".into(),
        error_previews: true,
        ..Site::default()
    };
    Session { me: Some(me()), site }
}

fn moment(text: &str) -> Moment {
    let clock = if text.len() == 5 { text } else { "14:09" };
    Moment {
        text: text.into(),
        full: format!("2026/10/14 {clock}:00 CEST"),
        iso: format!("2026-10-14T{clock}:00+02:00"),
    }
}

fn status(status: Status) -> StatusMark {
    status.into()
}

fn at(clock: &str) -> Timestamp {
    format!("2026-10-14T{clock}:00Z").parse().expect("a time")
}

fn said(clock: &str, label: &str) -> Spoken {
    Spoken {
        at: at(clock),
        label: label.into(),
        entry: format!("e-{}", clock.replace(':', "")),
        moment: format!("2026-10-14T{clock}:00Z"),
    }
}

fn ruler() -> Ruler {
    let facts = RulerFacts {
        events: vec![
            (at("14:02"), "Started".into()),
            (at("14:06"), "Detected".into()),
            (at("14:09"), "Declared".into()),
        ],
        statuses: vec![
            (at("14:09"), 10, "Open".into()),
            (at("14:12"), 20, "Investigating".into()),
            (at("14:31"), 30, "Mitigating".into()),
        ],
        said: vec![
            said("14:18", "update by Ines Okafor"),
            said("14:31", "status Mitigating"),
            said("14:47", "update by Mara Lindqvist"),
        ],
        promised: Some(at("15:05")),
        past_until: None,
    };
    Ruler::lay_out(&facts, at("14:53"), |at| at.format("%H:%M").to_string())
}

impl Fake {
    fn priority(&self, value: i32) -> PriorityMark {
        self.catalog.priority_by_value(value).expect("seeded").into()
    }

    fn active(&self, id: i64, title: &str, value: i32, at: Status) -> ActiveRow {
        ActiveRow {
            id,
            title: title.into(),
            status: at.into(),
            priority: self.priority(value),
            environment: "PRD".into(),
            category: "Product Discovery".into(),
            group: "Marketplace".into(),
            words: "Two of five search nodes answer slowly, adding capacity.".into(),
            lead: Some("Sofia Lindgren".into()),
            since: moment("opened 1 h 15 min ago"),
            opened_by: "Ines Okafor".into(),
            ..ActiveRow::default()
        }
    }

    fn row(&self, id: i64, title: &str, value: i32, at: Status) -> IncidentRow {
        IncidentRow {
            id: IncidentId(id),
            title: title.into(),
            priority: self.priority(value),
            status: at.into(),
            private: false,
            environment: "PRD".into(),
            category: "Product Discovery".into(),
            group: "Marketplace".into(),
            created: moment("2026/10/14 13:38"),
            last: moment("1 h ago"),
            promise: None,
        }
    }

    fn form(&self, at: Status, value: i32) -> UpdateForm {
        let (priority, category) =
            (self.catalog.priority_by_value(value).expect("seeded").id, self.catalog.categories[3].id);
        let form = UpdateForm::offer(&self.catalog, "submission-1".into(), at, priority, category, true);
        UpdateForm { goes_to: "Goes to the channel and the announcement.".into(), ..form }
    }
}

fn named(n: u128, name: &str) -> Person {
    Person::named(Some(person(n)), name)
}

fn connections() -> Vec<Connection> {
    vec![
        Connection { name: "Slack".into(), state: SurfaceState::InStep, text: "in step".into() },
        Connection { name: "Confluence".into(), state: SurfaceState::Refused, text: "1 refused".into() },
    ]
}

#[async_trait]
impl Desk for Fake {
    async fn fires(&self, _: &Caller) -> Result<Fires> {
        if self.world == World::Quiet {
            return Ok(Fires::default());
        }
        let first = Fire { id: IncidentId(4127), priority: self.priority(1), lasts: "51 min".into() };
        Ok(Fires { first: Some(first), count: 2 })
    }

    async fn dashboard(&self, _: &Caller) -> Result<Dashboard> {
        if self.world == World::Quiet {
            return Ok(Dashboard {
                headline: "Nothing is burning".into(),
                summary: "No active incidents, Wednesday 2026/10/14, 14:53".into(),
                quiet: "The last P1 ended 6 days ago and took 42 minutes to fix.".into(),
                connections: connections(),
                ..Dashboard::default()
            });
        }
        let late = Promise { mood: Mood::Late, text: "update late by 11 min".into(), ..Promise::default() };
        let row = ActiveRow {
            words: "Rollback is at 40 % of traffic. Card failures are down from 31 % to 9 %.".into(),
            said_by: "Mara Lindqvist, 6 min ago".into(),
            category: "Payment".into(),
            ..self.active(4127, "Card payments fail at checkout, web and apps", 1, Status::Mitigating)
        };
        let group =
            |status: Status, count, rows, more| ActiveGroup { status: status.into(), count, rows, more };
        Ok(Dashboard {
            headline: "One P1 is burning".into(),
            summary: "12 active incidents, Wednesday 2026/10/14, 14:53".into(),
            fire: Some(Burning {
                row,
                lasts: "51 min".into(),
                promise: Some(Promise::with(720, "due 15:05".into())),
                people: vec![
                    RoleHolder { role: "Commander".into(), person: Some(named(2, "Ines Okafor")) },
                    RoleHolder { role: "Communication Lead".into(), person: None },
                ],
                channel: Some(Link {
                    text: "20261014-4127-prd-payment".into(),
                    url: "https://slack.example/C1".into(),
                }),
                ruler: ruler(),
                trouble: vec![Connection {
                    name: "Confluence page".into(),
                    state: SurfaceState::Refused,
                    text: "refused".into(),
                }],
            }),
            groups: vec![
                group(
                    Status::Open,
                    1,
                    vec![ActiveRow {
                        lead: None,
                        words: String::new(),
                        ..self.active(4123, "Parcel tracking page shows yesterday’s status", 4, Status::Open)
                    }],
                    None,
                ),
                group(
                    Status::Investigating,
                    2,
                    vec![
                        ActiveRow {
                            promise: Some(late),
                            ..self.active(
                                4126,
                                "Search results take 8 s on the French site",
                                2,
                                Status::Investigating,
                            )
                        },
                        self.active(
                            4125,
                            "Seller stock updates arrive two hours late",
                            3,
                            Status::Investigating,
                        ),
                    ],
                    None,
                ),
                group(
                    Status::Mitigated,
                    1,
                    vec![ActiveRow {
                        private: true,
                        ..self.active(
                            4124,
                            "Access to buyer records from an unknown service account",
                            2,
                            Status::Mitigated,
                        )
                    }],
                    None,
                ),
                group(
                    Status::PostMortem,
                    6,
                    vec![self.active(
                        4120,
                        "Payment provider outage, instalments refused in Spain",
                        1,
                        Status::PostMortem,
                    )],
                    Some(Link {
                        text: "5 more, the oldest for 31 days.".into(),
                        url: "/incident/?status=50".into(),
                    }),
                ),
            ],
            yours: vec![self.active(4122, "Build runners out of disk, merges blocked", 3, Status::Mitigated)],
            connections: connections(),
            ..Dashboard::default()
        })
    }

    async fn login(&self, next: &str) -> Result<Login> {
        let person = |username: &str, name: &str, note: &str| LoginPerson {
            username: username.into(),
            initials: Person::named(None, name).initials,
            name: name.into(),
            note: note.into(),
        };
        Ok(Login {
            next: next.into(),
            next_label: if next == "/incident/4127/" { "incident #4127".into() } else { String::new() },
            sso_url: None,
            people: vec![
                person("yusuf.demir", "Yusuf Demir", ""),
                person("ines.okafor", "Ines Okafor", "admin"),
            ],
        })
    }

    fn submission(&self) -> String {
        "submission-2".into()
    }
}

#[async_trait]
impl Incidents for Fake {
    async fn incidents(&self, _: &Caller, query: &str) -> Result<IncidentList> {
        let filters = Filters::of(query, &self.catalog);
        let base = IncidentList {
            filters,
            order: "newest first".into(),
            sort: "-id".into(),
            count: "0".into(),
            ..IncidentList::default()
        };
        if query.contains("created_at=2026%2FW54") {
            let mut errors = FieldErrors::default();
            errors.push("created_at", FieldCode::Invalid, "A year has at most 53 weeks.");
            return Ok(IncidentList { errors, ..base });
        }
        if query.contains("search=nothing") || self.world == World::Quiet {
            return Ok(base);
        }
        let due = |mood, text: &str| Some(Promise { mood, text: text.into(), ..Promise::default() });
        let mut rows = vec![
            IncidentRow {
                promise: due(Mood::Due, "due in 12 min"),
                ..self.row(4127, "Card payments fail at checkout, web and apps", 1, Status::Mitigating)
            },
            IncidentRow {
                promise: due(Mood::Late, "late by 11 min"),
                ..self.row(4126, "Search results take 8 s on the French site", 2, Status::Investigating)
            },
            self.row(4125, "Seller stock updates arrive two hours late", 3, Status::Investigating),
            IncidentRow {
                private: true,
                ..self.row(
                    4124,
                    "Access to buyer records from an unknown service account",
                    2,
                    Status::Mitigated,
                )
            },
            self.row(4123, "Parcel tracking page shows yesterday’s status", 4, Status::Open),
            self.row(4121, "Voucher code accepted twice in one basket", 3, Status::Closed),
            self.row(4120, "Payment provider outage, instalments refused in Spain", 1, Status::PostMortem),
            self.row(4118, "Typo in the German return form", 5, Status::Closed),
            self.row(4114, "Game day: lose one zone of the search cluster", 20, Status::Closed),
        ];
        rows.extend(
            (4097..4113)
                .rev()
                .map(|id| self.row(id, "Order confirmation mails delayed by 30 minutes", 3, Status::Closed)),
        );
        let view = |label: &str, query: &str, count: &str, current| SavedView {
            label: label.into(),
            query: query.into(),
            count: count.into(),
            current,
        };
        Ok(IncidentList {
            rows,
            count: "1,000+".into(),
            span: "4127 to 4097, 25 of 1,000+".into(),
            older: Some("after=4097".into()),
            views: vec![
                view("All", "", "1,000+", query.is_empty()),
                view("Active", "_status__lt=60", "12", query == "_status__lt=60"),
            ],
            base: query.into(),
            ..base
        })
    }

    async fn incident_page(
        &self,
        _: &Caller,
        id: IncidentId,
        at: &str,
        _: Option<Look>,
    ) -> Result<IncidentPage> {
        match id.0 {
            4127 if at.is_empty() => Ok(self.page()),
            4127 => Ok(self.page_then()),
            4121 => Ok(self.bare()),
            503 => Err(Error::Unavailable { service: "The database".into() }),
            500 => Err(Error::Internal { reference: "7Q3F-K2M9".into() }),
            403 => Err(Error::Forbidden { need: Permission::ViewIncident }),
            _ => Err(Error::NotFound),
        }
    }

    async fn declare_form(&self, _: &Caller) -> Result<DeclareForm> {
        Ok(DeclareForm {
            then: vec![
                "P1 to P3 and GAMEDAY get a channel in Slack, you are invited".into(),
                "It is announced in #tech-incidents".into(),
            ],
            connections: connections(),
            ..DeclareForm::offer(&self.catalog, self.submission())
        })
    }

    async fn similar(&self, _: &Caller, words: &str, _: &str) -> Result<Vec<RecentIncident>> {
        let recent = |id, title: &str, value, status: Status| RecentIncident {
            id: IncidentId(id),
            title: title.into(),
            priority: self.priority(value),
            status: status.into(),
            opened: moment("44 min ago"),
        };
        let all = vec![
            recent(4127, "Card payments fail at checkout, web and apps", 1, Status::Mitigating),
            recent(4126, "Search results take 8 s on the French site", 2, Status::Investigating),
        ];
        let alike = |one: &RecentIncident| words.is_empty() || one.title.contains(words);
        Ok(all.into_iter().filter(alike).collect())
    }

    async fn declare(&self, _: &Caller, asked: RawDeclaration, submission: &str) -> Result<IncidentId> {
        if asked.title.as_deref().unwrap_or_default().chars().count() < 10 {
            let mut errors = FieldErrors::default();
            errors.push("title", FieldCode::MinLength, "At least 10 characters. What is broken, and where?");
            errors.push("incident_category", FieldCode::Required, "What is affected? Choose a category.");
            return Err(errors.into());
        }
        self.declared.lock().expect("not poisoned").push((asked, submission.into()));
        Ok(IncidentId(4127))
    }

    async fn update(&self, _: &Caller, id: IncidentId, asked: RawUpdate, submission: &str) -> Result<()> {
        match asked.message.as_deref() {
            Some("short") => {
                return Err(Error::field("message", FieldCode::MinLength, "At least 10 characters."));
            }
            Some("a conflict") => {
                return Err(Error::Conflict(vec![Conflict {
                    field: "status".into(),
                    theirs: "Mitigated".into(),
                    yours: "Mitigating".into(),
                }]));
            }
            Some("sent before") => return Err(Error::SentAlready { incident: id }),
            _ => {}
        }
        self.updated.lock().expect("not poisoned").push((id, asked, submission.into()));
        Ok(())
    }

    async fn reopen(
        &self,
        caller: &Caller,
        id: IncidentId,
        asked: RawUpdate,
        submission: &str,
    ) -> Result<()> {
        self.update(caller, id, asked, submission).await
    }

    async fn correct(
        &self,
        caller: &Caller,
        id: IncidentId,
        _: UpdateId,
        message: Set<String>,
        submission: &str,
    ) -> Result<()> {
        let asked = RawUpdate { message: Some(message.to), ..RawUpdate::default() };
        self.update(caller, id, asked, submission).await
    }

    async fn mistake(&self, caller: &Caller, id: IncidentId, submission: &str) -> Result<()> {
        self.update(caller, id, RawUpdate::default(), submission).await
    }
}

#[async_trait]
impl Jobs for Fake {
    async fn retry(&self, _: &Caller, _: IncidentId, job: JobId) -> Result<()> {
        self.retried.lock().expect("not poisoned").push(job);
        Ok(())
    }
}

impl Fake {
    /// An incident in full.
    fn page(&self) -> IncidentPage {
        let surface = |kind, label: &str, name: &str, state, text: &str| Surface {
            kind,
            label: label.into(),
            name: name.into(),
            url: Some("https://slack.example/x".into()),
            state,
            text: text.into(),
            ..Surface::default()
        };
        IncidentPage {
            id: IncidentId(4127),
            title: "Card payments fail at checkout, web and apps".into(),
            description: "Customers reach the last step of the checkout and get “Your payment could not be processed”.\nSee https://status.example/cards.".into(),
            priority: self.priority(1),
            status: status(Status::Mitigating),
            private: false,
            environments: vec!["PRD".into(), "STG".into()],
            category: "Payment".into(),
            group: "Payment Operations".into(),
            declared: moment("14:09"),
            declared_by: named(3, "Yusuf Demir"),
            lasting: "burning for 51 min".into(),
            promise: Some(Promise::with(720, "due 15:05, Mara Lindqvist".into())),
            doing_now: "Rolling back gateway release 2026.10.3, at 40 % of traffic. Full rollback at 15:00.".into(),
            then: "Set Mitigated when failures stay under 1 %. A post-mortem follows, as for every P1 in PRD.".into(),
            ruler: ruler(),
            timeline: self.timeline(),
            older: Some(Older { count: 12, at: moment("14:10") }),
            people: vec![
                RoleHolder { role: "Commander".into(), person: Some(named(2, "Ines Okafor")) },
                RoleHolder { role: "Communication Lead".into(), person: None },
            ],
            members: "14 in the channel".into(),
            key_events: vec![
                KeyEvent { name: "Started".into(), at: Some(moment("14:02")), ..KeyEvent::default() },
                KeyEvent { name: "Declared".into(), at: Some(moment("14:09")), gap: "+7 min".into(), ..KeyEvent::default() },
                KeyEvent { name: "Recovered".into(), note: "set when Mitigated".into(), ..KeyEvent::default() },
            ],
            metrics: vec![Metric {
                name: "Time to detect".into(),
                code: "TTD".into(),
                description: "From started to detected".into(),
                duration: "4 minutes".into(),
                exact: "0:04:00".into(),
                odd: String::new(),
            }],
            surfaces: vec![
                surface(SurfaceKind::Channel, "Slack channel", "20261014-4127-prd-payment", SurfaceState::Behind, "behind by 12 s"),
                surface(SurfaceKind::Announcement, "Slack announcement", "tech-incidents", SurfaceState::InStep, "in step"),
                Surface {
                    reason: "403, the space does not let us write. Tried 3 times, last 14:51.".into(),
                    job: Some(JobId(77)),
                    ..surface(SurfaceKind::Document, "Confluence page", "Communication plan", SurfaceState::Refused, "refused")
                },
            ],
            pending: "2 deliveries pending".into(),
            suggestion: String::new(),
            impacts: vec![
                Impact { kind: "Customers".into(), label: "Highest".into(), name: "Critical issue for many customers".into(), rank: 1 },
                Impact { kind: "Business".into(), label: "High".into(), name: "Whole business or revenue at risk".into(), rank: 2 },
            ],
            facts: vec![Fact { label: "Platform".into(), text: "ALL".into(), url: None }],
            costs: vec![Fact { label: "Lost orders".into(), text: "1,200.00 EUR".into(), url: None }],
            update: Some(self.form(Status::Mitigating, 1)),
            closed_to: String::new(),
            life: Life::default(),
            may_retry: true,
            record: "Record unbroken, 41 entries, last hash 9f3c 71ab".into(),
            past: TimeTravel { field: "2026-10-14T14:53:00".into(), ..TimeTravel::default() },
            since: Since {
                at: moment("14:38"),
                parts: vec![
                    SincePart { text: "priority P2 → P1".into(), entry: "e-1424".into() },
                    SincePart { text: "1 update".into(), entry: "e-1447".into() },
                ],
                ..Since::default()
            },
        }
    }

    /// The same as it was at 14:31: a page that nothing is changed on.
    fn page_then(&self) -> IncidentPage {
        IncidentPage {
            update: None,
            may_retry: false,
            since: Since::default(),
            past: TimeTravel {
                at: Some(moment("14:31")),
                field: "2026-10-14T14:31:00".into(),
                earlier: Some("2026-10-14T12:29:00Z".into()),
                ..TimeTravel::default()
            },
            ..self.page()
        }
    }

    /// An incident about which little is known: closed, private, without anything outside.
    fn bare(&self) -> IncidentPage {
        IncidentPage {
            id: IncidentId(4121),
            title: "Voucher code accepted twice".into(),
            status: status(Status::Closed),
            priority: self.priority(3),
            private: true,
            lasting: "took 42 min".into(),
            promise: None,
            doing_now: String::new(),
            then: String::new(),
            ruler: Ruler::default(),
            timeline: Vec::new(),
            members: String::new(),
            key_events: Vec::new(),
            metrics: Vec::new(),
            surfaces: Vec::new(),
            pending: String::new(),
            suggestion: String::new(),
            impacts: Vec::new(),
            costs: Vec::new(),
            update: None,
            closed_to: "Closed on 2026/10/13. A closed incident is not changed.".into(),
            may_retry: false,
            record: String::new(),
            since: Since::default(),
            ..self.page()
        }
    }

    fn timeline(&self) -> Vec<Entry> {
        let entry = |id: &str, clock: &str, what| Entry {
            id: id.into(),
            at: moment(clock),
            what,
            new: id == "e-1447",
        };
        let said = |n, name: &str, did: &str, changes, words: &str| EntryKind::Said {
            by: named(n, name),
            did: did.into(),
            changes,
            words: words.into(),
            more: Box::default(),
        };
        let line = |name: &str, did: &str, changes, about| EntryKind::Changed {
            by: Some(named(9, name)),
            did: did.into(),
            changes,
            about,
        };
        let text = |field: &str, from: &str, to: &str| Changed {
            field: field.into(),
            from: Some(Value::Text(from.into())),
            to: Value::Text(to.into()),
        };
        vec![
            entry("e-1451", "14:51", EntryKind::Refused { what: "Confluence refused the communication plan,".into(), reason: "third try, the space does not let us write.".into(), job: Some(JobId(77)) }),
            entry("e-1447", "14:47", said(4, "Mara Lindqvist", "posted an update from the web", vec![], "Rollback is at 40 % of traffic. Card failures are down from 31 % to 9 %. We go to 100 % at 15:00 if the rate keeps falling. The support macro and the seller banner are live.")),
            entry("since", "14:46", EntryKind::Looked { text: "You last looked at 14:38".into() }),
            entry("e-1446", "14:46", EntryKind::Other { system: "Jira".into(), text: "asked for status “In progress” on INC-2291. Same as Mitigating here, nothing changed.".into() }),
            entry("e-1431", "14:31", said(2, "Ines Okafor", "updated status from Slack", vec![Changed { field: "Status".into(), from: Some(Value::Status(status(Status::Investigating))), to: Value::Status(status(Status::Mitigating)) }], "Cause found. Gateway release 2026.10.3 sends the 3-D Secure token twice and the provider refuses the second one.\nWe are rolling back, region by region, FR first.")),
            entry("e-1429", "14:29", line("Ines Okafor", "made Mara Lindqvist Communication Lead", vec![], About::Role)),
            entry("e-1427", "14:27", line("Ines Okafor", "changed the title", vec![text("Title", "Checkout errors FR", "Card payments fail at checkout, web and apps")], About::Facts)),
            entry("e-1424", "14:24", said(2, "Ines Okafor", "raised the priority from Slack", vec![Changed { field: "Priority".into(), from: Some(Value::Priority(self.priority(2))), to: Value::Priority(self.priority(1)) }], "It is all card payments, not only France. About 5,400 € of orders a minute.")),
            entry("e-1418", "14:18", said(2, "Ines Okafor", "posted an update from Slack", vec![], "31 % of card payments fail at the last step since about 14:02.")),
            entry("e-1415", "14:15", line("Yusuf Demir", "set key events: Started 14:02, Detected 14:06", vec![], About::KeyEvent)),
            entry("e-1410", "14:10", EntryKind::Machine {
                summary: "3 steps by FireFighter in 2.4 s: channel, invitations, announcement".into(),
                steps: vec![
                    Step { at: "14:09:43".into(), text: "channel #20261014-4127-prd-payment created".into() },
                    Step { at: "14:09:44".into(), text: "14 people invited".into() },
                    Step { at: "14:09:44".into(), text: "announced in #tech-incidents".into() },
                ],
            }),
            entry("e-1409", "14:09", said(3, "Yusuf Demir", "declared the incident from Slack", vec![
                Changed { field: "Priority".into(), from: None, to: Value::Priority(self.priority(2)) },
                Changed { field: "Status".into(), from: None, to: Value::Status(status(Status::Open)) },
            ], "Customers reach the last step of the checkout and get “Your payment could not be processed”.")),
            entry("day", "00:00", EntryKind::Day { text: "Wednesday 2026/10/14".into() }),
        ]
    }
}

#[async_trait]
impl Categories for Fake {
    async fn categories(&self, _: &Caller, query: &str) -> Result<CategoryList> {
        let row = |n: usize, mtbf: &str, incidents| CategoryRow {
            id: self.catalog.categories[n].id,
            name: self.catalog.categories[n].name.clone(),
            private: self.catalog.categories[n].private,
            group: "Marketplace".into(),
            mtbf: mtbf.into(),
            incidents,
            query: String::new(),
        };
        let period = if query.contains("metrics_period") { "last_week" } else { "" };
        Ok(CategoryList {
            rows: vec![row(0, "2 days, 3:04:05", 4), row(1, "N/A", 0)],
            period: period.into(),
            groups: vec![Choice::new("1", "Marketplace")],
            count: "2 categories".into(),
            ..CategoryList::default()
        })
    }
}

#[async_trait]
impl Editors for Fake {
    async fn key_events_form(&self, _: &Caller, id: IncidentId) -> Result<KeyEventsForm> {
        let field = |kind: &domain::catalog::MilestoneType| KeyEventField {
            field: kind.field(),
            name: kind.name.clone(),
            summary: kind.summary.clone(),
            editable: kind.user_editable,
            required: kind.required,
            ..KeyEventField::default()
        };
        let fields = self.catalog.milestone_types.iter().filter(|kind| kind.asked_for).map(field).collect();
        Ok(KeyEventsForm { about: about(id), zone: "Times are those of Europe/Paris.".into(), fields })
    }

    async fn set_key_events(&self, _: &Caller, _: IncidentId, asked: Fields, _: &str) -> Result<()> {
        match asked.get("key_event_started") {
            Some(set) if set.to == "soon" => {
                Err(Error::field("key_event_started", FieldCode::Invalid, "Not a date and time."))
            }
            _ => Ok(()),
        }
    }

    async fn people_form(&self, _: &Caller, id: IncidentId) -> Result<PeopleForm> {
        let role = |kind: &domain::catalog::RoleType| RoleField {
            field: kind.field(),
            label: kind.name.clone(),
            help: kind.summary.clone(),
            required: kind.required,
            holder: person(2).to_string(),
        };
        Ok(PeopleForm {
            about: about(id),
            roles: self.catalog.role_types.iter().map(role).collect(),
            people: vec![Choice::new(person(2).to_string(), "Ines Okafor")],
            on_it: vec![named(2, "Ines Okafor")],
            am_on_it: false,
            channel: String::new(),
        })
    }

    async fn set_roles(&self, _: &Caller, _: IncidentId, _: Fields, _: &str, _: &str) -> Result<()> {
        Ok(())
    }

    async fn join(&self, _: &Caller, _: IncidentId) -> Result<()> {
        Ok(())
    }

    async fn leave(&self, _: &Caller, _: IncidentId) -> Result<bool> {
        Ok(true)
    }

    async fn impacts_form(&self, _: &Caller, id: IncidentId) -> Result<ImpactsForm> {
        let levels = [("customers_impact".to_owned(), "HI".to_owned())].into();
        Ok(ImpactsForm { about: about(id), scales: scales(&Catalog::demo()), levels, priority: "P2".into() })
    }

    async fn set_impacts(&self, _: &Caller, _: IncidentId, _: Fields, _: &str) -> Result<()> {
        Ok(())
    }

    async fn costs_form(&self, _: &Caller, id: IncidentId) -> Result<CostsForm> {
        Ok(CostsForm {
            about: about(id),
            kinds: vec![Choice::new("1", "Lost orders")],
            lines: vec![],
            total: "0.00 EUR".into(),
        })
    }

    async fn add_cost(&self, _: &Caller, _: IncidentId, _: RawCost, _: &str) -> Result<()> {
        Ok(())
    }

    async fn change_cost(
        &self,
        _: &Caller,
        _: IncidentId,
        _: domain::CostId,
        _: RawCostChange,
        _: &str,
    ) -> Result<()> {
        Ok(())
    }

    async fn remove_cost(&self, _: &Caller, _: IncidentId, _: domain::CostId) -> Result<()> {
        Ok(())
    }

    async fn tags_form(&self, _: &Caller, id: IncidentId) -> Result<TagsForm> {
        Ok(TagsForm { about: about(id), tags: "vendor".into() })
    }

    async fn set_tags(&self, _: &Caller, _: IncidentId, _: Set<String>, _: &str) -> Result<()> {
        Ok(())
    }
}

fn about(id: IncidentId) -> Subject {
    Subject { id, title: "Card payments fail".into(), submission: "key".into() }
}
