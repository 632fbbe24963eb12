//! HEIC and AVIF: HDR gain maps stay, their numbers written anew, and nothing
//! else stays with them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use crate::support::heif;

use std::path::Path;

use heif::{Heif, Item, auxc, boxed, full, ispe, nal, obu};
use sanitizer::facts::FactKind;
use sanitizer::{Category, GainMapOutcome, GainMaps, Options, Report, sanitize};

const CANARY: &[u8] = b"CANARY";

fn options() -> Options {
    let mut options = Options::default();
    // The coded data of these files is none.
    options.verify_entropy = false;
    options
}

fn dropping() -> Options {
    let mut options = options();
    options.gain_maps = GainMaps::Drop;
    options
}

fn clean(file: &[u8], options: &Options) -> (Vec<u8>, Report) {
    let clean = sanitize(file.to_vec(), options).unwrap();
    let report = clean.report.clone();
    (clean.into_bytes().to_vec(), report)
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(bytes, needle).is_some()
}

/// The data of a `tmap` item, with bits and bytes that mean nothing.
fn tone_map_data(flags: u8, headroom: (u32, u32)) -> Vec<u8> {
    let mut data = vec![0, 0, 0, 0, 7, flags];
    for (numerator, denominator) in [(0, 3), headroom, (0, 9), headroom, (2, 2), (1, 64), (1, 64)] {
        data.extend(numerator.to_be_bytes());
        data.extend(denominator.to_be_bytes());
    }
    data.extend(CANARY);
    data
}

/// A profile that says BT.2100 PQ with Display P3's primaries, dated and with a text.
fn profile() -> Vec<u8> {
    let mut profile = [0; 168];
    profile[..4].copy_from_slice(&168_u32.to_be_bytes());
    profile[24..36].copy_from_slice(b"\x07\xEA\0\x02\0\x13\0\x0E\0\x18\0\x17");
    profile[36..40].copy_from_slice(b"acsp");
    profile[128..156].copy_from_slice(b"\0\0\0\x02cicp\0\0\0\x9C\0\0\0\x0CtextCANA\0\0\0\0RY"[..28].as_ref());
    profile[156..168].copy_from_slice(b"cicp\0\0\0\0\x0C\x10\0\x01");
    [b"prof", &profile[..]].concat()
}

fn packet(headroom: &str) -> Vec<u8> {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"CANARY\"><rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
         xmlns:HDRGainMap=\"http://ns.apple.com/HDRGainMap/1.0/\">{headroom}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    .into_bytes()
}

const HEADROOM: &str = "<HDRGainMap:HDRGainMapVersion>131072</HDRGainMap:HDRGainMapVersion>\
    <HDRGainMap:HDRGainMapHeadroom>4.8873841</HDRGainMap:HDRGainMapHeadroom>";

fn alternatives(first: u32, second: u32) -> Vec<u8> {
    let group = [77_u32, 2, first, second].map(u32::to_be_bytes).concat();
    boxed(b"grpl", &full(b"altr", 0, 0, &group))
}

/// As phones write it today: Apple's auxiliary picture, and a tone map with it.
fn phone() -> Heif {
    let mut file = heif::phone_heic();
    let map = file.item(6);
    map.data = nal(20, b"THE-GAIN-MAP");
    map.properties = vec![1, 3, 4, 7];
    map.flags = 1;
    file.properties.push((*b"colr", profile()));
    let mut tone_map = Item::new(10, b"tmap", &tone_map_data(0x43, (23, 10)), &[2, 4, 5, 8]);
    tone_map.name = CANARY.to_vec();
    file.items.push(tone_map);
    let mut description = Item::new(11, b"mime", &packet(HEADROOM), &[]);
    description.after_name = b"application/rdf+xml\0".to_vec();
    file.items.push(description);
    file.references.extend([(*b"dimg", 10, vec![3, 6]), (*b"cdsc", 11, vec![6])]);
    file.in_meta = alternatives(10, 3);
    file.brands.push(*b"tmap");
    file
}

/// As libavif writes it.
fn avif() -> Heif {
    let mut file = heif::avif();
    let frame = [&obu(2, b"")[..], &obu(1, heif::SEQUENCE), &obu(6, b"\x10THE-GAIN-MAP")].concat();
    let mut map = Item::new(2, b"av01", &frame, &[1, 3]);
    map.flags = 1;
    file.properties.push((*b"colr", b"nclx\0\x01\0\x10\0\x06\x80CANARY".to_vec()));
    file.items.extend([map, Item::new(3, b"tmap", &tone_map_data(0x43, (23, 10)), &[2, 4])]);
    file.references.push((*b"dimg", 3, vec![1, 2]));
    file.in_meta = alternatives(3, 1);
    file.brands.push(*b"tmap");
    file
}

/// What 62 bytes say that are written for these headrooms.
fn written(headroom: i32) -> Vec<u8> {
    let mut data = vec![0, 0, 0, 0, 0, 0x40];
    for number in [0, headroom, 0, headroom, 1_000_000, 15_625, 15_625] {
        data.extend(number.to_be_bytes());
        data.extend(1_000_000_u32.to_be_bytes());
    }
    data
}

const DESCRIPTION: &[u8] = b"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
    xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
    xmlns:HDRGainMap=\"http://ns.apple.com/HDRGainMap/1.0/\"><HDRGainMap:HDRGainMapVersion>131072\
    </HDRGainMap:HDRGainMapVersion><HDRGainMap:HDRGainMapHeadroom>4.887384</HDRGainMap:HDRGainMapHeadroom>\
    </rdf:Description></rdf:RDF></x:xmpmeta>";

fn assert_kept(file: &Heif) -> Vec<u8> {
    let (out, report) = clean(&file.bytes(), &options());
    assert_eq!(report.gain_map, GainMapOutcome::Kept);
    assert!(!contains(&out, CANARY));
    assert!(contains(&out, b"THE-GAIN-MAP"));
    let again = sanitize(out.clone(), &options()).unwrap();
    assert_eq!(again.report.gain_map, GainMapOutcome::Kept);
    assert!(again.report.removed.is_empty(), "{:?}", again.report.removed);
    assert_eq!(again.into_bytes(), out, "cleaning twice changes it");
    out
}

fn assert_dropped(file: &Heif) -> &'static str {
    let (out, report) = clean(&file.bytes(), &options());
    assert!(out == clean(&file.bytes(), &dropping()).0);
    for trace in [CANARY, b"GAIN-MAP", b"tmap", b"grpl", b"hdrgainmap"] {
        assert!(!contains(&out, trace), "{trace:?}");
    }
    match report.gain_map {
        GainMapOutcome::Dropped { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_phone_s_map_stays_with_all_that_tells_of_it() {
    let out = assert_kept(&phone());
    for needed in
        [&written(2_300_000)[..], DESCRIPTION, b"nclx\0\x0C\0\x10\0\0\x80", b"altr", b"auxl", b"cdsc"]
    {
        assert!(contains(&out, needed), "{needed:?}");
    }
    for gone in [&b"prof"[..], b"Exif", b"acsp"] {
        assert!(!contains(&out, gone), "{gone:?}");
    }
    assert_eq!(memchr::memmem::find_iter(&out, b"tmap").count(), 2, "a brand and an item");
    let (_, report) = clean(&phone().bytes(), &options());
    for category in [Category::ColorProfile, Category::Exif, Category::Xmp, Category::Comment] {
        assert!(report.categories().contains(&category), "{category:?}");
    }
}

#[test]
fn each_way_to_have_a_map_stays_alone_too() {
    let mut older = phone();
    older.items.retain(|item| item.id != 10);
    older.references.retain(|one| one.1 != 10);
    older.in_meta.clear();
    let out = assert_kept(&older);
    assert!(contains(&out, DESCRIPTION) && !contains(&out, b"tmap"));

    let mut newer = phone();
    newer.items.retain(|item| item.id != 11);
    newer.references.retain(|one| one.1 != 11);
    let out = assert_kept(&newer);
    assert!(contains(&out, &written(2_300_000)));
    assert!(!contains(&out, b"hdrgainmap") && !contains(&out, b"auxl\0\x06"));

    let out = assert_kept(&avif());
    assert!(contains(&out, &written(2_300_000)) && contains(&out, b"nclx\0\x01\0\x10\0\x06\x80"));
}

#[test]
fn a_headroom_in_the_maker_note_is_moved_to_the_map() {
    let mut file = phone();
    file.items.retain(|item| item.id != 10);
    file.references.retain(|one| one.1 != 10);
    file.item(11).data = packet("<HDRGainMap:HDRGainMapVersion>65536</HDRGainMap:HDRGainMapVersion>");
    assert_eq!(assert_dropped(&file), "its headroom is not told");
    let note = b"Apple iOS\0\0\x01MM\0\x01\0\x21\0\x0A\0\0\0\x01\0\0\0\x20\0\0\0\0\0\0\0\x01\0\0\0\x01CANARY";
    let mut exif = b"\0\0\0\x06Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1A\0\0\0\0\0\x01\x92\x7C\0\x07".to_vec();
    exif.extend((note.len() as u32).to_be_bytes());
    exif.extend(b"\0\0\0\x2C\0\0\0\0");
    exif.extend(note);
    file.item(7).data = exif;
    let out = assert_kept(&file);
    assert!(contains(&out, b"<HDRGainMap:HDRGainMapHeadroom>8</HDRGainMap:HDRGainMapHeadroom>"), "3 stops");
}

#[test]
fn a_map_that_readers_could_not_use_goes() {
    type Change = fn(&mut Heif);
    let changes: [(&str, Change); 12] = [
        ("a later version", |file| file.item(3).data[2] = 1),
        ("a later box", |file| file.item(3).data[0] = 1),
        ("cut off", |file| file.item(3).data.truncate(50)),
        ("no number", |file| file.item(3).data = tone_map_data(0x40, (1, 0))),
        ("too bright", |file| file.item(3).data = tone_map_data(0x40, (17, 1))),
        ("no brand", |file| file.brands.retain(|brand| brand != b"tmap")),
        ("no group", |file| file.in_meta.clear()),
        ("another order", |file| file.in_meta = alternatives(1, 3)),
        ("another base", |file| file.references.last_mut().unwrap().2 = vec![2, 1]),
        ("turned", |file| {
            file.properties.push((*b"irot", vec![1]));
            file.item(3).properties.push(5);
        }),
        ("another size", |file| {
            file.properties.push((*b"ispe", ispe(64, 63)));
            file.item(3).properties[0] = 5;
        }),
        ("larger", |file| file.properties[2].1 = ispe(129, 128)),
    ];
    for (name, change) in changes {
        let mut file = avif();
        change(&mut file);
        println!("{name}: {}", assert_dropped(&file));
    }
    let mut two = avif();
    let mut again = two.item(3).clone();
    again.id = 40;
    two.items.push(again);
    two.references.push((*b"dimg", 40, vec![1, 2]));
    assert_eq!(assert_dropped(&two), "there are two, and readers would show different ones");
}

#[test]
fn a_base_and_a_map_that_are_turned_otherwise_part() {
    let mut file = phone();
    file.item(6).properties.retain(|&property| property != 4);
    assert_eq!(assert_dropped(&file), "it is turned otherwise than the picture");
    // Cropped as the picture is, with numbers of its own: readers differ on that.
    let mut file = phone();
    let clap = [64_u32, 1, 128, 1, 0, 1, 0, 1].map(u32::to_be_bytes).concat();
    file.properties.push((*b"clap", clap));
    file.item(3).properties.push(9);
    assert_eq!(assert_dropped(&file), "it is turned otherwise than the picture");
}

#[test]
fn facts_and_report_name_the_map() {
    let mut facts = options();
    facts.facts = true;
    let (_, report) = clean(&phone().bytes(), &facts);
    let found = report.facts.unwrap();
    let named: Vec<_> = found.items.iter().filter(|fact| fact.kind == FactKind::GainMap).collect();
    assert_eq!(named.len(), 1);
    assert_eq!(named[0].value, "64x64 pixels, for screens up to 2.3 stops brighter than white");
    assert!(found.items.iter().all(|fact| fact.kind != FactKind::HiddenPicture), "{found:?}");
    let (_, report) = clean(&phone().bytes(), &dropping());
    assert_eq!(report.gain_map, GainMapOutcome::Dropped { why: "the options drop it" });
    let (_, report) = clean(&heif::avif().bytes(), &options());
    assert_eq!(report.gain_map, GainMapOutcome::None);
}

/// An item in the picture's own tree that says that it is a gain map is none.
#[test]
fn the_name_of_a_map_stays_on_the_map_alone() {
    let mut file = heif::phone_heic();
    file.properties.push((*b"auxC", auxc("urn:com:apple:photo:2020:aux:hdrgainmap")));
    file.item(1).properties.push(8);
    file.item(3).properties.push(8);
    assert!(!contains(&clean(&file.bytes(), &options()).0, b"hdrgainmap"));
}

/// Whatever byte is changed: nobody is refused for a map, and what is not kept
/// leaves no trace. The bytes of what is written anew do not reach the output.
#[test]
fn any_byte_may_be_wrong() {
    for file in [phone().bytes(), avif().bytes()] {
        let (same, _) = clean(&file, &options());
        let range = |needle: &[u8]| {
            let start = memchr::memmem::find(&file, needle).unwrap();
            start..start + needle.len()
        };
        let mut rewritten = vec![range(&tone_map_data(0x43, (23, 10)))];
        if contains(&file, b"<x:xmpmeta xmlns:x=\"adobe") {
            rewritten.extend([range(&packet(HEADROOM)), range(&profile()[4..])]);
        }
        let (mut kept, mut dropped, mut unchanged) = (0, 0, 0);
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 0x21;
            let with = sanitize(changed.clone(), &options());
            let without = sanitize(changed, &dropping());
            let (with, without) = match (with, without) {
                (Ok(with), Ok(without)) => (with, without),
                (Err(with), Err(without)) => {
                    assert_eq!(with, without, "byte {at}");
                    continue;
                }
                (with, _) => panic!("byte {at}: with the map {:?}", with.map(|with| with.report)),
            };
            if with.report.gain_map != GainMapOutcome::Kept {
                assert!(with.into_bytes() == without.into_bytes(), "byte {at}");
                dropped += 1;
                continue;
            }
            kept += 1;
            let with = with.into_bytes();
            if rewritten.iter().any(|range| range.contains(&at)) {
                // Numbers may differ: those that say so, and nothing else.
                let differ = with.len() == same.len()
                    && with.iter().zip(&same).filter(|(one, other)| one != other).count() > 4 + 8;
                assert!(!differ, "byte {at}");
                unchanged += usize::from(with == same);
            }
        }
        assert!(kept > 100 && dropped > 50 && unchanged > 10, "{kept} {dropped} {unchanged}");
    }
}

#[test]
fn real_maps_stay() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = own.join("../../../shared/corpus/gainmaps");
    if !shared.exists() {
        testkit::tools::skip_without_corpus();
    }
    let mut kept = 0;
    let folders = [own.join("tests/data/gain_maps"), shared];
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok());
    for path in entries.flatten().flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.extension().is_some_and(|extension| extension == "heic" || extension == "avif") {
            continue;
        }
        let file = std::fs::read(&path).unwrap();
        let (out, report) = clean(&file, &Options::default());
        let is_usable = !name.contains("gammazero") && !name.starts_with("unsupported");
        assert_eq!(report.gain_map == GainMapOutcome::Kept, is_usable, "{name}: {:?}", report.gain_map);
        assert_eq!(contains(&out, b"tmap"), is_usable && !name.contains("maker"), "{name}");
        for trace in [&b"SECRET"[..], b"CANARY", b"Exif", b"acsp", b"Apple iOS"] {
            assert!(!contains(&out, trace), "{name}: {trace:?}");
        }
        assert_eq!(sanitize(out.clone(), &Options::default()).unwrap().into_bytes(), out, "{name}");
        // The coded pictures are all there, as they were.
        for data in coded(&out) {
            assert!(contains(&file, data), "{name}");
        }
        let least = if is_usable { 2 } else { 1 };
        assert!(coded(&out).len() >= least, "{name}");
        kept += usize::from(is_usable);
    }
    assert!(kept >= 3);
}

/// The data of the coded pictures of a clean file, which has the oldest versions of all boxes.
fn coded(file: &[u8]) -> Vec<&[u8]> {
    let find = |kind: &[u8; 4]| memchr::memmem::find(file, kind).expect("the box is there") + 4;
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let id = |at: usize| u16::from_be_bytes([file[at], file[at + 1]]);
    let kinds: Vec<(u16, &[u8])> = memchr::memmem::find_iter(file, b"infe")
        .map(|at| (id(at + 8), &file[at + 12..at + 16]))
        .filter(|(_, kind)| matches!(*kind, b"hvc1" | b"av01"))
        .collect();
    let iloc = find(b"iloc");
    let count = usize::from(id(iloc + 6));
    (0..count)
        .map(|index| iloc + 8 + 14 * index)
        .filter(|&at| kinds.iter().any(|(kept, _)| *kept == id(at)))
        .map(|at| &file[number(at + 6)..number(at + 6) + number(at + 10)])
        .collect()
}
