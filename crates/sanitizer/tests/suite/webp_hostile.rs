//! WebP: files made to take long are refused, whatever they promise.

use crate::support::webp as support;

use sanitizer::{Error, Options, sanitize};
use support::{chunk, file, vp8x};

/// Work is bounded by the length of the data, too, however many pixels there may be.
fn any_size() -> Options {
    let mut options = Options::default();
    options.max_megapixels = u32::MAX;
    options
}

/// The longest side of an image.
const SIDE: u32 = 16_383;

/// Bits, the lowest of each byte first.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        self.0.extend((0..count).map(|bit| value >> bit & 1 == 1));
    }

    /// A code with one symbol, 0, which then takes no bits.
    fn code_of_zeros(&mut self) {
        self.push(0b0001, 4);
    }

    fn bytes(&self) -> Vec<u8> {
        self.0
            .chunks(8)
            .map(|bits| bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit)))
            .collect()
    }
}

/// An image of the largest size in 11 bytes: an entropy image of a million pixels says that all
/// blocks are coded by the one group, and that needs no bits for a pixel.
fn tiny_and_huge() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0x2F, 8);
    bits.push(SIDE - 1, 14);
    bits.push(SIDE - 1, 14);
    bits.push(0, 4); // no alpha, version 0
    bits.push(0, 2); // no transform, no colour cache
    bits.push(1, 1); // an entropy image
    bits.push(2, 3); // of blocks of 16 x 16 pixels
    bits.push(0, 1); // no colour cache
    (0..10).for_each(|_| bits.code_of_zeros());
    bits.bytes()
}

fn animation(frames: usize) -> Vec<u8> {
    let [w, h] = [SIDE - 1, SIDE - 1].map(u32::to_le_bytes);
    let header = [&[0; 6], &w[..3], &h[..3], &[100, 0, 0, 0x02]].concat();
    let frame = chunk(b"ANMF", &[&header[..], &chunk(b"VP8L", &tiny_and_huge())].concat());
    let mut chunks = vec![vp8x(0x02, SIDE, SIDE), chunk(b"ANIM", &[0; 6])];
    chunks.extend(std::iter::repeat_n(frame, frames));
    file(&chunks)
}

#[test]
fn frames_that_cost_nothing_to_write_are_not_all_followed() {
    assert!(sanitize(animation(2), &any_size()).is_ok(), "two are well-formed");
    let error = sanitize(animation(10_000), &any_size()).unwrap_err();
    assert!(matches!(error, Error::Unprovable { .. }), "{error}");
    assert!(error.to_string().contains("too large a picture"), "{error}");
}

/// What is allowed must not hang on what goes: else the clean picture, cleaned again, would be refused.
#[test]
fn metadata_does_not_pay_for_frames() {
    let frames = animation(100);
    let metadata = chunk(b"EXIF", &vec![0; 1 << 20]);
    let mut file = [&frames[..], &metadata].concat();
    let length = u32::try_from(file.len() - 8).unwrap();
    file[4..8].copy_from_slice(&length.to_le_bytes());
    for file in [frames, file] {
        let error = sanitize(file, &any_size()).unwrap_err();
        assert!(error.to_string().contains("too large a picture"), "{error}");
    }
}
