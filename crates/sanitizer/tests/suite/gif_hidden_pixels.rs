//! GIF: what of a frame lies beyond the screen is found and taken out; the screen shows the same at every time.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use std::borrow::Cow;

use gif::{DisposalMethod, Frame};
use proptest::prelude::*;
use sanitizer::facts::FactKind;
use sanitizer::{Category, HiddenPixels, HiddenPixelsOutcome, Options, Report, Unseen, sanitize};

fn clean(file: &[u8]) -> (Vec<u8>, Report) {
    let cleaned = sanitize(file.to_vec(), &Options::default()).unwrap();
    let report = cleaned.report.clone();
    let out = cleaned.into_bytes().to_vec();
    let again = sanitize(out.clone(), &Options::default()).unwrap();
    assert_eq!((again.report.hidden_pixels, &again.report.removed[..]), (HiddenPixelsOutcome::None, &[][..]));
    assert_eq!(again.into_bytes(), out, "cleaning twice changes nothing");
    (out, report)
}

fn file(screen: (u16, u16), frames: &[Frame<'_>]) -> Vec<u8> {
    let mut file = Vec::new();
    let palette: Vec<u8> = (0..24).map(|at| at * 10).collect();
    let mut encoder = gif::Encoder::new(&mut file, screen.0, screen.1, &palette).unwrap();
    frames.iter().for_each(|frame| encoder.write_frame(frame).unwrap());
    drop(encoder);
    file
}

fn frame((left, top, width, height): (u16, u16, u16, u16), seed: usize) -> Frame<'static> {
    let pixels =
        (0..usize::from(width) * usize::from(height)).map(|at| ((at * seed + at / 7) % 8) as u8).collect();
    Frame { left, top, width, height, delay: 7, buffer: Cow::Owned(pixels), ..Frame::default() }
}

/// The colours of a screen, none where it is transparent.
type Pixels = Vec<Option<[u8; 3]>>;

/// What the screen shows after each frame, as colours (`None`: transparent), with delays; and that no frame lies beyond it.
fn shown(file: &[u8]) -> (Vec<(u16, Pixels)>, bool) {
    let mut decoder = gif::DecodeOptions::new().read_info(file).unwrap();
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    let global = decoder.global_palette().map(<[u8]>::to_vec).unwrap_or_default();
    let (mut screen, mut all, mut is_within) = (vec![None; width * height], Vec::new(), true);
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        let before = screen.clone();
        let palette = frame.palette.as_deref().unwrap_or(&global);
        let (left, top) = (usize::from(frame.left), usize::from(frame.top));
        let (columns, rows) = (usize::from(frame.width), usize::from(frame.height));
        is_within &= left + columns <= width && top + rows <= height;
        let places: Vec<_> = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))).collect();
        let on_screen = |&&(x, y): &&(usize, usize)| left + x < width && top + y < height;
        for &(x, y) in places.iter().filter(on_screen) {
            let index = frame.buffer[y * columns + x];
            if frame.transparent != Some(index) {
                let color = palette.get(usize::from(index) * 3..usize::from(index) * 3 + 3);
                screen[(top + y) * width + left + x] = color.map(|color| color.try_into().unwrap());
            }
        }
        all.push((frame.delay, screen.clone()));
        match frame.dispose {
            DisposalMethod::Background => {
                for &(x, y) in places.iter().filter(on_screen) {
                    screen[(top + y) * width + left + x] = None;
                }
            }
            DisposalMethod::Previous => screen = before,
            _ => {}
        }
    }
    (all, is_within)
}

#[test]
fn frames_beyond_the_screen_are_told_of_and_cut() {
    let what = Unseen::Outside { stored: (40, 30), shown: (8, 8) };
    let file = file((8, 8), &[frame((0, 0, 40, 30), 3)]);
    let mut options = Options::default();
    options.hidden_pixels = HiddenPixels::Refuse;
    let refused = sanitize(file.clone(), &options).unwrap_err();
    assert!(refused.to_string().contains("40 x 30 of which 8 x 8 are shown"), "{refused}");
    options.hidden_pixels = HiddenPixels::Keep;
    options.facts = true;
    let kept = sanitize(file.clone(), &options).unwrap();
    assert_eq!(kept.report.hidden_pixels, HiddenPixelsOutcome::Kept { what });
    let facts = kept.report.facts.clone().unwrap();
    assert!(
        facts.items.iter().any(|fact| fact.kind == FactKind::HiddenPixels && fact.value == what.to_string())
    );
    assert_eq!(kept.into_bytes(), file);
    let (out, report) = clean(&file);
    assert_eq!(report.hidden_pixels, HiddenPixelsOutcome::Blanked { what });
    assert_eq!(report.categories(), [Category::HiddenPixels]);
    assert_eq!(shown(&out).0, shown(&file).0);
    assert!(shown(&out).1 && out.len() < file.len());
}

#[test]
fn a_frame_of_which_nothing_is_seen_keeps_its_time() {
    let mut colors = frame((300, 0, 40, 30), 5);
    colors.palette = Some(vec![0xEE; 24]);
    colors.dispose = DisposalMethod::Background;
    let file = file((16, 16), &[frame((0, 0, 16, 16), 3), colors, frame((2, 2, 9, 9), 4)]);
    let (out, report) = clean(&file);
    let what = Unseen::Outside { stored: (40, 30), shown: (0, 0) };
    assert_eq!(report.hidden_pixels, HiddenPixelsOutcome::Blanked { what });
    assert_eq!(shown(&out), (shown(&file).0, true));
    assert!(!out.windows(3).any(|color| color == [0xEE; 3]), "its colours go as well");
}

#[test]
fn an_interlaced_frame_stays_one() {
    let interlaced = Frame { interlaced: true, ..frame((5, 3, 60, 50), 3) };
    let file = file((40, 40), &[interlaced]);
    let (out, _) = clean(&file);
    assert_eq!(shown(&out), (shown(&file).0, true));
}

#[test]
fn a_screen_without_pixels_is_that_of_the_first_frame() {
    let file = file((0, 0), &[frame((0, 0, 16, 16), 3), frame((4, 4, 12, 12), 3)]);
    assert_eq!(clean(&file).0, file);
    let mut more = file.clone();
    let at =
        more.windows(10).rposition(|bytes| bytes[0] == 0x2C && bytes[1..9] == [4, 0, 4, 0, 12, 0, 12, 0]);
    more[at.unwrap() + 1] = 5;
    let what = Unseen::Outside { stored: (12, 12), shown: (11, 12) };
    assert_eq!(clean(&more).1.hidden_pixels, HiddenPixelsOutcome::Blanked { what });
}

#[test]
fn the_reported_picture_loses_what_nobody_sees() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus/reported/frame-larger-than-screen.gif");
    let Ok(file) = std::fs::read(path) else { return testkit::tools::skip_without_corpus() };
    let (out, report) = clean(&file);
    let what = Unseen::Outside { stored: (64, 48), shown: (8, 8) };
    assert_eq!(report.hidden_pixels, HiddenPixelsOutcome::Blanked { what });
    assert_eq!(shown(&out), (shown(&file).0, true));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_screen_shows_the_same_at_every_time(
        screen in (1_u16..30, 1_u16..30),
        frames in proptest::collection::vec(
            ((0_u16..40, 0_u16..40, 1_u16..40, 1_u16..40), 1_usize..9, 0_u8..4, proptest::option::of(0_u8..8), any::<bool>()),
            1..5,
        ),
    ) {
        let frames: Vec<_> = frames
            .into_iter()
            .map(|(area, seed, dispose, transparent, own)| Frame {
                dispose: DisposalMethod::from_u8(dispose).unwrap(),
                transparent,
                palette: own.then(|| (0..24).map(|at| 255 - at * 9 - seed as u8).collect()),
                ..frame(area, seed)
            })
            .collect();
        let file = file(screen, &frames);
        let (out, report) = clean(&file);
        let (before, was_within) = shown(&file);
        prop_assert_eq!(shown(&out), (before, true));
        prop_assert_eq!(report.hidden_pixels == HiddenPixelsOutcome::None, was_within);
    }
}
