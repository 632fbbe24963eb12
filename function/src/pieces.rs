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

/// The longest piece that the network gets at once: what watches over stalled bodies sees nothing go on within one, and
/// on a slow line a long one takes longer than it waits.
const PIECE: usize = 64 * 1024;

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
        let Some(mut piece) = self.left.pop_front() else { return Poll::Ready(None) };
        let first = piece.split_to(piece.len().min(PIECE));
        if !piece.is_empty() {
            self.left.push_front(piece);
        }
        Poll::Ready(Some(Ok(Frame::data(first))))
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
    async fn no_piece_is_long() {
        let long = vec![7; 3 * PIECE + 5];
        let mut pieces = Pieces::new(&[Bytes::from_static(b"ab"), Bytes::from(long)]);
        let mut lengths = Vec::new();
        while let Some(frame) =
            std::future::poll_fn(|context| Pin::new(&mut pieces).poll_frame(context)).await
        {
            lengths.push(frame.unwrap().into_data().unwrap().len());
        }
        assert_eq!(lengths, [2, PIECE, PIECE, PIECE, 5]);
    }

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
