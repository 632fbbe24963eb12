//! JPEG: HDR gain maps stay, bit for bit, and nothing else stays with them.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::support::gain_map;
use testkit::icc;
use testkit::jpeg;

use std::path::Path;

use gain_map::{
    PHONE, PHONE_FIELDS, Pair, assert_template, description, fields, hdrgm, index, iso, numbers, parts,
    split, xmp,
};
use jpeg::{Kind, decode, exif, picture, planted, segment, survives};
use proptest::prelude::*;
use sanitizer::facts::FactKind;
use sanitizer::{
    Category, Error, GainMapOutcome, GainMaps, IccPolicy, Options, Orientation, OrientationOutcome,
    PartialEdges, Report, sanitize,
};

fn clean(file: &[u8], options: &Options) -> (Vec<u8>, Report) {
    let clean = sanitize(file.to_vec(), options).unwrap();
    let report = clean.report.clone();
    (clean.into_bytes().to_vec(), report)
}

fn dropping() -> Options {
    let mut options = Options::default();
    options.gain_maps = GainMaps::Drop;
    options
}

/// A base of 4:2:0 and a map of a quarter of its size.
fn phone() -> Pair {
    Pair::of_phone(picture(Kind::Ycc420, 64, 32), picture(Kind::Grey, 16, 8))
}

/// Asserts that base and map came through as they were, and nothing with them.
fn assert_kept(pair: &Pair, options: &Options) -> Vec<u8> {
    let (out, report) = clean(&pair.file(), options);
    assert_eq!(report.gain_map, GainMapOutcome::Kept);
    assert!(!survives(&out), "the canary");
    assert_template(&out);
    let (base, map) = split(&out);
    assert_eq!(parts(base).1, parts(&pair.base).1, "the base's coded data");
    assert_eq!(parts(map).1, parts(&pair.map).1, "the map's coded data");
    let again = sanitize(out.clone(), options).unwrap();
    assert!(again.report.removed.is_empty(), "{:?}", again.report.removed);
    assert_eq!(again.report.gain_map, GainMapOutcome::Kept);
    assert_eq!(again.pieces().concat(), out, "cleaning twice changes it");
    assert_eq!(again.pieces().len(), 1);
    out
}

/// Asserts that the map goes, and the base is what it is without one.
fn assert_dropped(file: &[u8]) -> &'static str {
    let (out, report) = clean(file, &Options::default());
    assert_eq!(out, clean(file, &dropping()).0);
    assert!(!survives(&out));
    match report.gain_map {
        GainMapOutcome::Dropped { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_phone_s_map_stays() {
    let out = assert_kept(&phone(), &Options::default());
    let (flags, numbers) = numbers(&out);
    assert_eq!(
        (flags, &numbers[..]),
        (0x40, &[0, 2_300_000, -250_000, 2_300_000, 1_500_000, 15_625, 15_625][..])
    );
    let mut fast = Options::default();
    fast.verify_entropy = false;
    assert_eq!(assert_kept(&phone(), &fast), out);
}

#[test]
fn each_way_to_tell_of_a_map_is_read() {
    let plain = || Pair::new(picture(Kind::Ycc444, 40, 24), picture(Kind::Grey, 10, 6));
    let mut pair = plain();
    pair.map_segments = vec![xmp(&hdrgm(PHONE))];
    let by_xmp = assert_kept(&pair, &Options::default());
    pair.map_segments = vec![iso(&fields(PHONE_FIELDS))];
    assert_eq!(assert_kept(&pair, &Options::default()), by_xmp, "both say the same");
    pair.has_index = false;
    assert_eq!(assert_kept(&pair, &Options::default()), by_xmp, "it is the next JPEG");
    pair.between = b"LEAKCANARY".to_vec();
    pair.behind = b"LEAKCANARY".to_vec();
    pair.base_segments = vec![gain_map::container(pair.map_file().len(), 10)];
    assert_eq!(assert_kept(&pair, &Options::default()), by_xmp, "it is where the container says");

    // Camera Raw's form, with other numbers for each colour.
    let list = |name: &str| {
        format!(
            "<hdrgm:{name}><rdf:Seq><rdf:li>0.5</rdf:li><rdf:li>0.6</rdf:li><rdf:li>0.7</rdf:li></rdf:Seq></hdrgm:{name}>"
        )
    };
    let mut pair = plain();
    let attributes = r#"hdrgm:Version="1.0" hdrgm:HDRCapacityMax="1.3""#;
    pair.map_segments = vec![xmp(&description(attributes, &[list("GainMapMax"), list("Gamma")].concat()))];
    let (flags, numbers) = numbers(&assert_kept(&pair, &Options::default()));
    assert_eq!((flags, numbers.len(), numbers[8]), (0xC0, 17, 600_000));
}

#[test]
fn apple_s_headroom_is_written_as_what_others_read() {
    const NAME: &str = r#"apdi:AuxiliaryImageType="urn:com:apple:photo:2020:aux:hdrgainmap""#;
    let mut pair = Pair::new(picture(Kind::Ycc420, 64, 32), picture(Kind::Grey, 32, 16));
    let told = r#" HDRGainMap:HDRGainMapVersion="131072" HDRGainMap:HDRGainMapHeadroom="4.0""#;
    pair.map_segments = vec![xmp(&description(&[NAME, told].concat(), ""))];
    let out = assert_kept(&pair, &Options::default());
    assert_eq!(numbers(&out).1[..5], [0, 2_000_000, 0, 2_000_000, 786_890]);
    assert!(memchr::memmem::find(&out, b"apple").is_none());

    // Before iOS 17: in the maker note of the picture.
    pair.map_segments =
        vec![xmp(&description(&[NAME, r#" HDRGainMap:HDRGainMapVersion="65536""#].concat(), ""))];
    let why = assert_dropped(&pair.file());
    assert_eq!(why, "its headroom is not told");
    let mut note =
        b"Apple iOS\0\0\x01MM\0\x02\0\x21\0\x0A\0\0\0\x01\0\0\0\x2C\0\x30\0\x0A\0\0\0\x01\0\0\0\x34\0\0\0\0"
            .to_vec();
    note.extend(b"\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x01");
    let mut tiff =
        b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1A\0\0\0\0\0\x01\x92\x7C\0\x07"
            .to_vec();
    tiff.extend((note.len() as u32).to_be_bytes());
    tiff.extend(b"\0\0\0\x2C\0\0\0\0");
    tiff.extend(note);
    pair.base_segments = vec![segment(0xE1, &tiff)];
    assert_eq!(numbers(&assert_kept(&pair, &Options::default())).1[1], 2_000_000, "33: 1, 48: 1, so 2 stops");
}

#[test]
fn a_map_in_colours_of_its_own_keeps_its_profile_and_has_no_xmp() {
    let mut pair = phone();
    let mut own = fields(PHONE_FIELDS);
    own[4] = 0;
    let profile = jpeg::icc_segment(1, 1, &icc::clean());
    pair.map_segments = vec![iso(&own), profile.clone()];
    let out = assert_kept(&pair, &Options::default());
    assert!(memchr::memmem::find(split(&out).1, &profile).is_some());
    let mut options = Options::default();
    options.icc = IccPolicy::Drop;
    assert!(memchr::memmem::find(&assert_kept(&pair, &options), b"ICC_PROFILE").is_none());
    // Applied in the base's colours it has no use for one.
    pair.map_segments = vec![iso(&fields(PHONE_FIELDS)), profile];
    assert!(memchr::memmem::find(&assert_kept(&pair, &Options::default()), b"ICC_PROFILE").is_none());
}

#[test]
fn what_else_the_map_holds_goes() {
    let mut pair = phone();
    pair.map_segments.extend([
        exif(6),
        planted(0xFE, b""),
        planted(0xE4, b"HDR"),
        planted(0xED, b"Photoshop 3.0\0"),
    ]);
    pair.map_segments.push(segment(0xE0, b"JFIF\0\x01\x01\x01\x12\x34\x43\x21\0\0"));
    pair.between = pair.base.clone();
    pair.behind = [b"\0\0\0\x18ftypmp42", jpeg::CANARY].concat();
    let out = assert_kept(&pair, &Options::default());
    assert_eq!(out, assert_kept(&phone(), &Options::default()));
    let (_, report) = clean(&pair.file(), &Options::default());
    for category in
        [Category::Exif, Category::Comment, Category::Iptc, Category::SecondPicture, Category::Trailer]
    {
        assert!(report.categories().contains(&category), "{category:?}");
    }
}

#[test]
fn facts_and_report_name_the_map() {
    let mut options = Options::default();
    options.facts = true;
    let (_, report) = clean(&phone().file(), &options);
    let facts = report.facts.unwrap();
    let named: Vec<_> = facts.items.iter().filter(|fact| fact.kind == FactKind::GainMap).collect();
    assert_eq!(named.len(), 1);
    assert_eq!(named[0].value, "16x8 pixels, for screens up to 2.3 stops brighter than white");
    assert!(facts.items.iter().all(|fact| fact.kind != FactKind::HiddenPicture), "{facts:?}");
    options.gain_maps = GainMaps::Drop;
    let (out, report) = clean(&phone().file(), &options);
    assert_eq!(report.gain_map, GainMapOutcome::Dropped { why: "the options drop it" });
    assert!(report.facts.unwrap().items.iter().any(|fact| fact.kind == FactKind::HiddenPicture));
    let (_, without) = clean(&phone().base, &Options::default());
    assert_eq!(without.gain_map, GainMapOutcome::None);
    assert_eq!(parts(&out).1, parts(&phone().base).1);
}

/// Any byte of the metadata may change: the output is made of the same coded
/// data and of numbers, or it is what it is without the map.
#[test]
fn no_byte_of_the_metadata_reaches_the_output() {
    let mut pair = phone();
    // Not what a longer segment before it could take in.
    let (jfif, end) = jpeg::find(&pair.base, 0xE0, 0);
    pair.base.drain(jfif..end);
    pair.between = b"between".to_vec();
    pair.behind = b"behind".to_vec();
    pair.base_segments[0] = gain_map::container(pair.map_file().len(), 7);
    let file = pair.file();
    let same = assert_kept(&pair, &Options::default());
    let base_end = file.len() - pair.behind.len() - pair.map_file().len() - pair.between.len();
    let map_start = base_end + pair.between.len();
    let coded = |len: usize, picture: &[u8]| len - picture.len() + 2;
    let ranges = [
        2..coded(base_end, &pair.base),
        base_end..map_start + 2 + pair.map_segments.concat().len(),
        file.len() - pair.behind.len()..file.len(),
    ];
    let (mut kept, mut unchanged) = (0, 0);
    for at in ranges.into_iter().flatten() {
        for change in [0x01, 0x20, 0xFF] {
            let mut changed = file.clone();
            changed[at] ^= change;
            let without = sanitize(changed.clone(), &dropping());
            let with = match sanitize(changed, &Options::default()) {
                Ok(with) => with,
                Err(error) => {
                    assert_eq!(Some(error), without.err(), "byte {at}: refused for its map");
                    continue;
                }
            };
            if with.report.gain_map != GainMapOutcome::Kept {
                assert!(with.into_bytes() == without.unwrap().into_bytes(), "byte {at}");
                continue;
            }
            let with = with.into_bytes();
            assert_template(&with);
            assert_eq!(parts(split(&with).0).1, parts(&pair.base).1, "byte {at}");
            assert_eq!(parts(split(&with).1).1, parts(&pair.map).1, "byte {at}");
            kept += 1;
            if numbers(&with) == numbers(&same) {
                assert!(with == same, "byte {at}");
                unchanged += 1;
            }
        }
    }
    assert!(kept > 3_000 && unchanged > 2_500, "{kept} {unchanged}");
}

/// Whatever is wrong with the map, the base comes out as without one.
#[test]
fn a_damaged_map_goes_and_harms_nothing() {
    let pair = phone();
    let file = pair.file();
    let map_start = file.len() - pair.map_file().len();
    // All but EOI is the whole map.
    for end in map_start..file.len() - 2 {
        let cut = &file[..end];
        assert_eq!(clean(cut, &Options::default()).0, clean(cut, &dropping()).0, "cut at {end}");
    }
    let (mut kept, mut dropped) = (0, 0);
    for at in map_start..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 0x55;
        let (out, report) = clean(&changed, &Options::default());
        if report.gain_map == GainMapOutcome::Kept {
            assert_template(&out);
            kept += 1;
        } else {
            assert_eq!(out, clean(&changed, &dropping()).0);
            dropped += 1;
        }
    }
    assert!(kept > 100 && dropped > 100, "{kept} {dropped}");
}

#[test]
fn numbers_that_no_reader_could_use_drop_the_map() {
    for (place, bad) in [
        (0, (0, 0)),
        (1, (0, 1)),
        (1, (17, 1)),
        (2, (3, 1)),
        (2, (-17, 1)),
        (4, (0, 1)),
        (4, (1, 1000)),
        (5, (-1, 9)),
        (6, (2, 1)),
    ] {
        let mut fractions = PHONE_FIELDS;
        fractions[place] = bad;
        let mut pair = phone();
        pair.map_segments = vec![iso(&fields(fractions))];
        assert_dropped(&pair.file());
    }
    let mut pair = phone();
    pair.map_segments.push(iso(&fields([(0, 1), (2, 1), (0, 1), (2, 1), (1, 1), (0, 1), (0, 1)])));
    assert_eq!(assert_dropped(&pair.file()), "its metadata contradicts itself");
}

#[test]
fn a_map_that_no_map_needs_to_be_goes() {
    let with = |map| {
        let mut pair = phone();
        pair.map = map;
        assert_dropped(&pair.file())
    };
    with(picture(Kind::Ycc420, 136, 64));
    with(picture(Kind::Cmyk, 16, 8));
}

#[test]
fn hostile_places_lead_nowhere() {
    let pair = phone();
    let structure = 2 + pair.base_segments.concat().len() + 8;
    let with = |offsets: &[usize], behind: &[u8]| {
        let mut other = pair.clone();
        other.has_index = false;
        other.base_segments.push(index(offsets));
        other.behind = behind.to_vec();
        let (out, report) = clean(&other.file(), &Options::default());
        assert!(!survives(&out));
        (out, report.gain_map)
    };
    let (same, _) = clean(&pair.file(), &Options::default());
    // Into the base, into the index, past the end, around 32 bits: the map is found as the next JPEG.
    let into_base = 0_usize.wrapping_sub(structure);
    for offset in [0, 1, into_base, 9, 40, 1 << 20, u32::MAX as usize, u32::MAX as usize - 7] {
        assert_eq!(with(&[0, offset], b""), (same.clone(), GainMapOutcome::Kept), "{offset}");
    }
    assert_eq!(with(&[0; 4000], b"").1, GainMapOutcome::Kept);
    // Two maps: the index names the second, and the first is the next JPEG.
    let len = pair.file().len() - index(&[0, 0]).len();
    let index_len = index(&[0, 0]).len();
    let second = len + index_len - structure;
    assert_eq!(
        with(&[0, second], &pair.map_file()).1,
        GainMapOutcome::Dropped { why: "there are two, and readers would show different ones" }
    );
    // A map within a thumbnail is no map of the picture.
    let mut inner = Pair::new(pair.base.clone(), pair.map.clone());
    inner.base_segments = vec![
        segment(0xE1, &[b"Exif\0\0", &pair.map_file()[..]].concat()),
        index(&[0, 0usize.wrapping_sub(pair.map_file().len())]),
    ];
    let file = inner.file();
    let without_map = &file[..file.len() - inner.map_file().len()];
    assert_eq!(clean(without_map, &Options::default()).1.gain_map, GainMapOutcome::None);
    // The map is the base once more.
    let mut twin = phone();
    twin.map = twin.base.clone();
    assert_kept(&twin, &Options::default());
    // Nested beginnings.
    let mut nested = phone();
    nested.has_index = false;
    nested.between = b"\xFF\xD8\xFF".repeat(20_000);
    nested.base_segments.clear();
    let (out, report) = clean(&nested.file(), &Options::default());
    assert_eq!((report.gain_map, out), (GainMapOutcome::None, clean(&nested.file(), &dropping()).0));
    // Named, but not there.
    let mut gone = phone().file();
    gone.truncate(gone.len() - phone().map_file().len());
    assert_eq!(assert_dropped(&gone), "it is not where the file says");
}

/// Turns pairs of many sizes: both are turned, or none is.
#[test]
fn base_and_map_are_turned_together_or_not_at_all() {
    let (mut turned, mut tagged) = (0, 0);
    for (kind, map_kind) in [
        (Kind::Ycc420, Kind::Grey),
        (Kind::Ycc444, Kind::Ycc420),
        (Kind::Grey, Kind::Ycc444),
        (Kind::Progressive, Kind::Progressive),
    ] {
        for (size, map_size) in [
            ((64, 32), (16, 8)),
            ((64, 32), (32, 16)),
            ((48, 32), (12, 8)),
            ((32, 48), (8, 12)),
            ((64, 32), (15, 9)),
            ((40, 24), (40, 24)),
            ((33, 17), (16, 16)),
        ] {
            for orientation in 2..=8 {
                let base = picture(kind, size.0, size.1);
                let map = picture(map_kind, map_size.0, map_size.1);
                let mut pair = Pair::of_phone(base.clone(), map.clone());
                pair.base_segments.insert(0, exif(orientation));
                let (out, report) = clean(&pair.file(), &Options::default());
                assert_eq!(report.gain_map, GainMapOutcome::Kept);
                assert!(!survives(&out));
                assert_template(&out);
                let (out_base, out_map) = split(&out);
                let alone = |picture: &[u8]| {
                    let file = jpeg::insert(picture, 2, &exif(orientation));
                    let (out, report) = clean(&file, &Options::default());
                    (parts(&out).1, report.orientation)
                };
                let (alone_base, base_outcome) = alone(&base);
                let (alone_map, map_outcome) = alone(&map);
                let both = [base_outcome, map_outcome] == [OrientationOutcome::Turned; 2];
                if both {
                    turned += 1;
                    assert_eq!(report.orientation, OrientationOutcome::Turned);
                    assert_eq!((parts(out_base).1, parts(out_map).1), (alone_base, alone_map));
                } else {
                    tagged += 1;
                    assert_eq!(report.orientation, OrientationOutcome::TagKeptNotExact);
                    assert_eq!((parts(out_base).1, parts(out_map).1), (parts(&base).1, parts(&map).1));
                    assert!(memchr::memmem::find(out_base, &jpeg::minimal_exif(orientation)).is_some());
                    assert!(memchr::memmem::find(out_map, b"Exif").is_none());
                }
                let again = sanitize(out.clone(), &Options::default()).unwrap();
                assert!(again.report.removed.is_empty());
                assert_eq!(again.into_bytes(), out);
            }
        }
    }
    assert!(turned > 60 && tagged > 60, "{turned} {tagged}");
}

/// Blocks are cut off both pictures where the same part of them can be, and
/// off none where it cannot.
#[test]
fn both_lose_the_same_part_or_none() {
    let mut options = Options::default();
    options.partial_edges = PartialEdges::Trim;
    let size = |file: &[u8]| {
        let (start, _) = jpeg::find(file, 0xC0, 0);
        let number = |at: usize| u16::from_be_bytes([file[start + at], file[start + at + 1]]);
        (number(7), number(5))
    };
    for (base, map, orientation, expected) in [
        // Exact alone, but not with its map, of which 4 columns must go.
        ((80, 32), (20, 8), 8, Some(((32, 64), (8, 16)))),
        ((80, 32), (20, 8), 6, Some(((32, 80), (8, 20)))),
        ((80, 48), (20, 12), 3, Some(((64, 32), (16, 8)))),
        ((70, 32), (35, 16), 2, Some(((64, 32), (32, 16)))),
        ((64, 32), (15, 8), 2, None),
        ((24, 16), (6, 4), 3, None),
        // The right edge does not move: its ratio does not matter.
        ((64, 48), (15, 12), 4, Some(((64, 32), (15, 8)))),
    ] {
        let mut pair =
            Pair::of_phone(picture(Kind::Ycc420, base.0, base.1), picture(Kind::Grey, map.0, map.1));
        pair.base_segments.insert(0, exif(orientation));
        let (out, report) = clean(&pair.file(), &options);
        assert_eq!(report.gain_map, GainMapOutcome::Kept);
        assert_template(&out);
        let (out_base, out_map) = split(&out);
        let sizes = (size(out_base), size(out_map));
        assert_eq!((report.width, report.height), (u32::from(sizes.0.0), u32::from(sizes.0.1)));
        match expected {
            Some(expected) => {
                assert_eq!(sizes, expected, "{base:?} {map:?} {orientation}");
                let was_cut = u32::from(base.0) * u32::from(base.1) > report.width * report.height;
                let outcome =
                    if was_cut { OrientationOutcome::TurnedAndTrimmed } else { OrientationOutcome::Turned };
                assert_eq!(report.orientation, outcome);
            }
            None => {
                assert_eq!(sizes, (base, map));
                assert_eq!(report.orientation, OrientationOutcome::TagKeptNotExact);
            }
        }
        assert_eq!(sanitize(out.clone(), &options).unwrap().into_bytes(), out);
    }
}

/// A map that cannot be turned with the picture holds it back, unless it is damaged.
#[test]
fn a_damaged_map_does_not_hold_the_picture_back() {
    let mut pair = Pair::of_phone(picture(Kind::Ycc420, 64, 32), picture(Kind::Grey, 15, 9));
    pair.base_segments.insert(0, exif(3));
    let (_, data) = jpeg::find(&pair.map, 0xDA, 0);
    let end = pair.map.len() - 2;
    pair.map[data..end].fill(0x55);
    for partial_edges in [PartialEdges::Tag, PartialEdges::Trim, PartialEdges::Refuse] {
        for verify_entropy in [true, false] {
            let mut options = Options::default();
            options.partial_edges = partial_edges;
            options.verify_entropy = verify_entropy;
            let (out, report) = clean(&pair.file(), &options);
            if report.gain_map == GainMapOutcome::Kept {
                // Unproven, as asked: it may be damaged.
                assert!(!verify_entropy);
                continue;
            }
            assert_eq!(report.orientation, OrientationOutcome::Turned);
            options.gain_maps = GainMaps::Drop;
            assert!(out == clean(&pair.file(), &options).0);
        }
    }
}

/// Where the picture alone can be turned, it is not refused for its map.
#[test]
fn a_map_that_cannot_be_turned_is_no_reason_to_refuse() {
    let mut pair = Pair::of_phone(picture(Kind::Ycc420, 64, 32), picture(Kind::Grey, 15, 9));
    pair.base_segments.insert(0, exif(3));
    let mut options = Options::default();
    options.partial_edges = PartialEdges::Refuse;
    let (out, report) = clean(&pair.file(), &options);
    assert_eq!(report.orientation, OrientationOutcome::Turned);
    assert_eq!(
        report.gain_map,
        GainMapOutcome::Dropped { why: "it cannot be turned exactly with the picture" }
    );
    options.gain_maps = GainMaps::Drop;
    assert_eq!(out, clean(&pair.file(), &options).0);
    pair.base = picture(Kind::Ycc420, 65, 33);
    assert!(matches!(sanitize(pair.file(), &options), Err(Error::NotRotatable { .. })));
}

/// A picture of flat blocks, each of another brightness: what decoders make of
/// it does not depend on how it lies.
fn flat(width: usize, height: usize) -> Vec<u8> {
    let mut samples = Vec::new();
    for y in 0..height {
        samples.extend((0..width).map(|x| ((x / 8 * 37 + y / 8 * 91) % 29 * 8) as u8));
    }
    let mut file = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut file, 100);
    encoder.encode(&samples, width as u16, height as u16, jpeg_encoder::ColorType::Luma).unwrap();
    file
}

/// Each pixel of a picture with the one of the map that lies over it.
fn composed(base: &[u8], map: &[u8]) -> (usize, Vec<(u8, u8)>) {
    let size = |file: &[u8]| {
        let (start, _) = jpeg::find(file, 0xC0, 0);
        let number = |at: usize| usize::from(u16::from_be_bytes([file[start + at], file[start + at + 1]]));
        (number(7), number(5))
    };
    let ((width, height), (map_width, map_height)) = (size(base), size(map));
    let (base, map) = (decode(base).unwrap(), decode(map).unwrap());
    let over = |x, y| map[y * map_height / height * map_width + x * map_width / width];
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    (width, pixels.map(|(x, y)| (base[y * width + x], over(x, y))).collect())
}

/// As EXIF's orientation says to show rows of pixels.
fn shown<T: Copy>((width, pixels): &(usize, Vec<T>), orientation: u8) -> (usize, Vec<T>) {
    let height = pixels.len() / width;
    let (out_width, out_height) = if orientation > 4 { (height, *width) } else { (*width, height) };
    let source = |x: usize, y: usize| match orientation {
        2 => (width - 1 - x, y),
        3 => (width - 1 - x, height - 1 - y),
        4 => (x, height - 1 - y),
        5 => (y, x),
        6 => (y, height - 1 - x),
        7 => (width - 1 - y, height - 1 - x),
        8 => (width - 1 - y, x),
        _ => (x, y),
    };
    let places = (0..out_height).flat_map(|y| (0..out_width).map(move |x| source(x, y)));
    (out_width, places.map(|(x, y)| pixels[y * width + x]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_map_lies_over_the_turned_picture_as_over_the_old(
        (columns, rows) in (1_usize..5, 1_usize..5),
        (across, down) in (1_usize..4, 1_usize..4),
        orientation in 1_u8..=8,
    ) {
        let (map, base) = (flat(8 * columns, 8 * rows), flat(8 * columns * across, 8 * rows * down));
        let mut pair = Pair::of_phone(base.clone(), map.clone());
        pair.base_segments.insert(0, exif(orientation));
        let (out, report) = clean(&pair.file(), &Options::default());
        prop_assert_eq!(report.gain_map, GainMapOutcome::Kept);
        prop_assert!(report.orientation != OrientationOutcome::TagKeptNotExact);
        let (out_base, out_map) = split(&out);
        prop_assert_eq!(composed(out_base, out_map), shown(&composed(&base, &map), orientation));
    }
}

#[test]
fn real_maps_stay() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = own.join("../../../shared/corpus/gainmaps");
    if !shared.exists() {
        testkit::tools::skip_without_corpus();
    }
    let folders = [own.join("tests/data/gain_maps"), shared];
    let paths = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "jpg"));
    let mut kept = 0;
    for path in paths {
        let name = path.display();
        let file = std::fs::read(&path).unwrap();
        for orientation in [Orientation::Upright, Orientation::Tag, Orientation::Drop] {
            let mut options = Options::default();
            options.orientation = orientation;
            let (out, report) = clean(&file, &options);
            assert_eq!(report.gain_map, GainMapOutcome::Kept, "{name}");
            assert_template(&out);
            assert!(memchr::memmem::find(&out, b"SECRET").is_none() && !survives(&out), "{name}");
            assert_eq!(sanitize(out.clone(), &options).unwrap().into_bytes(), out, "{name}");
            if report.orientation != OrientationOutcome::Turned {
                let (base, _) = split(&out);
                assert_eq!(decode(base), decode(&file), "{name}");
                // The map's coded data stand in the input as they are.
                let (_, map) = split(&out);
                let (start, _) = jpeg::find(map, 0xDA, 0);
                assert!(memchr::memmem::find(&file, &map[start..]).is_some(), "{name}");
            }
        }
        let (out, _) = clean(&file, &dropping());
        for trace in [&b"hdr-gain-map"[..], b"MPF\0", b"21496"] {
            assert!(memchr::memmem::find(&out, trace).is_none(), "{name}");
        }
        kept += 1;
    }
    assert!(kept >= 4);
}
