//! The pieces of a clean picture as a request body, without joining them.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A body of the pieces. It can be sent again when the SDK retries, and its
/// length is known.
pub(crate) fn body(pieces: &[Bytes]) -> ByteStream {
    let pieces: Arc<[Bytes]> = pieces.into();
    ByteStream::new(SdkBody::retryable(move || SdkBody::from_body_1_x(Pieces::new(&pieces))))
}

struct Pieces {
    left: VecDeque<Bytes>,
}

impl Pieces {
    fn new(pieces: &[Bytes]) -> Self {
        Self { left: pieces.iter().cloned().collect() }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.left.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.iter().map(|piece| piece.len() as u64).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_sends_all_pieces_and_can_do_so_again() {
        let stream = body(&[Bytes::from_static(b"ab"), Bytes::from_static(b"cde")]);
        assert_eq!(stream.size_hint(), (5, Some(5)));
        let body = stream.into_inner();
        let again = body.try_clone().expect("the SDK can retry");
        assert_eq!(again.content_length(), Some(5));
        for body in [body, again] {
            assert_eq!(ByteStream::new(body).collect().await.unwrap().into_bytes(), "abcde");
        }
    }
}
