//! Product time and nothing else: system time plus an offset.
//!
//! The offset is zero but in development and tests, where `FF_CLOCK` names an address that serves it
//! (`{"offset_ms": 0}`, or `{"offset_ms": 0, "stands_at_ms": …}` for a clock that stands still); every server on that
//! address moves at once. Machine time (leases, heartbeats) is
//! PostgreSQL's `clock_timestamp()` and is never moved.

use crate::settings::SiteSettings;
use domain::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
    /// Milliseconds since 1970 at which it stands; 0 while it goes.
    stands_at_ms: Arc<AtomicI64>,
}

impl Clock {
    /// System time.
    pub fn system() -> Self {
        Self::default()
    }

    /// System time, or the moved time that the settings name.
    pub async fn of(site: &SiteSettings) -> Self {
        match &site.clock {
            Some(url) => Clock::following(url.clone(), reqwest::Client::new()).await,
            None => Clock::system(),
        }
    }

    /// Follows the offset served at `url`, asked for once before it returns and then five times a second.
    pub async fn following(url: url::Url, http: reqwest::Client) -> Self {
        let clock = Self::default();
        clock.ask(&url, &http).await;
        let follower = clock.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(200)).await;
                follower.ask(&url, &http).await;
            }
        });
        clock
    }

    /// A clock that shows the same now and follows nobody; [`Clock::move_to`] moves it alone.
    pub fn apart(&self) -> Self {
        let offset = self.offset_ms.load(Ordering::Relaxed);
        Clock { offset_ms: Arc::new(AtomicI64::new(offset)), stands_at_ms: Arc::default() }
    }

    /// Shows this moment and goes on from there.
    pub fn move_to(&self, at: Timestamp) {
        let by = (at - self.now()).num_milliseconds();
        self.offset_ms.fetch_add(by, Ordering::Relaxed);
    }

    pub fn now(&self) -> Timestamp {
        if let stands @ 1.. = self.stands_at_ms.load(Ordering::Relaxed)
            && let Some(at) = Timestamp::from_timestamp_millis(stands)
        {
            return at;
        }
        #[expect(clippy::disallowed_methods, reason = "the one place where product time is made")]
        let system = chrono::Utc::now();
        system + chrono::TimeDelta::milliseconds(self.offset_ms.load(Ordering::Relaxed))
    }

    async fn ask(&self, url: &url::Url, http: &reqwest::Client) {
        #[derive(serde::Deserialize)]
        struct Offset {
            offset_ms: i64,
            #[serde(default)]
            stands_at_ms: Option<i64>,
        }
        let asked = http.get(url.clone()).timeout(Duration::from_secs(2)).send().await;
        let answer = match asked {
            Ok(answer) => answer.json::<Offset>().await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(Offset { offset_ms, stands_at_ms }) => {
                self.offset_ms.store(offset_ms, Ordering::Relaxed);
                self.stands_at_ms.store(stands_at_ms.unwrap_or_default(), Ordering::Relaxed);
            }
            Err(error) => tracing::debug!(error.message = %error, "The moved clock does not answer"),
        }
    }
}
