//! PNG and APNG: colours under full transparency and still pictures that no animation shows are found and
//! blanked; what is shown stays the same.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use crate::support::png as support;

use proptest::prelude::*;
use sanitizer::facts::FactKind;
use sanitizer::{Category, HiddenPixels, HiddenPixelsOutcome, Options, Report, Unseen, sanitize};
use support::{Png, apng, chunk, decode, zlib};

fn options(hidden_pixels: HiddenPixels) -> Options {
    let mut options = Options::default();
    options.hidden_pixels = hidden_pixels;
    options
}

fn clean(file: &[u8]) -> (Vec<u8>, Report) {
    let cleaned = sanitize(file.to_vec(), &Options::default()).unwrap();
    let report = cleaned.report.clone();
    let out = cleaned.into_bytes().to_vec();
    let again = sanitize(out.clone(), &Options::default()).unwrap();
    assert_eq!((again.report.hidden_pixels, &again.report.removed[..]), (HiddenPixelsOutcome::None, &[][..]));
    assert_eq!(again.into_bytes(), out, "cleaning twice changes nothing");
    (out, report)
}

/// What all options say of a file that has hidden pixels.
fn assert_told(file: &[u8], what: Unseen) {
    let refused = sanitize(file.to_vec(), &options(HiddenPixels::Refuse)).unwrap_err();
    assert_eq!(refused.kind(), "hidden-pixels");
    assert!(refused.to_string().contains(&what.to_string()), "{refused}");
    let mut keep = options(HiddenPixels::Keep);
    keep.facts = true;
    let kept = sanitize(file.to_vec(), &keep).unwrap();
    assert_eq!(kept.report.hidden_pixels, HiddenPixelsOutcome::Kept { what });
    let facts = kept.report.facts.clone().unwrap();
    let told: Vec<_> = facts.items.iter().filter(|fact| fact.kind == FactKind::HiddenPixels).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].value, what.to_string());
    assert_eq!(kept.into_bytes(), file);
    let (_, report) = clean(file);
    assert_eq!(report.hidden_pixels, HiddenPixelsOutcome::Blanked { what });
    assert_eq!(report.categories(), [Category::HiddenPixels]);
}

/// A file of 8 x 2 pixels of RGBA.
fn rgba(pixels: &[[u8; 4]; 16]) -> Vec<u8> {
    let rows: Vec<u8> = pixels.chunks(8).flat_map(|row| [&[0][..], &row.concat()].concat()).collect();
    let mut png = Png::new(8, 2, 8, 6);
    png.data = vec![chunk(b"IDAT", &zlib(&rows))];
    png.build()
}

#[test]
fn colours_under_full_transparency_are_blanked() {
    let mut pixels = [[10, 20, 30, 255]; 16];
    pixels[3] = [1, 2, 3, 0];
    pixels[9] = [1, 2, 3, 0];
    let plain = rgba(&pixels);
    let (out, report) = clean(&plain);
    assert_eq!(out, plain, "one colour, as encoders write it, shows nothing");
    assert_eq!(report.hidden_pixels, HiddenPixelsOutcome::None);
    pixels[9] = [1, 2, 4, 0];
    pixels[10] = [1, 2, 5, 1];
    let file = rgba(&pixels);
    assert_told(&file, Unseen::Transparent);
    (pixels[3], pixels[9]) = ([0; 4], [0; 4]);
    assert_eq!(decode(&clean(&file).0), decode(&rgba(&pixels)));
}

#[test]
fn so_are_several_transparent_entries_of_a_palette() {
    let palette = |alphas: &[u8]| {
        let mut png = Png::new(9, 3, 2, 3).before(b"PLTE", b"aaabbbcccddd");
        if !alphas.is_empty() {
            png = png.before(b"tRNS", alphas);
        }
        png.data = vec![chunk(b"IDAT", &zlib(&[0, 0x1B, 0x1B, 0x40, 1, 0, 0, 0x80, 0, 0xFF, 0xFF, 0xC0]))];
        png.build()
    };
    for alphas in [&[][..], &[0], &[255, 0], &[1, 0, 2]] {
        assert_eq!(clean(&palette(alphas)).0, palette(alphas), "{alphas:?}");
    }
    let file = palette(&[255, 0, 0]);
    assert_told(&file, Unseen::Transparent);
    let (before, after) = (decode(&file), decode(&clean(&file).0));
    let indices = |row: &[u8]| (0..9).map(|x| row[x / 4] >> (6 - 2 * (x % 4)) & 3).collect::<Vec<_>>();
    for (before, after) in before[0].chunks(3).zip(after[0].chunks(3)) {
        let blanked: Vec<u8> =
            indices(before).iter().map(|&index| if index == 2 { 1 } else { index }).collect();
        assert_eq!(indices(after), blanked);
    }
}

#[test]
fn padding_at_the_end_of_rows_is_no_pixel() {
    let mut png = Png::new(1, 1, 1, 3).before(b"PLTE", b"aaabbb").before(b"tRNS", &[0, 0]);
    png.data = vec![chunk(b"IDAT", &zlib(&[0, 0x80]))];
    assert_eq!(clean(&png.build()).0, png.build());
}

/// The chunks of a file: types, and the numbers of those of an animation.
fn chunks(file: &[u8]) -> Vec<String> {
    let (mut at, mut names) = (8, Vec::new());
    while at < file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        let kind = String::from_utf8_lossy(&file[at + 4..at + 8]);
        let number =
            if matches!(&*kind, "fcTL" | "fdAT") { format!(" {}", file[at + 11]) } else { String::new() };
        names.push(format!("{kind}{number}"));
        at += 12 + length;
    }
    names
}

/// An animation of two frames whose still picture is none of them.
fn with_still(frame: [u32; 4]) -> Vec<u8> {
    let mut png = Png::rgb().before(b"acTL", &[[0, 0, 0, 2], [0; 4]].concat());
    let mut number = 0_u32;
    for seed in [5, 9] {
        let [width, height, x, y] = frame;
        let fields = [number, width, height, x, y].map(u32::to_be_bytes).concat();
        png = png.after(b"fcTL", &[&fields[..], &[0, 1, 0, 10, 0, 0]].concat());
        let rows: Vec<u8> =
            (0..height).flat_map(|y| [vec![0], vec![seed + y as u8; 3 * width as usize]].concat()).collect();
        png = png.after(b"fdAT", &[&(number + 1).to_be_bytes()[..], &zlib(&rows)].concat());
        number += 2;
    }
    png.build()
}

#[test]
fn a_still_picture_that_the_animation_does_not_show_gives_way_to_its_first_frame() {
    let file = with_still([20, 10, 0, 0]);
    assert_told(&file, Unseen::StillOfAnimation);
    let (out, _) = clean(&file);
    assert_eq!(chunks(&out), ["IHDR", "acTL", "fcTL 0", "IDAT", "fcTL 1", "fdAT 2", "IEND"]);
    let frames = |file: &[u8], skip: usize| {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().unwrap();
        let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
        let mut all = Vec::new();
        for _ in 0..skip + 2 {
            let info = reader.next_frame(&mut buffer).unwrap();
            all.push((
                buffer[..info.buffer_size()].to_vec(),
                reader.info().frame_control().map(|frame| frame.delay_den),
            ));
        }
        all.split_off(skip)
    };
    assert_eq!(frames(&out, 0), frames(&file, 1));
}

#[test]
fn it_is_black_when_the_first_frame_is_smaller() {
    let file = with_still([8, 4, 3, 2]);
    assert_told(&file, Unseen::StillOfAnimation);
    let (out, _) = clean(&file);
    assert_eq!(chunks(&out), ["IHDR", "acTL", "IDAT", "fcTL 0", "fdAT 1", "fcTL 2", "fdAT 3", "IEND"]);
    let still = decode(&out)[0].clone();
    assert_eq!(still, vec![0; 600]);
    let shown = apng(3).build();
    assert_eq!(clean(&shown).0, shown, "a still picture that is a frame stays");
}

#[test]
fn the_reported_pictures_lose_what_nobody_sees() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/reported");
    for (name, what) in [
        ("apng-hidden-default-image.png", Unseen::StillOfAnimation),
        ("colour-under-alpha-0.png", Unseen::Transparent),
    ] {
        let Ok(file) = std::fs::read(folder.join(name)) else { return testkit::tools::skip_without_corpus() };
        let (out, report) = clean(&file);
        assert_eq!(report.hidden_pixels, HiddenPixelsOutcome::Blanked { what }, "{name}");
        assert!(out.len() < file.len(), "{name}");
    }
}

/// Mostly zeros, so that transparent pixels are frequent whatever the filters are.
fn bytes(count: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![3 => Just(0_u8), 1 => any::<u8>()], count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_stays_and_what_is_not_goes(
        (color, depth) in prop_oneof![Just((4, 8)), Just((4, 16)), Just((6, 8)), Just((6, 16)), Just((3, 8)), Just((3, 4)), Just((3, 1))],
        (width, height) in (1_u32..20, 1_u32..20),
        interlaced in any::<bool>(),
        filters in proptest::collection::vec(0_u8..5, 80),
        noise in bytes(20 * 20 * 8),
    ) {
        let samples = [1, 0, 3, 1, 2, 0, 4][usize::from(color)];
        let bits = samples * usize::from(depth);
        let passes: &[(u32, u32, u32, u32)] = if interlaced {
            &[(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        } else {
            &[(0, 0, 1, 1)]
        };
        let (mut filters, mut noise) = (filters.into_iter().cycle(), noise.into_iter().cycle());
        let mut stream = Vec::new();
        for &(x, y, dx, dy) in passes {
            let (columns, rows) = (width.saturating_sub(x).div_ceil(dx), height.saturating_sub(y).div_ceil(dy));
            for _ in 0..if columns > 0 { rows } else { 0 } {
                stream.extend(filters.next());
                stream.extend((&mut noise).take((columns as usize * bits).div_ceil(8)));
            }
        }
        let mut png = Png::new(width, height, depth, color);
        png.ihdr[12] = u8::from(interlaced);
        let entries = 1_usize << depth.min(8);
        let alphas: Vec<u8> = (0..entries).map(|at| if at % 3 == 1 || entries == 2 { 0 } else { 255 }).collect();
        if color == 3 {
            png = png.before(b"PLTE", &vec![7; 3 * entries]).before(b"tRNS", &alphas);
        }
        png.data = vec![chunk(b"IDAT", &zlib(&stream))];
        let file = png.build();
        let (out, report) = clean(&file);
        let (before, after) = (&decode(&file)[0], &decode(&out)[0]);
        let blanked = match color {
            3 => {
                // All transparent pixels have one index now.
                let first = alphas.iter().position(|&alpha| alpha == 0).unwrap() as u8;
                let len = (width as usize * bits).div_ceil(8);
                before.chunks(len).flat_map(|row| {
                    let mut new = row.to_vec();
                    for x in 0..width as usize {
                        let (at, shift) = (x * bits / 8, 8 - bits - x * bits % 8);
                        let mask = (0xFF_u8 >> (8 - bits)) << shift;
                        if alphas[usize::from((row[at] & mask) >> shift)] == 0 {
                            new[at] = new[at] & !mask | first << shift;
                        }
                    }
                    new
                }).collect::<Vec<_>>()
            }
            _ => {
                let alpha = usize::from(depth / 8);
                before.chunks(bits / 8).flat_map(|pixel| {
                    let is_transparent = pixel[pixel.len() - alpha..].iter().all(|&byte| byte == 0);
                    if is_transparent { vec![0; pixel.len()] } else { pixel.to_vec() }
                }).collect()
            }
        };
        if report.hidden_pixels == HiddenPixelsOutcome::None {
            prop_assert_eq!(after, before);
            let colors: std::collections::HashSet<&[u8]> =
                before.chunks((bits / 8).max(1)).zip(blanked.chunks((bits / 8).max(1))).filter(|(old, new)| old != new).map(|(old, _)| old).collect();
            prop_assert!(colors.len() <= 1 || color == 3 && depth < 8);
        } else {
            prop_assert_eq!(after, &blanked);
        }
    }
}
