//! PNG: damaged and hostile files end in an error or a clean picture, never in
//! a panic, and fast.

use crate::support::canary;
use crate::support::png as support;

use canary::CANARY;
use proptest::prelude::*;
use sanitizer::{Error, Options, sanitize};
use support::{Png, apng, chunk, rows, zlib};

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
    let mut checksum = Png::new(9, 9, 8, 3).before(b"PLTE", &[0; 6]);
    *checksum.before[0].last_mut().unwrap() ^= 1;
    let no_palette = Png::new(9, 9, 8, 3);
    let mut header = Png::rgb();
    header.ihdr.push(0);
    for png in [no_data, short, checksum, no_palette, header] {
        assert!(matches!(sanitize(png.build(), &Options::default()), Err(Error::Malformed { .. })));
    }
}

#[test]
fn a_wrong_checksum_of_a_proven_picture_is_set_right() {
    for png in [Png::rgb(), apng(3)] {
        let file = png.build();
        for wrong in [&b"\0\0\0\0"[..], &CANARY.as_bytes()[..4]] {
            let mut damaged = file.clone();
            let mut at = 8;
            while at < file.len() {
                let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
                let crc = at + 8 + length;
                if matches!(&file[at + 4..at + 8], b"IDAT" | b"fdAT") {
                    damaged[crc..crc + 4].copy_from_slice(wrong);
                    let mut one = file.clone();
                    one[crc..crc + 4].copy_from_slice(wrong);
                    let out = sanitize(one, &Options::default()).unwrap();
                    assert_eq!(out.into_bytes(), file);
                    // The data itself is damaged: neither checksum is right then.
                    let mut data = file.clone();
                    data[crc - 1] ^= 1;
                    assert!(sanitize(data.clone(), &Options::default()).is_err());
                }
                at = crc + 4;
            }
            assert_eq!(sanitize(damaged, &Options::default()).unwrap().into_bytes(), file);
        }
    }
}

#[test]
fn a_wrong_checksum_is_not_forgiven_when_the_picture_is_not_proven() {
    let picture = rows(60, 10);
    let good = zlib(&picture);
    // Without the end of the stream, with a wrong checksum of it, with more than the picture.
    let mut adler = good.clone();
    *adler.last_mut().unwrap() ^= 1;
    let more = zlib(&[&picture[..], CANARY.as_bytes()].concat());
    for stream in [&good[..good.len() - 4], &adler, &more] {
        let mut png = Png::rgb();
        png.data = vec![chunk(b"IDAT", stream)];
        assert!(sanitize(png.build(), &Options::default()).is_ok(), "it is forgiven with a right one");
        *png.data[0].last_mut().unwrap() ^= 1;
        let error = sanitize(png.build(), &Options::default()).unwrap_err();
        assert!(error.to_string().contains("the checksum of a chunk"), "{error}");
    }
    // What comes behind the stream goes, whatever its checksum.
    let mut png = Png::rgb();
    let mut behind = chunk(b"IDAT", CANARY.as_bytes());
    *behind.last_mut().unwrap() ^= 1;
    png.data.push(behind);
    assert_eq!(sanitize(png.build(), &Options::default()).unwrap().into_bytes(), Png::rgb().build());
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
    let mut options = Options::default();
    options.max_megapixels = 4000;
    let too_large = |png: &Png| matches!(sanitize(png.build(), &options), Err(Error::TooLarge { .. }));
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
