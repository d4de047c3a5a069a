//! Forms as a browser without script sends them, and what a refused one remembers.

use crate::Site;
use domain::{Conflict, Error, FieldCode, FieldErrors, IncidentId, view::Draft};

fn draft(path: &str, fields: &[(&str, &str)], error: Error) -> Option<Draft> {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Some(Draft { path: path.into(), fields, error })
}

// WEB-034 WEB-087 WEB-090: guidance, labels, defaults, impacts on scales, and what each answer suggests.
#[tokio::test]
async fn the_form_to_declare_guides_and_is_filled_with_defaults() {
    let page = Site::burning().get("/incident/create/").await;
    page.says(&[
        "Declare when customers",
        "In doubt choose the higher one",
        "Title",
        "Summary",
        "Incident category",
        "Environment",
        "Platform",
        "Priority",
    ]);
    page.says(&[
        "Suggested: P1, ",
        "To be fixed within 2 hours. It gets a channel.",
        "Suggested: P5, ",
        "A ticket, no channel.",
        "No priority yet.",
    ]);
    page.says(&["Is it one of these?", "Card payments fail at checkout"]).does_not_say(&["Component"]);
    for label in ["title", "description", "category", "priority"] {
        page.has(&[&format!(r#"for="{label}""#)]);
    }
    page.has(&[r#"action="/fn/incident/declare""#, r#"name="submission" value="submission-2""#]);
    let none = page.tag(r#"name="asked[impacts][business_impact]" value="NO""#);
    assert!(none.contains("checked") && none.contains("aria-label=\"None: "), "{none}");
    assert_eq!(page.html.matches(r#"name="asked[environment][]""#).count(), 3);
    assert!(page.tag(r#"value="e5c46eb0-5620-4a30-81c6-4a647c189ff2""#).contains("checked"), "PRD is chosen");
}

// WEB-088: what was typed arrives whole, and the answer leads to the incident.
#[tokio::test]
async fn a_declaration_arrives_as_typed() {
    let site = Site::burning();
    let answer = site
        .post(
            "/fn/incident/declare",
            &[
                ("submission", "s-1"),
                ("asked[title]", "Search returns nothing"),
                ("asked[description]", "Since 14:40\r\nboth apps"),
                ("asked[impacts][business_impact]", "LO"),
                ("asked[impacts][customers_impact]", "HI"),
                ("asked[priority]", ""),
                ("asked[incident_category]", "86ae1442-a15a-4545-98bb-1a3226b98a23"),
                ("asked[environment][]", "e5c46eb0-5620-4a30-81c6-4a647c189ff2"),
                ("asked[environment][]", "41e06f3b-4b42-4617-af9a-fa91e9af13c9"),
                ("asked[platform][]", "platform-All"),
                ("asked[is_key_account]", "true"),
            ],
        )
        .await;
    assert_eq!((answer.status.as_u16(), answer.location.as_deref()), (302, Some("/incident/4127/#declared")));
    let declared = site.backend.declared.lock().expect("not poisoned");
    let (asked, submission) = &declared[0];
    assert_eq!(submission, "s-1");
    assert_eq!(asked.title.as_deref(), Some("Search returns nothing"));
    assert_eq!(asked.impacts["customers_impact"], "HI");
    assert_eq!(asked.priority.as_deref().unwrap_or_default(), "", "as suggested");
    assert_eq!(asked.environment.len(), 2);
    assert_eq!(asked.platform.as_deref(), Some(&["platform-All".to_owned()][..]));
    assert!(asked.is_key_account && !asked.is_seller_in_golden_list);
}

// WEB-037 WEB-086: refused without script: a summary with links, words at the fields, and everything typed is kept.
#[tokio::test]
async fn a_refused_declaration_keeps_every_word() {
    let mut errors = FieldErrors::default();
    errors.push("title", FieldCode::MinLength, "At least 10 characters. What is broken, and where?");
    errors.push("incident_category", FieldCode::Required, "What is affected? Choose a category.");
    let mut site = Site::burning();
    site.draft = draft(
        "/fn/incident/declare",
        &[
            ("asked[title]", "Search"),
            ("asked[description]", "Since 14:40 </textarea><b>both</b> &lt; apps"),
            ("asked[impacts][customers_impact]", "HI"),
            ("asked[environment][]", "41e06f3b-4b42-4617-af9a-fa91e9af13c9"),
            ("asked[is_key_account]", "true"),
        ],
        errors.into(),
    );
    let page = site.get("/incident/create/").await;
    page.says(&[
        "Not declared yet, 2 things to fix",
        "Title: At least 10 characters",
        "All you wrote is kept.",
        "Since 14:40 </textarea><b>both</b> &lt; apps",
    ]);
    page.has(&[r#"role="alert""#, r##"href="#title""##, r##"href="#category""##]);
    let title = page.tag(r#"id="title""#);
    assert!(
        title.contains(r#"value="Search""#)
            && title.contains(r#"aria-invalid="true""#)
            && title.contains(r#"aria-describedby="title-e title-h""#),
        "{title}"
    );
    assert!(!page.tag(r#"id="description""#).contains("aria-invalid"));
    assert!(page.tag(r#"name="asked[impacts][customers_impact]" value="HI""#).contains("checked"));
    assert!(
        !page.tag(r#"value="e5c46eb0-5620-4a30-81c6-4a647c189ff2""#).contains("checked"),
        "PRD was unticked"
    );
    assert!(page.tag(r#"value="41e06f3b-4b42-4617-af9a-fa91e9af13c9""#).contains("checked"));
    assert!(page.tag(r#"name="asked[is_key_account]""#).contains("checked"));
    assert!(page.tag(r#"name="submission""#).contains("submission-2"), "the key is a fresh one");
}

// WEB-091: message, status, priority and category, each with what the person saw.
#[tokio::test]
async fn an_update_is_sent_with_what_was_seen() {
    let site = Site::burning();
    let page = site.get("/incident/4127/").await;
    page.says(&[
        "Update message",
        "Status",
        "Priority",
        "Incident category",
        "Goes to the channel and the announcement. 10 to 1,200 characters.",
    ]);
    page.has(&[
        r#"action="/fn/incident/update""#,
        r#"name="asked[status][from]" value="30""#,
        r#"name="asked[status][to]""#,
        r#"<option value="40">Mitigated"#,
    ]);
    assert!(!page.html.contains(r#"<option value="10""#), "Open is never a target");
    let answer = site
        .post(
            "/fn/incident/update",
            &[
                ("id", "4127"),
                ("submission", "s-2"),
                ("asked[message]", "Failures are under 1 %."),
                ("asked[status][from]", "30"),
                ("asked[status][to]", "40"),
            ],
        )
        .await;
    assert_eq!(answer.location.as_deref(), Some("/incident/4127/#posted"));
    let updated = site.backend.updated.lock().expect("not poisoned");
    let (id, asked, submission) = &updated[0];
    assert_eq!((*id, submission.as_str()), (IncidentId(4127), "s-2"));
    let status = asked.status.clone().expect("asked");
    assert_eq!((status.from.as_deref(), status.to.as_str()), (Some("30"), "40"));
    assert!(asked.priority.is_none());
}

/// Both values, the words kept, and what is true now as the new `from`.
#[tokio::test]
async fn a_conflict_shows_both_values_and_keeps_the_words() {
    let conflict =
        Conflict { field: "status".into(), theirs: "Mitigated".into(), yours: "Mitigating".into() };
    let mut site = Site::burning();
    site.draft = draft(
        "/fn/incident/update",
        &[("asked[message]", "My words"), ("asked[status][from]", "20"), ("asked[status][to]", "40")],
        Error::Conflict(vec![conflict]),
    );
    for path in ["/incident/4127/", "/incident/4127/update/"] {
        let page = site.get(path).await;
        page.says(&[
            "Not posted, somebody changed it while you wrote",
            "Status: it is Mitigated by now, you chose Mitigating",
            "My words",
        ]);
        page.has(&[r#"name="asked[status][from]" value="30""#]);
        assert!(page.tag(r#"id="status""#).contains(r#"aria-invalid="true""#));
        assert!(page.tag(r#"<option value="40""#).contains("selected"), "what was chosen is chosen");
    }
}

#[tokio::test]
async fn sent_already_names_the_incident_and_offers_to_send_as_new() {
    let mut site = Site::burning();
    site.draft = draft(
        "/fn/incident/declare",
        &[("asked[title]", "Search returns nothing")],
        Error::SentAlready { incident: IncidentId(4126) },
    );
    let page = site.get("/incident/create/").await;
    page.says(&["Sent already as #4126", "send the form once more"])
        .has(&[r#"href="/incident/4126/""#, r#"value="Search returns nothing""#]);
}

/// A draft of one form does not fill another.
#[tokio::test]
async fn a_draft_belongs_to_its_form() {
    let mut site = Site::burning();
    site.draft = draft("/fn/incident/update", &[("asked[message]", "My words")], Error::refused("x", "No."));
    site.get("/incident/create/").await.does_not_say(&["Not declared", "My words"]);
    site.get("/incident/4127/").await.says(&["Not posted", "No.", "My words"]);
}

/// A form that cannot be decoded is refused with words, not with a broken page.
#[tokio::test]
async fn an_undecodable_form_comes_back_with_words() {
    let answer =
        Site::burning().post("/fn/incident/update", &[("id", "no number"), ("submission", "s")]).await;
    assert_eq!(answer.status, 302);
    assert!(answer.location.expect("back to the form").contains("__err="));
}
