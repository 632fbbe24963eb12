//! The rebuild as a whole.

use proptest::prelude::*;

use super::{MAX_LEN, Rebuilt, Unreadable, rebuild, tag_table, tags, test_profile::TestProfile};

const CANARY: &[u8] = b"LEAKCANARY";

fn leaks(bytes: &[u8]) -> bool {
    bytes.windows(4).any(|window| window == b"LEAK")
}

/// Rebuilds, and checks what holds for every profile.
fn rebuilt(profile: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let Rebuilt { bytes, removed } = rebuild(profile)?;
    assert_eq!(removed == 0, bytes == profile);
    assert_eq!(rebuild(&bytes), Ok(Rebuilt { bytes: bytes.clone(), removed: 0 }), "a second time changes it");
    assert_eq!(bytes[..4], (bytes.len() as u32).to_be_bytes());
    assert_eq!(bytes.len() % 4, 0);
    Ok(bytes)
}

fn signatures(profile: &[u8]) -> Vec<String> {
    let tags = tag_table::read(profile).unwrap();
    tags.iter().map(|tag| String::from_utf8(tag.signature.to_vec()).unwrap()).collect()
}

fn data<'a>(profile: &'a [u8], signature: &[u8; 4]) -> &'a [u8] {
    let tag = tag_table::read(profile).unwrap().into_iter().find(|tag| tag.signature == *signature).unwrap();
    &profile[tag.start..tag.end]
}

#[test]
fn colours_stay_and_all_else_goes() {
    let mut dirty =
        TestProfile::srgb().header(4, b"LEAK").header(24, b"LEAKLEAKLEAK").header(40, &b"LEAK".repeat(6));
    dirty = dirty.header(66, b"\0\x01").header(80, &b"LEAK".repeat(12));
    for kind in [b"desc", b"cprt", b"dmnd", b"dmdd", b"mmod", b"vcgt", b"targ", b"meta", b"pre0", b"zzzz"] {
        dirty = dirty.tag(kind, [&kind[..], b"\0\0\0\0", CANARY].concat());
    }
    dirty = dirty.tag(b"wtpt", b"XYZ LEAK123412341234LEAK".to_vec());
    let clean = rebuilt(&[dirty.build_with_gaps(CANARY), CANARY.to_vec()].concat()).unwrap();
    assert!(!leaks(&clean));
    assert_eq!(signatures(&clean), ["desc", "cprt", "wtpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"]);
    let original = TestProfile::srgb().build();
    for kind in [b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"] {
        assert_eq!(data(&clean, kind), data(&original, kind));
    }
    assert_eq!(data(&clean, b"wtpt"), b"XYZ \0\0\0\x00123412341234");
    assert_eq!(clean[64..68], [0, 0, 0, 1], "the rendering intent stays");
}

#[test]
fn one_curve_of_three_tags_is_written_once() {
    let clean = rebuilt(&TestProfile::srgb().build()).unwrap();
    let tags = tag_table::read(&clean).unwrap();
    let curves: Vec<_> =
        tags.iter().filter(|tag| tag.signature.ends_with(b"TRC")).map(|tag| tag.start).collect();
    assert_eq!(curves.len(), 3);
    assert!(curves.iter().all(|&start| start == curves[0]));
}

#[test]
fn the_profile_of_a_design_program_keeps_its_colours() {
    // Two bytes behind the description are not zero, and it ends without padding.
    let mut figma = TestProfile::srgb().header(8, &[4, 0x20]);
    figma = figma.tag(b"desc", b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS\0\0\0\x02\0\0\0\x1C\0s".to_vec());
    let clean = rebuilt(&figma.build_with_gaps(&[0x3C, 0x00])).unwrap();
    assert_eq!(signatures(&clean).len(), 8);
    assert_eq!(&data(&clean, b"desc")[..4], b"mluc");
}

#[test]
fn what_readers_forgive_is_forgiven() {
    let good = TestProfile::srgb().build();
    let clean = rebuilt(&good).unwrap();
    for len in [0, 132, good.len() as u32 - 4, good.len() as u32 + 4, u32::MAX] {
        let mut profile = good.clone();
        profile[..4].copy_from_slice(&len.to_be_bytes());
        assert_eq!(rebuilt(&profile).unwrap(), clean, "length {len}");
    }
    assert_eq!(rebuilt(&[&good[..], b"\x0A"].concat()).unwrap(), clean);
    // The tags in another order.
    let mut other = good.clone();
    other[132..144].copy_from_slice(&good[144..156]);
    other[144..156].copy_from_slice(&good[132..144]);
    assert_eq!(rebuilt(&other).unwrap(), clean);
    // A size that is too small for what the tag holds.
    let mut short = good.clone();
    short[132 + 8..132 + 12].copy_from_slice(&12_u32.to_be_bytes());
    assert_eq!(rebuilt(&short).unwrap(), clean);
}

#[test]
fn what_cannot_be_read_is_named() {
    let srgb = TestProfile::srgb();
    let error = |profile: TestProfile| rebuilt(&profile.build()).unwrap_err();
    assert_eq!(rebuilt(b"LEAKCANARY"), Err(Unreadable::NotAProfile));
    assert_eq!(error(srgb.clone().header(8, &[5])), Unreadable::Version);
    assert_eq!(error(srgb.clone().header(12, b"link")), Unreadable::Kind);
    assert_eq!(error(srgb.clone().tag(b"gTRC", b"text\0\0\0\0LEAK".to_vec())), Unreadable::Tag);
    assert_eq!(error(srgb.clone().tag(b"A2B0", b"mft2\0\0\0\0LEAK".to_vec())), Unreadable::Tag);
    assert_eq!(error(srgb.clone().header(16, b"CMYK")), Unreadable::NoTransform);
    assert_eq!(error(TestProfile::new(b"RGB ", b"XYZ ")), Unreadable::NoTransform);
    let long = [srgb.build(), vec![0; MAX_LEN]].concat();
    assert_eq!(rebuilt(&long), Err(Unreadable::TooLong));
    // What does not decide how the picture looks only goes.
    let broken = srgb.tag(b"B2A0", b"mft2LEAK".to_vec()).tag(b"lumi", b"LEAK".to_vec()).tag(b"chad", vec![1]);
    assert_eq!(signatures(&rebuilt(&broken.build()).unwrap()).len(), 8);
}

#[test]
fn grey_needs_one_curve() {
    let curve = b"curv\0\0\0\0\0\0\0\x01\x02\x33".to_vec();
    let grey = TestProfile::new(b"GRAY", b"XYZ ").tag(b"kTRC", curve.clone());
    assert_eq!(data(&rebuilt(&grey.build()).unwrap(), b"kTRC"), curve);
}

/// A lutAToBType or lutBToAType whose elements stand in the order given.
pub(super) fn lut_ab(kind: &[u8; 4], inputs: u8, outputs: u8, junk: u8) -> Vec<u8> {
    let mut tag = [&kind[..], &[junk; 4], &[inputs, outputs, junk, junk]].concat();
    tag.resize(32, 0);
    let (pcs, device) = if kind == b"mAB " { (outputs, inputs) } else { (inputs, outputs) };
    let gamma = |value: u8| [&b"curv"[..], &[junk; 4], &[0, 0, 0, 1, 2, value], &[junk; 2]].concat();
    let mut grid = vec![junk; 20];
    grid[..usize::from(inputs)].fill(2);
    grid[16] = 1;
    grid.extend((0..usize::from(outputs) << inputs).map(|at| at as u8));
    grid.resize(grid.len().next_multiple_of(4), junk);
    let elements = [
        gamma(1).repeat(pcs.into()),
        (0..48).collect(),
        gamma(2).repeat(pcs.into()),
        grid,
        gamma(3).repeat(device.into()),
    ];
    // From the last to the first, with gaps.
    for (index, element) in elements.iter().enumerate().rev() {
        tag.extend([junk; 8]);
        let offset = tag.len() as u32;
        tag[12 + 4 * index..16 + 4 * index].copy_from_slice(&offset.to_be_bytes());
        tag.extend(element);
    }
    tag
}

#[test]
fn tables_of_curves_and_matrices_stay_in_both_directions() {
    for (kind, signature, inputs, outputs) in [(b"A2B0", b"mAB ", 4, 3), (b"B2A0", b"mBA ", 3, 4)] {
        let with = |junk| {
            TestProfile::new(b"CMYK", b"Lab ")
                .tag(b"A2B0", lut_ab(b"mAB ", 4, 3, junk))
                .tag(kind, lut_ab(signature, inputs, outputs, junk))
        };
        let clean = rebuilt(&with(0).build()).unwrap();
        assert_eq!(rebuilt(&with(0xEE).build_with_gaps(&[0xEE])).unwrap(), clean);
        assert!(!clean.contains(&0xEE));
        let tag = data(&clean, kind);
        assert_eq!(tag.len(), tag_len(inputs.into(), outputs.into()));
    }
}

/// Bytes of a table of [`lut_ab`] without gaps.
fn tag_len(inputs: usize, outputs: usize) -> usize {
    let values: usize = outputs << inputs;
    32 + 16 * (3 + 3 + 4) + 48 + 20 + values.next_multiple_of(4)
}

#[test]
fn hostile_tables_of_elements_are_refused() {
    let with = |tag: Vec<u8>| rebuilt(&TestProfile::new(b"CMYK", b"Lab ").tag(b"A2B0", tag).build());
    let good = lut_ab(b"mAB ", 4, 3, 0);
    assert!(with(good.clone()).is_ok());
    let broken = |at: usize, bytes: &[u8]| {
        let mut tag = good.clone();
        tag[at..at + bytes.len()].copy_from_slice(bytes);
        with(tag)
    };
    // Offsets beyond the end, and one that wraps around.
    for at in [12, 16, 20, 24, 28] {
        assert_eq!(broken(at, &u32::MAX.to_be_bytes()), Err(Unreadable::Tag));
        assert_eq!(broken(at, &(good.len() as u32 - 1).to_be_bytes()), Err(Unreadable::Tag));
    }
    // Without a table of colours four channels do not become three.
    assert_eq!(broken(24, &[0; 4]), Err(Unreadable::Tag));
    assert_eq!(broken(8, &[3, 3]), Err(Unreadable::Tag));
    assert_eq!(broken(0, b"mBA "), Err(Unreadable::Tag));
    let table = u32::from_be_bytes(good[24..28].try_into().unwrap()) as usize;
    for (at, value) in [(0, 1), (0, 255), (3, 0), (16, 0), (16, 3)] {
        assert_eq!(broken(table + at, &[value]), Err(Unreadable::Tag), "{at} {value}");
    }
    // All elements at the same place: it is curves where curves are expected, and no table.
    assert_eq!(broken(12, &good[12..16].repeat(5)), Err(Unreadable::Tag));
}

/// A curve of three segments for each of three channels, a matrix and a table.
pub(super) fn elements(junk: u8) -> Vec<u8> {
    let floats = |values: &[f32]| values.iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>();
    let head = |kind: &[u8]| [kind, &[junk; 4]].concat();
    let formula = |values: &[f32]| [head(b"parf"), vec![0, 0, junk, junk], floats(values)].concat();
    let curve = [
        head(b"curf"),
        vec![0, 3, junk, junk],
        floats(&[0.0, 1.0]),
        formula(&[1.0, 1.0, 0.0, 0.0]),
        [head(b"samf"), vec![0, 0, 0, 2], floats(&[0.25, 1.0])].concat(),
        formula(&[1.0, 1.0, 0.0, 0.0]),
    ]
    .concat();
    let mut curves = [head(b"cvst"), vec![0, 3, 0, 3]].concat();
    for _ in 0..3 {
        curves.extend([0, 0, 0, 40]);
        curves.extend((curve.len() as u32).to_be_bytes());
    }
    curves.extend([junk; 4]);
    curves.extend(curve);
    let matrix = [head(b"matf"), vec![0, 3, 0, 3], floats(&[0.5; 12])].concat();
    let mut grid = [head(b"clut"), vec![0, 3, 0, 3, 2, 2, 2], vec![junk; 13]].concat();
    grid.extend(floats(&[0.125; 24]));
    let placeholder = [head(b"bACS"), vec![0, 3, 0, 3], b"LEAK".to_vec()].concat();
    let list = [curves, placeholder, matrix, grid];
    let mut tag = [head(b"mpet"), vec![0, 3, 0, 3, 0, 0, 0, list.len() as u8]].concat();
    let mut at = tag.len() + 8 * list.len();
    for element in &list {
        tag.extend((at as u32).to_be_bytes());
        tag.extend((element.len() as u32).to_be_bytes());
        at += element.len();
    }
    tag.extend(list.concat());
    tag
}

#[test]
fn elements_in_floating_point_stay() {
    let with = |junk| TestProfile::srgb().tag(b"D2B0", elements(junk)).tag(b"B2D1", elements(junk));
    let clean = rebuilt(&with(0).build()).unwrap();
    assert_eq!(rebuilt(&with(0xEE).build_with_gaps(&[0xEE])).unwrap(), clean);
    assert!(!leaks(&clean));
    assert_eq!(data(&clean, b"D2B0").len(), 356);
    assert_eq!(data(&clean, b"D2B0")[12..16], [0, 0, 0, 3], "the placeholder went");
}

#[test]
fn hostile_elements_are_refused() {
    let good = elements(0);
    let broken = |at: usize, bytes: &[u8]| {
        let mut tag = good.clone();
        tag[at..at + bytes.len()].copy_from_slice(bytes);
        rebuilt(&TestProfile::srgb().tag(b"D2B0", tag).build())
    };
    assert!(broken(0, b"mpet").is_ok());
    for (at, bytes) in
        [(8, &[0, 4][..]), (10, &[0, 4]), (12, &[0xFF; 4]), (12, &[0, 0, 0, 33]), (16, &[0xFF; 4])]
    {
        assert_eq!(broken(at, bytes), Err(Unreadable::Tag), "{at} {bytes:?}");
    }
    // In the curve: NaN as a break point, no segments, an unknown function, too many samples.
    let curve = good.windows(4).position(|window| window == b"curf").unwrap();
    assert_eq!(broken(curve + 12, &[0x7F, 0xC0, 0, 1]), Err(Unreadable::Tag));
    assert_eq!(broken(curve + 8, &[0, 0]), Err(Unreadable::Tag));
    assert_eq!(broken(curve + 8, &[0xFF, 0xFF]), Err(Unreadable::Tag));
    assert_eq!(broken(curve + 20 + 8, &[0, 3]), Err(Unreadable::Tag));
    let samples = good.windows(4).position(|window| window == b"samf").unwrap();
    assert_eq!(broken(samples + 8, &[0xFF; 4]), Err(Unreadable::Tag));
}

#[test]
fn one_large_part_used_many_times_ends_at_the_limit() {
    // 32 tables of 15 MB at the same place would be half a gigabyte.
    let values = 3 * 111_usize.pow(3);
    let mut table = [&b"clut\0\0\0\0\0\x03\0\x03"[..], &[111, 111, 111], &[0; 13]].concat();
    table.resize(table.len() + 4 * values, 0);
    let mut tag = b"mpet\0\0\0\0\0\x03\0\x03\0\0\0\x20".to_vec();
    for _ in 0..32 {
        tag.extend((16 + 8 * 32_u32).to_be_bytes());
        tag.extend((table.len() as u32).to_be_bytes());
    }
    tag.extend(table);
    assert!(tag.len() < MAX_LEN);
    assert_eq!(rebuilt(&TestProfile::srgb().tag(b"D2B0", tag).build()), Err(Unreadable::Tag));
}

/// Tags of each type, to be broken.
fn specimens() -> Vec<TestProfile> {
    vec![
        TestProfile::srgb().tag(b"chad", [b"sf32\0\0\0\0", &[1; 36][..]].concat()),
        TestProfile::srgb().tag(b"D2B0", elements(0)).tag(b"cicp", b"cicp\0\0\0\0\x09\x10\0\x01".to_vec()),
        TestProfile::new(b"CMYK", b"Lab ")
            .tag(b"A2B0", lut_ab(b"mAB ", 4, 3, 0))
            .tag(b"B2A0", lut_ab(b"mBA ", 3, 4, 0)),
    ]
}

proptest! {
    #[test]
    fn broken_anywhere_it_does_not_panic(
        which in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut profile = specimens()[which].build();
        for (at, value) in changes {
            let at = at.index(profile.len());
            profile[at] = value;
        }
        if let Some(cut) = cut {
            profile.truncate(cut.index(profile.len()));
        }
        let _ = rebuilt(&profile);
        super::read_icc(&profile, &mut crate::facts::Facts::default());
    }

    #[test]
    fn what_no_tag_needs_is_never_in_it(
        which in 0..3_usize,
        name in "[a-z]{4}",
        field in prop::sample::select(vec![4_usize, 24, 28, 32, 40, 44, 48, 52, 56, 80, 84, 96, 100, 124]),
        trailer in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let signature: [u8; 4] = name.as_bytes().try_into().unwrap();
        prop_assume!(!tags::ALLOWED.iter().any(|tag| tag.signature == signature));
        let dirty = specimens()[which].clone().header(field, b"LEAK").tag(&signature, [CANARY, &trailer].concat());
        let profile = [dirty.build_with_gaps(CANARY), CANARY.to_vec(), trailer].concat();
        let clean = rebuilt(&profile).unwrap();
        prop_assert!(!leaks(&clean));
        prop_assert_eq!(clean, rebuilt(&specimens()[which].build()).unwrap());
    }

    #[test]
    fn any_bytes_are_read_without_harm(profile in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = rebuilt(&profile);
        super::read_icc(&profile, &mut crate::facts::Facts::default());
    }
}
