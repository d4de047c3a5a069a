//! The page of one incident.

use crate::Site;

// WEB-065 WEB-068 WEB-069 WEB-073 WEB-080 WEB-081 WEB-082: who, when, where and what.
#[tokio::test]
async fn the_page_holds_all_facts() {
    let page = Site::burning().get("/incident/4127/").await;
    page.in_order(&[
        "#4127",
        "P1",
        "Card payments fail at checkout, web and apps",
        "Mitigating",
        "burning for 51 min",
        "PRD",
        "Payment",
        "declared 14:09 by Yusuf Demir",
    ]);
    page.in_order(&[
        "Next update",
        "12 min",
        "due 15:05, Mara Lindqvist",
        "Doing now",
        "Rolling back",
        "Then",
    ]);
    page.in_order(&[
        "People",
        "Ines Okafor",
        "Commander",
        "Nobody yet",
        "Communication Lead",
        "Yusuf Demir",
        "Reporter",
    ]);
    page.in_order(&["Impacts", "Customers", "Highest", "Business", "High"]);
    page.in_order(&[
        "Costs",
        "Lost orders",
        "1,200.00 EUR",
        "Facts",
        "Category",
        "Payment, Payment Operations",
        "Environment",
        "PRD, STG",
    ]);
    page.in_order(&[
        "Surfaces",
        "Slack channel",
        "behind by 12 s",
        "20261014-4127-prd-payment",
        "Confluence page",
        "refused",
        "403, the space",
        "Retry",
        "2 deliveries pending.",
    ]);
    page.has(&[r#"href="https://slack.example/x""#, "The incident to scale: started 14:02"]);
}

// WEB-067: addresses are links, line breaks stay.
#[tokio::test]
async fn the_description_keeps_lines_and_links_addresses() {
    let page = Site::burning().get("/incident/4127/").await;
    assert!(page.tag(r#"href="https://status.example/cards""#).contains("nofollow"));
    page.has(&["processed”.\nSee "]);
}

// WEB-076 WEB-077: newest first, each kind of entry in its way, from what to what.
#[tokio::test]
async fn the_timeline_tells_people_and_machines_apart() {
    let site = Site::burning();
    let page = site.get("/incident/4127/").await;
    page.in_order(&[
        "Timeline",
        "14:51",
        "Confluence refused the communication plan,",
        "14:47",
        "Mara Lindqvist posted an update from the web",
        "Rollback is at 40 %",
        "Jira asked for status",
        "14:31",
        "Status: Investigating",
        " to ",
        "Mitigating",
        "Cause found",
        "made Mara Lindqvist Communication Lead",
        "Checkout errors FR",
        "Priority:",
        "P2",
        "P1",
        "3 steps by FireFighter",
        "14:09:43",
        "Yusuf Demir declared the incident from Slack",
        "Wednesday 2026/10/14",
    ]);
    let said = site.get("/incident/4127/?show=said").await;
    said.says(&["All 11", "Said 5", "Rollback is at 40 %"]).does_not_say(&["Jira asked"]);
    site.get("/incident/4121/?show=machines").await.says(&["Nothing of this kind yet."]);
}

// WEB-078: durations for people, exact ones in the tooltip.
#[tokio::test]
async fn metrics_are_said_and_explained() {
    let page = Site::burning().get("/incident/4127/").await;
    page.in_order(&[
        "Key events",
        "Started",
        "14:02",
        "Recovered",
        "set when Mitigated",
        "Time to detect",
        "4 minutes",
    ]);
    page.has(&["TTD: From started to detected. Exactly 0:04:00"]);
}

// WEB-074 WEB-075 WEB-082: without anything outside the page stands, and says so.
#[tokio::test]
async fn a_bare_incident_has_a_page_too() {
    let page = Site::burning().get("/incident/4121/").await;
    assert_eq!(page.status, 200);
    page.says(&[
        "No surfaces.",
        "No impact is noted.",
        "No metrics yet.",
        "Closed on 2026/10/13. A closed incident is not changed.",
        "took 42 min",
    ]);
    page.does_not_say(&["Costs", "Post update", "Retry"]);
}

#[tokio::test]
async fn retry_is_a_form_and_leads_back_to_the_surfaces() {
    let site = Site::burning();
    site.get("/incident/4127/").await.has(&[
        r#"action="/fn/delivery/retry""#,
        r#"name="job" value="77""#,
        r#"aria-label="Retry Confluence page""#,
    ]);
    let answer = site.post("/fn/delivery/retry", &[("incident", "4127"), ("job", "77")]).await;
    assert_eq!(answer.location.as_deref(), Some("/incident/4127/#surfaces"));
    assert_eq!(*site.backend.retried.lock().expect("not poisoned"), [domain::JobId(77)]);
}
