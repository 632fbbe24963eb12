//! Takes connections until Ctrl-C, and answers one request on each.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::FutureExt;
use futures::stream::FuturesUnordered;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::answer::{Answer, Status};
use super::http::{self, Head};
use super::pictures::{AT_ONCE, MOST_BYTES, Taken};
use super::routes::{self, Route};
use super::{Listening, Page, access, events, log_feed, pending, pictures};
use crate::json::page::{self, Pipeline, Refusal};
use engine::aws::pause;
use engine::interrupt::Interrupted;

/// Connections at once. A page has one for events, and a browser opens six more at most.
const CONNECTIONS: usize = 64;
/// After the system could not give a connection: it has no more files.
const BREATH: Duration = Duration::from_millis(100);

/// What is had of each so much.
struct Limits {
    connections: Semaphore,
    pictures: Semaphore,
}

/// Serves the page until a signal. What is under way then has its time to end.
pub(crate) async fn serve(listening: Listening) -> Interrupted {
    let Listening { listener, page } = listening;
    let limits =
        Arc::new(Limits { connections: Semaphore::new(CONNECTIONS), pictures: Semaphore::new(AT_ONCE) });
    // All in one task: what takes a processor has a thread of its own.
    let mut tasks = FuturesUnordered::new();
    tasks.push(log_feed::follow(&page).map(drop).boxed_local());
    let interrupted = loop {
        tokio::select! {
            interrupted = page.interrupt.signal() => break interrupted,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tasks.push(connection(Arc::clone(&page), Arc::clone(&limits), stream).boxed_local());
                }
                Err(_) => pause(BREATH).await,
            },
            // What has ended is forgotten.
            Some(()) = tasks.next() => {}
        }
    };
    drop(listener);
    let all = async { while tasks.next().await.is_some() {} };
    tokio::select! {
        () = all => {}
        _ = page.interrupt.grace() => {}
    }
    interrupted
}

async fn connection(page: Arc<Page>, limits: Arc<Limits>, mut stream: TcpStream) {
    let Ok(slot) = limits.connections.try_acquire() else {
        return finish(&mut stream, &Answer::words(Status::Busy, "too many connections")).await;
    };
    let read = tokio::select! {
        _ = page.interrupt.signal() => return,
        read = http::read_head(&mut stream) => read,
    };
    let (head, rest) = match read {
        Ok(Some(read)) => read,
        Ok(None) => return,
        Err(status) => return finish(&mut stream, &Answer::words(status, "this is not understood")).await,
    };
    if let Some(why) = page.origins.refuse(&head) {
        return finish(&mut stream, &Answer::words(Status::Forbidden, why)).await;
    }
    let answer = match routes::find(&page, &head) {
        Route::None(status, words) => Answer::words(status, words),
        Route::Elsewhere(address) => Answer::see(address),
        Route::Asset(asset) => Answer::of(asset.content_type, asset.text),
        Route::Pipeline => Answer::json(Status::Ok, &Pipeline::of(&page.stack, MOST_BYTES)),
        Route::Events => return events::follow(&page, &mut stream).await,
        Route::Pending => pending::answer(&page).await,
        Route::Configured => access::configured(&page),
        Route::Asked => access::asked(&page).await,
        Route::Copy(id) => pictures::copy(&page, id).await,
        Route::Hidden(id, index) => pictures::hidden(&page, id, index),
        Route::Picture(name) => {
            // Before its body is read: what waits here waits in the browser.
            let Ok(_slot) = limits.pictures.acquire().await else { return };
            match picture(&page, &mut stream, &head, rest, name).await {
                Ok(taken) => {
                    let answer = Answer::json(Status::Accepted, &page::Taken { id: taken.id });
                    finish(&mut stream, &answer).await;
                    drop((stream, slot));
                    return taken.go(page).await;
                }
                Err(answer) => answer,
            }
        }
    };
    finish(&mut stream, &answer).await;
}

/// Reads a picture.
async fn picture(
    page: &Page,
    stream: &mut TcpStream,
    head: &Head,
    rest: Vec<u8>,
    name: String,
) -> Result<Taken, Answer> {
    let length = match head.length() {
        Ok(length) if length <= MOST_BYTES => length,
        Ok(_) | Err(Status::TooLarge) => return Err(pictures::too_large()),
        Err(status) => return Err(Answer::words(status, "a picture needs a Content-Length")),
    };
    let body = tokio::select! {
        _ = page.interrupt.signal() => Err(io::ErrorKind::Interrupted.into()),
        body = http::read_body(stream, head, rest, length) => body,
    };
    let body = body.map_err(|error: io::Error| Answer::words(Status::BadRequest, &error.to_string()))?;
    Taken::new(page, name, body.into()).ok_or_else(|| {
        let error = "a picture of this name is on its way; drop it again when that has arrived".to_owned();
        Answer::json(Status::Conflict, &Refusal { error })
    })
}

async fn finish(stream: &mut TcpStream, answer: &Answer) {
    if stream.write_all(&answer.bytes()).await.is_ok() {
        http::close(stream).await;
    }
}
