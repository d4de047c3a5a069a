//! The stream to a browser: one event names what may look different by now, by surface and number.
//!
//! It begins with `everything`, because nothing is replayed, and says so again once a minute. Whose session it is and
//! what they may see is asked when something is sent, not when the stream began; nothing else of the database is held.
//! Its end tells nothing; only `signed-out` does, because coming back is of no use then.

use super::session;
use crate::{
    context::Context,
    incidents::query,
    live::{Batch, News},
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::{Caller, IncidentId, Result, UserId, Viewer};
use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, Interval, interval},
};

/// Where it is asked for: behind the login wall, refused like a server function.
pub const PATH: &str = "/fn/live";

/// Between two events: what happens meanwhile comes as one.
const REST: Duration = Duration::from_millis(200);
/// Times in words ("5 min") age, and a server that died may have told nobody.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Shorter than proxies wait for a silent connection.
const STAY: Duration = Duration::from_secs(15);

/// Answers with the stream.
pub async fn stream(
    State(ctx): State<Context>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Response {
    let Some(person) = caller.user_id() else { return axum::http::StatusCode::FORBIDDEN.into_response() };
    let session = session::hash(&headers, &ctx.settings).unwrap_or_default();
    let mut kept = HeaderMap::new();
    for cookie in headers.get_all(header::COOKIE) {
        kept.append(header::COOKIE, cookie.clone());
    }
    let news = ctx.live.hear();
    let line = Line {
        ctx,
        cookies: kept,
        session,
        person,
        news,
        clock: interval(LOOK_AGAIN),
        rests: Instant::now(),
    };
    let events = futures::stream::unfold(Some(line), |line| async move { line?.next().await });
    // Proxies that gather answers are told not to.
    let through = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    ([through], Sse::new(events).keep_alive(KeepAlive::new().interval(STAY))).into_response()
}

/// One open stream.
struct Line {
    ctx: Context,
    cookies: HeaderMap,
    /// Hash of the session's token.
    session: String,
    person: UserId,
    news: Receiver<Batch>,
    /// Ticks at once and then every minute.
    clock: Interval,
    rests: Instant,
}

type Sent = (Result<Event, Infallible>, Option<Line>);

impl Line {
    /// The next event. `None` when the stream ends: the server stops, or the database does not answer.
    async fn next(mut self) -> Option<Sent> {
        loop {
            let heard = self.heard().await?;
            if !heard.iter().any(|news| self.concerns(news)) {
                continue;
            }
            let Ok(signed_in) = session::of(&self.ctx, &self.cookies).await else { return None };
            let Some(signed_in) = signed_in else {
                return Some((Ok(Event::default().data("signed-out")), None));
            };
            let Ok(told) = self.told(signed_in.caller.viewer(), &heard).await else { return None };
            if let Some(told) = told {
                self.rests = Instant::now() + REST;
                return Some((Ok(Event::default().data(told)), Some(self)));
            }
        }
    }

    /// All that happened since the last event, as soon as there is something.
    async fn heard(&mut self) -> Option<BTreeSet<News>> {
        let ended = self.ctx.live.ended();
        let something = async {
            tokio::time::sleep_until(self.rests).await;
            let mut heard = tokio::select! {
                _ = self.clock.tick() => BTreeSet::from([News::Everything]),
                batch = self.news.recv() => one(batch)?,
            };
            while !self.news.is_empty() {
                heard.extend(one(self.news.recv().await)?);
            }
            Some(heard)
        };
        tokio::select! {
            () = ended => None,
            heard = something => heard,
        }
    }

    /// Whether it may have to be told here, or ends this stream.
    fn concerns(&self, news: &News) -> bool {
        match news {
            News::Everything | News::Incident(_) => true,
            News::Person(person) => *person == self.person,
            News::Session(hash) => *hash == self.session,
        }
    }

    /// What of it this person is told at this moment.
    async fn told(&self, viewer: Viewer, heard: &BTreeSet<News>) -> Result<Option<String>> {
        let all = |news: &News| matches!(news, News::Everything | News::Person(_)) && self.concerns(news);
        if heard.iter().any(all) {
            return Ok(Some(News::Everything.to_string()));
        }
        let ids: Vec<IncidentId> = heard
            .iter()
            .filter_map(|news| if let News::Incident(id) = news { Some(*id) } else { None })
            .collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let seen = query::visible_among(&self.ctx.db, viewer, &ids).await?;
        let lines: Vec<String> = seen.into_iter().map(|id| News::Incident(id).to_string()).collect();
        Ok((!lines.is_empty()).then(|| lines.join("\n")))
    }
}

fn one(batch: Result<Arc<BTreeSet<News>>, RecvError>) -> Option<BTreeSet<News>> {
    match batch {
        Ok(batch) => Some((*batch).clone()),
        Err(RecvError::Lagged(_)) => Some(BTreeSet::from([News::Everything])),
        Err(RecvError::Closed) => None,
    }
}
