//! Server-sent events: the page is told what happens while it happens
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::broadcast::error::RecvError;

use super::Page;
use super::answer::stream_head;
use crate::json;
use engine::aws::pause;

/// A page that is gone is noticed by then.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// An event as it is sent. JSON has no line ends, which would end it.
pub(super) fn event(name: &str, content: &impl Serialize) -> Arc<str> {
    let data = json::line(content).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n").into()
}

/// Tells all that is known, and then what happens, until the page goes or this program ends.
pub(super) async fn follow(page: &Page, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let (all, mut news) = page.gallery.follow();
    let begin = all.iter().fold(stream_head(), |text, event| text + event);
    if stream.write_all(begin.as_bytes()).await.is_err() {
        return;
    }
    let mut rest = [0; 64];
    loop {
        let text = tokio::select! {
            _ = page.interrupt.signal() => return,
            // A browser sends no more: this is its end.
            _ = stream.read(&mut rest) => return,
            () = pause(HEARTBEAT) => Arc::from(": still there\n\n"),
            told = news.recv() => match told {
                Ok(event) => event,
                // Too far behind: the page connects again, and is told everything.
                Err(RecvError::Lagged(_) | RecvError::Closed) => return,
            },
        };
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}
