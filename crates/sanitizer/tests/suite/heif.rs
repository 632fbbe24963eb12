//! HEIC and AVIF as a user of the library sees them: files made so that every place can hold something.
//! Real pictures: `heif_pictures.rs`; what slices hide: `heif_slices.rs`.

use crate::support::heif as builder;
use crate::support::heif_checks as checks;

use builder::{
    FRAME, Heif, Item, PPS, SEQUENCE, SPS, VPS, auxc, avif, boxed, full, hvcc, nal, obu, phone_heic, unit,
};
use checks::{CANARY, form, holds};
use proptest::prelude::*;
use sanitizer::facts::FactKind;
use sanitizer::{Category, Error, Format, HiddenPixels, Sanitized, sanitize};

fn clean(bytes: &[u8]) -> Result<Sanitized, Error> {
    sanitize(bytes.to_vec(), &form())
}

fn clean_well(name: &str, bytes: &[u8]) -> (Vec<u8>, Sanitized) {
    checks::clean_well(&form(), name, bytes)
}

fn is_refused(heif: &Heif, reason: &str) {
    match clean(&heif.bytes()) {
        Err(Error::Unprovable { what, .. }) => assert_eq!(what, reason),
        other => panic!("{reason}: {:?}", other.map(|cleaned| cleaned.report)),
    }
}

#[test]
fn a_phones_picture_keeps_its_tiles_turn_and_transparency_only() {
    let (out, cleaned) = clean_well("phone", &phone_heic().bytes());
    assert_eq!(cleaned.format, Format::Heic);
    assert_eq!((cleaned.report.width, cleaned.report.height), (128, 64));
    for kept in
        [&b"TILE-ONE"[..], b"TILE-TWO", b"ALPHA", VPS, SPS, PPS, b"irot", b"auxid:1", b"dimg", b"auxl"]
    {
        assert!(holds(&out, kept), "{} is gone", String::from_utf8_lossy(kept));
    }
    for gone in [&b"thmb"[..], b"cdsc", b"Exif", b"mime", b"hdrgainmap", b"dinf", b"idat"] {
        assert!(!holds(&out, gone), "{} is still there", String::from_utf8_lossy(gone));
    }
    assert_eq!(
        cleaned.report.categories(),
        [Category::Application, Category::Thumbnail, Category::SecondPicture, Category::Exif, Category::Xmp]
    );
}

#[test]
fn what_the_metadata_told_is_known_when_asked_for() {
    let mut heif = phone_heic();
    heif.at_end = boxed(b"mpvd", b"a video");
    let mut options = form();
    options.facts = true;
    let facts = sanitize(heif.bytes(), &options).unwrap().report.facts.unwrap();
    let told: Vec<_> = facts.items.iter().map(|fact| (fact.kind, fact.value.as_str())).collect();
    assert_eq!(
        told,
        [
            (FactKind::Thumbnail, "a thumbnail of 64x64"),
            (FactKind::HiddenPicture, "an HDR gain map of 64x64"),
            (FactKind::Device, "CANARY"),
            (FactKind::Place, "CANARY"),
            (FactKind::HiddenPicture, "a video in the same file"),
        ]
    );
}

#[test]
fn a_gain_map_in_tiles_is_one_hidden_picture() {
    let mut heif = phone_heic();
    heif.item(6).kind = *b"grid";
    heif.item(6).data = vec![0, 0, 0, 1, 0, 128, 0, 64];
    heif.items.extend([30, 31].map(|id| Item::new(id, b"hvc1", &nal(20, CANARY), &[1, 3])));
    heif.references.push((*b"dimg", 6, vec![30, 31]));
    let mut options = form();
    options.facts = true;
    let report = sanitize(heif.bytes(), &options).unwrap().report;
    let hidden = report.facts.unwrap().items.into_iter().filter(|fact| fact.kind == FactKind::HiddenPicture);
    assert_eq!(hidden.map(|fact| fact.value).collect::<Vec<_>>(), ["an HDR gain map of 64x64"]);
    assert_eq!(report.removed.iter().filter(|removal| removal.location == "auxiliary item").count(), 2);
    assert!(report.removed.iter().all(|removal| removal.location != "picture item"));
}

#[test]
fn orientation_options_leave_the_turn_alone() {
    let default = clean(&phone_heic().bytes()).unwrap().into_bytes();
    for orientation in [sanitizer::Orientation::Drop, sanitizer::Orientation::Tag] {
        let mut options = form();
        options.orientation = orientation;
        assert_eq!(sanitize(phone_heic().bytes(), &options).unwrap().into_bytes(), default);
    }
}

type Change = fn(&mut Heif);

/// Each place of a HEIC that can hold something, with the canary in it.
const PLACES: &[(&str, Category, Change)] = &[
    ("minor version and brands", Category::Exif, |heif| {
        heif.minor_version = *b"CANA";
        heif.brands.extend([*b"CANA", *b"RY  "]);
    }),
    ("handler name", Category::Comment, |heif| heif.handler_name = CANARY.to_vec()),
    ("item name", Category::Comment, |heif| heif.item(1).name = CANARY.to_vec()),
    ("after an item's name", Category::Hidden, |heif| heif.item(1).after_name = b"CANARY\0CANARY".to_vec()),
    ("item of unknown type", Category::Application, |heif| {
        heif.items.push(Item::new(20, b"abcd", CANARY, &[]));
    }),
    ("uri item", Category::Application, |heif| {
        let mut item = Item::new(20, b"uri ", CANARY, &[]);
        item.after_name = b"urn:CANARY\0".to_vec();
        heif.items.push(item);
    }),
    ("item in several extents", Category::Application, |heif| {
        heif.items.push(Item::new(20, b"abcd", b"CANARY CANARY CANARY", &[]));
        heif.item(20).extents = 2;
    }),
    ("second picture", Category::SecondPicture, |heif| {
        heif.items.push(Item::new(20, b"hvc1", &nal(20, CANARY), &[1, 3]));
    }),
    ("user description", Category::Comment, |heif| {
        heif.properties.push((*b"udes", b"\0\0\0\0en\0CANARY\0CANARY\0CANARY\0".to_vec()));
        heif.item(3).properties.push(8);
    }),
    ("unknown property", Category::Application, |heif| {
        heif.properties.push((*b"abcd", CANARY.to_vec()));
        heif.item(3).properties.push(8);
    }),
    ("property of no item", Category::Application, |heif| heif.properties.push((*b"uuid", CANARY.to_vec()))),
    ("creation time", Category::Time, |heif| {
        heif.properties.push((*b"crtt", b"\0\0\0\0CANARY".to_vec()));
        heif.item(3).properties.push(8);
    }),
    ("slack of a size", Category::Hidden, |heif| heif.properties[1].1.extend(CANARY)),
    ("slack of a turn", Category::Hidden, |heif| heif.properties[3].1.extend(CANARY)),
    ("slack of the depths", Category::Hidden, |heif| heif.properties[4].1.extend(CANARY)),
    ("slack of the alpha type", Category::Hidden, |heif| heif.properties[5].1.extend(CANARY)),
    ("slack of the configuration", Category::Hidden, |heif| heif.properties[0].1.extend(CANARY)),
    ("message in the configuration", Category::Hidden, |heif| {
        heif.properties[0].1 = hvcc(&[(32, VPS), (39, CANARY), (33, SPS), (34, PPS)]);
    }),
    ("colour profile that is none", Category::ColorProfile, |heif| {
        heif.properties.push((*b"colr", b"profCANARY".to_vec()));
        heif.item(3).properties.push(8);
    }),
    ("message in a tile", Category::Application, |heif| {
        heif.item(1).data = [nal(39, CANARY), nal(20, b"TILE-ONE"), nal(40, CANARY)].concat();
    }),
    ("message across extents", Category::Application, |heif| {
        heif.item(1).data = [nal(39, CANARY), nal(20, b"TILE-ONE"), nal(40, CANARY)].concat();
        heif.item(1).extents = 3;
        heif.gap = b"CANARY".to_vec();
    }),
    ("filler and reserved units", Category::Hidden, |heif| {
        heif.item(1).data =
            [nal(38, CANARY), nal(20, b"TILE-ONE"), nal(60, CANARY), nal(22, CANARY)].concat();
    }),
    ("parameter sets beside the configuration's", Category::Hidden, |heif| {
        heif.item(1).data = [unit(32, CANARY), nal(20, b"TILE-ONE"), unit(34, CANARY)].concat();
    }),
    ("slices that need other pictures", Category::Hidden, |heif| {
        heif.item(1).data = [nal(20, b"TILE-ONE"), unit(8, CANARY), unit(2, CANARY)].concat();
    }),
    ("slack of parameter sets", Category::Hidden, |heif| {
        let [vps, sps, pps] = [VPS, SPS, PPS].map(|set| [set, CANARY].concat());
        heif.properties[0].1 = hvcc(&[(32, &vps), (33, &sps), (34, &pps)]);
    }),
    ("slack of a grid", Category::Hidden, |heif| heif.item(3).data.extend(CANARY)),
    ("between items", Category::Hidden, |heif| heif.gap = CANARY.to_vec()),
    ("boxes in meta", Category::Application, |heif| {
        heif.in_meta = [boxed(b"uuid", CANARY), boxed(b"xml ", CANARY), boxed(b"grpl", CANARY)].concat();
    }),
    ("free box in meta", Category::Hidden, |heif| heif.in_meta = boxed(b"free", CANARY)),
    ("free box", Category::Hidden, |heif| heif.after_ftyp = boxed(b"free", CANARY)),
    ("provenance", Category::Provenance, |heif| {
        heif.after_ftyp =
            boxed(b"uuid", b"\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81CANARY");
    }),
    ("vendor's box", Category::Application, |heif| heif.at_end = boxed(b"sefd", CANARY)),
    ("video of a motion photo", Category::SecondPicture, |heif| heif.at_end = boxed(b"mpvd", CANARY)),
    ("movie beside the picture", Category::SecondPicture, |heif| heif.at_end = boxed(b"moov", CANARY)),
    ("second media box", Category::Hidden, |heif| heif.at_end = boxed(b"mdat", CANARY)),
    ("trailer", Category::Trailer, |heif| heif.at_end = b"CANARY".to_vec()),
    ("trailer that looks like a box", Category::Trailer, |heif| {
        heif.at_end = b"\xFF\0\0\0freeCANARY".to_vec();
    }),
];

#[test]
fn no_place_of_a_heic_holds_anything_afterwards() {
    for (name, category, change) in PLACES {
        let mut heif = phone_heic();
        change(&mut heif);
        let (out, cleaned) = clean_well(name, &heif.bytes());
        assert!(cleaned.report.categories().contains(category), "{name}: {:#?}", cleaned.report.removed);
        for kept in [&b"TILE-ONE"[..], b"TILE-TWO", b"ALPHA"] {
            assert!(holds(&out, kept), "{name}: {} is gone", String::from_utf8_lossy(kept));
        }
    }
}

#[test]
fn no_place_of_an_avif_holds_anything_afterwards() {
    let places: &[(&str, Change)] = &[
        ("as it is", |_| {}),
        ("metadata, padding and reserved units", |heif| {
            heif.item(1).data = [
                obu(1, SEQUENCE),
                obu(5, CANARY),
                obu(6, FRAME),
                obu(15, CANARY),
                obu(9, CANARY),
                obu(8, CANARY),
            ]
            .concat();
        }),
        ("what need not be there", |heif| {
            let frame = [obu(1, SEQUENCE), obu(3, FRAME), obu(4, b"TILES")];
            heif.item(1).data = [frame.concat(), obu(7, CANARY), obu(2, CANARY), obu(2, b"")].concat();
        }),
        ("temporal delimiter with a payload", |heif| {
            heif.item(1).data = [obu(2, CANARY), obu(1, SEQUENCE), obu(6, FRAME)].concat();
        }),
        ("metadata in the configuration", |heif| heif.properties[0].1.extend(obu(5, CANARY))),
        ("layer sizes, which are no longer right", |heif| {
            heif.item(1).data = [obu(5, CANARY), obu(6, FRAME)].concat();
            heif.properties.push((*b"a1lx", vec![0, 0, 9, 0, 0, 0, 0]));
            heif.item(1).properties.push(4);
        }),
    ];
    for (name, change) in places {
        let mut heif = avif();
        change(&mut heif);
        let (out, cleaned) = clean_well(name, &heif.bytes());
        assert_eq!(cleaned.format, Format::Avif);
        assert!(holds(&out, b"FRAME") && holds(&out, SEQUENCE) && !holds(&out, b"a1lx"), "{name}");
    }
}

#[test]
fn an_image_sequence_is_called_one() {
    let is_called = |file: &[u8], words: &str| match clean(file) {
        Err(Error::Unprovable { what, .. }) => assert!(what.contains(words), "{what}"),
        other => panic!("{words}: {:?}", other.map(|cleaned| cleaned.report)),
    };
    for brand in [b"msf1", b"hevc", b"avis"] {
        let mut heif = phone_heic();
        heif.brands.push(*brand);
        heif.at_end = boxed(b"moov", CANARY);
        is_called(&heif.bytes(), "an image sequence, an animation");
        // Without a still picture, the movie in front of its data or behind.
        let name = boxed(b"ftyp", &[&brand[..], &[0; 4], b"mif1"].concat());
        let (movie, data) = (boxed(b"moov", CANARY), boxed(b"mdat", CANARY));
        for file in [[&name[..], &movie, &data].concat(), [&name[..], &data, &movie].concat()] {
            is_called(&file, "an image sequence without a still picture");
        }
        // What is cut off is still called that.
        let error = clean(&[&name[..], &data].concat()).unwrap_err();
        assert_eq!(error.kind(), "truncated", "{error}");
    }
}

#[test]
fn what_cannot_be_proven_clean_is_refused_with_its_reason() {
    let cases: &[(&str, Change)] = &[
        ("an encrypted picture", |heif| heif.item(1).protection = 1),
        ("a picture coded otherwise than in HEVC or AV1", |heif| heif.item(1).kind = *b"vvc1"),
        ("a picture coded otherwise than in HEVC or AV1", |heif| heif.primary = 7),
        ("a reference to an item that is not there", |heif| heif.references[0].2 = vec![1, 99]),
        ("the primary picture belongs to another one", |heif| heif.references.push((*b"thmb", 3, vec![5]))),
        ("a picture that needs another to be decoded", |heif| heif.references.push((*b"pred", 1, vec![2]))),
        ("an item with two references of one kind", |heif| heif.references.push((*b"dimg", 3, vec![5]))),
        ("a grid with more or fewer tiles than it shows", |heif| heif.references[0].2 = vec![1, 2, 5]),
        ("a grid of unknown form", |heif| heif.item(3).data[0] = 9),
        ("an item's data is made of other items' data", |heif| heif.item(1).method = Some(2)),
        ("an item's data is in another file", |heif| heif.item(1).data_reference = 1),
        ("a coded picture without its configuration", |heif| heif.item(1).properties = vec![3]),
        ("an HEVC picture without picture data", |heif| heif.item(1).data = nal(39, CANARY)),
        ("bytes after the last NAL unit", |heif| heif.item(1).data.extend(b"ab")),
        ("a NAL unit runs over the end", |heif| heif.item(1).data.extend(CANARY)),
        ("a NAL unit with the forbidden bit", |heif| heif.item(1).data[4] |= 0x80),
        ("an item has a property that is not there", |heif| heif.item(1).properties.push(99)),
        ("a property that readers must understand, and we do not", |heif| {
            heif.properties.push((*b"abcd", CANARY.to_vec()));
            heif.essential.push(8);
            heif.item(3).properties.push(8);
        }),
        ("a property is shorter than its fields", |heif| heif.properties[4].1.truncate(7)),
        // The EXIF item claims bytes of a picture.
        ("items that share some of their bytes", |heif| heif.item(7).claims = Some((4, 6))),
    ];
    for (reason, change) in cases {
        let mut heif = phone_heic();
        change(&mut heif);
        is_refused(&heif, reason);
    }
}

#[test]
fn what_a_second_picture_or_its_parameters_could_hold_is_refused() {
    let cases: &[(&str, Change)] = &[
        ("more than one HEVC picture in an item", |heif| heif.item(1).data.extend(nal(20, CANARY))),
        ("slices of several kinds in one picture", |heif| heif.item(1).data.extend(unit(19, b"\0CANARY"))),
        ("an HEVC picture without its first slice", |heif| heif.item(1).data = unit(19, b"\0CANARY")),
        ("a parameter set is larger than a picture needs", |heif| {
            let vps = [VPS, &CANARY.repeat(9000)].concat();
            heif.properties[0].1 = hvcc(&[(32, &vps), (33, SPS), (34, PPS)]);
        }),
        ("more parameter sets than a picture needs", |heif| {
            heif.properties[0].1 = hvcc(&[(32, VPS), (33, SPS), (34, PPS), (34, PPS)]);
        }),
        ("more parameter sets than a picture needs", |heif| {
            heif.properties[0].1 = hvcc(&[(33, SPS), (33, SPS), (34, PPS)]);
        }),
        ("an HEVC configuration without parameter sets", |heif| heif.properties[0].1 = hvcc(&[(33, SPS)])),
        // `slice_segment_header_extension_present_flag`.
        ("slices may have extensions, which hold anything", |heif| {
            heif.properties[0].1 = hvcc(&[(33, SPS), (34, b"\xC1\x72\xB0\x23\x40")]);
        }),
        ("more or fewer channels than a picture has", |heif| {
            heif.properties[4].1 = [&[0, 0, 0, 0, 252][..], &CANARY.repeat(42)].concat();
        }),
        ("more properties of one kind than a picture needs", |heif| {
            heif.properties.extend([(*b"clli", b"CANA".to_vec()), (*b"clli", b"RY..".to_vec())]);
            heif.item(3).properties.extend([8, 9]);
        }),
    ];
    let av1_cases: &[(&str, Change)] = &[
        ("an AV1 item with more than one frame", |heif| heif.item(1).data.extend(obu(6, CANARY))),
        ("an AV1 item with more than one frame", |heif| heif.item(1).data.extend(obu(3, CANARY))),
        ("an AV1 item with more than one frame", |heif| heif.item(1).data.extend(obu(4, CANARY))),
        ("more AV1 sequence headers than a picture needs", |heif| heif.item(1).data.extend(obu(1, SEQUENCE))),
        ("more AV1 sequence headers than a picture needs", |heif| {
            heif.properties[0].1.extend(obu(1, SEQUENCE));
        }),
        ("an AV1 sequence header with more than its fields", |heif| {
            heif.item(1).data = [obu(1, &[SEQUENCE, CANARY].concat()), obu(6, FRAME)].concat();
            heif.properties[0].1.truncate(4);
        }),
        ("an AV1 sequence header with more than its fields", |heif| {
            heif.properties[0].1.truncate(4);
            heif.properties[0].1.extend(obu(1, &[SEQUENCE, CANARY].concat()));
        }),
        ("an AV1 sequence header other than the configuration's", |heif| {
            heif.item(1).data = [obu(1, CANARY), obu(6, FRAME)].concat();
        }),
        ("an AV1 picture without a sequence header", |heif| {
            heif.item(1).data = obu(6, FRAME);
            heif.properties[0].1.truncate(4);
        }),
        // Frames that are not shown, or were there before.
        ("an AV1 frame that is not a picture of its own", |heif| heif.item(1).data = obu(6, b"\0CANARY")),
        ("an AV1 frame that is not a picture of its own", |heif| heif.item(1).data = obu(3, b"\x80CANARY")),
    ];
    let all = cases.iter().map(|case| (phone_heic(), case));
    for (mut heif, (reason, change)) in all.chain(av1_cases.iter().map(|case| (avif(), case))) {
        change(&mut heif);
        is_refused(&heif, reason);
    }
}

#[test]
fn tiny_boxes_are_one_removal_or_refused() {
    let mut heif = phone_heic();
    let before = clean(&heif.bytes()).unwrap().report.removed.len();
    heif.at_end = boxed(b"free", b"").repeat(200_000);
    assert_eq!(clean(&heif.bytes()).unwrap().report.removed.len(), before + 1);
    let pair = [boxed(b"free", b""), boxed(b"abcd", b"")].concat();
    for boxes in [pair, boxed(b"mdat", b"")] {
        heif.at_end = boxes.repeat(200_000);
        assert!(matches!(clean(&heif.bytes()), Err(Error::Unprovable { .. })));
    }
}

#[test]
fn equal_tiles_that_are_stored_once_stay_so() {
    let mut heif = phone_heic();
    heif.references[0].2 = vec![1, 1];
    heif.items.retain(|item| item.id != 2);
    let (out, _) = clean_well("one tile twice", &heif.bytes());
    assert_eq!(out.windows(8).filter(|window| window == b"TILE-ONE").count(), 1);
}

#[test]
fn overlays_and_plain_copies_are_understood() {
    let mut heif = phone_heic();
    heif.item(3).kind = *b"iovl";
    let places = [128_u16, 64, 0, 0, 64, 0].map(u16::to_be_bytes).concat();
    heif.item(3).data = [&[0; 10][..], &places].concat();
    clean_well("overlay", &heif.bytes());
    let mut heif = phone_heic();
    heif.item(3).kind = *b"iden";
    heif.item(3).data.clear();
    heif.references[0].2 = vec![1];
    let (out, _) = clean_well("plain copy", &heif.bytes());
    assert!(holds(&out, b"TILE-ONE") && !holds(&out, b"TILE-TWO"));
}

#[test]
fn references_in_a_circle_end() {
    let mut heif = phone_heic();
    heif.references.push((*b"dimg", 1, vec![3]));
    let _ = clean(&heif.bytes());
    heif.references = vec![(*b"dimg", 3, vec![3, 3])];
    // Such a grid is larger than itself.
    let mut options = form();
    options.hidden_pixels = HiddenPixels::Keep;
    checks::clean_well(&options, "a grid of itself", &heif.bytes());
}

#[test]
fn data_of_the_picture_is_not_copied() {
    let mut heif = phone_heic();
    heif.item(1).data = nal(20, &[7; 100_000]);
    let input = sanitizer::Bytes::from(heif.bytes());
    let cleaned = sanitize(input.clone(), &form()).unwrap();
    let shared = cleaned
        .pieces()
        .iter()
        .any(|piece| piece.len() > 100_000 && input.as_ptr_range().contains(&piece.as_ptr()));
    assert!(shared, "{:?}", cleaned.pieces().iter().map(sanitizer::Bytes::len).collect::<Vec<_>>());
}

#[test]
fn hostile_files_end_quickly() {
    let start = std::time::Instant::now();
    // A hundred thousand units, boxes, references.
    let mut heif = phone_heic();
    heif.item(1).data = [nal(20, b"x"), nal(39, b"x")].concat().repeat(300_000);
    assert!(clean(&heif.bytes()).is_err());
    let mut heif = phone_heic();
    heif.at_end = boxed(b"free", b"").repeat(1_000_000);
    clean_well("many boxes", &heif.bytes());
    let mut heif = phone_heic();
    heif.references.extend((0..200_000).map(|_| (*b"auxl", 4, vec![1, 2, 3])));
    assert!(clean(&heif.bytes()).is_err());
    let mut heif = phone_heic();
    heif.items.extend((100..60_000).map(|id| Item::new(id, b"abcd", b"", &[])));
    assert!(clean(&heif.bytes()).is_err());
    let mut heif = phone_heic();
    heif.properties.push((*b"auxC", auxc(&"x".repeat(1_000_000))));
    heif.items.extend((100..10_000).map(|id| Item::new(id, b"hvc1", b"", &[8; 10])));
    clean_well("a long name many times", &heif.bytes());
    // A file that says it has four billion items.
    let huge = full(b"iloc", 2, 0, &[0x44, 0x40, 0xFF, 0xFF, 0xFF, 0xFF]);
    let mut heif = phone_heic();
    heif.in_meta = huge;
    assert!(clean(&heif.bytes()).is_err());
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn a_file_cut_anywhere_is_refused_or_cleaned_but_never_leaks() {
    for bytes in [phone_heic().bytes(), avif().bytes()] {
        for len in 0..bytes.len() {
            if let Ok(cleaned) = clean(&bytes[..len]) {
                assert!(!holds(&cleaned.into_bytes(), CANARY));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn a_damaged_file_is_refused_or_cleaned_but_never_leaks(
        place in 0..PLACES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut heif = phone_heic();
        PLACES[place].2(&mut heif);
        let mut bytes = heif.bytes();
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(cleaned) = clean(&bytes) {
            let out = cleaned.into_bytes();
            let again = clean(&out).expect("what was written can be read");
            prop_assert_eq!(again.into_bytes(), out);
        }
        let mut options = form();
        options.facts = true;
        let _ = sanitize(bytes, &options);
    }

}

#[test]
fn the_coding_tells_the_format_where_the_brand_does_not() {
    let mut heif = avif();
    heif.brands = vec![*b"mif1"];
    let (_, cleaned) = clean_well("generic brand", &heif.bytes());
    assert_eq!(cleaned.format, Format::Avif);
}
