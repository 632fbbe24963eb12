//! iCCP (W3C PNG, third edition, 11.3.2.3): a name, a compression method, and a
//! colour profile as a zlib stream. The name is free text and goes, as does what
//! stands behind the stream.

use super::{
    chunk,
    zlib::{self, Inflater, State},
};
use crate::icc::MAX_LEN;

/// The name that every profile gets.
const NAME: &[u8] = b"ICC";

/// The content of an iCCP chunk.
pub(super) struct Profile {
    /// As much of the profile as can be inflated, up to one byte more than any may have.
    pub(super) bytes: Vec<u8>,
    /// Whether there is nothing but our name and the profile in the chunk.
    pub(super) is_plain: bool,
}

impl Profile {
    /// Reads the data of an iCCP chunk; `None` when no profile can be in it.
    pub(super) fn read(data: &[u8]) -> Option<Self> {
        let end = data.iter().take(80).position(|&byte| byte == 0)?;
        let [0, stream @ ..] = &data[end + 1..] else { return None };
        let bytes = zlib::inflate_some(stream, MAX_LEN + 1);
        let is_plain = data[..end] == *NAME && {
            let mut inflater = Inflater::new(bytes.len() as u64);
            inflater.feed(stream, |_| ()) == stream.len() && inflater.end() == State::Ended
        };
        Some(Self { bytes, is_plain })
    }
}

/// The chunk that holds `profile`.
pub(super) fn encode(profile: &[u8]) -> Vec<u8> {
    chunk::encode(*b"iCCP", &[NAME, &[0, 0], &zlib::compress(profile)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk_data(name: &[u8], stream: &[u8]) -> Vec<u8> {
        [name, &[0, 0], stream].concat()
    }

    #[test]
    fn names_and_slack_are_told() {
        let stream = zlib::compress(b"profile");
        let read = |name: &[u8], slack: &[u8]| {
            let profile = Profile::read(&chunk_data(name, &[&stream[..], slack].concat())).unwrap();
            assert_eq!(profile.bytes, b"profile");
            profile.is_plain
        };
        assert!(read(b"ICC", b""));
        assert!(!read(b"Anna's monitor", b""));
        assert!(!read(b"ICC", b"secret"));
        // A stream that breaks gives what was read so far.
        let broken = Profile::read(&chunk_data(b"ICC", &stream[..stream.len() - 1])).unwrap();
        assert_eq!((&broken.bytes[..], broken.is_plain), (&b"profile"[..], false));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let chunk = encode(b"profile");
        let profile = Profile::read(&chunk[8..chunk.len() - 4]).unwrap();
        assert_eq!((&profile.bytes[..], profile.is_plain), (&b"profile"[..], true));
    }

    #[test]
    fn what_is_no_profile_is_told() {
        for data in [&b""[..], b"ICC", b"ICC\0", b"ICC\0\x01abc", &[b'x'; 100]] {
            assert!(Profile::read(data).is_none());
        }
    }

    #[test]
    fn a_bomb_is_left_at_the_limit() {
        let bomb = zlib::compress(&vec![0; 2 * MAX_LEN]);
        let profile = Profile::read(&chunk_data(b"ICC", &bomb)).unwrap();
        assert_eq!((profile.bytes.len(), profile.is_plain), (MAX_LEN + 1, false));
    }
}
