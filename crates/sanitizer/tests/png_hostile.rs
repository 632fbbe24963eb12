//! PNG: damaged and hostile files end in an error or a clean picture, never in
//! a panic, and fast.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

#[path = "support/canary.rs"]
mod canary;
#[expect(dead_code, reason = "shared with the other tests of the format")]
#[path = "support/png.rs"]
mod support;

use proptest::prelude::*;
use sanitizer::{Error, Options, sanitize};
use support::{Png, apng, chunk, zlib};

fn all_kinds() -> Vec<Vec<u8>> {
    let exif = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let text = [b"Author\0", canary::CANARY.as_bytes()].concat();
    vec![
        Png::rgb().before(b"tEXt", &text).before(b"gAMA", &[0; 4]).build(),
        Png::new(9, 9, 2, 3).before(b"PLTE", &[1; 12]).after(b"eXIf", exif).build(),
        apng(3).after(b"tEXt", &text).build(),
    ]
}

#[test]
fn cut_anywhere_it_is_refused() {
    for file in all_kinds() {
        for end in 0..file.len() {
            let result = sanitize(file[..end].to_vec(), &Options::default());
            assert!(result.is_err(), "cut at {end}");
        }
    }
}

#[test]
fn damage_that_no_decoder_forgives_is_refused() {
    let mut critical = Png::rgb();
    critical.before.push(chunk(b"ABCD", b""));
    assert!(matches!(sanitize(critical.build(), &Options::default()), Err(Error::Unprovable { .. })));
    let mut no_data = Png::rgb();
    no_data.data.clear();
    let mut short = Png::rgb();
    short.data = vec![chunk(b"IDAT", &zlib(b"too little"))];
    let mut checksum = Png::rgb();
    *checksum.data[0].last_mut().unwrap() ^= 1;
    let no_palette = Png::new(9, 9, 8, 3);
    let mut header = Png::rgb();
    header.ihdr.push(0);
    for png in [no_data, short, checksum, no_palette, header] {
        assert!(matches!(sanitize(png.build(), &Options::default()), Err(Error::Malformed { .. })));
    }
}

#[test]
fn bombs_and_floods_are_cheap() {
    // 100 MB behind a picture of 20 x 10, and as text.
    let bomb = zlib(&vec![0; 100_000_000]);
    let mut png = Png::rgb().before(b"zTXt", &[b"a\0\0", &bomb[..]].concat());
    png.data = vec![chunk(b"IDAT", &bomb)];
    let mut options = Options::default();
    options.facts = true;
    let clean = sanitize(png.build(), &options).unwrap();
    assert!(clean.len() < 1000);
    // The largest picture there is, with nothing in it.
    let mut huge = Png::rgb();
    huge.ihdr[..8].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]);
    assert!(sanitize(huge.build(), &Options::default()).is_err());
    // A million empty chunks.
    let mut flood = Png::rgb();
    flood.before = [chunk(b"tEXt", b""), chunk(b"tIME", b"")]
        .concat()
        .repeat(500_000)
        .chunks(24)
        .map(<[u8]>::to_vec)
        .collect();
    assert_eq!(sanitize(flood.build(), &Options::default()).unwrap().into_bytes(), Png::rgb().build());
}

#[test]
fn what_all_frames_inflate_to_is_bounded() {
    // A frame of 20 x 10 pixels of RGB has 610 bytes.
    let mut options = Options::default();
    let file = apng(3).build();
    options.max_inflated_bytes = 3 * 610;
    assert_eq!(sanitize(file.clone(), &options).unwrap().into_bytes(), file);
    options.max_inflated_bytes -= 1;
    assert_eq!(sanitize(file, &options).unwrap_err(), Error::TooLarge { needed: 1830, limit: 1829 });
    // Frames that are not looked into do not count.
    options.max_inflated_bytes = 610;
    let mut still = apng(3);
    still.before.remove(0);
    assert_eq!(sanitize(still.build(), &options).unwrap().into_bytes(), Png::rgb().build());
    // The header alone decides, before there are pixels: 12000 x 9000 pixels of
    // 64 bits may be, frames of 38000 x 38000 may be one at most.
    let header = |width: u32, height: u32, depth: u8, color: u8| {
        let mut png = apng(2);
        png.ihdr = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
        png
    };
    let too_large =
        |png: &Png| matches!(sanitize(png.build(), &Options::default()), Err(Error::TooLarge { .. }));
    let mut deep = header(12_000, 9_000, 16, 6);
    assert!(!too_large(&deep));
    let frame = |sequence: u32, size: u32| {
        let fields = [sequence, size, size, 0, 0].map(u32::to_be_bytes).concat();
        chunk(b"fcTL", &[fields, vec![0; 6]].concat())
    };
    deep = header(38_000, 38_000, 8, 0);
    assert!(!too_large(&deep));
    deep.after = vec![frame(1, 38_000)];
    assert!(too_large(&deep));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A mutated file is refused, or comes out clean: cleaning it again changes nothing.
    #[test]
    fn mutants_are_refused_or_clean(
        which in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4),
        facts in any::<bool>(),
    ) {
        let mut file = all_kinds().swap_remove(which);
        for (at, value, how) in changes {
            let at = at.index(file.len());
            match how {
                0 => file[at] = value,
                1 => file.insert(at, value),
                2 => drop(file.remove(at)),
                _ => {
                    let end = file.len().min(at + usize::from(value));
                    let copy = file[at..end].to_vec();
                    file.splice(at..at, copy);
                }
            }
        }
        let mut options = Options::default();
        options.facts = facts;
        if let Ok(clean) = sanitize(file, &options) {
            let clean = clean.into_bytes();
            prop_assert!(!canary::survives(&clean));
            let again = sanitize(clean.clone(), &options).unwrap();
            prop_assert!(again.report.removed.is_empty());
            prop_assert_eq!(again.into_bytes(), clean);
        }
    }
}
