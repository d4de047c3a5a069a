//! The socket: takes connections, bears no slow ones, and lets go of all in order when the process stops.
//!
//! The framework's own loop waits for ever for the head of a request and closes its socket at once. Here a head that
//! has begun must be whole within ten seconds, heads are 64 kB at most, and an order to stop is carried out in steps:
//! readiness fails and answers say `Connection: close` (whoever balances load sends nobody more) · a second later no
//! connection is taken, but what stands in the queue of the socket already · open requests end.

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{ConnectInfo, Request},
    http::{HeaderValue, Version, header},
    response::Response,
};
use futures::{FutureExt, future::BoxFuture};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;
use tower::Service;

/// How long the others have to notice that readiness fails, before the socket closes.
pub const ANNOUNCE: Duration = Duration::from_secs(1);
/// From its first byte, the head of a request is whole within this.
const HEAD_TIME: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOOK_CLOSELY: Duration = Duration::from_millis(50);
/// A connection that asks nothing is kept so long: longer than the 60 seconds of the usual balancers, so that it is
/// never closed under a request that they send.
const KEPT_OPEN: Duration = Duration::from_secs(75);
/// All headers of a request together.
const HEAD_LIMIT: usize = 64 * 1024;
const STREAMS_OF_ONE: u32 = 200;

/// Answers until `leaving` is cancelled and the last open request has ended.
pub async fn serve(listener: TcpListener, doors: Router, leaving: CancellationToken) {
    let (close, closing) = watch::channel(false);
    let attend = |stream: TcpStream, peer: SocketAddr| {
        let doors = Doors { doors: doors.clone(), peer, phase: Phase::fresh(), leaving: leaving.clone() };
        tokio::spawn(attend(stream, doors, closing.clone()));
    };
    let announced = async {
        leaving.cancelled().await;
        tokio::time::sleep(ANNOUNCE).await;
    };
    let mut announced = pin!(announced);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => attend(stream, peer),
                Err(error) => refused(&error).await,
            },
            () = &mut announced => break,
        }
    }
    // These have connected: closing the socket under them would reset them.
    match waiting(listener) {
        Ok(all) => all.into_iter().for_each(|(stream, peer)| attend(stream, peer)),
        Err(error) => tracing::warn!(error.message = %error, "Who waited to be connected is cut off"),
    }
    drop(closing);
    close.send_replace(true);
    close.closed().await;
}

/// Takes what stands in the queue of the socket, which is closed.
fn waiting(listener: TcpListener) -> io::Result<Vec<(TcpStream, SocketAddr)>> {
    let listener = listener.into_std()?;
    let mut all = Vec::new();
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                stream.set_nonblocking(true)?;
                all.push((TcpStream::from_std(stream)?, peer));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(all),
            Err(error) if is_theirs(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

fn is_theirs(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// The other end went away again, or there are no more files to be had: then a pause lets some be closed.
async fn refused(error: &io::Error) {
    if !is_theirs(error) {
        tracing::error!(error.message = %error, "No connection can be taken for a moment");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// One connection, to its end.
async fn attend(stream: TcpStream, doors: Doors, mut closing: watch::Receiver<bool>) {
    // Answers are small and whole: nothing is gained by waiting for more.
    let _slower = stream.set_nodelay(true);
    let phase = doors.phase.clone();
    let io = TokioIo::new(Watched { stream, phase: phase.clone() });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(KEPT_OPEN).max_buf_size(HEAD_LIMIT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEPT_OPEN)
        .max_header_list_size(u32::try_from(HEAD_LIMIT).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_OF_ONE);
    let mut connection = pin!(builder.serve_connection(io, TowerToHyperService::new(doors)));
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut closes, mut told) = (None::<Instant>, false);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error.message = %error, "A connection ended early");
                }
                return;
            }
            _ = closing.wait_for(|now| *now), if closes.is_none() => {
                closes = Some(Instant::now());
                look = tokio::time::interval(LOOK_CLOSELY);
            }
            _ = look.tick() => {
                if closes.is_some_and(|since| !told && phase.may_close(since)) {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
                if phase.is_too_slow() {
                    tracing::info!("A connection that sent only a part of a request was closed");
                    return;
                }
            }
        }
    }
}

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Nothing has arrived yet.
    Fresh,
    /// Between two requests.
    Rest,
    /// The head of a request began to arrive.
    Head(Instant),
    /// A request is being answered.
    Work,
    /// HTTP/2: frames come and go, and it has limits of its own.
    Frames,
}

#[derive(Debug, Clone)]
struct Phase(Arc<Mutex<At>>);

impl Phase {
    fn fresh() -> Self {
        Phase(Arc::new(Mutex::new(At::Fresh)))
    }

    fn turn(&self, next: impl FnOnce(At) -> At) {
        let mut at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *at = next(*at);
    }

    fn arrives(&self, bytes: &[u8]) {
        self.turn(|at| match at {
            At::Fresh if bytes.starts_with(b"PRI * HTTP/2") => At::Frames,
            At::Fresh | At::Rest if !bytes.is_empty() => At::Head(Instant::now()),
            at => at,
        });
    }

    fn asked(&self) {
        self.turn(|at| if at == At::Frames { at } else { At::Work });
    }

    fn answered(&self) {
        self.turn(|at| if at == At::Work { At::Rest } else { at });
    }

    fn at(&self) -> At {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_too_slow(&self) -> bool {
        matches!(self.at(), At::Head(since) if since.elapsed() > HEAD_TIME)
    }

    /// No request is cut: what begins to arrive is read and answered, and who has just connected is about to ask.
    fn may_close(&self, since: Instant) -> bool {
        match self.at() {
            At::Rest | At::Work | At::Frames => true,
            At::Head(_) => false,
            At::Fresh => since.elapsed() > ANNOUNCE,
        }
    }
}

/// The doors as one connection sees them.
#[derive(Clone)]
struct Doors {
    doors: Router,
    peer: SocketAddr,
    phase: Phase,
    leaving: CancellationToken,
}

impl<B> Service<Request<B>> for Doors
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        <Router as Service<Request<Body>>>::poll_ready(&mut self.doors, cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        self.phase.asked();
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let keeps_open = request.version() <= Version::HTTP_11;
        let (phase, leaving) = (self.phase.clone(), self.leaving.clone());
        let answer = self.doors.call(request);
        async move {
            let mut response = answer.await?;
            if keeps_open && leaving.is_cancelled() {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            phase.answered();
            Ok(response)
        }
        .boxed()
    }
}

/// A stream that tells what arrives.
struct Watched {
    stream: TcpStream,
    phase: Phase,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.phase.arrives(&buf.filled()[before..]);
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
