//! Words about rights that stay when the options ask for it: in every format, read from every place, written as one
//! packet with nothing else in it.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use crate::support::heif;
use crate::support::png;
use crate::support::webp;

use std::io::Write;
use std::process::Command;

use sanitizer::{
    Category, GainMapOutcome, Options, OrientationOutcome, PartialEdges, Report, Right, Rights, sanitize,
};

/// A packet that says more than may stay, with writers' usual prefixes.
const PACKET: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="CANARY">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:cc="http://creativecommons.org/ns#"
 exif:GPSLatitude="52,31.5N" photoshop:Credit="Agency &amp; Sons" photoshop:City="CANARY" xmpRights:Marked="True"
 xmpRights:WebStatement="https://example.org/terms?a&amp;b">
 <dc:creator><rdf:Seq><rdf:li>Ada Lovelace</rdf:li><rdf:li>Zoë &lt;zoe@example.org&gt;</rdf:li></rdf:Seq></dc:creator>
 <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2024 &#x202E;Ada</rdf:li><rdf:li xml:lang="de">CANARY</rdf:li></rdf:Alt></dc:rights>
 <dc:description><rdf:Alt><rdf:li xml:lang="x-default">CANARY</rdf:li></rdf:Alt></dc:description>
 <xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">Editorial use
 only</rdf:li></rdf:Alt></xmpRights:UsageTerms>
 <plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorName>CANARY</plus:LicensorName>
 <plus:LicensorURL>https://example.org/buy</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>
 <cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#;

/// What stays of it.
const KEPT: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:cc="http://creativecommons.org/ns#"><dc:creator><rdf:Seq><rdf:li>Ada Lovelace</rdf:li><rdf:li>Zoë &lt;zoe@example.org&gt;</rdf:li></rdf:Seq></dc:creator><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2024 Ada</rdf:li></rdf:Alt></dc:rights><photoshop:Credit>Agency &amp; Sons</photoshop:Credit><xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">Editorial use only</rdf:li></rdf:Alt></xmpRights:UsageTerms><xmpRights:WebStatement>https://example.org/terms?a&amp;b</xmpRights:WebStatement><plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorURL>https://example.org/buy</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor><cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/></rdf:Description></rdf:RDF></x:xmpmeta>"#;

fn options(keep: Rights) -> Options {
    let mut options = Options::default();
    options.keep = keep;
    options.facts = true;
    // The HEIC of the tests holds no picture.
    options.verify_entropy = false;
    options
}

fn holds(file: &[u8], text: &str) -> bool {
    text.is_empty() || file.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

/// Cleans, and checks that the clean file is clean by the same options, and tells nothing that goes.
fn clean(file: &[u8], options: &Options) -> (Vec<u8>, Report) {
    let cleaned = sanitize(file.to_vec(), options).unwrap();
    let report = cleaned.report.clone();
    let out = cleaned.into_bytes().to_vec();
    let again = sanitize(out.clone(), options).unwrap();
    assert!(again.report.removed.is_empty(), "{:?}", again.report.removed);
    assert_eq!(again.report.rights.kept, report.rights.kept);
    let facts = again.report.facts.clone().unwrap();
    let of_map = |fact: &&sanitizer::facts::Fact| fact.kind != sanitizer::facts::FactKind::GainMap;
    assert_eq!(facts.items.iter().filter(of_map).collect::<Vec<_>>(), Vec::<&sanitizer::facts::Fact>::new());
    assert_eq!(again.into_bytes(), out, "cleaning twice changes nothing");
    (out, report)
}

fn seed(name: &str) -> Vec<u8> {
    let path = format!("{}/fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()[1..].to_vec()
}

fn segment(marker: u8, name: &[u8], data: &[u8]) -> Vec<u8> {
    let length = (name.len() + data.len() + 2) as u16;
    [&[0xFF, marker], &length.to_be_bytes()[..], name, data].concat()
}

fn xmp_segment(packet: &str) -> Vec<u8> {
    segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes())
}

/// A JPEG with these segments behind SOI and JFIF.
fn jpeg(name: &str, segments: &[Vec<u8>]) -> Vec<u8> {
    let picture = seed(name);
    let (start, rest) = picture.split_at(if picture[3] == 0xE0 { 20 } else { 2 });
    [start, &segments.concat(), rest].concat()
}

/// A chunk of PNG with an XMP packet.
fn itxt(packet: &str) -> Vec<u8> {
    [b"XML:com.adobe.xmp\0\0\0\0\0", packet.as_bytes()].concat()
}

fn gif_extension(packet: &str) -> Vec<u8> {
    let mut tail = vec![1];
    tail.extend((0..=255).rev());
    tail.push(0);
    [b"\x21\xFF\x0BXMP DataXMP", packet.as_bytes(), &tail].concat()
}

/// A picture of every format with this packet; the name says which.
fn pictures(packet: &str) -> Vec<(&'static str, Vec<u8>)> {
    let (animated, plain) = (seed("gif/animated"), seed("gif/plain"));
    let gif = |gif: &[u8]| [&gif[..gif.len() - 1], &gif_extension(packet), b";"].concat();
    let image = webp::chunk(b"VP8L", &webp::lossless(3));
    let chunk = webp::chunk(b"XMP ", packet.as_bytes());
    let mut animation = webp::animation();
    animation.push(chunk.clone());
    let mut phone = heif::phone_heic();
    phone.items.last_mut().unwrap().data = packet.as_bytes().to_vec();
    vec![
        ("JPEG", jpeg("jpeg/plain", &[xmp_segment(packet)])),
        ("JPEG, progressive", jpeg("jpeg/progressive", &[xmp_segment(packet)])),
        ("PNG", png::Png::rgb().before(b"iTXt", &itxt(packet)).build()),
        ("PNG, behind the pixels", png::Png::rgb().after(b"iTXt", &itxt(packet)).build()),
        ("APNG", {
            let animated = seed("png/animated");
            [&animated[..33], &png::chunk(b"iTXt", &itxt(packet)), &animated[33..]].concat()
        }),
        ("WebP", webp::file(&[webp::vp8x(0x14, 40, 30), image.clone(), chunk.clone()])),
        ("WebP without VP8X", webp::file(&[image, chunk])),
        ("WebP, animated", webp::file(&animation)),
        ("GIF", gif(&plain)),
        ("GIF, animated", gif(&animated)),
        ("HEIC", phone.bytes()),
    ]
}

#[test]
fn every_format_keeps_what_was_asked_for_and_nothing_else() {
    for (name, file) in pictures(PACKET) {
        assert!(holds(&file, "CANARY"), "{name}: the test plants nothing");
        let (kept, report) = clean(&file, &options(Rights::ALL));
        assert!(holds(&kept, KEPT), "{name}: {}", String::from_utf8_lossy(&kept));
        assert!(!holds(&kept, "CANARY") && !holds(&kept, "GPS"), "{name}");
        assert_eq!(report.rights.kept, Rights::ALL, "{name}");
        assert_eq!(report.rights.unread, None, "{name}");
        assert!(report.categories().contains(&Category::Xmp), "{name}: {:?}", report.removed);
        // What stays is not told as if it went; what goes is.
        let facts = format!("{:?}", report.facts.unwrap());
        assert!(facts.contains("CANARY") && !facts.contains("Ada Lovelace"), "{name}: {facts}");

        // Without the option it is a packet like any other, and so is ours.
        let (plain, report) = clean(&file, &options(Rights::NONE));
        assert!(!holds(&plain, "Ada") && report.rights.kept.is_empty(), "{name}");
        let (stripped, report) = clean(&kept, &options(Rights::NONE));
        assert_eq!(stripped, plain, "{name}");
        assert!(report.categories().contains(&Category::Xmp), "{name}: {:?}", report.removed);
    }
}

#[test]
fn one_right_is_kept_without_the_others() {
    for (name, file) in pictures(PACKET) {
        for right in Right::ALL {
            let (kept, report) = clean(&file, &options([*right].into_iter().collect()));
            let mark = |right| match right {
                Right::Copyright => "© 2024 Ada",
                Right::Creator => "Ada Lovelace",
                Right::Credit => "Agency",
                _ => "Editorial use only",
            };
            for other in Right::ALL {
                assert_eq!(holds(&kept, mark(*other)), other == right, "{name}: {right} {other}");
            }
            assert_eq!(report.rights.kept.iter().collect::<Vec<_>>(), [*right], "{name}");
        }
    }
}

#[test]
fn a_picture_that_says_nothing_is_as_without_the_option() {
    for (name, file) in pictures("<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='CANARY'/>") {
        let (kept, report) = clean(&file, &options(Rights::ALL));
        assert!(report.rights.kept.is_empty(), "{name}");
        assert_eq!(kept, clean(&file, &options(Rights::NONE)).0, "{name}");
    }
}

/// An IPTC record of these data sets, in Photoshop's resources.
fn iptc(sets: &[(u8, &[u8])]) -> Vec<u8> {
    let record: Vec<u8> = sets
        .iter()
        .flat_map(|(number, text)| {
            [&[0x1C, 2, *number], &(text.len() as u16).to_be_bytes()[..], text].concat()
        })
        .collect();
    let mut resources = b"8BIM\x04\x04\0\0".to_vec();
    resources.extend((record.len() as u32).to_be_bytes());
    resources.extend(record);
    resources.push(0);
    resources
}

/// EXIF with an Artist of 12 bytes.
fn exif(artist: &[u8; 12], orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0x01, 0x3B, 0, 2, 0, 0, 0, 12, 0, 0, 0, 38, 0, 0, 0, 0]);
    tiff.extend(artist);
    tiff
}

#[test]
fn all_three_places_are_read_and_xmp_comes_first() {
    let segments = [
        segment(0xE1, b"Exif\0\0", &exif(b"Ada by EXIF\0", 1)),
        segment(
            0xED,
            b"Photoshop 3.0\0",
            &iptc(&[(80, b"Ada by IPTC"), (116, b"\xA9 by IPTC"), (90, b"CANARY")]),
        ),
        xmp_segment(&PACKET.replace("dc:creator", "dc:publisher").replace("dc:rights", "dc:source")),
    ];
    for (taken, creator, notice) in
        [(3, "Ada by IPTC", "© by IPTC"), (2, "Ada by IPTC", "© by IPTC"), (1, "Ada by EXIF", "")]
    {
        let file = jpeg("jpeg/plain", &segments[..taken]);
        let (kept, report) = clean(&file, &options(Rights::ALL));
        assert!(holds(&kept, creator) && holds(&kept, notice), "{taken}");
        assert!(
            !holds(&kept, "CANARY") && !holds(&kept, "Photoshop 3.0") && !holds(&kept, "Exif"),
            "{taken}"
        );
        assert_eq!(report.rights.kept.contains(Right::Credit), taken == 3);
    }
    // In other formats.
    let file = png::Png::rgb()
        .before(b"eXIf", &exif(b"Ada by EXIF\0", 1))
        .before(b"tEXt", b"Copyright\0\xA9 by text");
    let (kept, _) = clean(&file.build(), &options(Rights::ALL));
    assert!(holds(&kept, "Ada by EXIF") && holds(&kept, "© by text"));
    let image = webp::chunk(b"VP8L", &webp::lossless(3));
    let file =
        webp::file(&[webp::vp8x(0x18, 40, 30), image, webp::chunk(b"EXIF", &exif(b"Ada by EXIF\0", 6))]);
    let (kept, report) = clean(&file, &options(Rights::ALL));
    assert!(holds(&kept, "Ada by EXIF"));
    assert_eq!(report.orientation, OrientationOutcome::TagKeptNotExact);
}

#[test]
fn a_turned_picture_keeps_them() {
    let turned = segment(0xE1, b"Exif\0\0", &exif(b"Ada by EXIF\0", 6));
    let file = jpeg("jpeg/plain", &[turned, xmp_segment(PACKET)]);
    let mut trim = options(Rights::ALL);
    trim.partial_edges = PartialEdges::Trim;
    let (kept, report) = clean(&file, &trim);
    assert_eq!(report.orientation, OrientationOutcome::TurnedAndTrimmed);
    assert!(holds(&kept, KEPT) && !holds(&kept, "Exif"));

    let file =
        png::Png::rgb().before(b"eXIf", &exif(b"Ada by EXIF\0", 6)).before(b"iTXt", &itxt(PACKET)).build();
    let (kept, report) = clean(&file, &options(Rights::ALL));
    assert_eq!(report.orientation, OrientationOutcome::Turned);
    assert!(holds(&kept, KEPT) && !holds(&kept, "eXIf"));
}

#[test]
fn with_a_gain_map_there_is_one_packet() {
    for name in ["gain-map-phone-turned.jpg", "gain-map-container-padding.jpg", "gain-map-apple-xmp.jpg"] {
        // Behind the packet that tells of the map.
        let picture = seed(&format!("jpeg/{name}"));
        let end = picture.windows(2).position(|bytes| bytes == [0xFF, 0xDB]).unwrap();
        let file = [&picture[..end], &xmp_segment(PACKET), &picture[end..]].concat();
        let mut plain = options(Rights::NONE);
        plain.verify_entropy = true;
        let mut options = options(Rights::ALL);
        options.verify_entropy = true;
        // The file is longer by the packet, which is where the index looks from.
        let outcome = sanitize(file.clone(), &plain).unwrap().report.gain_map;
        assert_ne!(outcome, GainMapOutcome::None, "{name}");
        let (kept, report) = clean(&file, &options);
        assert_eq!(report.gain_map, outcome, "{name}");
        let description = KEPT.split_once("<rdf:Description").unwrap().1.rsplit_once("</rdf:RDF>").unwrap().0;
        assert!(holds(&kept, description), "{name}");
        if outcome == GainMapOutcome::Kept {
            let base =
                &kept[..kept.windows(3).skip(2).position(|bytes| bytes == [0xFF, 0xD8, 0xFF]).unwrap()];
            assert_eq!(base.windows(9).filter(|bytes| bytes == b"x:xmpmeta").count(), 2, "{name}");
            assert!(holds(base, "Item:Semantic=\"GainMap\"") && holds(base, description), "{name}");
        }
        assert_eq!(clean(&kept, &plain).0, clean(&file, &plain).0, "{name}");
    }
}

#[test]
fn hostile_packets_leave_the_picture_clean() {
    let description = "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' dc:rights='first'";
    let packet = |rdf: &str| {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>{rdf}</rdf:RDF></x:xmpmeta>"
        )
    };
    let nested =
        format!("{description}>{}CANARY{}</rdf:Description>", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let entities = format!(
        "<!DOCTYPE a [<!ENTITY b \"CANARY\">]>{}",
        packet(&format!("{description}>&b;</rdf:Description>"))
    );
    let huge = packet(&format!("{description}>{}</rdf:Description>", "CANARY".repeat((10 << 20) / 6)));
    for (packet, why) in [
        (packet(&nested), "its XMP cannot be read"),
        (entities, "its XMP cannot be read"),
        (packet(description), "its XMP cannot be read"),
        (huge, "its XMP is too long to be read"),
    ] {
        for (name, file) in pictures(&packet) {
            if packet.len() > 60_000 && name.starts_with("JPEG") {
                continue;
            }
            let (kept, report) = clean(&file, &options(Rights::ALL));
            assert!(!holds(&kept, "CANARY") && !holds(&kept, "first"), "{name}");
            assert_eq!((report.rights.kept, report.rights.unread), (Rights::NONE, Some(why)), "{name}");
        }
    }
    // A megabyte of zeros in a few bytes.
    let mut stream = flate(&packet(&format!("{description}>{}</rdf:Description>", " ".repeat(10 << 20))));
    let mut chunk = b"XML:com.adobe.xmp\0\x01\0\0\0".to_vec();
    chunk.append(&mut stream);
    let (kept, report) = clean(&png::Png::rgb().before(b"iTXt", &chunk).build(), &options(Rights::ALL));
    assert_eq!(report.rights.unread, Some("its XMP is too long to be read"));
    assert!(kept.len() < 10_000);
}

fn flate(text: &str) -> Vec<u8> {
    png::zlib(text.as_bytes())
}

#[test]
fn of_two_packets_that_disagree_the_first_stays() {
    let second = PACKET.replace("Ada", "Eve");
    let files = [
        jpeg("jpeg/plain", &[xmp_segment(PACKET), xmp_segment(&second)]),
        png::Png::rgb().before(b"iTXt", &itxt(PACKET)).after(b"iTXt", &itxt(&second)).build(),
    ];
    for file in files {
        let (kept, _) = clean(&file, &options(Rights::ALL));
        assert!(holds(&kept, KEPT) && !holds(&kept, "Eve"));
        // The same packet once more is one too many.
        let (ours, _) = clean(&file, &options(Rights::ALL));
        assert_eq!(kept, ours);
    }
    let twice = jpeg("jpeg/plain", &[xmp_segment(KEPT), xmp_segment(KEPT)]);
    let (kept, report) = clean(&twice, &options(Rights::ALL));
    assert!(kept == jpeg("jpeg/plain", &[xmp_segment(KEPT)]));
    assert_eq!(report.removed.len(), 1);
}

#[test]
fn exiftool_shows_these_and_nothing_else() {
    if Command::new("exiftool").arg("-ver").output().is_err() {
        testkit::tools::skip("exiftool", "it cannot be started", "install libimage-exiftool-perl");
        return;
    }
    let harmless = [
        "ExifTool",
        "System",
        "File",
        "Composite",
        "JFIF",
        "PNG",
        "RIFF",
        "GIF",
        "QuickTime",
        "Adobe",
        "Meta",
    ];
    for (name, file) in pictures(PACKET) {
        let (kept, _) = clean(&file, &options(Rights::ALL));
        let mut copy = tempfile::NamedTempFile::new().unwrap();
        copy.write_all(&kept).unwrap();
        let output =
            Command::new("exiftool").args(["-a", "-s", "-G1", "-u"]).arg(copy.path()).output().unwrap();
        let told: Vec<String> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter(|line| {
                let group = line.trim_start_matches('[').split([']', '-']).next().unwrap_or_default();
                !harmless.iter().any(|harmless| group.starts_with(harmless))
            })
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let expected = [
            "[XMP-dc] Creator : Ada Lovelace, Zoë <zoe@example.org>",
            "[XMP-dc] Rights : © 2024 Ada",
            "[XMP-photoshop] Credit : Agency & Sons",
            "[XMP-xmpRights] UsageTerms : Editorial use only",
            "[XMP-xmpRights] WebStatement : https://example.org/terms?a&b",
            "[XMP-plus] LicensorURL : https://example.org/buy",
            "[XMP-cc] License : https://creativecommons.org/licenses/by/4.0/",
        ];
        assert_eq!(told, expected, "{name}");
    }
}
