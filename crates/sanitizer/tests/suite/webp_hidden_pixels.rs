//! Lossless WebP: colours under full transparency are found and blanked; what is shown stays the same.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use crate::support::webp as support;

use proptest::prelude::*;
use sanitizer::facts::FactKind;
use sanitizer::{Category, Error, HiddenPixels, HiddenPixelsOutcome, Options, Report, Unseen, sanitize};
use support::{animation_head, chunk, chunks, file, frame};

const BLANKED: HiddenPixelsOutcome = HiddenPixelsOutcome::Blanked { what: Unseen::Transparent };

fn clean(file: &[u8]) -> (Vec<u8>, Report) {
    let cleaned = sanitize(file.to_vec(), &Options::default()).unwrap();
    let report = cleaned.report.clone();
    let out = cleaned.into_bytes().to_vec();
    let again = sanitize(out.clone(), &Options::default()).unwrap();
    assert_eq!((again.report.hidden_pixels, &again.report.removed[..]), (HiddenPixelsOutcome::None, &[][..]));
    assert_eq!(again.into_bytes(), out, "cleaning twice changes nothing");
    (out, report)
}

fn encoded(pixels: &[[u8; 4]], width: u32) -> Vec<u8> {
    let (mut file, height) = (Vec::new(), pixels.len() as u32 / width);
    let encoder = image_webp::WebPEncoder::new(&mut file);
    encoder.encode(pixels.as_flattened(), width, height, image_webp::ColorType::Rgba8).unwrap();
    file
}

fn decoded(file: &[u8]) -> Vec<[u8; 4]> {
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    if decoder.is_animated() {
        decoder.read_frame(&mut pixels).unwrap();
    } else {
        decoder.read_image(&mut pixels).unwrap();
    }
    pixels.as_chunks::<4>().0.to_vec()
}

/// 40 x 30 pixels, every third of them transparent, with colours or without.
fn pixels(has_colors: bool) -> Vec<[u8; 4]> {
    let pixel = |at: u32| match at % 3 {
        0 if has_colors => [at as u8, 1, 2, 0],
        0 => [0; 4],
        _ => [at as u8, (at / 40) as u8, 9, 200],
    };
    (0..1200).map(pixel).collect()
}

#[test]
fn colours_under_full_transparency_are_blanked() {
    let plain = encoded(&pixels(false), 40);
    assert_eq!(clean(&plain).0, plain, "one colour shows nothing");
    let file = encoded(&pixels(true), 40);
    let (out, report) = clean(&file);
    assert_eq!((report.hidden_pixels, report.categories()), (BLANKED, vec![Category::HiddenPixels]));
    assert_eq!(decoded(&out), pixels(false));
    let mut options = Options::default();
    options.hidden_pixels = HiddenPixels::Refuse;
    assert_eq!(sanitize(file.clone(), &options).unwrap_err().kind(), "hidden-pixels");
    options.hidden_pixels = HiddenPixels::Keep;
    let kept = sanitize(file.clone(), &options).unwrap();
    assert_eq!(kept.report.hidden_pixels, HiddenPixelsOutcome::None, "not looked at");
    options.facts = true;
    let kept = sanitize(file.clone(), &options).unwrap();
    assert_eq!(kept.report.hidden_pixels, HiddenPixelsOutcome::Kept { what: Unseen::Transparent });
    assert!(kept.report.facts.as_ref().unwrap().items.iter().any(|fact| fact.kind == FactKind::HiddenPixels));
    assert_eq!(kept.into_bytes(), file);
}

#[test]
fn so_are_those_of_the_frames_of_an_animation() {
    let image = |has_colors| chunk(b"VP8L", &chunks(&encoded(&pixels(has_colors), 40)).remove(0).1);
    let planted =
        |second| file(&[animation_head(), vec![frame(&[image(false)]), frame(&[image(second)])]].concat());
    assert_eq!(clean(&planted(false)).0, planted(false));
    let (out, report) = clean(&planted(true));
    assert_eq!((report.hidden_pixels, out), (BLANKED, planted(false)));
}

#[test]
fn memory_is_bounded() {
    let file = encoded(&pixels(true), 40);
    let needed = 3 * 4 * 1200;
    let run = |memory| {
        let mut options = Options::default();
        options.max_memory = memory;
        sanitize(file.clone(), &options).map(drop)
    };
    assert_eq!(run(needed), Ok(()));
    assert_eq!(run(needed - 1), Err(Error::Memory { needed, limit: needed - 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_stays(
        width in 1_u32..30,
        pixels in proptest::collection::vec((0_u8..5, 0_u8..3, any::<u8>(), prop_oneof![Just(0_u8), any::<u8>()]), 1..30),
        rows in 1_usize..9,
    ) {
        let count = width as usize * rows;
        let pixels: Vec<_> = pixels.into_iter().map(|(r, g, b, a)| [r, g, b, a]).cycle().take(count).collect();
        let file = encoded(&pixels, width);
        let (out, report) = clean(&file);
        let transparent: std::collections::HashSet<_> = pixels.iter().filter(|pixel| pixel[3] == 0).collect();
        prop_assert_eq!(report.hidden_pixels == BLANKED, transparent.len() > 1);
        let shown: Vec<_> = if transparent.len() > 1 {
            pixels.iter().map(|&pixel| if pixel[3] == 0 { [0; 4] } else { pixel }).collect()
        } else {
            pixels
        };
        prop_assert_eq!(decoded(&out), shown);
    }
}
