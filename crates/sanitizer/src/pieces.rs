//! Collects the output: ranges kept of the input, and bytes written anew.

use std::ops::Range;

use bytes::Bytes;

/// A kept range shorter than this is copied when it stands beside written
/// bytes: a piece has a cost of its own, and a hostile file could otherwise
/// ask for millions of tiny ones.
const COPY_BELOW: usize = 256;

/// The output in the making. Neighbouring ranges of the input become one piece.
pub(crate) struct Pieces {
    input: Bytes,
    parts: Vec<Part>,
    len: usize,
}

enum Part {
    Kept(Range<usize>),
    Written(Vec<u8>),
}

impl Pieces {
    pub(crate) fn new(input: &Bytes) -> Self {
        Self { input: input.clone(), parts: Vec::new(), len: 0 }
    }

    /// Bytes of output so far.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether it is made of this input.
    pub(crate) fn is_of(&self, input: &Bytes) -> bool {
        (self.input.as_ptr(), self.input.len()) == (input.as_ptr(), input.len())
    }

    /// Appends a range of the input as it is.
    pub(crate) fn keep(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        self.len += range.len();
        match self.parts.as_mut_slice() {
            [.., Part::Kept(last)] if last.end == range.start => last.end = range.end,
            [.., Part::Written(written)] if range.len() < COPY_BELOW => {
                written.extend_from_slice(&self.input[range]);
            }
            [.., Part::Kept(last)] if last.len() + range.len() < COPY_BELOW => {
                let mut joined = self.input[last.clone()].to_vec();
                joined.extend_from_slice(&self.input[range]);
                self.replace_last(joined);
            }
            _ => self.parts.push(Part::Kept(range)),
        }
    }

    /// Appends bytes that are not in the input.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.len += bytes.len();
        match self.parts.as_mut_slice() {
            [.., Part::Written(written)] => written.extend_from_slice(bytes),
            [.., Part::Kept(last)] if last.len() < COPY_BELOW => {
                let mut joined = self.input[last.clone()].to_vec();
                joined.extend_from_slice(bytes);
                self.replace_last(joined);
            }
            _ if bytes.is_empty() => {}
            _ => self.parts.push(Part::Written(bytes.to_vec())),
        }
    }

    /// Appends `bytes`, as the range of the input when that holds just these.
    pub(crate) fn replace(&mut self, range: Range<usize>, bytes: &[u8]) {
        if self.input.get(range.clone()) == Some(bytes) { self.keep(range) } else { self.write(bytes) }
    }

    /// Appends all of `other`, which was made of the same input.
    pub(crate) fn append(&mut self, other: Self) {
        for part in other.parts {
            match part {
                Part::Kept(range) => self.keep(range),
                Part::Written(bytes) => self.write(&bytes),
            }
        }
    }

    /// The pieces, none of them empty.
    pub(crate) fn finish(self) -> Vec<Bytes> {
        let input = self.input;
        self.parts
            .into_iter()
            .map(|part| match part {
                Part::Kept(range) => input.slice(range),
                Part::Written(bytes) => bytes.into(),
            })
            .collect()
    }

    fn replace_last(&mut self, bytes: Vec<u8>) {
        self.parts.pop();
        if let Some(Part::Written(written)) = self.parts.last_mut() {
            written.extend_from_slice(&bytes);
        } else {
            self.parts.push(Part::Written(bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(pieces: &[Bytes]) -> Vec<u8> {
        pieces.iter().flat_map(|piece| piece.to_vec()).collect()
    }

    #[test]
    fn neighbours_become_one_piece_that_shares_the_input() {
        let input = Bytes::from(vec![7; 1000]);
        let mut pieces = Pieces::new(&input);
        pieces.keep(0..10);
        pieces.keep(10..999);
        pieces.replace(999..1000, &[7]);
        let out = pieces.finish();
        assert_eq!(out.len(), 1);
        assert_eq!(out[0].as_ptr(), input.as_ptr());
        assert_eq!(out[0].len(), 1000);
    }

    #[test]
    fn many_tiny_parts_become_few_pieces() {
        let input = Bytes::from((0..=255).cycle().take(100_000).collect::<Vec<u8>>());
        let mut pieces = Pieces::new(&input);
        let mut expected = Vec::new();
        for start in (0..99_000).step_by(20) {
            pieces.keep(start..start + 7);
            expected.extend_from_slice(&input[start..start + 7]);
            if start % 3 == 0 {
                pieces.write(b"xyz");
                expected.extend_from_slice(b"xyz");
            }
        }
        assert_eq!(pieces.len(), expected.len());
        let out = pieces.finish();
        assert!(out.len() <= expected.len() / COPY_BELOW + 1, "{} pieces", out.len());
        assert_eq!(joined(&out), expected);
    }
}
