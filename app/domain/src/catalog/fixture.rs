//! The reference data of a fresh installation in short form (spec 02), with the ids that API clients know.
//! For tests of this and other crates; the database has its own seed.

use super::*;
use std::str::FromStr;

/// `order | name | id`
const GROUPS: &str = "\
1|Marketplace|db1d11b4-ed6d-415d-9d31-8e3ea07c3465
4|Catalog|353115cd-2400-4a0f-9898-69752dd4b844
5|Payment Operations|ccebacfe-7992-42e9-b6d6-6afcff7f40fc
6|Operations|a9f75904-41e4-44e5-93c7-4be64507cb68
8|Platform|d1d0fa81-4bce-4cf3-99d1-ef2ec611d65e
10|Security|3347e0d0-69e0-430a-ac17-940b61fd10e4
11|Corporate IT|e41036d0-08ab-4458-aa12-0098c68a55ec
12|Other|13a1b0b2-9ff9-4c2b-b665-f497102459d7
1800|Data|86aaac61-3680-4eb6-8e52-77b8a5a78c71";

/// `group | order | name | private | id`
const CATEGORIES: &str = "\
Marketplace|1|Commercial Animation||f28a2d22-fa77-4d33-8b78-30e3a1828c5e
Marketplace|1|Mobile Apps||0b7df3de-e3b5-4924-bcff-bb0ccc31fa03
Marketplace|2|Spartacux Foundations||421927b9-76a2-43b3-9a44-92e794b5c523
Marketplace|4|Product Discovery||86ae1442-a15a-4545-98bb-1a3226b98a23
Marketplace|7|Tracking||fe05c1e5-e978-462a-ade2-92924e01244c
Marketplace|234|User & Purchase||d81c2362-f44c-4e2c-a431-6a5e1c53415b
Catalog|0|Catalog Performance||808e7a69-ad6c-4a20-86b4-2754a9c4ff1a
Catalog|3|Offer (Price & Stock)||4c896455-f6d8-42c8-b6cf-d5be87cdfc3c
Catalog|4|BO Catalog - Master Experience||43b582f1-d445-4fc9-92eb-e742ee14fd4a
Catalog|30|Product Information||3d71d900-bf53-47e2-883b-332c641f7541
Catalog|40|Taxonomy||9fa9f139-8344-4f2e-8c25-f318e75bcf4f
Catalog|60|Publication on website||68ccfee4-c7a2-4009-b9bb-d7cc30c52519
Payment Operations|0|Loyalty and coupons||b055c52e-ea0f-4584-9d15-6391afa5c3f7
Payment Operations|0|Payment||02a18a9c-67ba-45e8-9b50-8662f1c6eae1
Payment Operations|0|Payouts to seller||c5466a41-4528-49ca-bb86-de2b6c26c652
Payment Operations|0|Refunds||d65e9e46-1119-4e8d-b9df-995d59e6f612
Payment Operations|78|Finance Operations||e1d539ce-e02b-47fa-b16c-39d26e3ddf9c
Operations|0|Customer service||5d4e006d-423d-493b-9d98-bfd1ca82cf42
Operations|0|Inventory||ea2ee443-9716-4e81-91ae-a66caef0749a
Operations|0|Returns||bb4b4549-6f60-4e11-9dc5-607ffd19834f
Operations|1|Internal Messaging||de920235-2c36-45fc-b366-02e9079603b2
Operations|2|Order management||7529a8b4-ec9b-4722-a772-e10ff7a616ad
Operations|3|Helpcenter||f460e4ee-ac13-4b94-b9e4-fbb0aa87558c
Operations|4|Seller Order||eef1c9d0-a460-4821-8dc7-6361ba1e016c
Operations|13|ManoFulfillment OPS||4ef370d3-73dc-4ea6-829b-4cd155abaa93
Operations|543|Customer Management||2f8a8cad-4950-41b3-8fb3-ec0b6608f324
Operations|3006|Delivery experience||6e4ce13e-527d-426a-a753-36c5f207a8bb
Platform|0|Cloud Infrastructure||5abb78d3-1214-4a06-81a1-04351a5c9b33
Platform|1|Spinak||767dc095-fbc4-4dd0-9c8e-32f5e268c958
Platform|3|CDN||962bf559-5fc2-4cd4-8834-6c3c1e767085
Platform|4|Performance||795ffe46-e30e-483b-abac-0bc7570d4266
Platform|8|Gitlab||96c9f325-539d-4325-8498-62f7b41a5ed7
Platform|9|Authentification||585795c3-f2fe-441c-b13f-3e6975538ea8
Security|0|Compromised laptop / server||4fbfb9d9-8746-465f-9166-1149a54aba23
Security|1|Security Misc||89c9ff50-5b0b-4554-a3e3-cbe31258dd19
Security|2|Attack||0dff9974-b5bd-4d3d-84a0-b93b8d3a69ce
Security|3|System Compromise|yes|8bfafb93-8790-42f0-898a-d2e30e8ba532
Security|4|Personal Data Breach|yes|81fa0384-3930-47d4-ab81-ee3ac057485f
Corporate IT|0|Network||c419c3a0-9490-416e-8b4c-4e39c55b41a8
Corporate IT|1|Infra - System||3e0bedcb-725b-4c02-876f-c7665d5bb15d
Corporate IT|2|Applications||0f2c7343-d526-4aee-8b54-ef1de7c1fd61
Other|1|Crisis Communication Room||952bd782-b6e4-43e1-989f-aa93b3c03c2b
Other|8|Legacy||432e2ea4-4908-484b-8fa8-2bd943cff41f
Other|90|Test Incident||8f1ecfc2-445f-4eac-a1b4-8b3261c8fe49
Other|100|Legal||5900badb-1d82-4aa6-b6e2-b76f29a83d5f
Other|200|Other||390a993a-d273-4db8-b7d6-190ab294961a
Data|2|data-visitors||23bf9043-6591-4333-8c90-f036341803df
Data|3|data-buyers||9325f518-856b-4683-9fdc-3538c737543a
Data|5|data-platform||b048da6b-6834-48eb-b8a4-bab33acf5bf3
Data|6|data-specialist-offer||ea3e5cfb-0cc4-42e2-824a-e5108c4085e3
Data|8|data-wbr||f114c217-7d67-44e1-bd8c-db5040afe888
Data|10|data-operations||c8ba4508-54d0-4421-9f3b-8fe143df97d0";

/// `type | code | name | id`
const LEVELS: &str = "\
business_impact|HT|Critical business impact|b2e8c6d7-3f4a-4e2b-8c1d-9f7e6a5b4c3d
business_impact|HI|Whole business or revenue at risk|3f10fadb-1fab-42cc-b141-c8acc8055e6d
business_impact|MD|Significant business or revenue loss|759b338d-9fde-4c9f-9f8b-4b7fd71703af
business_impact|LO|Minor impact on business or revenue|77785b9b-6518-4ec8-84a2-b9f31ee2fb5e
business_impact|LT|No impact on business or revenue|e6b7c2a1-4e8b-4b2a-9f3d-2a7e5e6c8f12
business_impact|NO|None - business or revenue|d883acbb-b42a-43ac-a6c1-60600f75ca96
sellers_impact|HT|Critical issue for many sellers|b6e2c8d9-4f3b-4e2a-9c1d-8f7e6a5b4c3e
sellers_impact|HI|Key services inaccessible for most|3123bcdc-9760-44ec-ac6c-f62d48438295
sellers_impact|MD|Some sellers have significant issues|77b695ed-03c0-407b-ac01-aadbea8a700b
sellers_impact|LO|Few sellers with minor issues|38ccbce8-d781-4fea-94cc-74cc64e706f6
sellers_impact|LT|No impact on sellers|e2a1b8c7-4f3a-4e2b-8b7d-2c9e1f8a6d3f
sellers_impact|NO|None - sellers|39acd223-2ef5-40e5-9f59-cafe6736d16e
customers_impact|HT|Critical issue for many customers|e5c7a2b1-8d4f-4c2a-9e1b-7f6a5d4c3b2a
customers_impact|HI|Some customers have major issues|a3ee9435-00d6-4706-adc0-6f2f2e3e15e9
customers_impact|MD|Some customers have issues|b7e06f2f-2846-45ec-aba6-04f1ac28d2c6
customers_impact|LO|Few customers with minor issues|c87d6de6-4666-4602-86e1-1e8ac9c760ea
customers_impact|LT|No impact on customers|b8e1a3c2-5d4f-4e7a-9c3b-2f1e8d7c6a5b
customers_impact|NO|None - customers|fefc492f-d077-4548-9b69-1d5ba0252a8a
employees_impact|HI|Critical internal tools down|b513d012-00c7-4120-af90-a284405d65ce
employees_impact|MD|Significant issues for some employees|e058c0ee-a5bb-4fdb-bcd1-4b4bfa98a0df
employees_impact|LO|Few employees with minor issues|89998f44-ed03-4702-81d6-96af2af6ebe3
employees_impact|LT|No impact on employees|f3c2e1b4-7a8d-4c6e-9d2f-1b5e8a7c9f01
employees_impact|NO|None - internal|e4b7c1d2-3a4f-4e6b-8c2d-7f9e5a6b3c1d";

/// `value | name | emoji | post-mortem | sla in hours | description | id`
const PRIORITIES: &str = "\
1|P1|🌪️|yes|2|Critical|3d8a4e0f-cc79-4063-9431-8aa785a56ca0
2|P2|⛈️|yes|4|Major|8ab02fa9-f950-49cb-982e-b8d653e38ffc
3|P3|🌩️||24|Minor, customers affected|e12c3836-ea9b-44bf-a3cf-5a715d62395b
4|P4|🌦️||120|Minor, customers not affected|b814c9d2-48a8-4ac4-9c71-ff844e1b77f1
5|P5|🐞||240|Cosmetic|e57c2084-d7e0-4dea-9f6b-a4e8bc5a55d4
20|GAMEDAY|🤡||1|Game day|701d498c-067f-43cd-b1ca-0977d983f27e";

impl Catalog {
    /// What a fresh installation starts with: 3 environments, 6 priorities, 9 groups, 52 categories, 4 impact types
    /// with 23 levels, 2 roles, 6 key events, 7 metrics, 1 cost type; no feature teams.
    ///
    /// # Panics
    /// Never: the tables above are fixed.
    pub fn demo() -> Self {
        let priorities: Vec<Priority> = rows(PRIORITIES).map(priority).collect();
        let severities = priorities
            .iter()
            .map(|p| Severity { id: SeverityId(p.id.0), name: p.name.replace('P', "SEV"), value: p.value })
            .collect();
        let groups: Vec<Group> = rows(GROUPS)
            .map(|[order, name, id]| Group {
                id: id_of(id),
                name: name.into(),
                description: String::new(),
                order: id_of(order),
            })
            .collect();
        let categories = rows(CATEGORIES).map(|row| category(row, &groups)).collect();
        Catalog {
            environments: environments(),
            priorities,
            groups,
            categories,
            impact_types: impact_types(),
            role_types: role_types(),
            milestone_types: milestone_types(),
            metric_types: metric_types(),
            cost_types: vec![CostType {
                id: CostTypeId(1),
                name: "Revenue loss".into(),
                description: None,
                category: None,
                default: true,
                editable: true,
            }],
            severities,
            feature_teams: Vec::new(),
        }
        .sorted()
    }
}

fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().map(|line| {
        let cells: Vec<_> = line.split('|').collect();
        cells.try_into().expect("every row of a fixture has all its cells")
    })
}

fn id_of<T: FromStr>(text: &str) -> T {
    text.parse().ok().expect("the fixture holds well-formed ids and numbers")
}

fn environments() -> Vec<Environment> {
    [
        ("PRD", "Prod", "Production environment", 0, "e5c46eb0-5620-4a30-81c6-4a647c189ff2"),
        ("STG", "Stg", "Staging environment", 1, "41e06f3b-4b42-4617-af9a-fa91e9af13c9"),
        ("INT", "Int", "Integration environment", 3, "1b960430-995b-47e1-beab-23dbe3dbccbf"),
    ]
    .map(|(value, name, description, order, id)| Environment {
        id: id_of(id),
        value: value.into(),
        name: name.into(),
        description: description.into(),
        order,
        default: order == 0,
    })
    .into()
}

fn priority([value, name, emoji, postmortem, sla_hours, description, id]: [&str; 7]) -> Priority {
    let value: i32 = id_of(value);
    Priority {
        id: id_of(id),
        name: name.into(),
        value,
        emoji: emoji.into(),
        description: description.into(),
        order: if value == 20 { 20 } else { value - 1 },
        default: value == 4,
        needs_postmortem: postmortem == "yes",
        enabled_create: true,
        enabled_update: true,
        reminder_time_s: 3600,
        sla_s: 3600 * id_of::<i64>(sla_hours),
        recommended_response_type: Some(match value {
            4 | 5 => ResponseType::Normal,
            _ => ResponseType::Critical,
        }),
    }
}

fn category([group, order, name, private, id]: [&str; 5], groups: &[Group]) -> Category {
    Category {
        id: id_of(id),
        name: name.into(),
        description: String::new(),
        order: id_of(order),
        private: private == "yes",
        deploy_warning: true,
        group: groups.iter().find(|g| g.name == group).expect("every category names a group").id,
    }
}

fn impact_types() -> Vec<ImpactType> {
    [
        (1, "business_impact", "Business Impact", "💰", 1),
        (2, "sellers_impact", "Sellers Impact", "📦", 3),
        (3, "customers_impact", "Customers Impact", "👥", 2),
        (4, "employees_impact", "Employees Impact", "🧑‍💼", 4),
    ]
    .map(|(id, value, name, emoji, order)| ImpactType {
        id: ImpactTypeId(id),
        value: value.into(),
        name: name.into(),
        emoji: emoji.into(),
        help_text: String::new(),
        order,
        levels: rows(LEVELS).filter(|row: &[&str; 4]| row[0] == value).map(level).collect(),
    })
    .into()
}

fn level([_, code, name, id]: [&str; 4]) -> ImpactLevel {
    let code = LevelCode::from_code(code).expect("the fixture holds the six codes");
    ImpactLevel {
        id: id_of(id),
        code,
        name: name.into(),
        emoji: if code == LevelCode::None { "0️⃣" } else { code.emoji() }.into(),
        order: (6 - i32::from(code.rank())) * 5,
        description: None,
    }
}

fn role_types() -> Vec<RoleType> {
    [
        (1, "commander", "Commander", "🧑‍✈️", true, "Incident Lead", "Knows what happens now and next"),
        (
            2,
            "communication_lead",
            "Communication Lead",
            "🧑‍💼",
            false,
            "Public Relations Lead",
            "Keeps everybody informed",
        ),
    ]
    .map(|(id, slug, name, emoji, required, aka, summary)| RoleType {
        id: RoleTypeId(id),
        slug: slug.into(),
        name: name.into(),
        emoji: emoji.into(),
        required,
        order: id,
        aka: aka.into(),
        summary: summary.into(),
        summary_first_person: None,
        description: summary.into(),
    })
    .into()
}

fn milestone_types() -> Vec<MilestoneType> {
    [
        (1, "Started", "started", true, true, "first symptoms"),
        (2, "Detected", "detected", true, true, "a monitor fired or somebody noticed"),
        (3, "Declared", "declared", false, true, "the incident is acknowledged and opened"),
        (4, "Recovered", "recovered", true, true, "the impact is no longer visible"),
        (5, "Resolved", "resolved", false, false, "back to steady state"),
        (6, "Mitigated", "mitigated", false, false, "corrective actions are applied"),
    ]
    .map(|(id, name, event_type, user_editable, required, meaning)| MilestoneType {
        id: MilestoneTypeId(id),
        name: name.into(),
        event_type: event_type.into(),
        summary: ["*", name, "*, ", meaning].concat(),
        description: None,
        user_editable,
        required,
        asked_for: required,
    })
    .into()
}

fn metric_types() -> Vec<MetricType> {
    [
        (1, "TTD", "Time To Detect", "time_to_detect", 2, 1),
        (2, "TTA", "Time To Acknowledge", "time_to_internal_response", 3, 1),
        (3, "TTRep", "Time To Repair", "time_to_repair", 6, 3),
        (4, "TTF", "Time To Fix", "time_to_fix", 4, 3),
        (5, "TTRec", "Time To Recovery", "time_to_recovery", 4, 1),
        (6, "TTResp", "Time To Respond", "time_to_respond", 4, 2),
        (7, "TTReso", "Time To Resolve", "time_to_resolve", 5, 1),
    ]
    .map(|(id, code, name, kind, lhs, rhs)| MetricType {
        id: MetricTypeId(id),
        code: code.into(),
        name: name.into(),
        kind: kind.into(),
        description: String::new(),
        lhs: MilestoneTypeId(lhs),
        rhs: MilestoneTypeId(rhs),
    })
    .into()
}
