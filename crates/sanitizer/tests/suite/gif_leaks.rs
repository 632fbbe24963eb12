//! GIF: every class of leak, planted and looked for; the frames stay. Damaged
//! files end in an error or a clean picture.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use crate::support::canary;
use crate::support::gif as support;

use canary::{CANARY, survives, utf16};
use sanitizer::{Category, Error, Options, sanitize};
use support::{codes, control, decode, extension, file, image, image_of, looping};

fn animation() -> Vec<Vec<u8>> {
    vec![looping(), control(), image(1), control(), image(2), control(), image(3)]
}

fn clean(file: &[u8]) -> (Vec<u8>, sanitizer::Report) {
    let mut options = Options::default();
    options.facts = true;
    let sanitized = sanitize(file.to_vec(), &options).unwrap();
    let report = sanitized.report.clone();
    let out = sanitized.into_bytes().to_vec();
    let again = sanitize(out.clone(), &options).unwrap();
    assert!(again.report.removed.is_empty(), "{:?}", again.report.removed);
    assert_eq!(again.pieces().len(), 1, "a clean file is one piece");
    assert_eq!(again.into_bytes(), out, "cleaning twice changes nothing");
    (out, report)
}

#[test]
fn a_clean_animation_stays_as_it_is() {
    let file = file(&animation());
    let (out, report) = clean(&file);
    assert_eq!(out, file);
    assert_eq!((report.width, report.height), (40, 30));
    assert_eq!(decode(&out).len(), 3);
}

#[test]
fn extensions_go_wherever_they_are() {
    let magic: Vec<u8> = [&[1][..], &(0..=255).rev().collect::<Vec<u8>>(), &[0]].concat();
    let xmp = [&b"\x21\xFF\x0BXMP DataXMP<x:xmpmeta "[..], CANARY.as_bytes(), &magic].concat();
    let canary = CANARY.as_bytes();
    let cases = [
        (extension(0xFE, &[canary]), Category::Comment),
        (extension(0xFE, &[&utf16(true), &utf16(false)]), Category::Comment),
        (extension(0x01, &[&[0; 12], canary]), Category::Comment),
        (extension(0xFF, &[b"EXAMPLE 1.0", canary]), Category::Application),
        (extension(0xFF, &[b"ICCRGBG1012", canary]), Category::ColorProfile),
        (extension(0xFF, &[canary]), Category::Application),
        (extension(0x99, &[canary]), Category::Application),
        (xmp, Category::Xmp),
    ];
    for (block, category) in cases {
        for at in [0, 1, 3, 5, 7] {
            let mut blocks = animation();
            blocks.insert(at, block.clone());
            let planted = file(&blocks);
            assert!(survives(&planted));
            let (out, report) = clean(&planted);
            assert_eq!(out, file(&animation()), "{category:?} at {at}");
            assert_eq!(report.categories(), [category]);
        }
    }
}

#[test]
fn a_control_before_plain_text_is_that_of_the_next_image() {
    let mut blocks = animation();
    blocks.insert(2, extension(0x01, &[&[0; 12], CANARY.as_bytes()]));
    let planted = file(&blocks);
    let (out, report) = clean(&planted);
    assert_eq!(out, file(&animation()));
    assert_eq!(report.categories(), [Category::Comment]);
    assert_eq!(decode(&out), decode(&planted));
}

#[test]
fn blocks_that_stay_hold_nothing_else() {
    let canary = CANARY.as_bytes();
    let loops = [
        extension(0xFF, &[b"NETSCAPE2.0", &[1, 0, 0], canary]),
        extension(0xFF, &[b"NETSCAPE2.0", canary, &[1, 0, 0]]),
        [looping(), extension(0xFF, &[b"ANIMEXTS1.0", canary])].concat(),
    ];
    for block in loops {
        let mut blocks = animation();
        blocks[0] = block;
        assert_eq!(clean(&file(&blocks)).0, file(&animation()));
    }
    let mut blocks = animation();
    blocks[1] = extension(0xF9, &[&[0xE5, 10, 0, 3], canary]);
    assert_eq!(clean(&file(&blocks)).0, file(&animation()), "a graphic control");
    blocks[1] = [extension(0xF9, &[&[1, 2, 3, 4]]), control()].concat();
    assert_eq!(clean(&file(&blocks)).0, file(&animation()), "the last control counts");
    blocks[1] = [extension(0xF9, &[canary]), control()].concat();
    assert_eq!(clean(&file(&blocks)).0, file(&animation()));
    blocks[1] = control();
    blocks.push(control());
    assert_eq!(clean(&file(&blocks)).0, file(&animation()), "a control without an image");
}

#[test]
fn colours_that_no_pixel_can_name_go() {
    // Every image with colours of its own: of those of the screen only the background's stays.
    let own = |colors: &[u8], packed: u8| {
        let plain = image(1);
        let mut descriptor = plain[..10].to_vec();
        descriptor[9] = packed;
        [&descriptor[..], colors, &plain[10..]].concat()
    };
    let mut planted = file(&[own(&[9; 24], 0x82)]);
    planted[13..37].copy_from_slice(&[CANARY.as_bytes(), CANARY.as_bytes(), &[7; 4]].concat()[..24]);
    planted[11] = 7;
    assert!(survives(&planted));
    let (out, report) = clean(&planted);
    let mut expected = planted.clone();
    expected[13..34].fill(0);
    assert_eq!(out, expected);
    assert_eq!(report.categories(), [Category::Hidden]);
    // Pixels of three bits name eight of the sixteen.
    let sixteen = [&[9; 24][..], CANARY.as_bytes(), CANARY.as_bytes(), &[7; 4]].concat()[..48].to_vec();
    let planted = file(&[image(2), own(&sixteen, 0x83)]);
    assert!(survives(&planted));
    let (out, report) = clean(&planted);
    let expected = file(&[image(2), own(&[&[9; 24][..], &[0; 24]].concat(), 0x83)]);
    assert_eq!(out, expected);
    assert_eq!(report.categories(), [Category::Hidden]);
    assert_eq!(decode(&out), decode(&planted));
}

#[test]
fn nothing_follows_the_trailer() {
    for junk in [CANARY.as_bytes().to_vec(), file(&animation()), vec![0; 9]] {
        let planted = [file(&animation()), junk].concat();
        let (out, report) = clean(&planted);
        assert_eq!(out, file(&animation()));
        assert_eq!(report.categories(), [Category::Trailer]);
    }
    // Junk where a block should start: browsers stop there as well.
    let mut blocks = animation();
    blocks.push([b"?", CANARY.as_bytes()].concat());
    assert_eq!(clean(&file(&blocks)).0, file(&animation()));
}

#[test]
fn nothing_follows_the_last_pixel() {
    let (min_size, codes) = codes(1);
    for step in [1, 2, 3, 50, 254, 255] {
        let good = file(&[image_of(min_size, &codes, step)]);
        assert_eq!(clean(&good).0, good, "in sub-blocks of {step}");
        // After the end code, in the same sub-block and in others.
        let longer = [&codes[..], CANARY.as_bytes()].concat();
        let (out, report) = clean(&file(&[image_of(min_size, &longer, step)]));
        assert_eq!(out, good, "in sub-blocks of {step}");
        assert_eq!(report.categories(), [Category::Hidden]);
    }
    let good = image_of(min_size, &codes, 255);
    let mut more = good.clone();
    more.pop();
    more.extend(support::sub_blocks(&[CANARY.as_bytes()]));
    assert_eq!(clean(&file(&[more])).0, file(&[good]));
    // Pixels that the image does not have: 40 x 29 of the 40 x 30.
    let mut fewer = image(1);
    fewer[7] = 29;
    let planted = file(&[fewer]);
    let (out, _) = clean(&planted);
    assert!(out.len() < planted.len());
    assert_eq!(decode(&out), decode(&planted));
}

#[test]
fn cut_anywhere_it_is_refused() {
    let file = file(&animation());
    for end in 0..file.len() {
        assert!(sanitize(file[..end].to_vec(), &Options::default()).is_err(), "cut at {end}");
    }
}

#[test]
fn damage_is_refused() {
    let (min_size, mut codes) = codes(1);
    let short = image_of(min_size, &codes[..100], 255);
    codes[0] = 0xFF;
    let no_clear = image_of(min_size, &codes, 255);
    for blocks in [vec![short], vec![no_clear], vec![], vec![image_of(12, &codes, 255)]] {
        let result = sanitize(file(&blocks), &Options::default());
        assert!(matches!(result, Err(Error::Malformed { .. })), "{result:?}");
    }
}
