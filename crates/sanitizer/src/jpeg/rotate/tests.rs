use std::{fs, ops::Range, path::Path, process::Command};

use bytes::Bytes;
use img_parts::jpeg::markers::{APP0, APP15, SOF0, SOF15, SOS};
use jpeg_encoder::{ColorType, SamplingFactor};

use super::{is_exact, libjpeg};
use crate::{
    Error, Options,
    icc::test_profile::TestProfile,
    jpeg::{
        entropy::{samples::Sample, tests::lossless},
        frame::{Component, Frame, FrameHeader},
        malformed, segment,
        walk::walk,
    },
    transform::Transform,
};

/// Turns a file as the cleaner does.
pub(in super::super) fn turn(
    jpeg: &[u8],
    transform: Transform,
    trim: bool,
    max_memory: u64,
) -> Result<Vec<u8>, Error> {
    let options = Options { verify_entropy: false, max_megapixels: 5000, max_memory, ..Options::default() };
    let walked = walk(&Bytes::copy_from_slice(jpeg), &options)?;
    let frame = &walked.header.frame;
    let size = if trim { super::trimmed(frame, transform) } else { (frame.width, frame.height) };
    super::turn(&walked, transform, size, &options)
}

const ALL: [(Transform, &[&str]); 7] = [
    (Transform::FlipH, &["-flip", "horizontal"]),
    (Transform::Rotate180, &["-rotate", "180"]),
    (Transform::FlipV, &["-flip", "vertical"]),
    (Transform::Transpose, &["-transpose"]),
    (Transform::Rotate90, &["-rotate", "90"]),
    (Transform::Transverse, &["-transverse"]),
    (Transform::Rotate270, &["-rotate", "270"]),
];

const PLENTY: u64 = 1 << 30;

fn inverse(transform: Transform) -> Transform {
    match transform {
        Transform::Rotate90 => Transform::Rotate270,
        Transform::Rotate270 => Transform::Rotate90,
        same => same,
    }
}

struct Pixels {
    width: usize,
    height: usize,
    channels: usize,
    data: Vec<u8>,
}

fn decode(jpeg: &[u8]) -> Pixels {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let data = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    Pixels { width, height, channels: data.len() / width / height, data }
}

/// The picture turned pixel by pixel: for each place of the result, where it comes from.
fn turn_pixels(from: &Pixels, transform: Transform) -> Pixels {
    use Transform::{FlipH, FlipV, Rotate90, Rotate180, Rotate270, Transpose, Transverse};
    let (right, bottom) = (from.width - 1, from.height - 1);
    let swaps = matches!(transform, Transpose | Transverse | Rotate90 | Rotate270);
    let (width, height) = if swaps { (from.height, from.width) } else { (from.width, from.height) };
    let mut data = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (source_x, source_y) = match transform {
                FlipH => (right - x, y),
                Rotate180 => (right - x, bottom - y),
                FlipV => (x, bottom - y),
                Transpose => (y, x),
                Rotate90 => (y, bottom - x),
                Transverse => (right - y, bottom - x),
                Rotate270 => (right - y, x),
            };
            let at = (source_y * from.width + source_x) * from.channels;
            data.extend_from_slice(&from.data[at..at + from.channels]);
        }
    }
    Pixels { width, height, channels: from.channels, data }
}

/// A decoder rounds rows and columns in a fixed order, so a turned
/// picture may differ by a step or two from the turned pixels.
fn assert_close(one: &Pixels, two: &Pixels, what: &str) {
    assert_eq!((one.width, one.height, one.channels), (two.width, two.height, two.channels), "{what}");
    let far = one.data.iter().zip(&two.data).filter(|(a, b)| a.abs_diff(**b) > 4).count();
    assert_eq!(far, 0, "{what}: {far} samples differ");
}

fn frame(jpeg: &[u8]) -> Frame {
    Start::read(jpeg).unwrap().header.frame
}

#[test]
fn orientations_have_their_transform() {
    assert_eq!(Transform::for_orientation(1), None);
    assert_eq!(Transform::for_orientation(0), None);
    assert_eq!(Transform::for_orientation(9), None);
    for (orientation, (transform, _)) in (2..=8).zip(ALL) {
        assert_eq!(Transform::for_orientation(orientation), Some(transform));
    }
}

#[test]
fn exact_means_whole_mcus_at_the_edges_that_move() {
    let components = vec![
        Component { id: 1, h: 2, v: 1 },
        Component { id: 2, h: 1, v: 1 },
        Component { id: 3, h: 1, v: 1 },
    ];
    let frame = Frame { sof: 0xC0, precision: 8, width: 32, height: 9, components };
    let exact: Vec<_> = ALL.iter().map(|(transform, _)| is_exact(&frame, *transform)).collect();
    assert_eq!(exact, [true, false, false, true, false, false, true]);
    let grey = Frame { components: frame.components[..1].to_vec(), width: 8, ..frame };
    assert!(is_exact(&grey, Transform::FlipH), "a lone component's factors mean nothing");
}

#[test]
fn turns_as_pixels_do_and_back_again_exactly() {
    for sample in Sample::all_kinds(64, 32) {
        let jpeg = sample.encode();
        let before = decode(&jpeg);
        for (transform, _) in ALL {
            let what = format!("{sample:?} {transform:?}");
            let turned =
                turn(&jpeg, transform, false, PLENTY).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_close(&decode(&turned), &turn_pixels(&before, transform), &what);
            let back = turn(&turned, inverse(transform), false, PLENTY).unwrap();
            assert_eq!(decode(&back).data, before.data, "{what}");
            assert_eq!(frame(&turned).sof, frame(&jpeg).sof, "{what}");
            let theirs = libjpeg::turn(&jpeg, transform, false, false, false).unwrap();
            assert!(decode(&turned).data == decode(&theirs).data, "{what}: other pixels than libjpeg's");
        }
    }
}

#[test]
fn partial_blocks_are_refused_or_trimmed() {
    let jpeg = Sample { sampling: SamplingFactor::F_2_2, width: 45, height: 39, ..Sample::PLAIN }.encode();
    for (transform, _) in ALL {
        let refused = turn(&jpeg, transform, false, PLENTY);
        if transform == Transform::Transpose {
            refused.unwrap();
            continue;
        }
        assert_eq!(refused.unwrap_err().kind(), "not-rotatable", "{transform:?}");
        let trimmed = decode(&turn(&jpeg, transform, true, PLENTY).unwrap());
        let mut expected = decode(&jpeg);
        let keep_x = if transform.moves_right_edge() { 32 } else { 45 };
        let keep_y = if transform.moves_lower_edge() { 32 } else { 39 };
        expected.data =
            (0..keep_y).flat_map(|y| expected.data[y * 45 * 3..][..keep_x * 3].to_vec()).collect();
        (expected.width, expected.height) = (keep_x, keep_y);
        let expected = turn_pixels(&expected, transform);
        assert_eq!((trimmed.width, trimmed.height), (expected.width, expected.height), "{transform:?}");
    }
}

#[test]
fn a_picture_smaller_than_a_block_is_not_trimmed_to_nothing() {
    let jpeg = Sample { width: 5, height: 40, ..Sample::PLAIN }.encode();
    assert_eq!(turn(&jpeg, Transform::FlipH, true, PLENTY).unwrap_err().kind(), "not-rotatable");
    turn(&jpeg, Transform::FlipV, true, PLENTY).unwrap();
}

#[test]
fn application_segments_are_carried_over_unchanged() {
    let jpeg = Sample { color: ColorType::Cmyk, ..Sample::PLAIN }.encode();
    let curve = [&b"curv\0\0\0\0\0\0\xFF\xFF"[..], &[7; 2 * 65_535]].concat();
    let icc = TestProfile::new(b"GRAY", b"XYZ ").tag(b"kTRC", curve).build();
    let icc = crate::icc::rebuild_for_tests(&icc);
    let mut with_icc = jpeg[..2].to_vec();
    with_icc.extend_from_slice(b"\xFF\xE0\x00\x10JFIF\x00\x01\x02\x01\x00\x48\x00\x96\x00\x00");
    for (index, chunk) in (1..).zip(icc.chunks(65_519)) {
        with_icc.extend_from_slice(&[0xFF, 0xE2]);
        with_icc.extend_from_slice(&u16::try_from(chunk.len() + 16).unwrap().to_be_bytes());
        with_icc.extend_from_slice(b"ICC_PROFILE\0");
        with_icc.extend_from_slice(&[index, 3]);
        with_icc.extend_from_slice(chunk);
    }
    let own = Start::read(&jpeg).unwrap();
    let end_of_own = with_icc.len();
    // The encoder's JFIF would be a second one.
    with_icc.extend_from_slice(&jpeg[own.applications[0].end..]);

    let turned = turn(&with_icc, Transform::Rotate90, false, PLENTY).unwrap();
    assert_eq!(turned[..end_of_own], with_icc[..end_of_own]);
    let (before, after) = (Start::read(&with_icc).unwrap(), Start::read(&turned).unwrap());
    assert_eq!(own.applications.len(), 2, "the encoder writes an Adobe segment");
    assert_eq!(after.applications.len(), before.applications.len(), "none twice");
    assert_eq!(
        after.applications.iter().map(|range| &turned[range.clone()]).collect::<Vec<_>>(),
        before.applications.iter().map(|range| &with_icc[range.clone()]).collect::<Vec<_>>()
    );
}

#[test]
fn memory_is_refused_before_it_is_taken() {
    let mut jpeg = Sample::PLAIN.encode();
    let needed = |jpeg: &[u8]| match turn(jpeg, Transform::FlipV, true, 1000).unwrap_err() {
        Error::Memory { needed, limit: 1000 } => needed,
        other => panic!("{other}"),
    };
    let little = needed(&jpeg);
    turn(&jpeg, Transform::FlipV, true, little).unwrap();
    assert_eq!(turn(&jpeg, Transform::FlipV, true, little - 1).unwrap_err().kind(), "too-large");

    let sof = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[sof + 5..sof + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    assert!(needed(&jpeg) > 2_000_000_000);
}

#[test]
fn damage_is_refused_and_never_hidden() {
    for sample in
        [Sample::PLAIN, Sample { progressive: true, ..Sample::PLAIN }, Sample { restart: 4, ..Sample::PLAIN }]
    {
        let jpeg = sample.encode();
        // All but EOI is the whole picture.
        for end in 3..jpeg.len() - 2 {
            let error = turn(&jpeg[..end], Transform::Rotate180, false, PLENTY).unwrap_err();
            assert!(matches!(error.kind(), "malformed" | "truncated"), "{end}: {error}");
        }
    }
}

#[test]
fn mutants_do_no_harm() {
    let jpeg = Sample { sampling: SamplingFactor::F_2_2, progressive: true, ..Sample::PLAIN }.encode();
    let mut random = 7u64;
    let mut next = move || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap()
    };
    for _ in 0..2000 {
        let mut mutant = jpeg.clone();
        for _ in 0..=next() % 3 {
            let at = next() % mutant.len();
            mutant[at] = next().to_le_bytes()[0];
        }
        let _ = turn(&mutant, ALL[next() % 7].0, next() % 2 == 0, 1 << 24);
    }
}

#[test]
fn unsupported_processes_are_named_as_such() {
    let jpeg = Sample::PLAIN.encode();
    let sof = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    let with = |changes: &[(usize, u8)]| {
        let mut other = jpeg.clone();
        changes.iter().for_each(|&(at, value)| other[at] = value);
        other
    };
    let mut lines = with(&[(sof + 5, 0), (sof + 6, 0)]);
    lines.splice(jpeg.len() - 2..jpeg.len() - 2, [0xFF, 0xDC, 0, 4, jpeg[sof + 5], jpeg[sof + 6]]);
    for other in [lossless(&[0b0100_1011, 0b1000_0000, 0b0011_1111]), with(&[(sof + 4, 12)]), lines] {
        assert_eq!(turn(&other, Transform::FlipH, false, PLENTY).unwrap_err().kind(), "not-rotatable");
    }
}

#[test]
fn the_number_of_scans_is_bounded() {
    let mut jpeg = Sample { progressive: true, ..Sample::PLAIN }.encode();
    let end = jpeg.len() - 2;
    for _ in 0..=100 {
        jpeg.splice(end..end, [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0]);
    }
    assert!(turn(&jpeg, Transform::FlipH, false, PLENTY).is_err());
}

/// Runs a tool on `input`; `None` when it is not installed.
fn tool(program: &str, arguments: &[&str], input: &Path) -> Option<std::process::Output> {
    Command::new(program).args(arguments).arg(input).output().ok()
}

/// Compares with the program that this module stands in for.
fn assert_same_as_jpegtran(folder: &Path, jpeg: &[u8], what: &str) -> bool {
    let input = folder.join("input.jpg");
    let ours = folder.join("ours.jpg");
    let theirs = folder.join("theirs.jpg");
    fs::write(&input, jpeg).unwrap();
    let frame = frame(jpeg);
    for (transform, switches) in ALL {
        let what = format!("{what} {transform:?}");
        let exact = is_exact(&frame, transform);
        let perfect = [&["-perfect"], switches].concat();
        let Some(reference) = tool("jpegtran", &perfect, &input) else { return false };
        assert_eq!(exact, reference.status.success(), "{what}: -perfect");
        let trim = [&["-trim", "-copy", "none"], switches].concat();
        let Some(reference) = tool("jpegtran", &trim, &input) else { return false };
        let Ok(turned) = turn(jpeg, transform, !exact, PLENTY) else {
            assert!(!exact, "{what}: refused");
            continue;
        };
        fs::write(&ours, &turned).unwrap();
        fs::write(&theirs, &reference.stdout).unwrap();
        let Some(ours) = tool("djpeg", &[], &ours) else { return false };
        let Some(theirs) = tool("djpeg", &[], &theirs) else { return false };
        assert!(ours.status.success() && theirs.status.success(), "{what}");
        assert!(ours.stdout == theirs.stdout, "{what}: other pixels than jpegtran");
    }
    true
}

/// A folder of this test's own, removed when it ends.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sanitizer-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn same_pixels_as_jpegtran_on_generated_pictures() {
    let scratch = Scratch::new("jpegtran-generated");
    for (width, height) in [(64, 32), (45, 39)] {
        for sample in Sample::all_kinds(width, height) {
            if !assert_same_as_jpegtran(&scratch.0, &sample.encode(), &format!("{sample:?}")) {
                testkit::tools::skip(
                    "jpegtran",
                    "jpegtran and djpeg are not in PATH",
                    "install libjpeg-turbo-progs",
                );
                return;
            }
        }
    }
}

/// Browsers do not show arithmetic coding, so nobody misses it.
#[test]
fn arithmetic_pictures_become_huffman_coded() {
    for sample in Sample::all_kinds(64, 32) {
        let jpeg =
            libjpeg::turn(&sample.encode(), Transform::FlipV, false, sample.progressive, true).unwrap();
        assert!(frame(&jpeg).sof >= 0xC9);
        for (transform, _) in ALL {
            let turned = turn(&jpeg, transform, false, PLENTY).unwrap();
            assert_eq!(frame(&turned).sof, if sample.progressive { 0xC2 } else { 0xC0 });
            // The decoder at hand reads no arithmetic coding.
            let theirs = libjpeg::turn(&jpeg, transform, false, false, false).unwrap();
            assert!(decode(&turned).data == decode(&theirs).data, "{sample:?} {transform:?}");
        }
    }
}

#[test]
fn same_pixels_as_jpegtran_on_real_pictures() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folders = ["", "orientation", "mobile", "gps", "xmp", "hdr"];
    if !corpus.exists() {
        testkit::tools::skip_without_corpus();
        return;
    }
    let scratch = Scratch::new("jpegtran-corpus");
    let mut seen = 0;
    for entry in folders.iter().flat_map(|folder| fs::read_dir(corpus.join(folder)).unwrap()) {
        let path = entry.unwrap().path();
        let Ok(jpeg) = fs::read(&path) else { continue };
        // Big ones make this test slow and prove nothing more.
        if jpeg.len() > 400_000
            || Start::read(&jpeg).is_err()
            || jpeg_decoder::Decoder::new(&jpeg[..]).decode().is_err()
        {
            continue;
        }
        // What is damaged is refused, which is tested above.
        if !matches!(
            turn(&jpeg, Transform::Transpose, false, PLENTY),
            Ok(_) | Err(Error::NotRotatable { .. })
        ) {
            continue;
        }
        if !assert_same_as_jpegtran(&scratch.0, &jpeg, &path.display().to_string()) {
            testkit::tools::skip(
                "jpegtran",
                "jpegtran and djpeg are not in PATH",
                "install libjpeg-turbo-progs",
            );
            return;
        }
        seen += 1;
    }
    assert!(seen > 20, "only {seen} pictures of the corpus were usable");
}

/// What stands before the first scan.
pub(super) struct Start {
    pub header: FrameHeader,
    /// The application segments, whole.
    pub applications: Vec<Range<usize>>,
}

impl Start {
    pub(super) fn read(jpeg: &[u8]) -> Result<Self, Error> {
        let mut header = None;
        let mut applications = Vec::new();
        let mut at = jpeg.len().min(2);
        loop {
            let segment = segment::read(jpeg, at)?;
            at = segment.payload.end;
            match (segment.marker, header) {
                (APP0..=APP15, known) => {
                    applications.push(segment.range());
                    header = known;
                }
                // DHT, JPG and DAC have numbers between those of the frame headers.
                (marker @ SOF0..=SOF15, None) if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                    header = Some(FrameHeader::read(marker, &jpeg[segment.payload.clone()], segment.start)?);
                }
                (SOS, Some(header)) => return Ok(Self { header, applications }),
                (SOS, None) => return Err(malformed(segment.start, "a scan before the frame header")),
                (_, known) => header = known,
            }
        }
    }
}
