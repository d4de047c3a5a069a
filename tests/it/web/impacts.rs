//! Who is hit, answered at declaring and assessed again, without JavaScript.

use super::{declares, path};
use tests::app::App;

const FORM: &str = "/fn/incident/impacts";

async fn levels(t: &App) -> Vec<(String, String)> {
    let sql = "SELECT t.value, l.value FROM incident_impacts i JOIN impact_types t ON t.id = i.impact_type_id
               JOIN impact_levels l ON l.id = i.impact_level_id ORDER BY t.position";
    sqlx::query_as(sql).fetch_all(&t.db).await.expect("impacts")
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(kind, level)| ((*kind).to_owned(), (*level).to_owned())).collect()
}

// CORE-150: what is answered at declaring is kept for every axis, N/A too; assessed again it is told with both levels, and the priority is suggested, not changed.
#[tokio::test]
async fn the_impact_is_kept_and_assessed_again() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[("asked[impacts][customers_impact]", "MD")]).await);
    let declared = [
        ("business_impact", "NO"),
        ("sellers_impact", "NO"),
        ("customers_impact", "MD"),
        ("employees_impact", "NO"),
    ];
    let mut stored = levels(&t).await;
    stored.sort();
    let mut expected = pairs(&declared);
    expected.sort();
    assert_eq!(stored, expected, "every axis has its row");

    let form = web.get(&format!("{at}impacts/")).await;
    assert!(form.text().contains("It is P2 now"), "{}", form.text());
    let worse = [("asked[customers_impact][to]", "HT"), ("asked[business_impact][to]", "HI")];
    let page = web.submit(&form, FORM, &worse).await;
    assert_eq!(page.at.split('#').next(), Some(at.as_str()), "back on the incident");
    let text = page.text();
    assert!(text.contains("assessed the impact again"), "the timeline tells it: {text}");
    assert!(text.contains("Medium") && text.contains("They suggest P1; it is P2."), "{text}");
    assert!(
        t.jobs().await.iter().all(|job| !job.contains("post_update")),
        "nobody is told twice of a number"
    );

    let stale = web.submit(&form, FORM, &[("asked[customers_impact][to]", "LO")]).await;
    let text = stale.text();
    assert!(text.contains("Highest") && text.contains("Low"), "both values are shown: {text}");
    assert!(levels(&t).await.contains(&("customers_impact".into(), "HT".into())), "and nothing is lost");
    t.ends_well().await;
}

#[tokio::test]
async fn the_same_assessment_sent_twice_is_one_entry_and_a_wrong_level_is_named() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    let form = web.get(&format!("{at}impacts/")).await;
    let wrong = web.submit(&form, FORM, &[("asked[sellers_impact][to]", "XX")]).await;
    assert!(wrong.text().contains("Choose a level, or N/A."), "{}", wrong.text());
    for _ in 0..2 {
        web.submit(&form, FORM, &[("asked[sellers_impact][to]", "LO")]).await;
    }
    let page = web.get(&at).await.text();
    assert_eq!(page.matches("assessed the impact again").count(), 1, "{page}");
    assert!(page.contains("They suggest P4; it is P2."), "{page}");
    t.ends_well().await;
}
