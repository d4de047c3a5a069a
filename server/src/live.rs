//! What happens is told to open pages: which incidents may look different by now, to whoever may see them.
//!
//! A commit and the end of a job put their [`News`] into a set; 50 ms later one NOTIFY tells all servers of the whole
//! set. It is not part of the commit: a NOTIFY inside makes all commits wait for each other. A server that dies in
//! those 50 ms leaves pages at other servers old until their next look, which every stream orders once a minute.
//!
//! Each server hears with one connection of its own and hands on to its streams ([`crate::web`]), which ask the fence
//! at the moment of sending. News carry no facts and are never replayed: a page that may have missed some reads again.
//! Where LISTEN is not to be had (a pooler in front, a lost connection) everything may be old every two seconds.

use crate::{change::Change, context::Context, failure::OrInternal};
use domain::{Error, IncidentId, Result, UserId};
use sqlx::postgres::PgListener;
use std::{
    collections::BTreeSet,
    convert::Infallible,
    fmt, mem,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::broadcast, time::Instant};
use tokio_util::sync::CancellationToken;

/// The channel on which servers tell each other.
const CHANNEL: &str = "live";
/// News of this long are told together.
const GATHER: Duration = Duration::from_millis(50);
/// How old a page may get where nothing is heard.
const POLL: Duration = Duration::from_secs(2);
/// A proof that is not heard after so long will not come.
const PROOF: Duration = Duration::from_secs(1);
/// PostgreSQL takes 8,000 bytes.
const PAYLOAD: usize = 7_500;
/// A stream that is so many batches behind reads everything again.
const BEHIND: usize = 256;

/// That something may look different by now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    /// Something was missed, or may have been.
    Everything,
    Incident(IncidentId),
    /// What this person may see changed.
    Person(UserId),
    /// The session with this hash ended.
    Session(String),
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            News::Everything => f.write_str("everything"),
            News::Incident(id) => write!(f, "incident {id}"),
            News::Person(id) => write!(f, "person {id}"),
            News::Session(hash) => write!(f, "session {hash}"),
        }
    }
}

impl FromStr for News {
    type Err = ();
    fn from_str(line: &str) -> Result<Self, ()> {
        match line.split_once(' ') {
            None if line == "everything" => Ok(News::Everything),
            Some(("incident", id)) => id.parse().map(News::Incident).map_err(|_| ()),
            Some(("person", id)) => id.parse().map(News::Person).map_err(|_| ()),
            Some(("session", hash)) => Ok(News::Session(hash.to_owned())),
            _ => Err(()),
        }
    }
}

/// News of one moment.
pub type Batch = Arc<BTreeSet<News>>;

/// Between commits, other servers and the streams of this one.
#[derive(Debug)]
pub struct Hub {
    gathered: Mutex<BTreeSet<News>>,
    streams: broadcast::Sender<Batch>,
    /// Cancelled when streams are to end: before anything else does.
    ended: CancellationToken,
}

impl Default for Hub {
    fn default() -> Self {
        let streams = broadcast::Sender::new(BEHIND);
        Hub { gathered: Mutex::default(), streams, ended: CancellationToken::new() }
    }
}

impl Hub {
    /// All that is heard from now on.
    pub fn hear(&self) -> broadcast::Receiver<Batch> {
        self.streams.subscribe()
    }

    /// Until the server stops.
    pub fn ended(&self) -> impl Future<Output = ()> + use<> {
        self.ended.clone().cancelled_owned()
    }

    fn hand_on(&self, batch: BTreeSet<News>) {
        // Without a stream nobody has to know.
        let _nobody = self.streams.send(Arc::new(batch));
    }
}

/// What open pages are told of a change.
pub fn news_of(change: &Change) -> Vec<News> {
    match change {
        Change::IncidentDeclared(_)
        | Change::IncidentUpdated(_)
        | Change::ChannelAttached(_)
        | Change::ChannelChanged { .. } => change.incident().map(News::Incident).into_iter().collect(),
        Change::MemberJoined { incident, user, .. } | Change::MemberLeft { incident, user } => {
            vec![News::Incident(*incident), News::Person(*user)]
        }
        Change::KeyEventsChanged(_)
        | Change::RolesChanged(_)
        | Change::CostAdded { .. }
        | Change::CostChanged { .. }
        | Change::CostRemoved { .. }
        | Change::TagsChanged { .. }
        | Change::MessageCorrected { .. }
        | Change::ImpactsChanged { .. }
        | Change::WordsErased { .. } => change.incident().map(News::Incident).into_iter().collect(),
        // No page shows it.
        Change::ChannelTagged { .. }
        | Change::TokenCreated { .. }
        | Change::TokenRevoked { .. }
        | Change::AdminMade { .. }
        | Change::HistoryRooted { .. } => vec![],
    }
}

/// Tells the open pages of all servers, together with what else happens in these 50 ms.
pub fn announce(ctx: &Context, news: impl IntoIterator<Item = News>) {
    let mut gathered = ctx.live.gathered.lock().unwrap_or_else(PoisonError::into_inner);
    let first = gathered.is_empty();
    gathered.extend(news);
    if !first || gathered.is_empty() {
        return;
    }
    let ctx = ctx.clone();
    tokio::spawn(async move {
        tokio::time::sleep(GATHER).await;
        let news = mem::take(&mut *ctx.live.gathered.lock().unwrap_or_else(PoisonError::into_inner));
        for payload in payloads(&news) {
            if let Err(error) = notify(&ctx, &payload).await {
                tracing::debug!(error.message = %error, "Open pages were not told; they look again within a minute");
            }
        }
    });
}

async fn notify(ctx: &Context, payload: &str) -> Result<()> {
    let sql = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload);
    sql.execute(&ctx.db).await.or_internal("telling open pages")?;
    Ok(())
}

/// One news a line, as many lines as one NOTIFY takes.
fn payloads(news: &BTreeSet<News>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in news.iter().map(ToString::to_string) {
        match found.last_mut().filter(|payload| payload.len() + line.len() < PAYLOAD) {
            Some(payload) => {
                payload.push('\n');
                payload.push_str(&line);
            }
            None => found.push(line),
        }
    }
    found
}

/// Hears until `stop`; then all streams end.
pub async fn listen(ctx: Context, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = hear_or_poll(&ctx) => {}
    }
    ctx.live.ended.cancel();
}

async fn hear_or_poll(ctx: &Context) {
    let mut told = false;
    loop {
        let began = Instant::now();
        let Err(error) = hear(ctx).await;
        if began.elapsed() > POLL {
            told = false;
        }
        if !told {
            tracing::warn!(error.message = %error, "News of other servers are not heard; open pages read again every 2 s");
            told = true;
        }
        ctx.live.hand_on(BTreeSet::from([News::Everything]));
        tokio::time::sleep_until(began + POLL).await;
    }
}

/// Hands on what is heard; ends only with an error.
async fn hear(ctx: &Context) -> Result<Infallible> {
    let mut ears = PgListener::connect_with(&ctx.db).await.or_internal("listening for news")?;
    ears.listen(CHANNEL).await.or_internal("listening for news")?;
    prove(ctx, &mut ears).await?;
    ctx.live.hand_on(BTreeSet::from([News::Everything]));
    loop {
        let heard = ears.try_recv().await.or_internal("listening for news")?.ok_or_else(unheard)?;
        // A line that this release does not know is for another one.
        let batch: BTreeSet<News> = heard.payload().lines().filter_map(|line| line.parse().ok()).collect();
        if !batch.is_empty() {
            ctx.live.hand_on(batch);
        }
    }
}

/// A pooler takes LISTEN and never says anything: what counts is that a NOTIFY arrives.
async fn prove(ctx: &Context, ears: &mut PgListener) -> Result<()> {
    let word = format!("proof {}", ctx.new_id());
    notify(ctx, &word).await?;
    let heard = async {
        loop {
            match ears.try_recv().await.or_internal("listening for news")? {
                Some(heard) if heard.payload() == word => return Ok(()),
                Some(_) => {}
                None => return Err(unheard()),
            }
        }
    };
    tokio::time::timeout(PROOF, heard).await.unwrap_or_else(|_| Err(unheard()))
}

fn unheard() -> Error {
    Error::Unavailable { service: "LISTEN of the database".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_arrive_as_they_were_sent_in_as_few_payloads_as_they_fit() {
        let person = UserId(uuid::Uuid::from_u128(7));
        let mut news = BTreeSet::from([News::Everything, News::Person(person), News::Session("ab12".into())]);
        news.extend((1..=1000).map(|id| News::Incident(IncidentId(id))));
        let payloads = payloads(&news);
        assert_eq!(payloads.len(), 2);
        assert!(payloads.iter().all(|payload| payload.len() <= PAYLOAD));
        let back: BTreeSet<News> =
            payloads.iter().flat_map(|p| p.lines()).map(|line| line.parse().expect("known")).collect();
        assert_eq!(back, news);
        assert!("later 7".parse::<News>().is_err() && "incident x".parse::<News>().is_err());
    }
}
