//! Dashboard and list.

use crate::Site;

// WEB-039 WEB-041 WEB-042 WEB-043: by status with counts; cards say priority, place, last words, lead, since when.
#[tokio::test]
async fn the_dashboard_shows_what_burns_and_what_is_active() {
    let page = Site::burning().get("/").await;
    page.says(&[
        "One P1 is burning",
        "12 active incidents",
        "Rollback is at 40 % of traffic",
        "Mara Lindqvist, 6 min ago",
        "12 mindue 15:05",
    ]);
    page.in_order(&[
        "Also active",
        "Open1",
        "#4123",
        "no commander",
        "Investigating2",
        "P2",
        "#4126, PRD, Product Discovery",
        "Two of five",
        "Sofia Lindgren",
        "update late by 11 min",
        "Mitigated1",
        "Post-mortem6",
        "5 more, the oldest for 31 days.",
    ]);
    page.has(&[r#"href="/incident/4126/""#, "opened by Ines Okafor", r#"href="/incident/?status=50""#]);
}

// WEB-044: good news is called good news.
#[tokio::test]
async fn a_quiet_dashboard_says_so() {
    let page = Site::quiet().get("/").await;
    page.says(&["Nothing is burning", "The last P1 ended 6 days ago"])
        .does_not_say(&["Also active", "burning 51 min"]);
}

// WEB-045: marked in words on dashboard, list and page.
#[tokio::test]
async fn private_incidents_are_marked_everywhere() {
    let site = Site::burning();
    for path in ["/", "/incident/"] {
        site.get(path).await.says(&["Access to buyer records from an unknown service account Private"]);
    }
    site.get("/incident/4121/").await.in_order(&["Voucher code accepted twice", "Closed", "Private"]);
    site.get("/incident/4127/").await.does_not_say(&["Private "]);
}

// WEB-046 WEB-048 WEB-050: columns, links, sort by every column with its direction, Newer and Older.
#[tokio::test]
async fn the_list_is_a_table_that_can_be_sorted_and_turned() {
    let page = Site::burning().get("/incident/?search=mail").await;
    page.in_order(&[
        "Incidents, newest first",
        "Id",
        "Prio",
        "Title",
        "Status",
        "Env",
        "Category",
        "Group",
        "Created",
        "Update",
    ]);
    page.in_order(&[
        "4127",
        "P1",
        "Card payments fail",
        "Mitigating",
        "PRD",
        "Product Discovery",
        "Marketplace",
        "2026/10/14 13:38",
        "due in 12 min",
    ]);
    page.says(&["4127 to 4097, 25 of 1,000+", "1,000+ match, newest first"]);
    page.has(&[
        r#"href="/incident/4127/""#,
        r#"aria-sort="descending""#,
        "search=mail&amp;sort=priority",
        "search=mail&amp;sort=incident_category__group",
        r#"href="/incident/?after=4097""#,
        r#"scope="row""#,
    ]);
    assert!(
        page.tag(r#"aria-disabled="true""#).starts_with("<span"),
        "Newer leads nowhere on the first page"
    );
}

// WEB-052 WEB-053 WEB-054 WEB-055 WEB-056 WEB-057 WEB-060: a GET form whose state is the address.
#[tokio::test]
async fn filters_are_a_form_that_shows_what_is_asked() {
    let page =
        Site::burning().get("/incident/?search=mail&status=10&status=20&created_by=abc&sort=title").await;
    assert!(page.tag(r#"aria-label="Filter incidents""#).contains(r#"method="get""#));
    assert!(page.tag(r#"id="filter-search""#).contains(r#"value="mail""#));
    for (name, value, on) in [("status", "10", true), ("status", "20", true), ("status", "30", false)] {
        let tag = page.tag(&format!(r#"name="{name}" value="{value}""#));
        assert_eq!(tag.contains("checked"), on, "{tag}");
    }
    page.has(&[
        r#"name="priority""#,
        r#"name="environment""#,
        r#"name="incident_category""#,
        r#"name="created_at""#,
    ]);
    page.has(&[r#"name="created_by" value="abc""#, r#"name="sort" value="title""#]);
    page.says(&["Update filters", "Status2 chosen", "created_by = abc", "Payment Operations", "Reset"]);
}

// WEB-061: what cannot be read is told by field, with status 200 and without rows.
#[tokio::test]
async fn a_filter_that_cannot_be_read_is_told() {
    let page = Site::burning().get("/incident/?created_at=2026%2FW54").await;
    assert_eq!(page.status, 200);
    page.says(&["Bad request", "created_at: A year has at most 53 weeks."]).does_not_say(&["Card payments"]);
    assert!(page.tag(r#"id="created""#).contains("2026/W54"), "what was typed stays");
}

// WEB-062: nothing found, and the way back.
#[tokio::test]
async fn no_match_has_a_way_back() {
    Site::burning().get("/incident/?search=nothing").await.says(&["No incident matches", "All incidents"]);
}
