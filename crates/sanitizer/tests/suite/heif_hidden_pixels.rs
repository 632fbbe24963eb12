//! HEIC and AVIF: pixels that nobody sees are found, whatever hides them; padding is none.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use crate::support::heif as builder;
use crate::support::heif_checks as checks;

use builder::{Heif, Item, avif, hvcc, ispe, nal, phone_heic};
use checks::form;
use sanitizer::facts::FactKind;
use sanitizer::{Error, HiddenPixels, HiddenPixelsOutcome, Unseen, sanitize};

type Size = (u32, u32);

/// What is hidden, by the report; every option does what it says.
fn hidden(heif: &Heif) -> Option<Unseen> {
    let bytes = heif.bytes();
    let run = |hidden_pixels| {
        let mut options = form();
        (options.hidden_pixels, options.facts) = (hidden_pixels, true);
        sanitize(bytes.clone(), &options)
    };
    let report = run(HiddenPixels::Keep).unwrap().report;
    let refusals = [HiddenPixels::Blank, HiddenPixels::Refuse].map(|option| match run(option) {
        Err(Error::HiddenPixels { what, .. }) => Some(what),
        Err(error) => panic!("{error}"),
        Ok(_) => None,
    });
    let what = match report.hidden_pixels {
        HiddenPixelsOutcome::Kept { what } => Some(what),
        _ => None,
    };
    assert_eq!(refusals, [what; 2]);
    let told = report.facts.unwrap().items.into_iter().find(|fact| fact.kind == FactKind::HiddenPixels);
    assert_eq!(told.map(|fact| fact.value), what.map(|what| what.to_string()));
    what
}

fn outside(stored: Size, shown: Size) -> Option<Unseen> {
    Some(Unseen::Outside { stored, shown })
}

fn clap(width: u32, height: u32) -> ([u8; 4], Vec<u8>) {
    let fields = [width, 1, height, 1, 0, 1, 0, 1].map(u32::to_be_bytes).concat();
    (*b"clap", fields)
}

/// A grid of `columns` by `rows` tiles of `tile` pixels that shows `size`, in place of the phone's.
fn grid((columns, rows): (u8, u8), tile: Size, size: Size) -> Heif {
    let mut heif = phone_heic();
    let tiles = u32::from(columns) * u32::from(rows);
    heif.items.retain(|item| item.id == 3);
    heif.properties.extend([
        (*b"ispe", ispe(tile.0, tile.1)),
        (*b"ispe", ispe(size.0, size.1)),
        (*b"hvcC", hvcc(&[(33, &sps(tile, [0; 4])), (34, builder::PPS)])),
    ]);
    let fields = [size.0 as u16, size.1 as u16].map(u16::to_be_bytes).concat();
    heif.item(3).data = [&[0, 0, rows - 1, columns - 1][..], &fields].concat();
    heif.item(3).properties = vec![9];
    let parts = 100..100 + tiles;
    heif.references = vec![(*b"dimg", 3, parts.clone().collect())];
    heif.items.extend(parts.map(|id| Item::new(id, b"hvc1", &nal(20, b"TILE"), &[10, 8])));
    heif
}

/// A sequence parameter set of pictures of this size, with a conformance window (left, right, top, bottom).
fn sps(size: Size, window: [u32; 4]) -> Vec<u8> {
    let mut bits = Vec::new();
    let mut number = |value: u32, count: usize| {
        bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    };
    // A video parameter set, no temporal layers; profile, tier and level.
    number(1, 8);
    (0..12).for_each(|_| number(0, 8));
    let golomb = |bits: &mut Vec<bool>, value: u32| {
        let len = (value + 1).ilog2() as usize;
        bits.extend(std::iter::repeat_n(false, len));
        bits.extend((0..=len).rev().map(|bit| (value + 1) >> bit & 1 == 1));
    };
    // Id, 4:2:0, width, height.
    [0, 1, size.0, size.1].into_iter().for_each(|value| golomb(&mut bits, value));
    bits.push(true);
    window.into_iter().for_each(|value| golomb(&mut bits, value));
    // Depths, bits of the count; buffers; sizes of blocks (8 to 64, 4 to 32) and depths of trees.
    [0, 0, 0].into_iter().for_each(|value| golomb(&mut bits, value));
    bits.push(true);
    [0, 0, 0, 0, 3, 0, 3, 0, 0].into_iter().for_each(|value| golomb(&mut bits, value));
    // No scaling lists, asymmetric partitions, offsets, PCM; no reference pictures; the rest is not there either.
    bits.extend([false; 4]);
    golomb(&mut bits, 0);
    bits.extend([false; 5]);
    bits.push(true);
    bits.resize(bits.len().next_multiple_of(8), false);
    let bytes = bits.chunks(8).map(|byte| byte.iter().fold(0, |value, &bit| value << 1 | u8::from(bit)));
    // Emulation prevention.
    let mut set: Vec<u8> = Vec::new();
    for byte in bytes {
        if byte <= 3 && set.ends_with(&[0, 0]) {
            set.push(3);
        }
        set.push(byte);
    }
    set
}

/// A HEIC of one coded picture that says it has `stated` pixels.
fn single(coded: Size, window: [u32; 4], stated: Size) -> Heif {
    let mut heif = grid((1, 1), coded, coded);
    heif.items.retain(|item| item.id == 100);
    heif.references.clear();
    heif.primary = 100;
    heif.properties[7].1 = ispe(stated.0, stated.1);
    heif.properties[9].1 = hvcc(&[(33, &sps(coded, window)), (34, builder::PPS)]);
    heif
}

#[test]
fn what_a_clean_aperture_cuts_off_is_hidden() {
    let mut heif = single((256, 192), [0; 4], (256, 192));
    assert_eq!(hidden(&heif), None);
    heif.properties.push(clap(8, 8));
    heif.item(100).properties.push(11);
    assert_eq!(hidden(&heif), outside((256, 192), (8, 8)));
    heif.properties[10] = clap(256, 128);
    assert_eq!(hidden(&heif), outside((256, 192), (256, 128)));
    heif.properties[10] = clap(193, 129);
    assert_eq!(hidden(&heif), None, "less than a block of 64");
    // Turned before it is cropped.
    heif.properties[10] = clap(192, 256);
    heif.item(100).properties = vec![10, 8, 4, 11];
    assert_eq!(hidden(&heif), None);
    heif.properties[10] = clap(0, 0);
    heif.properties[10].1[7] = 0;
    assert_eq!(hidden(&heif), outside((192, 256), (0, 0)), "a fraction of nothing");
}

#[test]
fn so_is_what_coded_pictures_have_more_than_they_show() {
    assert_eq!(hidden(&single((1920, 1088), [0, 0, 0, 4], (1920, 1080))), None, "as every encoder does");
    assert_eq!(hidden(&single((256, 192), [62, 62, 46, 46], (8, 8))), outside((256, 192), (8, 8)));
    assert_eq!(hidden(&single((256, 192), [0; 4], (100, 192))), outside((256, 192), (100, 192)));
    let mut heif = avif();
    assert_eq!(hidden(&heif), None);
    // The coded picture has 64 x 64.
    heif.properties[1].1 = ispe(1, 1);
    assert_eq!(hidden(&heif), None);
    heif.properties.push(clap(1, 1));
    heif.properties[1].1 = ispe(64, 64);
    heif.item(1).properties.push(4);
    assert_eq!(hidden(&heif), None);
    heif.properties[1].1 = ispe(65, 64);
    assert_eq!(hidden(&heif), outside((65, 64), (1, 1)));
}

#[test]
fn the_last_tiles_of_a_grid_are_filled_up() {
    // Phones of 12, 24 and 48 megapixels, a panorama, pictures cropped by the phone.
    for (tiles, size) in [
        ((8, 6), (4032, 3024)),
        ((6, 8), (3024, 4032)),
        ((12, 9), (5712, 4284)),
        ((16, 12), (8064, 6048)),
        ((32, 8), (16_382, 3628)),
        ((2, 2), (513, 513)),
        ((2, 1), (640, 300)),
    ] {
        assert_eq!(hidden(&grid(tiles, (512, 512), size)), None, "{size:?}");
    }
    let stored = |(columns, rows): (u8, u8)| (512 * u32::from(columns), 512 * u32::from(rows));
    for (tiles, size) in [((2, 2), (512, 600)), ((4, 4), (600, 2048)), ((2, 1), (640, 256)), ((1, 1), (8, 8))]
    {
        assert_eq!(hidden(&grid(tiles, (512, 512), size)), outside(stored(tiles), size), "{size:?}");
    }
    assert_eq!(hidden(&grid((2, 2), (2048, 2048), (3073, 4096))), None);
    assert_eq!(hidden(&grid((2, 2), (2048, 2048), (3072, 4096))), outside((4096, 4096), (3072, 4096)));
    // A crop of the whole, or of a tile.
    let mut heif = grid((2, 2), (512, 512), (1000, 1000));
    heif.properties.push(clap(500, 900));
    heif.item(3).properties.push(11);
    assert_eq!(hidden(&heif), outside((1000, 1000), (500, 900)));
    let mut heif = grid((2, 2), (512, 512), (800, 800));
    heif.properties.push(clap(448, 448));
    heif.items.iter_mut().filter(|item| item.id >= 100).for_each(|tile| tile.properties.push(11));
    assert_eq!(hidden(&heif), outside((512, 512), (448, 448)));
    // Tiles of several sizes.
    let mut heif = grid((2, 1), (512, 512), (1024, 512));
    heif.properties.push((*b"ispe", ispe(600, 512)));
    heif.item(101).properties[1] = 11;
    assert_eq!(hidden(&heif), outside((600, 512), (512, 512)));
}

#[test]
fn pictures_of_an_overlay_may_not_hide_each_other() {
    let overlay = |canvas: Size, places: [(i16, i16); 2]| {
        let mut heif = grid((2, 1), (256, 192), canvas);
        let mut data =
            [&[0; 10][..], &[canvas.0 as u16, canvas.1 as u16].map(u16::to_be_bytes).concat()].concat();
        data.extend(places.iter().flat_map(|&(x, y)| [x, y].map(i16::to_be_bytes).concat()));
        heif.item(3).kind = *b"iovl";
        heif.item(3).data = data;
        hidden(&heif)
    };
    assert_eq!(overlay((512, 192), [(0, 0), (256, 0)]), None, "side by side");
    assert_eq!(overlay((512, 192), [(0, 0), (200, 0)]), None, "less than a block is covered");
    assert_eq!(overlay((512, 192), [(0, 0), (100, 50)]), Some(Unseen::Covered));
    assert_eq!(overlay((8, 8), [(0, 0), (0, 0)]), outside((256, 192), (8, 8)));
    assert_eq!(overlay((512, 192), [(-100, 0), (256, 0)]), outside((256, 192), (156, 192)));
    assert_eq!(overlay((512, 192), [(0, 0), (600, 0)]), outside((256, 192), (0, 0)), "wholly outside");
}

#[test]
fn the_reported_picture_is_refused_and_told_of() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus/reported/cropped-by-clap.heic");
    let Ok(bytes) = std::fs::read(path) else { return testkit::tools::skip_without_corpus() };
    let error = sanitize(bytes.clone(), &sanitizer::Options::default()).unwrap_err();
    assert_eq!(error.kind(), "hidden-pixels");
    let words = "pixels outside of what is shown: 256 x 192 of which 8 x 8 are shown";
    assert!(error.to_string().contains(words), "{error}");
    let mut options = sanitizer::Options::default();
    options.hidden_pixels = HiddenPixels::Keep;
    assert!(sanitize(bytes, &options).is_ok());
}
