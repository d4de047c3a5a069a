//! Who may do what: a line for everything that answers.

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    Anonymous,
    /// Has signed in, and has no rights: a guest of the workspace.
    Guest,
    /// A responder who is not on the private incident.
    Outsider,
    /// On it.
    Member,
    /// An administrator: sees it without being on it.
    Admin,
}

/// In the order of [`Expected`].
pub const CALLERS: [Caller; 5] =
    [Caller::Anonymous, Caller::Guest, Caller::Outsider, Caller::Member, Caller::Admin];

impl Caller {
    /// For whom the private incident does not exist.
    pub fn is_outside(self) -> bool {
        matches!(self, Caller::Anonymous | Caller::Guest | Caller::Outsider)
    }

    pub fn username(self) -> Option<&'static str> {
        match self {
            Caller::Anonymous => None,
            Caller::Guest => Some("gil.guest"),
            Caller::Outsider => Some("sofia.lindgren"),
            Caller::Member => Some("yusuf.demir"),
            Caller::Admin => Some("priya.raman"),
        }
    }

    pub fn in_slack(self) -> Option<&'static str> {
        match self {
            Caller::Anonymous => None,
            Caller::Guest => Some("U0GUEST"),
            Caller::Outsider => Some("U0SOFIA"),
            Caller::Member => Some("U0YUSUF"),
            Caller::Admin => Some("U0PRIYA"),
        }
    }
}

/// One question; `{P}` is the number of the private incident, `{U}` an entry of its timeline.
#[derive(Debug, Clone, Copy)]
pub enum Ask {
    Get(&'static str),
    /// A path and a form.
    Post(&'static str, &'static str),
    /// A path and a body of JSON.
    Json(&'static str, &'static str),
    /// What is typed behind `/incident`.
    Command(&'static str),
    /// A button with this id, pressed with the number as its value.
    Button(&'static str),
    /// A view with this id, submitted with the number behind it.
    View(&'static str),
    /// A search in the select with this id.
    Suggest(&'static str, &'static str),
    Shortcut(&'static str),
}

/// A line of the table.
pub struct Row {
    /// As `firefighter routes` prints it.
    pub route: &'static str,
    /// What is asked, and the status that each of [`CALLERS`] gets.
    pub asks: &'static [(Ask, Expected)],
}

/// In the order of [`CALLERS`].
pub type Expected = &'static [u16; 5];

/// Whether the route has an answer that outsiders do not get.
pub fn hides(route: &str) -> bool {
    TABLE
        .iter()
        .filter(|row| row.route == route)
        .flat_map(|row| row.asks)
        .any(|(_, expected)| expected[2] == 404 && expected[3] == 200)
}

/// In Slack nobody is anonymous, and every delivery is taken with 200: what matters is what is said.
const SLACK: Expected = &[0, 200, 200, 200, 200];

/// An endpoint: with a key, and with the right to read it.
const API: Expected = &[401, 403, 200, 200, 200];
/// There is no such row.
const API_NONE: Expected = &[401, 403, 404, 404, 404];
/// The private incident by its number.
const API_MEMBERS: Expected = &[401, 403, 404, 200, 200];
/// A page: strangers are sent to sign in.
const PAGE: Expected = &[302, 200, 200, 200, 200];
/// The private incident's own page.
const PAGE_MEMBERS: Expected = &[302, 404, 404, 200, 200];
/// What a page loads.
const DATA: Expected = &[401, 200, 200, 200, 200];
/// What the private incident's page loads.
const DATA_MEMBERS: Expected = &[401, 404, 404, 200, 200];
/// Open to the world.
const EVERYBODY: Expected = &[200; 5];
/// Not there, whoever asks.
const NOBODY: Expected = &[404; 5];
/// A plain form leads on: to the page that says what came of it, or to sign in.
const FORM: Expected = &[303; 5];

#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    Row { route: "api GET /api/v2/firefighter/components", asks: &[(Ask::Get("/api/v2/firefighter/components"), API)] },
    Row { route: "api GET /api/v2/firefighter/components/{id}", asks: &[(Ask::Get("/api/v2/firefighter/components/{P}"), API_NONE)] },
    Row { route: "api GET /api/v2/firefighter/environments", asks: &[(Ask::Get("/api/v2/firefighter/environments"), API)] },
    Row { route: "api GET /api/v2/firefighter/environments/{id}", asks: &[(Ask::Get("/api/v2/firefighter/environments/{P}"), API_NONE)] },
    Row { route: "api GET /api/v2/firefighter/groups", asks: &[(Ask::Get("/api/v2/firefighter/groups"), API)] },
    Row { route: "api GET /api/v2/firefighter/groups/{id}", asks: &[(Ask::Get("/api/v2/firefighter/groups/{P}"), API_NONE)] },
    Row { route: "api GET /api/v2/firefighter/incident-categories", asks: &[(Ask::Get("/api/v2/firefighter/incident-categories"), API)] },
    Row { route: "api GET /api/v2/firefighter/incident-categories/{id}", asks: &[(Ask::Get("/api/v2/firefighter/incident-categories/{P}"), API_NONE)] },
    Row { route: "api GET /api/v2/firefighter/incident_cost_types", asks: &[(Ask::Get("/api/v2/firefighter/incident_cost_types"), API)] },
    Row { route: "api GET /api/v2/firefighter/incident_cost_types/{id}", asks: &[(Ask::Get("/api/v2/firefighter/incident_cost_types/{P}"), API_NONE)] },
    Row { route: "api GET /api/v2/firefighter/incident_costs", asks: &[(Ask::Get("/api/v2/firefighter/incident_costs"), API), (Ask::Get("/api/v2/firefighter/incident_costs?incident={P}"), API), (Ask::Get("/api/v2/firefighter/incident_costs?incident_id={P}"), API)] },
    Row { route: "api GET /api/v2/firefighter/incident_costs/{id}", asks: &[(Ask::Get("/api/v2/firefighter/incident_costs/{P}"), API_NONE)] },
    Row { route: "api GET /api/v2/firefighter/incidents", asks: &[(Ask::Get("/api/v2/firefighter/incidents"), API), (Ask::Get("/api/v2/firefighter/incidents?search=records+of+buyers"), API), (Ask::Get("/api/v2/firefighter/incidents?format=csv"), API), (Ask::Get("/api/v2/firefighter/incidents?format=tsv"), API), (Ask::Get("/api/v2/firefighter/incidents?id={P}"), API), (Ask::Get("/api/v2/firefighter/incidents?status=10&limit=1"), API)] },
    Row { route: "api GET /api/v2/firefighter/incidents/{id}", asks: &[(Ask::Get("/api/v2/firefighter/incidents/{P}"), API_MEMBERS)] },
    Row { route: "api GET /api/v2/firefighter/priorities", asks: &[(Ask::Get("/api/v2/firefighter/priorities"), API)] },
    Row { route: "api GET /api/v2/firefighter/priorities/{id}", asks: &[(Ask::Get("/api/v2/firefighter/priorities/{P}"), API_NONE)] },
    Row { route: "api GET /api/v2/firefighter/schema", asks: &[(Ask::Get("/api/v2/firefighter/schema"), EVERYBODY)] },
    Row { route: "api GET /api/v2/firefighter/schema/swagger-ui", asks: &[(Ask::Get("/api/v2/firefighter/schema/swagger-ui"), EVERYBODY)] },
    Row { route: "api GET /api/v2/firefighter/schema/swagger-ui/{file}", asks: &[(Ask::Get("/api/v2/firefighter/schema/swagger-ui/index.css"), EVERYBODY)] },
    Row { route: "api GET /api/v2/firefighter/severities", asks: &[(Ask::Get("/api/v2/firefighter/severities"), API)] },
    Row { route: "api GET /api/v2/firefighter/severities/{id}", asks: &[(Ask::Get("/api/v2/firefighter/severities/{P}"), API_NONE)] },
    Row { route: "api POST /api/v2/firefighter/incidents", asks: &[(Ask::Json("/api/v2/firefighter/incidents", r#"{"title":"x","dedup_key":"{P}"}"#), &[401, 403, 400, 400, 400])] },
    Row { route: "button app_home_incident_action", asks: &[(Ask::Button("app_home_incident_action"), SLACK)] },
    Row { route: "button close_incident", asks: &[(Ask::Button("close_incident"), SLACK)] },
    Row { route: "button closure_reason_incident", asks: &[(Ask::Button("closure_reason_incident"), SLACK)] },
    Row { route: "button generate_dust_postmortem", asks: &[(Ask::Button("generate_dust_postmortem"), SLACK)] },
    Row { route: "button incident_create_postmortem_now", asks: &[(Ask::Button("incident_create_postmortem_now"), SLACK)] },
    Row { route: "button incident_status", asks: &[(Ask::Button("incident_status"), SLACK)] },
    Row { route: "button incident_update_select_incident", asks: &[(Ask::Button("incident_update_select_incident"), SLACK), (Ask::Suggest("incident_update_select_incident", "records of buyers"), SLACK), (Ask::Suggest("incident_update_select_incident", ""), SLACK), (Ask::Suggest("incident_update_select_incident", "{P}"), SLACK)] },
    Row { route: "button open_check_current_incidents", asks: &[(Ask::Button("open_check_current_incidents"), SLACK)] },
    Row { route: "button open_incident", asks: &[(Ask::Button("open_incident"), SLACK)] },
    Row { route: "button open_incident_again", asks: &[(Ask::Button("open_incident_again"), SLACK)] },
    Row { route: "button open_incident_select_impact", asks: &[(Ask::Button("open_incident_select_impact"), SLACK)] },
    Row { route: "button open_incident_unified", asks: &[(Ask::Button("open_incident_unified"), SLACK)] },
    Row { route: "button open_link", asks: &[(Ask::Button("open_link"), SLACK)] },
    Row { route: "button open_modal_create_postmortem", asks: &[(Ask::Button("open_modal_create_postmortem"), SLACK)] },
    Row { route: "button open_modal_downgrade_workflow", asks: &[(Ask::Button("open_modal_downgrade_workflow"), SLACK)] },
    Row { route: "button open_modal_incident_edit", asks: &[(Ask::Button("open_modal_incident_edit"), SLACK)] },
    Row { route: "button open_modal_incident_send_sos", asks: &[(Ask::Button("open_modal_incident_send_sos"), SLACK)] },
    Row { route: "button open_modal_incident_update_roles", asks: &[(Ask::Button("open_modal_incident_update_roles"), SLACK)] },
    Row { route: "button open_modal_incident_update_status", asks: &[(Ask::Button("open_modal_incident_update_status"), SLACK)] },
    Row { route: "button open_modal_trigger_oncall", asks: &[(Ask::Button("open_modal_trigger_oncall"), SLACK)] },
    Row { route: "button push_check_current_incidents", asks: &[(Ask::Button("push_check_current_incidents"), SLACK)] },
    Row { route: "button push_incident_select_impact", asks: &[(Ask::Button("push_incident_select_impact"), SLACK)] },
    Row { route: "button push_incident_unified", asks: &[(Ask::Button("push_incident_unified"), SLACK)] },
    Row { route: "button push_modal_create_postmortem", asks: &[(Ask::Button("push_modal_create_postmortem"), SLACK)] },
    Row { route: "button push_modal_downgrade_workflow", asks: &[(Ask::Button("push_modal_downgrade_workflow"), SLACK)] },
    Row { route: "button push_modal_incident_edit", asks: &[(Ask::Button("push_modal_incident_edit"), SLACK)] },
    Row { route: "button push_modal_incident_send_sos", asks: &[(Ask::Button("push_modal_incident_send_sos"), SLACK)] },
    Row { route: "button push_modal_incident_update_roles", asks: &[(Ask::Button("push_modal_incident_update_roles"), SLACK)] },
    Row { route: "button push_modal_incident_update_status", asks: &[(Ask::Button("push_modal_incident_update_status"), SLACK)] },
    Row { route: "button raise_incident_to_p2", asks: &[(Ask::Button("raise_incident_to_p2"), SLACK)] },
    Row { route: "button raise_incident_to_p3", asks: &[(Ask::Button("raise_incident_to_p3"), SLACK)] },
    Row { route: "button set_type", asks: &[(Ask::Button("set_type"), SLACK)] },
    Row { route: "button update_incident", asks: &[(Ask::Button("update_incident"), SLACK)] },
    Row { route: "button update_modal_downgrade_workflow", asks: &[(Ask::Button("update_modal_downgrade_workflow"), SLACK)] },
    Row { route: "button update_modal_incident_edit", asks: &[(Ask::Button("update_modal_incident_edit"), SLACK)] },
    Row { route: "button update_modal_incident_send_sos", asks: &[(Ask::Button("update_modal_incident_send_sos"), SLACK)] },
    Row { route: "button update_modal_incident_update_roles", asks: &[(Ask::Button("update_modal_incident_update_roles"), SLACK)] },
    Row { route: "button update_modal_incident_update_status", asks: &[(Ask::Button("update_modal_incident_update_status"), SLACK)] },
    Row { route: "command help", asks: &[(Ask::Command("help"), SLACK), (Ask::Command("help {P}"), SLACK)] },
    Row { route: "command open", asks: &[(Ask::Command("open"), SLACK), (Ask::Command("open {P}"), SLACK)] },
    Row { route: "command update", asks: &[(Ask::Command("update"), SLACK), (Ask::Command("update {P}"), SLACK)] },
    Row { route: "form GET /fn/categories", asks: &[(Ask::Get("/fn/categories?query=metrics_period%3Dlast_year+-+now"), DATA), (Ask::Get("/fn/categories?query="), DATA)] },
    Row { route: "form GET /fn/dashboard", asks: &[(Ask::Get("/fn/dashboard"), DATA)] },
    Row { route: "form GET /fn/fires", asks: &[(Ask::Get("/fn/fires"), DATA)] },
    Row { route: "form GET /fn/incident", asks: &[(Ask::Get("/fn/incident?id={P}"), DATA_MEMBERS), (Ask::Get("/fn/incident?id={P}&at=2100-01-01"), DATA_MEMBERS), (Ask::Get("/fn/incident?id={P}&at=2020-01-01"), DATA_MEMBERS)] },
    Row { route: "form GET /fn/incident/costs", asks: &[(Ask::Get("/fn/incident/costs?id={P}"), DATA_MEMBERS)] },
    Row { route: "form GET /fn/incident/declare-form", asks: &[(Ask::Get("/fn/incident/declare-form"), DATA)] },
    Row { route: "form GET /fn/incident/impacts/form", asks: &[(Ask::Get("/fn/incident/impacts/form?id={P}"), DATA_MEMBERS)] },
    Row { route: "form GET /fn/incident/key-events/form", asks: &[(Ask::Get("/fn/incident/key-events/form?id={P}"), DATA_MEMBERS)] },
    Row { route: "form GET /fn/incident/people", asks: &[(Ask::Get("/fn/incident/people?id={P}"), DATA_MEMBERS)] },
    Row { route: "form GET /fn/incident/similar", asks: &[(Ask::Get("/fn/incident/similar?words=records+of+buyers&category="), DATA), (Ask::Get("/fn/incident/similar?words=&category=81fa0384-3930-47d4-ab81-ee3ac057485f"), DATA), (Ask::Get("/fn/incident/similar"), DATA)] },
    Row { route: "form GET /fn/incident/tags/form", asks: &[(Ask::Get("/fn/incident/tags/form?id={P}"), DATA_MEMBERS)] },
    Row { route: "form GET /fn/incidents", asks: &[(Ask::Get("/fn/incidents?query=search%3Drecords"), DATA), (Ask::Get("/fn/incidents?query="), DATA)] },
    Row { route: "form GET /fn/login", asks: &[(Ask::Get("/fn/login?next=/incident/{P}/"), EVERYBODY)] },
    Row { route: "form GET /fn/submission", asks: &[(Ask::Get("/fn/submission"), DATA)] },
    Row { route: "form POST /fn/delivery/retry", asks: &[(Ask::Post("/fn/delivery/retry", "incident={P}&job=1"), FORM)] },
    Row { route: "form POST /fn/incident/close", asks: &[(Ask::Post("/fn/incident/close", "id={P}&submission=00000000-0000-4000-8000-000000000007&asked[status][from]=10&asked[status][to]=60&asked[message]=Closed+without+a+reason"), FORM)] },
    Row { route: "form POST /fn/incident/correct", asks: &[(Ask::Post("/fn/incident/correct", "id={P}&entry={U}&submission=00000000-0000-4000-8000-000000000011&message[from]=Not+what+was+said&message[to]=Not+what+is+said"), FORM)] },
    Row { route: "form POST /fn/incident/costs/add", asks: &[(Ask::Post("/fn/incident/costs/add", "id={P}&submission=00000000-0000-4000-8000-000000000003&asked[amount]=1"), FORM)] },
    Row { route: "form POST /fn/incident/costs/change", asks: &[(Ask::Post("/fn/incident/costs/change", "id={P}&line=1&submission=01900000-0000-7000-8000-0000000000f6&asked[amount][to]=5"), FORM)] },
    Row { route: "form POST /fn/incident/costs/remove", asks: &[(Ask::Post("/fn/incident/costs/remove", "id={P}&line=1"), FORM)] },
    Row { route: "form POST /fn/incident/declare", asks: &[(Ask::Post("/fn/incident/declare", "submission=00000000-0000-4000-8000-000000000002&asked[title]=Short"), FORM), (Ask::Post("/fn/incident/declare", "submission=00000000-0000-4000-8000-000000000009&instead={P}&asked[title]=Whatever+is+said+here"), FORM)] },
    Row { route: "form POST /fn/incident/edit", asks: &[(Ask::Post("/fn/incident/edit", "id={P}&submission=00000000-0000-4000-8000-000000000008&asked[title][from]=Not+what+it+was&asked[title][to]=Not+what+it+becomes"), FORM)] },
    Row { route: "form POST /fn/incident/impacts", asks: &[(Ask::Post("/fn/incident/impacts", "id={P}&submission=00000000-0000-4000-8000-00000000000a&asked[customers_impact][to]=XX"), FORM)] },
    Row { route: "form POST /fn/incident/join", asks: &[(Ask::Post("/fn/incident/join", "id={P}"), FORM)] },
    Row { route: "form POST /fn/incident/key-events", asks: &[(Ask::Post("/fn/incident/key-events", "id={P}&submission=00000000-0000-4000-8000-000000000004&asked[key_event_started][to]=soon"), FORM)] },
    Row { route: "form POST /fn/incident/leave", asks: &[(Ask::Post("/fn/incident/leave", "id={P}"), FORM)] },
    Row { route: "form POST /fn/incident/mistake", asks: &[(Ask::Post("/fn/incident/mistake", "id={P}&submission=00000000-0000-4000-8000-000000000009"), FORM)] },
    Row { route: "form POST /fn/incident/reopen", asks: &[(Ask::Post("/fn/incident/reopen", "id={P}&submission=00000000-0000-4000-8000-000000000010&asked[status][from]=60&asked[status][to]=20&asked[message]=It+is+not+over"), FORM)] },
    Row { route: "form POST /fn/incident/roles", asks: &[(Ask::Post("/fn/incident/roles", "id={P}&submission=00000000-0000-4000-8000-000000000005&asked[role_commander][to]="), FORM)] },
    Row { route: "form POST /fn/incident/tags", asks: &[(Ask::Post("/fn/incident/tags", "id={P}&submission=00000000-0000-4000-8000-000000000006&tags[to]=!!!"), FORM)] },
    Row { route: "form POST /fn/incident/update", asks: &[(Ask::Post("/fn/incident/update", "incident={P}&submission=00000000-0000-4000-8000-000000000001&asked[message]=Whatever+is+said+here"), FORM)] },
    Row { route: "other /api/v2/firefighter/monitoring/healthcheck", asks: &[(Ask::Get("/api/v2/firefighter/monitoring/healthcheck"), EVERYBODY)] },
    Row { route: "other /api/v2/firefighter/monitoring/readiness", asks: &[(Ask::Get("/api/v2/firefighter/monitoring/readiness"), &[503, 503, 503, 503, 503])] },
    Row { route: "other /fn/live", asks: &[(Ask::Get("/fn/live"), DATA)] },
    Row { route: "other /robots.txt", asks: &[(Ask::Get("/robots.txt"), EVERYBODY)] },
    Row { route: "other POST /admin/login/", asks: &[(Ask::Post("/admin/login/", "username=yusuf.demir&password=wrong&next=/incident/{P}/"), FORM)] },
    Row { route: "other POST /admin/logout/", asks: &[(Ask::Get("/admin/logout/"), &[405, 405, 405, 405, 405])] },
    Row { route: "other POST /api/v2/firefighter/slack/incident/", asks: &[(Ask::Json("/api/v2/firefighter/slack/incident/", "{}"), &[401, 401, 401, 401, 401])] },
    Row { route: "page /", asks: &[(Ask::Get("/"), PAGE)] },
    Row { route: "page /admin/login/", asks: &[(Ask::Get("/admin/login/"), EVERYBODY), (Ask::Get("/admin/login/?next=/incident/{P}/"), EVERYBODY)] },
    Row { route: "page /err/{code}/", asks: &[(Ask::Get("/err/404/"), NOBODY)] },
    Row { route: "page /incident-category/", asks: &[(Ask::Get("/incident-category/"), PAGE), (Ask::Get("/incident-category/?metrics_period=last_year+-+now&sort=-incident_count"), PAGE), (Ask::Get("/incident-category/?private=true&metrics_period=last_year+-+now"), PAGE)] },
    Row { route: "page /incident/", asks: &[(Ask::Get("/incident/"), PAGE), (Ask::Get("/incident/?search=records+of+buyers"), PAGE), (Ask::Get("/incident/?search={P}"), PAGE), (Ask::Get("/incident/?status=10"), PAGE), (Ask::Get("/incident/?sort=-id"), PAGE), (Ask::Get("/incident/?incident_category=81fa0384-3930-47d4-ab81-ee3ac057485f"), PAGE), (Ask::Get("/incident/?private=true"), PAGE), (Ask::Get("/incident/?sort=title&page=2"), PAGE)] },
    Row { route: "page /incident/create/", asks: &[(Ask::Get("/incident/create/"), PAGE)] },
    Row { route: "page /incident/{id}/", asks: &[(Ask::Get("/incident/{P}/"), PAGE_MEMBERS), (Ask::Get("/incident/{P}/?as=1"), PAGE_MEMBERS), (Ask::Get("/incident/{P}/?at=2100-01-01"), PAGE_MEMBERS), (Ask::Get("/incident/{P}/?at=2020-01-01"), PAGE_MEMBERS), (Ask::Get("/incident/{P}/?at=soon"), PAGE_MEMBERS), (Ask::Get("/incident/{P}"), &[302, 301, 301, 301, 301])] },
    Row { route: "page /incident/{id}/close/", asks: &[(Ask::Get("/incident/{P}/close/"), PAGE_MEMBERS)] },
    Row { route: "page /incident/{id}/correct/{entry}/", asks: &[(Ask::Get("/incident/{P}/correct/{U}/"), PAGE_MEMBERS)] },
    Row { route: "page /incident/{id}/costs/", asks: &[(Ask::Get("/incident/{P}/costs/"), PAGE_MEMBERS)] },
    Row { route: "page /incident/{id}/edit/", asks: &[(Ask::Get("/incident/{P}/edit/"), PAGE_MEMBERS)] },
    Row { route: "page /incident/{id}/reopen/", asks: &[(Ask::Get("/incident/{P}/reopen/"), PAGE_MEMBERS)] },
    Row { route: "page /incident/{id}/impacts/", asks: &[(Ask::Get("/incident/{P}/impacts/"), PAGE_MEMBERS)] },
    Row { route: "page /incident/{id}/roles/", asks: &[(Ask::Get("/incident/{P}/roles/"), PAGE_MEMBERS)] },
    Row { route: "page /incident/{id}/tags/", asks: &[(Ask::Get("/incident/{P}/tags/"), PAGE_MEMBERS)] },
    Row { route: "page /incident/{id}/update/", asks: &[(Ask::Get("/incident/{P}/update/"), PAGE_MEMBERS)] },
    Row { route: "page /incident/{id}/update_key_events/", asks: &[(Ask::Get("/incident/{P}/update_key_events/"), PAGE_MEMBERS)] },
    Row { route: "shortcut close_incident", asks: &[(Ask::Shortcut("close_incident"), SLACK)] },
    Row { route: "shortcut closure_reason_incident", asks: &[(Ask::Shortcut("closure_reason_incident"), SLACK)] },
    Row { route: "shortcut incident_status", asks: &[(Ask::Shortcut("incident_status"), SLACK)] },
    Row { route: "shortcut modal_edit", asks: &[(Ask::Shortcut("modal_edit"), SLACK)] },
    Row { route: "shortcut open_incident", asks: &[(Ask::Shortcut("open_incident"), SLACK)] },
    Row { route: "shortcut open_incident_select_impact", asks: &[(Ask::Shortcut("open_incident_select_impact"), SLACK)] },
    Row { route: "shortcut update_incident_status", asks: &[(Ask::Shortcut("update_incident_status"), SLACK)] },
    Row { route: "view check_current_incidents", asks: &[(Ask::View("check_current_incidents"), SLACK)] },
    Row { route: "view incident_close", asks: &[(Ask::View("incident_close"), SLACK)] },
    Row { route: "view incident_closure_reason", asks: &[(Ask::View("incident_closure_reason"), SLACK)] },
    Row { route: "view incident_create_postmortem", asks: &[(Ask::View("incident_create_postmortem"), SLACK)] },
    Row { route: "view incident_downgrade_workflow", asks: &[(Ask::View("incident_downgrade_workflow"), SLACK)] },
    Row { route: "view incident_edit_incident", asks: &[(Ask::View("incident_edit_incident"), SLACK)] },
    Row { route: "view incident_oncall_trigger", asks: &[(Ask::View("incident_oncall_trigger"), SLACK)] },
    Row { route: "view incident_open", asks: &[(Ask::View("incident_open"), SLACK)] },
    Row { route: "view incident_result", asks: &[(Ask::View("incident_result"), SLACK)] },
    Row { route: "view incident_select_impact", asks: &[(Ask::View("incident_select_impact"), SLACK)] },
    Row { route: "view incident_send_sos", asks: &[(Ask::View("incident_send_sos"), SLACK)] },
    Row { route: "view incident_status", asks: &[(Ask::View("incident_status"), SLACK)] },
    Row { route: "view incident_update", asks: &[(Ask::View("incident_update"), SLACK)] },
    Row { route: "view incident_update_roles", asks: &[(Ask::View("incident_update_roles"), SLACK)] },
    Row { route: "view incident_update_status", asks: &[(Ask::View("incident_update_status"), SLACK)] },
    Row { route: "view open_incident_unified", asks: &[(Ask::View("open_incident_unified"), SLACK)] },
    Row { route: "view select_incident", asks: &[(Ask::View("select_incident"), SLACK)] },
];
