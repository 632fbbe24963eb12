//! What nobody waits for any more ends soon, in every format.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use sanitizer::{Cancellation, Error, Options, Orientation, sanitize};

const SIZE: (u16, u16) = (1600, 1200);

/// Pixels that make a large file.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

fn jpeg(progressive: bool, restart: u16) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 88);
    encoder.set_progressive(progressive);
    if restart > 0 {
        encoder.set_restart_interval(restart);
    }
    let pixels = noise(3 * usize::from(SIZE.0) * usize::from(SIZE.1));
    encoder.encode(&pixels, SIZE.0, SIZE.1, jpeg_encoder::ColorType::Rgb).unwrap();
    // Behind SOI: APP1 with an EXIF of orientation 6.
    let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    [&file[..2], &exif[..], &file[2..]].concat()
}

fn png() -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = png::Encoder::new(&mut file, SIZE.0.into(), SIZE.1.into());
    let pixels = noise(usize::from(SIZE.0) * usize::from(SIZE.1));
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    file
}

fn webp() -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = image_webp::WebPEncoder::new(&mut file);
    let pixels = noise(3 * usize::from(SIZE.0) * usize::from(SIZE.1));
    encoder.encode(&pixels, SIZE.0.into(), SIZE.1.into(), image_webp::ColorType::Rgb8).unwrap();
    file
}

fn gif() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, SIZE.0, SIZE.1, &noise(3 * 256)).unwrap();
    let pixels = noise(usize::from(SIZE.0) * usize::from(SIZE.1));
    for _ in 0..8 {
        let frame = gif::Frame::from_indexed_pixels(SIZE.0, SIZE.1, pixels.clone(), None);
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    file
}

fn time(picture: &Bytes, options: &Options) -> (Result<(), Error>, Duration) {
    let start = Instant::now();
    let result = sanitize(picture.clone(), options).map(drop);
    (result, start.elapsed())
}

#[test]
fn it_ends_where_it_is() {
    let upright = Options::default();
    let mut tag = Options::default();
    tag.orientation = Orientation::Tag;
    for (name, picture, options) in [
        ("JPEG", jpeg(false, 0), &tag),
        ("JPEG, restarts", jpeg(false, 4), &tag),
        ("JPEG, progressive", jpeg(true, 0), &tag),
        ("JPEG, turned", jpeg(false, 0), &upright),
        ("JPEG, progressive, turned", jpeg(true, 0), &upright),
        ("PNG", png(), &upright),
        ("WebP", webp(), &upright),
        ("GIF", gif(), &upright),
    ] {
        let picture = Bytes::from(picture);
        let mut options = options.clone();
        options.cancellation = Cancellation::new();
        let (result, whole) = time(&picture, &options);
        assert_eq!(result, Ok(()), "{name}");
        options.cancellation.cancel();
        // The best of some: other work on the machine must not count.
        let cancelled = (0..5).map(|_| time(&picture, &options));
        let soonest = cancelled.map(|(result, took)| {
            assert_eq!(result, Err(Error::Cancelled), "{name}");
            took
        });
        let soonest = soonest.min().unwrap();
        assert!(soonest < whole / 4, "{name}: {soonest:?} of {whole:?}");
    }
}

/// Cancelled by another thread while it works.
#[test]
fn another_thread_stops_it() {
    let picture = Bytes::from(jpeg(true, 0));
    let mut options = Options::default();
    options.cancellation = Cancellation::new();
    let cancellation = options.cancellation.clone();
    let worker = std::thread::spawn(move || {
        loop {
            if let Err(error) = sanitize(picture.clone(), &options) {
                return error;
            }
        }
    });
    cancellation.cancel();
    assert_eq!(worker.join().unwrap(), Error::Cancelled);
}
