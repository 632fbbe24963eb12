//! How much memory cleaning takes besides the picture itself: no copy of it is made.

#![expect(unsafe_code, reason = "an allocator that counts")]
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use bytes::Bytes;
use sanitizer::{Error, Options, OrientationOutcome, memory_needed, sanitize};

/// What else may be needed at once.
const LIMIT: usize = 64 * 1024;

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Cleans a picture, and gives the most memory that this took at once.
fn taken(picture: Vec<u8>) -> usize {
    let picture = Bytes::from(picture);
    let before = NOW.load(Relaxed);
    MOST.store(before, Relaxed);
    let clean = sanitize(picture, &Options::default()).unwrap();
    let most = MOST.load(Relaxed) - before;
    drop(clean);
    most
}

/// What is reckoned from the first bytes is never exceeded, and not much more than what is taken, which is given.
fn check_reckoned(name: &str, picture: Vec<u8>) -> usize {
    let start = &picture[..picture.len().min(4096)];
    let needed = memory_needed(start, picture.len() as u64, &Options::default()).unwrap() as usize;
    let taken = taken(picture);
    assert!(taken <= needed, "{name}: {taken} bytes, {needed} were reckoned");
    taken
}

/// With the orientation that asks for a turn by 90 degrees.
fn sideways(picture: &[u8]) -> Vec<u8> {
    // Behind SOI: APP1 with an EXIF of orientation 6.
    let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    [&picture[..2], &exif[..], &picture[2..]].concat()
}

/// The memory for turning a picture is reckoned from its header before any is taken, and holds no
/// copy of the input.
fn check_turned(picture: &[u8]) {
    let picture = Bytes::from(sideways(picture));
    let mut options = Options::default();
    options.max_memory = 0;
    let before = NOW.load(Relaxed);
    MOST.store(before, Relaxed);
    let refused = sanitize(picture.clone(), &options);
    let most = MOST.load(Relaxed) - before;
    assert!(most <= LIMIT, "{most} bytes were taken before it was refused");
    let Err(Error::Memory { needed, .. }) = refused else { panic!("not refused for its size: {refused:?}") };

    let before = NOW.load(Relaxed);
    MOST.store(before, Relaxed);
    let turned = sanitize(picture.clone(), &Options::default()).unwrap();
    let most = MOST.load(Relaxed) - before;
    assert_eq!(turned.report.orientation, OrientationOutcome::Turned);
    assert!(most <= needed as usize, "{most} bytes, {needed} were reckoned, for a file of {}", picture.len());
    assert!(
        most >= needed as usize / 2,
        "{most} bytes, {needed} were reckoned, for a file of {}",
        picture.len()
    );
}

/// Pixels that make a large file.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

fn jpeg(restart: u16) -> Vec<u8> {
    jpeg_of(restart, false)
}

fn jpeg_of(restart: u16, progressive: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 88);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_2_0);
    encoder.set_progressive(progressive);
    if restart > 0 {
        encoder.set_restart_interval(restart);
    }
    encoder.encode(&noise(3 * 1600 * 1200), 1600, 1200, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

fn png() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 1600, 1200);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&noise(3 * 1600 * 1200)).unwrap();
    file
}

/// The same with an eXIf chunk behind IHDR that asks for a turn by 90 degrees.
fn sideways_png(png: &[u8]) -> Vec<u8> {
    let chunk = b"eXIfMM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = (chunk.len() as u32 - 4).to_be_bytes();
    let mut crc = flate2::Crc::new();
    crc.update(chunk);
    [&png[..33], &length, chunk, &crc.sum().to_be_bytes(), &png[33..]].concat()
}

fn webp() -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = image_webp::WebPEncoder::new(&mut file);
    encoder.encode(&noise(3 * 1600 * 1200), 1600, 1200, image_webp::ColorType::Rgb8).unwrap();
    file
}

fn gif() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, 1600, 1200, &noise(3 * 256)).unwrap();
    let frame = gif::Frame::from_indexed_pixels(1600, 1200, noise(1600 * 1200), None);
    encoder.write_frame(&frame).unwrap();
    drop(encoder);
    file
}

/// One test alone, since all of a process share the count.
#[test]
fn no_copy_is_made() {
    check_turned(&jpeg(0));
    check_turned(&jpeg_of(0, true));
    for (name, picture, least) in [
        ("JPEG", jpeg(0), 0),
        ("JPEG, progressive", jpeg_of(0, true), 1600 * 1200 * 3 / 2 / 64 * 8),
        ("JPEG, sideways", sideways(&jpeg(0)), 1600 * 1200 * 3),
        ("JPEG, progressive, sideways", sideways(&jpeg_of(0, true)), 1600 * 1200 * 3),
        ("PNG", png(), 0),
        ("PNG, sideways", sideways_png(&png()), 1600 * 1200 * 6),
        ("WebP", webp(), 0),
        ("GIF", gif(), 0),
    ] {
        let taken = check_reckoned(name, picture);
        assert!(taken >= least, "{name}: {taken} bytes were taken, so what has to be is not counted");
    }
    for (name, picture) in
        [("JPEG", jpeg(0)), ("JPEG, restarts", jpeg(4)), ("PNG", png()), ("WebP", webp()), ("GIF", gif())]
    {
        let length = picture.len();
        assert!(length > 1 << 20, "{name}: {length} bytes are too few to tell");
        let taken = taken(picture);
        assert!(taken <= LIMIT, "{name}: {taken} bytes for a file of {length}");
    }
}
