//! How long a request may take: as long as its body gets on. A timeout of a fixed length is one of the line's speed, too:
//! 30 s for a picture of 6.6 MB are 1.8 Mbit/s. And the SDK's stalled-stream protection looks at a body of one piece,
//! which is what bytes in memory are, only once.
//!
//! So bodies go in small pieces, the network asks for each when it has taken the one before, and only the time since it
//! last asked counts. Behind the last piece that is the time until the answer begins, and it is longer by what may be
//! still on its way: what the system's buffers hold has been taken, but not sent.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use super::Uplink;

/// How long the other side may do nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// What the HTTP client and the system may hold of a body that they have taken: Linux lets a send buffer grow to 4 MiB
/// (`tcp_wmem`, <https://man7.org/linux/man-pages/man7/tcp.7.html>).
const BUFFERED: u64 = 4 * 1024 * 1024;

/// The slowest connection on which a body still counts as getting on, in bytes a second (128 kbit/s).
const SLOWEST: u64 = 16 * 1024;

/// Length of a piece.
const PIECE: usize = 64 * 1024;

/// A client whose requests may take as long as their bodies get on.
pub(super) fn with_patience(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Patient { inner: client, silence: SILENCE })
}

#[derive(Debug)]
struct Patient<T> {
    inner: T,
    silence: Duration,
}

/// Nothing went on for so long.
#[derive(Debug, thiserror::Error)]
#[error("{}", match .taken {
    0 => format!("no answer within {} s", .silence.as_secs()),
    taken => format!("no answer within {} s, with {taken} bytes of the body sent", .silence.as_secs()),
})]
struct Stalled {
    silence: Duration,
    taken: u64,
}

/// Who sets a read timeout knows of an answer that takes longer, such as that of a function.
fn own_silence(settings: &HttpConnectorSettings) -> Duration {
    settings.read_timeout().unwrap_or_default()
}

impl HttpClient for Patient<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Patient { inner, silence: self.silence.max(own_silence(settings)) })
    }
}

impl HttpConnector for Patient<SharedHttpConnector> {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let uplink = request.extension::<Uplink>().cloned();
        let (connector, least) = (self.inner.clone(), self.silence);
        HttpConnectorFuture::new(async move {
            let lane = match &uplink {
                Some(uplink) => Some(uplink.enter().await),
                None => None,
            };
            let progress = Progress::begin(uplink.clone());
            if request.body().content_length() != Some(0) {
                let body = mem::replace(request.body_mut(), SdkBody::taken());
                let pieces = Pieces { body, piece: Bytes::new(), progress: progress.clone() };
                *request.body_mut() = SdkBody::from_body_1_x(pieces);
            }
            let answer = tokio::select! {
                answer = connector.call(request) => answer,
                stalled = progress.stalled(least) => Err(ConnectorError::timeout(stalled.into())),
            };
            let has_arrived = answer.as_ref().is_ok_and(|answer| answer.status().is_success());
            if let Some(uplink) = uplink.as_ref().filter(|_| !has_arrived) {
                uplink.lost(progress.taken());
            }
            match (lane, &answer) {
                (Some(lane), Ok(_)) if has_arrived => lane.arrived(),
                (Some(lane), Err(error)) if error.is_timeout() => lane.stalled(),
                _ => {}
            }
            answer
        })
    }
}

/// How far a body is.
#[derive(Debug, Clone)]
struct Progress(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    taken: u64,
    asked: Instant,
    uplink: Option<Uplink>,
}

impl Progress {
    fn begin(uplink: Option<Uplink>) -> Self {
        Self(Arc::new(Mutex::new(State { taken: 0, asked: Instant::now(), uplink })))
    }

    fn taken(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).taken
    }

    fn take(&self, bytes: usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = bytes as u64;
        state.taken += bytes;
        state.asked = Instant::now();
        if let Some(uplink) = &state.uplink {
            uplink.sent(bytes);
        }
    }

    /// Ends when nothing has gone on for too long.
    async fn stalled(&self, least: Duration) -> Stalled {
        loop {
            let (taken, asked) = {
                let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                (state.taken, state.asked)
            };
            let silence = silence(least, taken);
            if asked.elapsed() >= silence {
                return Stalled { silence, taken };
            }
            tokio::time::sleep_until(asked + silence).await;
        }
    }
}

/// How long nothing may go on after so many bytes of the body were taken.
fn silence(least: Duration, taken: u64) -> Duration {
    least + Duration::from_secs(taken.min(BUFFERED) / SLOWEST)
}

/// A body in pieces that tells how far it is.
struct Pieces {
    body: SdkBody,
    piece: Bytes,
    progress: Progress,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = aws_smithy_types::body::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.piece.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => self.piece = piece,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => {
                    self.progress.take(0);
                    return Poll::Ready(end);
                }
            }
        }
        let length = self.piece.len().min(PIECE);
        let piece = self.piece.split_to(length);
        self.progress.take(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.piece.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let piece = self.piece.len() as u64;
        let rest = Body::size_hint(&self.body);
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + piece);
        }
        hint.set_lower(rest.lower() + piece);
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::super::pause;
    use super::*;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use std::future::poll_fn;

    /// A line that takes so many bytes a second of a body, and `answers` in the end or not.
    #[derive(Debug)]
    struct Line {
        rate: usize,
        takes: usize,
        answers: bool,
    }

    impl HttpConnector for Line {
        fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
            let Self { rate, mut takes, answers } = *self;
            HttpConnectorFuture::new(async move {
                let mut body = request.take_body();
                while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
                    let length = frame.unwrap().into_data().unwrap().len();
                    assert!(length <= PIECE);
                    takes = takes.saturating_sub(length);
                    if takes == 0 {
                        break;
                    }
                    pause(Duration::from_secs_f64(length as f64 / rate as f64)).await;
                }
                if !answers {
                    std::future::pending::<()>().await;
                }
                Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::empty()))
            })
        }
    }

    async fn send(line: Line, body: SdkBody) -> (Result<u16, String>, Duration) {
        let start = Instant::now();
        let request = HttpRequest::new(body);
        let inner = SharedHttpConnector::new(line);
        let answer = Patient { inner, silence: SILENCE }.call(request).await;
        let answer = answer.map(|answer| answer.status().as_u16());
        (answer.map_err(|error| error.into_source().to_string()), start.elapsed())
    }

    fn megabytes(count: usize) -> SdkBody {
        SdkBody::from(vec![7; count * 1_000_000])
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_takes_as_long_as_it_takes() {
        // 25 MB at 1 Mbit/s, one of eight: 27 minutes.
        let line = Line { rate: 15_625, takes: usize::MAX, answers: true };
        let (answer, took) = send(line, megabytes(25)).await;
        assert_eq!(answer, Ok(200));
        assert_eq!(took.as_secs(), 1600);
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_dies_is_noticed() {
        for (takes, seconds) in [(100_000, 30 + 8), (1_000_000, 30 + 64), (20_000_000, 30 + 256)] {
            let line = Line { rate: 1_000_000, takes, answers: false };
            let (answer, took) = send(line, megabytes(25)).await;
            assert!(answer.is_err_and(|why| why.starts_with("no answer within")));
            let sending = Duration::from_secs_f64(takes as f64 / 1_000_000.0);
            let silence = (took - sending).as_secs_f64();
            assert!((silence - f64::from(seconds)).abs() < 1.0, "{takes}: {silence}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_answer_is_not_waited_for_long() {
        for body in [SdkBody::empty(), SdkBody::from("Action=GetCallerIdentity")] {
            let line = Line { rate: 1_000_000, takes: usize::MAX, answers: false };
            let (answer, took) = send(line, body).await;
            assert!(answer.is_err_and(|why| why.starts_with("no answer within 30 s")));
            assert_eq!(took.as_secs(), 30);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_knows_of_a_longer_answer_gets_it() {
        for (own, seconds) in [(None, 30), (Some(1), 30), (Some(900), 900)] {
            let mut settings = HttpConnectorSettings::builder();
            settings.set_read_timeout(own.map(Duration::from_secs));
            let silence = SILENCE.max(own_silence(&settings.build()));
            let inner = SharedHttpConnector::new(Line { rate: 1_000_000, takes: usize::MAX, answers: false });
            let start = Instant::now();
            let request = HttpRequest::new(SdkBody::from("{}"));
            assert!(Patient { inner, silence }.call(request).await.is_err());
            assert_eq!(start.elapsed().as_secs(), seconds);
        }
    }

    #[tokio::test]
    async fn pieces_are_the_body() {
        let bytes: Vec<u8> = (0..PIECE * 3 + 5).map(|index| (index % 251) as u8).collect();
        let progress = Progress::begin(None);
        let body = SdkBody::from(bytes.clone());
        let mut pieces = Pieces { body, piece: Bytes::new(), progress: progress.clone() };
        let mut seen = Vec::new();
        while let Some(frame) = poll_fn(|context| Pin::new(&mut pieces).poll_frame(context)).await {
            seen.extend_from_slice(&frame.unwrap().into_data().unwrap());
            let left = (bytes.len() - seen.len()) as u64;
            assert_eq!(pieces.size_hint().exact(), Some(left));
            assert_eq!(pieces.is_end_stream(), left == 0);
        }
        assert!(seen == bytes);
        assert_eq!(progress.0.lock().unwrap().taken, bytes.len() as u64);
    }
}
