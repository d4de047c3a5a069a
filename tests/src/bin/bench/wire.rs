//! Between the server and PostgreSQL: counts what is said, and keeps it, to be said again bare.
//!
//! The server speaks to the [`Tap`] as if it were PostgreSQL; every byte passes unchanged. What is counted are
//! executions, as the protocol says them, so nothing has to be installed in the database, and no log is read. A kept
//! request is replayed with the same statements and the same values on one connection: that is the floor below which
//! no way of asking gets.

use anyhow::{Context as _, Result, bail, ensure};
use sqlx::postgres::PgConnectOptions;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream, UnixStream},
};

const SSL_REQUEST: u32 = 80_877_103;
const PROTOCOL: u32 = 196_608;

/// Where a PostgreSQL answers.
#[derive(Debug, Clone)]
pub struct Place {
    socket: Option<PathBuf>,
    host: String,
    port: u16,
    user: String,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Place {
    /// Of the address of a database there.
    pub fn of(url: &str) -> Result<Self> {
        let options: PgConnectOptions = url.parse().context("reading the address of the database")?;
        let port = options.get_port();
        let folder = options.get_socket().cloned();
        let folder =
            folder.or_else(|| options.get_host().starts_with('/').then(|| options.get_host().into()));
        Ok(Place {
            socket: folder.map(|folder: PathBuf| folder.join(format!(".s.PGSQL.{port}"))),
            host: options.get_host().to_owned(),
            port,
            user: options.get_username().to_owned(),
        })
    }

    async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        Ok(match &self.socket {
            Some(path) => Box::new(UnixStream::connect(path).await?),
            None => {
                let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
        })
    }
}

/// One execution, as it was said.
#[derive(Debug, Clone)]
pub enum Said {
    /// A statement without values: BEGIN, COMMIT.
    Simple(String),
    /// A prepared one: what was parsed behind its name, what was bound behind its name.
    Prepared { parse: Vec<u8>, bind: Vec<u8> },
}

#[derive(Debug, Default)]
struct Heard {
    statements: u64,
    kept: Vec<Said>,
}

/// Stands between server and database.
#[derive(Clone)]
pub struct Tap {
    heard: Arc<Mutex<Heard>>,
    pub port: u16,
}

impl Tap {
    /// Listens on a free port and hands on to `place`.
    pub async fn open(place: Place) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("listening for the server")?;
        let tap = Tap { heard: Arc::default(), port: listener.local_addr()?.port() };
        let heard = tap.heard.clone();
        tokio::spawn(async move {
            while let Ok((server, _)) = listener.accept().await {
                let (place, heard) = (place.clone(), heard.clone());
                tokio::spawn(async move {
                    // A connection that ends is seen by the server.
                    let _ended = pass(server, &place, &heard).await;
                });
            }
        });
        Ok(tap)
    }

    /// Forgets what was heard.
    pub fn clear(&self) {
        *self.heard.lock().expect("nobody panics with it") = Heard::default();
    }

    /// Executions since then.
    pub fn statements(&self) -> u64 {
        self.heard.lock().expect("nobody panics with it").statements
    }

    /// What was executed since then, in order.
    pub fn kept(&self) -> Vec<Said> {
        self.heard.lock().expect("nobody panics with it").kept.clone()
    }
}

async fn pass(mut server: TcpStream, place: &Place, heard: &Mutex<Heard>) -> std::io::Result<()> {
    server.set_nodelay(true)?;
    let mut database = place.connect().await?;
    let mut begin = read_untyped(&mut server).await?;
    if begin.get(4..8) == Some(&SSL_REQUEST.to_be_bytes()[..]) {
        server.write_all(b"N").await?;
        begin = read_untyped(&mut server).await?;
    }
    database.write_all(&begin).await?;
    let (mut from_database, mut to_database) = tokio::io::split(database);
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { copy(&mut from_database, &mut to_server).await });
    let mut names: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
    let mut bound: Option<Said> = None;
    loop {
        let mut head = [0; 5];
        if from_server.read_exact(&mut head).await.is_err() {
            break;
        }
        let mut body = vec![0; length(&head[1..]).saturating_sub(4)];
        from_server.read_exact(&mut body).await?;
        hear(head[0], &body, &mut names, &mut bound, heard);
        to_database.write_all(&head).await?;
        to_database.write_all(&body).await?;
    }
    to_database.shutdown().await?;
    back.abort();
    Ok(())
}

fn hear(
    kind: u8,
    body: &[u8],
    names: &mut HashMap<Vec<u8>, Vec<u8>>,
    bound: &mut Option<Said>,
    heard: &Mutex<Heard>,
) {
    match kind {
        b'P' => {
            let (name, rest) = text(body);
            names.insert(name.to_vec(), rest.to_vec());
        }
        b'B' => {
            let (_portal, rest) = text(body);
            let (name, bind) = text(rest);
            *bound =
                names.get(name).map(|parse| Said::Prepared { parse: parse.clone(), bind: bind.to_vec() });
        }
        b'E' => {
            let mut heard = heard.lock().expect("nobody panics with it");
            heard.statements += 1;
            heard.kept.extend(bound.take());
        }
        b'Q' => {
            let mut heard = heard.lock().expect("nobody panics with it");
            heard.statements += 1;
            heard.kept.push(Said::Simple(String::from_utf8_lossy(text(body).0).into_owned()));
        }
        _ => {}
    }
}

/// Up to the next zero byte, and what follows it.
fn text(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    (&bytes[..end], bytes.get(end + 1..).unwrap_or_default())
}

fn length(bytes: &[u8]) -> usize {
    bytes.try_into().map_or(0, |four| u32::from_be_bytes(four) as usize)
}

async fn read_untyped(from: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut head = [0; 4];
    from.read_exact(&mut head).await?;
    let mut all = head.to_vec();
    all.resize(length(&head).max(4), 0);
    from.read_exact(&mut all[4..]).await?;
    Ok(all)
}

fn message(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = 4 + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut all = vec![kind];
    all.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    parts.iter().for_each(|part| all.extend_from_slice(part));
    all
}

/// One connection that says again what was heard, each statement in a round trip of its own, as the server does.
pub struct Replay {
    stream: Box<dyn Stream>,
    /// Each with what it is sent as.
    rounds: Vec<Vec<u8>>,
}

impl Replay {
    /// Connects and prepares. What is `undone` begins a transaction and rolls it back in each round, so that it can be
    /// said any number of times; `before` is said first.
    pub async fn prepare(
        place: &Place,
        database: &str,
        said: &[Said],
        undone: bool,
        before: &[String],
    ) -> Result<Self> {
        let mut replay = Replay { stream: place.connect().await?, rounds: vec![] };
        replay.sign_in(&place.user, database).await?;
        let simple = |sql: &str| Said::Simple(sql.to_owned());
        let ends = |said: &Said| matches!(said, Said::Simple(sql) if sql == "BEGIN" || sql == "COMMIT");
        let mut all: Vec<Said> = before.iter().map(|sql| simple(sql)).collect();
        if undone {
            all.push(simple("BEGIN"));
            all.extend(said.iter().filter(|said| !ends(said)).cloned());
            all.push(simple("ROLLBACK"));
        } else {
            all.extend_from_slice(said);
        }
        for (place, said) in all.iter().enumerate() {
            let round = match said {
                Said::Simple(sql) => message(b'Q', &[sql.as_bytes(), b"\0"]),
                Said::Prepared { parse, bind } => {
                    let name = format!("s{place}\0");
                    let parse = message(b'P', &[name.as_bytes(), parse]);
                    let sync = message(b'S', &[]);
                    replay.round(&[parse, sync].concat()).await.context("preparing a statement")?;
                    let bind = message(b'B', &[b"\0", name.as_bytes(), bind]);
                    let execute = message(b'E', &[b"\0", &0_u32.to_be_bytes()]);
                    [bind, execute, message(b'S', &[])].concat()
                }
            };
            replay.rounds.push(round);
        }
        Ok(replay)
    }

    async fn sign_in(&mut self, user: &str, database: &str) -> Result<()> {
        let body = format!("user\0{user}\0database\0{database}\0\0");
        let length = u32::try_from(body.len() + 8).context("a short name")?;
        let mut begin = length.to_be_bytes().to_vec();
        begin.extend(PROTOCOL.to_be_bytes());
        begin.extend(body.as_bytes());
        self.stream.write_all(&begin).await?;
        self.until_ready().await.context("signing in; the floor needs a database that asks for no password")
    }

    /// All of it once.
    pub async fn once(&mut self) -> Result<()> {
        for round in std::mem::take(&mut self.rounds) {
            self.round(&round).await?;
            self.rounds.push(round);
        }
        Ok(())
    }

    async fn round(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes).await?;
        self.until_ready().await
    }

    async fn until_ready(&mut self) -> Result<()> {
        let mut refused = None;
        loop {
            let mut head = [0; 5];
            self.stream.read_exact(&mut head).await?;
            let mut body = vec![0; length(&head[1..]).saturating_sub(4)];
            self.stream.read_exact(&mut body).await?;
            match head[0] {
                b'R' if length(body.get(..4).unwrap_or_default()) != 0 => bail!("it asks for a password"),
                b'E' => refused = Some(String::from_utf8_lossy(&body).replace('\0', " ")),
                b'Z' => break,
                _ => {}
            }
        }
        ensure!(refused.is_none(), "PostgreSQL refuses: {}", refused.unwrap_or_default());
        Ok(())
    }
}
