//! Real HEIC and AVIF pictures (`data/heif`): nothing stays that tells something, and they still show the same.

#![expect(clippy::disallowed_methods, reason = "tests write files in their own way")]

use crate::support::heif as builder;
use crate::support::heif_checks as checks;

use builder::phone_heic;
use checks::{CANARY, clean_well, form, holds};
use proptest::prelude::*;
use sanitizer::{Category, Error, Options, Sanitized, sanitize};

fn prove(bytes: &[u8]) -> Result<Sanitized, Error> {
    sanitize(bytes.to_vec(), &Options::default())
}

fn real_picture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/heif").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The real pictures that can be cleaned.
fn real_pictures() -> Vec<(&'static str, Vec<u8>)> {
    let names = [
        "icc.heic",
        "alpha.heic",
        "thumbnail.heic",
        "icc.avif",
        "alpha.avif",
        "grid.avif",
        "turned.avif",
        "thumbnail.avif",
    ];
    names.into_iter().map(|name| (name, real_picture(name))).collect()
}

#[test]
fn real_pictures_are_clean_afterwards() {
    for (name, bytes) in real_pictures() {
        assert!(holds(&bytes, CANARY), "{name} has nothing to remove");
        let (out, cleaned) = clean_well(&Options::default(), name, &bytes);
        assert!(cleaned.report.categories().contains(&Category::Exif), "{name}");
        assert_eq!(
            cleaned.report.categories().contains(&Category::Thumbnail),
            name.starts_with("thumbnail"),
            "{name}"
        );
        assert_eq!(holds(&out, b"acsp"), holds(&bytes, b"acsp"), "{name}: the profile");
        assert_eq!(holds(&out, b"auxC"), name.starts_with("alpha"), "{name}: the transparency");
    }
    let sequence = prove(&real_picture("sequence.avif"));
    assert!(matches!(sequence, Err(Error::Unprovable { what, .. }) if what.contains("an image sequence")));
}

#[test]
fn the_colour_profile_goes_when_the_options_say_so() {
    for (icc, stays) in [
        (sanitizer::IccPolicy::Keep, true),
        (sanitizer::IccPolicy::DropSrgb, false),
        (sanitizer::IccPolicy::Drop, false),
    ] {
        let mut options = Options::default();
        options.icc = icc;
        for name in ["icc.heic", "icc.avif"] {
            let cleaned = sanitize(real_picture(name), &options).unwrap();
            assert_eq!(
                cleaned.report.categories().contains(&Category::ColorProfile),
                !stays,
                "{name}, {icc:?}"
            );
            assert_eq!(holds(&cleaned.into_bytes(), b"acsp"), stays, "{name}, {icc:?}");
        }
    }
}

#[test]
fn positions_in_real_pictures_are_told() {
    let mut options = Options::default();
    options.facts = true;
    for (name, bytes) in real_pictures() {
        let facts = sanitize(bytes, &options).unwrap().report.facts.unwrap();
        let [position] = &facts.positions[..] else { panic!("{name}: {facts:?}") };
        assert!(
            (position.latitude - 48.1417).abs() < 1e-3 && (position.longitude - 11.575).abs() < 1e-3,
            "{name}"
        );
    }
}

/// Decodes with the tools of libheif and libavif, which know nothing of us.
#[test]
fn real_pictures_decode_to_the_same_pixels() {
    let folder = std::env::temp_dir().join(format!("sanitizer-heif-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in real_pictures().into_iter().chain([("grid.heic", real_grid())]) {
        let suffix = if name.ends_with("avif") { "avif" } else { "heic" };
        let decoders: &[&str] = if suffix == "avif" {
            &["avifdec", "heif-convert", "heif-dec"]
        } else {
            &["heif-convert", "heif-dec"]
        };
        let mut has_decoder = false;
        for decoder in decoders {
            let decode = |label: &str, bytes: &[u8]| {
                let (from, to) =
                    (folder.join(format!("{label}.{suffix}")), folder.join(format!("{label}.png")));
                std::fs::write(&from, bytes).unwrap();
                let _ = std::fs::remove_file(&to);
                let output = std::process::Command::new(decoder).args([&from, &to]).output().ok()?;
                assert!(
                    output.status.success(),
                    "{name}, {label}: {}",
                    String::from_utf8_lossy(&output.stderr)
                );
                Some(png_pixels(&std::fs::read(&to).unwrap()))
            };
            let Some(before) = decode("before", &bytes) else { continue };
            has_decoder = true;
            let after = decode("after", &prove(&bytes).unwrap().into_bytes());
            assert!(Some(before) == after, "{name}: {decoder} shows other pixels");
        }
        if !has_decoder {
            testkit::tools::skip(
                "HEIF decoders",
                &format!("none of {decoders:?} is in PATH"),
                "install libheif-examples and libavif-bin",
            );
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn position(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|window| window == what).expect("it is there")
}

/// A grid of real tiles as phones write it, with the rules of the grid in `idat`.
fn real_grid() -> Vec<u8> {
    let picture = prove(&real_picture("icc.heic")).expect("a real picture is cleaned").into_bytes();
    let tile = &picture[position(&picture, b"mdat") + 4..];
    let config = position(&picture, b"hvcC");
    let config_len =
        picture[config - 4..config].iter().fold(0, |len, &byte| len << 8 | usize::from(byte)) - 8;
    let mut heif = phone_heic();
    heif.properties[0].1 = picture[config + 4..][..config_len].to_vec();
    heif.properties[1].1 = builder::ispe(192, 64);
    heif.properties[2].1 = builder::ispe(96, 64);
    heif.item(3).data = vec![0, 0, 0, 1, 0, 192, 0, 64];
    for id in [1, 2, 5] {
        heif.item(id).data = tile.to_vec();
    }
    heif.items.retain(|item| ![4, 6].contains(&item.id));
    heif.references.retain(|(_, from, _)| ![4, 6].contains(from));
    heif.bytes()
}

/// The chunks of a PNG that make up its pixels; one encoder writes equal pixels equally.
fn png_pixels(png: &[u8]) -> Vec<u8> {
    let mut pixels = Vec::new();
    let mut rest = &png[8..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (chunk, after) = after.split_at(u32::from_be_bytes(*length) as usize + 4);
        if [&b"IHDR"[..], b"PLTE", b"tRNS", b"IDAT"].contains(&&chunk[..4]) {
            pixels.extend(chunk);
        }
        rest = &after[4..];
    }
    assert!(!pixels.is_empty());
    pixels
}

#[test]
fn a_picture_cut_anywhere_is_refused_or_cleaned_but_never_leaks() {
    for (_, bytes) in real_pictures() {
        for len in 0..bytes.len() {
            if let Ok(cleaned) = sanitize(bytes[..len].to_vec(), &form()) {
                assert!(!holds(&cleaned.into_bytes(), CANARY));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn a_damaged_real_file_is_refused_or_cleaned(
        picture in 0..8_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (_, mut bytes) = real_pictures().swap_remove(picture);
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(cleaned) = prove(&bytes) {
            let out = cleaned.into_bytes();
            let again = prove(&out).expect("what was written can be read");
            prop_assert_eq!(again.into_bytes(), out);
        }
    }
}
