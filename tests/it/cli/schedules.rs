//! What happens by the clock: each tick once, whoever leads.

use std::time::{Duration, Instant};
use tests::app::{App, Setup};

const HOUR: Duration = Duration::from_secs(3600);

async fn roots(t: &App) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM jobs WHERE kind = 'core.root_history' AND state = 'done'")
        .fetch_one(&t.db)
        .await
        .expect("jobs can be counted")
}

/// Waits for so many roots, and a little longer for one too many.
async fn sees_roots(t: &App, wanted: i64) {
    let end = Instant::now() + Duration::from_secs(20);
    while roots(t).await < wanted {
        assert!(Instant::now() < end, "no root {wanted}: {:#?}\n{}", t.jobs().await, t.server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(1000)).await;
    assert_eq!(roots(t).await, wanted, "each tick happens once: {:#?}", t.jobs().await);
}

/// Waits until the leader has seen the schedule for the first time: it begins with the next tick.
async fn knows_schedules(t: &App) {
    let end = Instant::now() + Duration::from_secs(20);
    while sqlx::query_scalar::<_, i64>("SELECT count(*) FROM schedules")
        .fetch_one(&t.db)
        .await
        .expect("counted")
        == 0
    {
        assert!(Instant::now() < end, "nobody leads: {}", t.server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

// CFG-067
#[tokio::test]
async fn with_two_servers_each_tick_happens_once_and_the_other_leads_when_the_leader_dies() {
    let t = App::with(Setup { no_announcements: true, ..Setup::default() }).await;
    let other = t.another_server(Setup { no_announcements: true, ..Setup::default() }).await;
    t.api_as("yusuf.demir@example.com").await;
    knows_schedules(&t).await;
    assert_eq!(roots(&t).await, 0, "a new schedule begins with its next tick");

    t.advance(HOUR).await;
    sees_roots(&t, 1).await;
    t.advance(HOUR).await;
    sees_roots(&t, 2).await;

    let leads = |log: String| log.contains("This server leads the schedules");
    assert!(leads(t.server.log()) && !leads(other.log()), "the first server leads");
    t.kill().await;
    t.advance(HOUR).await;
    sees_roots(&t, 3).await;
    assert!(leads(other.log()), "{}", other.log());

    // Hours without a server are one tick, not one each.
    other.kill().await;
    t.advance(HOUR * 5).await;
    t.restart().await;
    sees_roots(&t, 4).await;
    let verdict = t.server.cli(&["verify"]).await;
    assert!(verdict.contains("The history is whole."), "{verdict}");
}

// CFG-061
#[tokio::test]
async fn a_task_runs_by_its_name_and_the_names_are_listed() {
    let t = App::with(Setup { no_announcements: true, no_worker: true, ..Setup::default() }).await;
    t.api_as("yusuf.demir@example.com").await;
    let list = t.server.cli(&["task"]).await;
    assert!(list.contains("root_history"), "{list}");
    let (fine, said) = t.server.try_cli(&["task", "coffee"]).await;
    assert!(!fine && said.contains("There is no task \"coffee\"") && said.contains("root_history"), "{said}");
    assert!(t.server.cli(&["task", "root_history"]).await.contains("root_history: done."));
    let kinds: Vec<String> = sqlx::query_scalar("SELECT kind FROM history WHERE stream = 'desk'")
        .fetch_all(&t.db)
        .await
        .expect("the record can be read");
    assert_eq!(kinds, ["history_rooted"]);
}
