//! iCCP (W3C PNG, third edition, 11.3.2.3): a name, a compression method, and a
//! colour profile as a zlib stream. The profile stays byte for byte; the name
//! is free text and goes, as does what the stream holds beyond the profile.

use super::{
    ancillary::Verdict,
    chunk,
    zlib::{self, Inflater, State},
};
use crate::{Category, IccPolicy, icc};

/// The name that every profile gets.
const NAME: &[u8] = b"ICC";

/// Real profiles end at a few megabytes; one that says it is longer than this
/// would cost more time than a picture.
const LONGEST: usize = 64 << 20;

/// Judges the data of an iCCP chunk.
pub(super) fn judge(data: &[u8], policy: IccPolicy) -> Verdict {
    if policy == IccPolicy::Drop {
        return Verdict::Drop(Category::ColorProfile);
    }
    let Some(end) = data.iter().take(80).position(|&byte| byte == 0) else {
        return Verdict::Drop(Category::Hidden);
    };
    let [0, stream @ ..] = &data[end + 1..] else {
        return Verdict::Drop(Category::Hidden);
    };
    let head = zlib::inflate_some(stream, icc::PLAIN_SRGB_MAX_LEN);
    let Some(layout) = icc::Layout::read(&head).filter(|layout| layout.len <= LONGEST) else {
        return Verdict::Drop(Category::Hidden);
    };
    let length = layout.len;
    if policy == IccPolicy::DropSrgb && head.len() == length && icc::is_plain_srgb(&head) {
        return Verdict::Drop(Category::ColorProfile);
    }
    let mut inflater = Inflater::new(length as u64);
    let (mut at, mut is_padded) = (0, true);
    let used = inflater.feed(stream, |bytes| {
        is_padded = is_padded && layout.is_padded_with_zeros(at, bytes);
        at += bytes.len();
    });
    let clean = match inflater.end() {
        _ if !is_padded => return Verdict::Drop(Category::Hidden),
        State::Ended if used == stream.len() && data[..end] == *NAME => return Verdict::Keep,
        State::Ended => chunk::encode(*b"iCCP", &[NAME, &[0, 0], &stream[..used]]),
        State::Overrun => {
            let stream = zlib::recompress(std::iter::once(stream), length as u64);
            chunk::encode(*b"iCCP", &[NAME, &[0, 0], &stream])
        }
        State::Reading | State::Broken => return Verdict::Drop(Category::Hidden),
    };
    Verdict::Rewrite(clean, Category::Comment)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn chunk_data(name: &[u8], profile: &[u8], slack: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(profile).unwrap();
        [name, &[0, 0], &encoder.finish().unwrap(), slack].concat()
    }

    fn profile() -> Vec<u8> {
        icc::old::one_tag_profile(200)
    }

    #[test]
    fn name_and_slack_go_and_the_profile_stays() {
        let clean = chunk_data(b"ICC", &profile(), b"");
        assert_eq!(judge(&clean, IccPolicy::Keep), Verdict::Keep);
        assert_eq!(judge(&clean, IccPolicy::Drop), Verdict::Drop(Category::ColorProfile));
        let expected = Verdict::Rewrite(chunk::encode(*b"iCCP", &[&clean]), Category::Comment);
        assert_eq!(judge(&chunk_data(b"Anna's monitor", &profile(), b""), IccPolicy::Keep), expected);
        assert_eq!(judge(&chunk_data(b"ICC", &profile(), b"secret"), IccPolicy::Keep), expected);
    }

    #[test]
    fn bytes_beyond_the_profile_are_cut_inside_the_stream() {
        let longer = [profile(), b"secret".to_vec()].concat();
        let Verdict::Rewrite(chunk, _) = judge(&chunk_data(b"ICC", &longer, b""), IccPolicy::Keep) else {
            panic!("kept as it was")
        };
        assert_eq!(zlib::inflate_some(&chunk[13..], 1000), profile());
    }

    #[test]
    fn what_is_no_profile_goes() {
        for data in [&b""[..], b"ICC", b"ICC\0", b"ICC\0\x01abc", b"ICC\0\0abc"] {
            assert_eq!(judge(data, IccPolicy::Keep), Verdict::Drop(Category::Hidden));
        }
        let text = chunk_data(b"ICC", &[b'x'; 500], b"");
        assert_eq!(judge(&text, IccPolicy::Keep), Verdict::Drop(Category::Hidden));
        let mut gap = profile();
        gap[143] -= 10;
        let gap = chunk_data(b"ICC", &gap, b"");
        assert_eq!(judge(&gap, IccPolicy::Keep), Verdict::Drop(Category::Hidden));
        let mut huge = profile();
        huge[0] = 0xFF;
        let huge = chunk_data(b"ICC", &huge, b"");
        assert_eq!(judge(&huge, IccPolicy::Keep), Verdict::Drop(Category::Hidden));
        let short = chunk_data(b"ICC", &profile()[..150], b"");
        assert_eq!(judge(&short, IccPolicy::Keep), Verdict::Drop(Category::Hidden));
    }
}
