//! Slack takes no view: whoever pressed is told, where they look or in their messages with the app.

use serde_json::Value;
use tests::{
    app::App,
    sandbox::faults::{Fault, Kind},
};

fn refuses(method: &str, code: &str, times: u32) -> Fault {
    Fault::slack(method, Kind::Error { code: code.into() }, times)
}

#[tokio::test]
async fn a_click_whose_view_is_refused_is_answered_on_top() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    yusuf.types("general", "open").await;
    let root = yusuf.sees("incident_open").await;
    t.sandbox.order(refuses("views.push", "internal_error", 1));
    yusuf.uses(&root, "push_incident_select_impact", Value::Null).await;
    yusuf.reads("Slack did not open the window. Press again in a moment.").await;
    t.keeps_contracts();
}

#[tokio::test]
async fn where_no_view_goes_the_person_is_told_in_their_messages() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    yusuf.types("general", "open").await;
    let root = yusuf.sees("incident_open").await;
    t.sandbox.order(refuses("views.push", "expired_trigger_id", 2));
    yusuf.uses(&root, "push_incident_select_impact", Value::Null).await;
    yusuf.is_told("Slack gives three seconds to open a window, and they were over. Press again.").await;
    // Pressed again, it opens.
    yusuf.uses(&root, "push_incident_select_impact", Value::Null).await;
    yusuf.sees("incident_select_impact").await;
    t.keeps_contracts();
}

#[tokio::test]
async fn a_step_that_was_saved_and_not_redrawn_is_told() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    yusuf.types("general", "open").await;
    let root = yusuf.sees("incident_open").await;
    yusuf.uses(&root, "push_incident_select_impact", Value::Null).await;
    let impact = yusuf.sees("incident_select_impact").await;
    t.sandbox.order(refuses("views.update", "internal_error", 1));
    let levels =
        ("set_impact_type_customers_impact", tests::app::slack::level(&impact, "customers_impact", "HI"));
    assert!(yusuf.submits(&impact, &[levels]).await.is_fine());
    yusuf.is_told("What you saved is kept. Press a step to go on.").await;
    // The step shows what was saved, and the window goes on from there.
    let root = yusuf.sees("incident_open").await;
    yusuf.uses(&root, "push_incident_select_impact", Value::Null).await;
    let impact = yusuf.sees("incident_select_impact").await;
    assert!(yusuf.submits(&impact, &[]).await.is_fine());
    yusuf.reads("Set details").await;
    t.keeps_contracts();
}
