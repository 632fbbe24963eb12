//! A rebuilt profile means exactly the same to Little CMS: over a grid of colours, with all
//! rendering intents, in both directions.
//!
//! Profiles: those made here; those in pictures of `../shared/corpus`; all files in the folders of
//! `ICC_PROFILES`, separated by colons (default: `/usr/share/color/icc`).

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use testkit::icc;
use testkit::jpeg;

use std::path::{Path, PathBuf};

use jpeg::{Kind, icc_segment, insert, small};
use lcms2::{Intent, PixelFormat, Profile, Transform};
use sanitizer::{Options, ProfileOutcome, sanitize};

const INTENTS: [Intent; 4] =
    [Intent::Perceptual, Intent::RelativeColorimetric, Intent::Saturation, Intent::AbsoluteColorimetric];

/// Tags that may be left, besides `desc` and `cprt`.
const COLOUR_TAGS: [&[u8; 4]; 27] = [
    b"wtpt", b"bkpt", b"lumi", b"chad", b"cicp", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC",
    b"kTRC", b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt", b"D2B0", b"D2B1", b"D2B2",
    b"D2B3", b"B2D0", b"B2D1", b"B2D2", b"B2D3",
];

/// Carries a profile through the sanitizer in a JPEG; `None` when it is lost.
fn rebuilt(profile: &[u8]) -> Option<Vec<u8>> {
    let parts = profile.chunks(65_519);
    let total = u8::try_from(parts.len()).ok()?;
    let segments: Vec<_> = parts.zip(1..).map(|(part, number)| icc_segment(number, total, part)).collect();
    let clean = sanitize(insert(&small(Kind::Grey), 2, &segments.concat()), &Options::default()).unwrap();
    (clean.report.color_profile == ProfileOutcome::Rebuilt).then(|| profile_of(&clean.into_bytes()).unwrap())
}

/// The profile in a JPEG.
fn profile_of(file: &[u8]) -> Option<Vec<u8>> {
    let (mut at, mut parts) = (2, Vec::new());
    while let Some(&[0xFF, marker @ 0xC0..=0xFE, high, low]) = file.get(at..at + 4) {
        let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        let payload = file.get(at + 4..end)?;
        if marker == 0xE2 && payload.starts_with(b"ICC_PROFILE\0") {
            parts.push((payload[12], payload[14..].to_vec()));
        }
        if marker == 0xDA {
            break;
        }
        at = end;
    }
    parts.sort();
    (!parts.is_empty()).then(|| parts.into_iter().flat_map(|(_, data)| data).collect())
}

fn channels(profile: &[u8]) -> Option<usize> {
    Some(match &profile[16..20] {
        b"GRAY" => 1,
        b"CMYK" => 4,
        [digit, b'C', b'L', b'R'] => char::from(*digit).to_digit(16)? as usize,
        _ => 3,
    })
}

/// Colours of this many channels, 16 bits each.
fn grid(channels: usize) -> Vec<u8> {
    let steps: u32 = match channels {
        1 => 4096,
        2 => 65,
        3 => 17,
        4 => 8,
        _ => 3,
    };
    let mut colours = Vec::new();
    for index in 0..steps.pow(channels as u32) {
        let mut rest = index;
        for _ in 0..channels {
            let value = (rest % steps) * 65_535 / (steps - 1);
            colours.extend((value as u16).to_ne_bytes());
            rest /= steps;
        }
    }
    colours
}

/// Everything that the profile makes of the grid, or what Little CMS says that it cannot.
fn looks(profile: &[u8]) -> Vec<Option<Vec<u8>>> {
    let Ok(profile_read) = Profile::new_icc(profile) else { return vec![] };
    let Some(channels) = channels(profile) else { return vec![] };
    let device = PixelFormat((channels as u32) << 3 | 2);
    let colours = grid(channels);
    let mut looks = Vec::new();
    let mut go =
        |from: &Profile, from_format, to: &Profile, to_format: PixelFormat, intent, colours: &[u8]| {
            let transform = Transform::<u8, u8>::new(from, from_format, to, to_format, intent);
            looks.push(transform.ok().map(|transform| {
                let count = colours.len() / from_format.bytes_per_pixel();
                let mut out = vec![0; count * to_format.bytes_per_pixel()];
                transform.transform_pixels(colours, &mut out);
                out
            }));
        };
    let (lab, srgb) =
        (Profile::new_lab4_context(lcms2::GlobalContext::new(), &D50).unwrap(), Profile::new_srgb());
    let reference = grid(3);
    let lab_grid: Vec<u8> = (0..17_u32.pow(3))
        .flat_map(|index| {
            let axis = |nth: u32| f64::from(index / 17_u32.pow(nth) % 17);
            [axis(0) * 6.25, axis(1) * 15.0 - 120.0, axis(2) * 15.0 - 120.0]
        })
        .flat_map(f64::to_ne_bytes)
        .collect();
    for intent in INTENTS {
        go(&profile_read, device, &lab, PixelFormat::Lab_DBL, intent, &colours);
        go(&profile_read, device, &srgb, PixelFormat::RGB_8, intent, &colours);
        go(&lab, PixelFormat::Lab_DBL, &profile_read, device, intent, &lab_grid);
        go(&srgb, PixelFormat::RGB_16, &profile_read, device, intent, &reference);
    }
    looks
}

const D50: lcms2::CIExyY = lcms2::CIExyY { x: 0.345_702_914_918_79, y: 0.358_538_596_679_93, Y: 1.0 };

/// What a rebuilt profile still tells; empty when it is as it should be.
fn identity(profile: &[u8]) -> Vec<String> {
    let mut left = Vec::new();
    for (name, range) in [
        ("CMM", 4..8),
        ("date", 24..36),
        ("platform, flags, device, attributes", 40..64),
        ("creator, id", 80..128),
    ] {
        if profile[range].iter().any(|&byte| byte != 0) {
            left.push(name.to_owned());
        }
    }
    for entry in profile[132..].chunks(12).take(usize::from(profile[131])) {
        let is_text = matches!(&entry[..4], b"desc" | b"cprt");
        if !is_text && !COLOUR_TAGS.iter().any(|tag| entry[..4] == **tag) {
            left.push(String::from_utf8_lossy(&entry[..4]).into_owned());
        }
    }
    left
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn profiles_made_here_mean_the_same() {
    // The seeds of the fuzz target have a tag of each kind; their first byte is no part of it.
    let mut seeds = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/icc"), &mut seeds);
    let seeds: Vec<_> = seeds.into_iter().map(|seed| std::fs::read(seed).unwrap().split_off(1)).collect();
    assert!(seeds.len() >= 8);
    for profile in [vec![icc::dirty(), icc::clean(), icc::grey(256)], seeds].concat() {
        let clean = rebuilt(&profile).unwrap();
        let (before, after) = (looks(&profile), looks(&clean));
        assert_eq!(before.len(), 16);
        assert!(before.iter().filter(|look| look.is_some()).count() >= 8);
        assert!(before == after);
        assert_eq!(identity(&clean), [""; 0]);
    }
    // The comparison sees a difference.
    let mut other = icc::clean();
    let at = memchr::memmem::rfind(&other, b"XYZ \0\0\0\0").unwrap() + 10;
    other[at] ^= 8;
    assert!(looks(&other) != looks(&icc::clean()));
}

#[test]
fn real_profiles_mean_the_same() {
    let folders = std::env::var("ICC_PROFILES").unwrap_or_else(|_| "/usr/share/color/icc".into());
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let mut found = Vec::new();
    files(&corpus, &mut found);
    folders.split(':').for_each(|folder| files(Path::new(folder), &mut found));
    found.sort();
    let (mut profiles, mut lost, mut faults) = (std::collections::BTreeMap::new(), Vec::new(), Vec::new());
    for path in found {
        let file = std::fs::read(&path).unwrap();
        let profile = if file.get(36..40) == Some(b"acsp") { Some(file) } else { profile_of(&file) };
        if let Some(profile) = profile.filter(|profile| profile.len() > 132) {
            profiles.entry(profile).or_insert(path);
        }
    }
    if profiles.is_empty() {
        println!("skipped: no profiles in ../shared/corpus, {folders}");
        return;
    }
    let mut same = 0;
    for (profile, path) in &profiles {
        let before = looks(profile);
        let Some(clean) = rebuilt(profile) else {
            // What Little CMS can do nothing with is no loss; nor are named colours and device links.
            let is_of_pictures = !matches!(&profile[12..16], b"nmcl" | b"link") && profile[8] <= 4;
            if is_of_pictures && before.iter().any(Option::is_some) {
                faults.push(format!("{}: lost", path.display()));
            } else {
                lost.push(path);
            }
            continue;
        };
        let changed =
            before.iter().zip(looks(&clean)).filter(|(before, after)| before.is_some() && *before != after);
        match (changed.count(), identity(&clean)) {
            (0, left) if left.is_empty() => same += 1,
            (changed, left) => {
                faults.push(format!("{}: {changed} of 16 changed, left: {left:?}", path.display()));
            }
        }
    }
    println!("{} profiles: {same} the same, {} not of pictures: {lost:?}", profiles.len(), lost.len());
    assert_eq!(faults, [""; 0]);
}
