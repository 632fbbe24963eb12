//! A string that must not survive, and the search for it.

use std::io::Read;

/// What is planted.
pub(crate) const CANARY: &str = "LEAKCANARY";

/// The canary as UTF-16.
pub(crate) fn utf16(big_endian: bool) -> Vec<u8> {
    CANARY
        .encode_utf16()
        .flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
        .collect()
}

/// Whether the canary is in `bytes`: as ASCII, as UTF-16, or inside a zlib
/// stream that starts anywhere.
pub(crate) fn survives(bytes: &[u8]) -> bool {
    is_in(bytes)
        || (0..bytes.len().saturating_sub(2)).any(|at| {
            let header = u16::from_be_bytes([bytes[at], bytes[at + 1]]);
            bytes[at] == 0x78 && header.is_multiple_of(31) && {
                let mut inflated = Vec::new();
                let _ = flate2::read::ZlibDecoder::new(&bytes[at..]).take(1 << 20).read_to_end(&mut inflated);
                is_in(&inflated)
            }
        })
}

fn is_in(bytes: &[u8]) -> bool {
    [CANARY.as_bytes().to_vec(), utf16(true), utf16(false)]
        .iter()
        .any(|needle| bytes.windows(needle.len()).any(|window| window == needle))
}
