//! The most pixels that a picture may have: told by the headers, in every format, before anything is followed.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use crate::support::gif as gif_builder;
use crate::support::heif as heif_builder;
use crate::support::png as png_builder;
use crate::support::webp as webp_builder;

use sanitizer::{Error, Options, Sanitized, sanitize};
use testkit::jpeg::{self, Kind};

fn at_most(megapixels: u32) -> Options {
    let mut options = Options::default();
    options.max_megapixels = megapixels;
    // The builders' coded data is none.
    options.verify_entropy = false;
    options
}

/// How many pixels it is refused for.
fn refused(file: &[u8], options: &Options) -> u64 {
    match sanitize(file.to_vec(), options) {
        Err(Error::TooManyPixels { pixels, limit }) => {
            assert_eq!(limit, u64::from(options.max_megapixels) * 1_000_000);
            pixels
        }
        other => panic!("{:?}", other.map(|cleaned| cleaned.report)),
    }
}

fn accepted(file: &[u8], options: &Options) -> Sanitized {
    sanitize(file.to_vec(), options).unwrap()
}

/// A JPEG that says in its frame header that it is so large.
fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let mut file = jpeg::small(Kind::Grey);
    let (sof, _) = jpeg::find(&file, 0xC0, 0);
    file[sof + 5..sof + 7].copy_from_slice(&height.to_be_bytes());
    file[sof + 7..sof + 9].copy_from_slice(&width.to_be_bytes());
    file
}

#[test]
fn the_default_is_more_than_cameras_write_and_less_than_files_can_say() {
    let default = Options::default();
    assert_eq!(refused(&jpeg_of(65_504, 65_504), &default), 65_504 * 65_504);
    assert_eq!(refused(&jpeg_of(31_623, 31_623), &default), 1_000_014_129);
    // Four exposures of 102 megapixels, put together; what is wrong with it here is that its blocks are missing.
    for (width, height) in [(23_296, 17_472), (31_622, 31_622), (65_535, 15_258)] {
        let error = sanitize(jpeg_of(width, height), &default).unwrap_err();
        assert!(!matches!(error, Error::TooManyPixels { .. }), "{width} x {height}: {error}");
    }
}

#[test]
fn a_jpeg_whose_height_stands_behind_its_scan_is_counted_too() {
    let file = jpeg::picture(Kind::Grey, 1001, 8);
    let (sof, _) = jpeg::find(&file, 0xC0, 0);
    let mut file = file;
    file[sof + 5..sof + 7].fill(0);
    let eoi = file.len() - 2;
    let file = jpeg::insert(&file, eoi, &jpeg::segment(0xDC, &1000_u16.to_be_bytes()));
    assert_eq!(refused(&file, &at_most(1)), 1_001_000);
}

#[test]
fn a_png_and_all_frames_of_an_animation() {
    let wide = png_builder::Png::new(1001, 1000, 1, 0).build();
    assert_eq!(refused(&wide, &at_most(1)), 1_001_000);
    accepted(&wide, &at_most(2));
    // Of frames that begin before IDAT the pixels are those of IDAT.
    let frames = |frames: u32| {
        let mut png = png_builder::apng(frames);
        png.ihdr[..8].copy_from_slice(&[1000_u32.to_be_bytes(), 500_u32.to_be_bytes()].concat());
        for control in png.before.iter_mut().chain(&mut png.after).filter(|chunk| &chunk[4..8] == b"fcTL") {
            let mut data = control[8..34].to_vec();
            data[4..12].copy_from_slice(&[1000_u32.to_be_bytes(), 500_u32.to_be_bytes()].concat());
            *control = png_builder::chunk(b"fcTL", &data);
        }
        png.build()
    };
    assert_eq!(refused(&frames(3), &at_most(1)), 1_500_000);
    let error = sanitize(frames(2), &at_most(1)).unwrap_err();
    assert!(!matches!(error, Error::TooManyPixels { .. }), "{error}");
}

#[test]
fn the_screen_of_a_gif_and_all_its_frames() {
    let mut file = gif_builder::file(&vec![gif_builder::image(3); 834]);
    assert_eq!(refused(&file, &at_most(1)), 1_000_800);
    accepted(&gif_builder::file(&vec![gif_builder::image(3); 833]), &at_most(1));
    // The screen alone, in front of all frames.
    file[6..10].fill(0xFF);
    assert_eq!(refused(&file, &at_most(1000)), 65_535 * 65_535);
}

#[test]
fn the_canvas_of_a_webp_and_all_its_frames() {
    use webp_builder::{animation_head, chunk, file, frame, lossless, vp8x};
    let canvas = file(&[vp8x(0, 1 << 24, 1 << 24), chunk(b"VP8L", &lossless(1))]);
    assert_eq!(refused(&canvas, &at_most(1000)), 1 << 48);
    // 16,383 x 16,383 in the header of an image, lossless and lossy.
    let lossless_image = file(&[chunk(b"VP8L", b"\x2F\xFE\xBF\xFF\x0F\x07")]);
    let lossy_image = file(&[chunk(b"VP8 ", b"\x10\x02\0\x9D\x01\x2A\xFF\x3F\xFF\x3F")]);
    for image in [lossless_image, lossy_image] {
        assert_eq!(refused(&image, &at_most(268)), 16_383 * 16_383);
        let error = sanitize(image, &at_most(269)).unwrap_err();
        assert!(!matches!(error, Error::TooManyPixels { .. }), "{error}");
    }
    let animation = |frames: usize| {
        let mut chunks = animation_head();
        chunks.extend(vec![frame(&[chunk(b"VP8L", &lossless(1))]); frames]);
        file(&chunks)
    };
    assert_eq!(refused(&animation(834), &at_most(1)), 1_000_800);
    accepted(&animation(833), &at_most(1));
}

#[test]
fn the_tiles_the_grid_and_the_coded_headers_of_heic_and_avif() {
    use heif_builder::{Item, SEQUENCE, avif, ispe, nal, obu, phone_heic};
    accepted(&phone_heic().bytes(), &at_most(1));
    // What a grid or an item states.
    for property in [1, 2] {
        let mut heif = phone_heic();
        heif.properties[property].1 = ispe(20_000, 20_000);
        assert!(refused(&heif.bytes(), &at_most(399)) >= 400_000_000);
    }
    // What a grid puts together, in 16 and 32 bits, whatever it states.
    let mut heif = phone_heic();
    heif.item(3).data = vec![0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF];
    assert_eq!(refused(&heif.bytes(), &at_most(1000)), 65_535 * 65_535);
    heif.item(3).data = [&[0, 1, 0, 1][..], &[0xFF; 8]].concat();
    assert_eq!(refused(&heif.bytes(), &at_most(1000)), u64::from(u32::MAX) * u64::from(u32::MAX));
    // All tiles together: 64 x 64 pixels each, all of them with the same data.
    let mut heif = phone_heic();
    let first = 100;
    let tiles: Vec<u32> = (first..first + 245).collect();
    heif.item(3).data = vec![0, 0, 0, 244, 0, 128, 0, 64];
    heif.items.extend(tiles.iter().map(|&id| Item::new(id, b"hvc1", &nal(20, b"TILE"), &[1, 3])));
    heif.references[0].2 = tiles;
    assert_eq!(refused(&heif.bytes(), &at_most(1)), 245 * 4096);
    // Transparency has as much room as the picture.
    let mut heif = phone_heic();
    heif.properties.push((*b"ispe", ispe(1000, 1001)));
    heif.item(4).properties[1] = 8;
    assert_eq!(refused(&heif.bytes(), &at_most(1)), 1_001_000);
    accepted(&heif.bytes(), &at_most(2));
    // The sequence header of AV1, in the configuration or in front of the picture: 16 bits for each side,
    // and 65,536 x 65,536 pixels.
    let mut header = SEQUENCE.to_vec();
    let bit = |bytes: &mut Vec<u8>, at: usize, value: bool| {
        let mask = 0x80 >> (at % 8);
        if value { bytes[at / 8] |= mask } else { bytes[at / 8] &= !mask }
    };
    // Profile, still, reduced, timing, delay, how many points; of the one what it holds, its level and tier.
    let mut bits: Vec<bool> =
        (0..8 * header.len()).map(|at| header[at / 8] & 0x80 >> (at % 8) != 0).collect();
    let at = 3 + 1 + 1 + 1 + 1 + 5 + (12 + 5 + 1);
    let number = |bits: &[bool]| bits.iter().fold(0_usize, |number, &bit| number << 1 | usize::from(bit));
    let (width_bits, height_bits) = (number(&bits[at..at + 4]) + 1, number(&bits[at + 4..at + 8]) + 1);
    bits.splice(at..at + 8 + width_bits + height_bits, [true; 8 + 32]);
    header.resize(bits.len().div_ceil(8), 0);
    header.fill(0);
    bits.iter().enumerate().for_each(|(at, &value)| bit(&mut header, at, value));
    let mut heif = avif();
    heif.properties[0].1 = [&[0x81, 0, 0x0C, 0][..], &obu(1, &header)].concat();
    assert_eq!(refused(&heif.bytes(), &at_most(1000)), 1 << 32);
    heif.properties[0].1.truncate(4);
    heif.item(1).data = [obu(2, b""), obu(1, &header), obu(6, heif_builder::FRAME)].concat();
    assert_eq!(refused(&heif.bytes(), &at_most(1000)), 1 << 32);
    heif.item(1).extents = 5;
    assert_eq!(refused(&heif.bytes(), &at_most(1000)), 1 << 32);
}

#[test]
fn a_gain_map_is_no_reason_to_refuse_its_picture() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/gain_maps");
    let mut tried = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = std::fs::read(entry.unwrap().path()).unwrap();
        let Ok(cleaned) = sanitize(file.clone(), &Options::default()) else { continue };
        tried += 1;
        let mut options = Options::default();
        options.max_megapixels = 1;
        // Where coded pictures are larger than the items say that they are, they count.
        if let Err(Error::TooManyPixels { pixels, .. }) = sanitize(file.clone(), &options) {
            options.max_megapixels = u32::try_from(pixels.div_ceil(1_000_000)).unwrap();
        }
        assert_eq!(accepted(&file, &options).report.gain_map, cleaned.report.gain_map);
    }
    assert!(tried > 0);
}
