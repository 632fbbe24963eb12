//! What holds for every input, whatever it is.

use sanitizer::{
    Bytes, Error, GainMapOutcome, GainMaps, HiddenPixels, IccPolicy, Options, Orientation, PartialEdges, Rights,
    Sanitized,
    sanitize,
};

/// No byte of it survives where it is planted: behind the end of the file.
const CANARY: &[u8] = b"FUZZCANARY";

/// Cleans `input` with options that its first byte chooses, and the clean
/// picture again. Panics when something leaks or changes.
pub fn check(input: &[u8]) {
    let Some((&choice, file)) = input.split_first() else { return };
    let options = options(choice);
    let planted = Bytes::from([file, CANARY].concat());
    let clean = sanitize(planted.clone(), &options);
    if options.gain_maps == GainMaps::Keep {
        check_gain_map(planted, &clean, options.clone());
    }
    let Ok(clean) = clean else { return };
    let clean = clean.into_bytes();
    // The fuzzer may have learnt the string; then it proves nothing.
    if contains(&clean, CANARY) && !contains(file, CANARY) {
        // The coded data of AVIF is not decoded, that of HEIC may be any bytes, and that of a JPEG without
        // EOI ends with its last block. Of a file that is cut off within it the string is what was
        // missing, and not behind.
        let may_be_coded = file.get(4..8) == Some(b"ftyp") || file.starts_with(&[0xFF, 0xD8]);
        let is_coded_data = may_be_coded && sanitize(Bytes::copy_from_slice(file), &options).is_err();
        assert!(is_coded_data, "what stands behind the picture is still there");
    }
    let again = match sanitize(clean.clone(), &options) {
        Ok(again) => again,
        Err(error) => panic!("the clean picture is refused: {error}"),
    };
    assert!(again.report.removed.is_empty(), "the clean picture is not clean: {:?}", again.report.removed);
    assert_eq!(again.into_bytes(), clean, "cleaning twice changes the picture");
}

/// Nobody is refused for a gain map, and one that is not kept leaves no trace.
fn check_gain_map(planted: Bytes, with: &Result<Sanitized, Error>, mut options: Options) {
    if matches!(with, Ok(with) if matches!(with.report.gain_map, GainMapOutcome::None | GainMapOutcome::Kept))
    {
        return;
    }
    options.gain_maps = GainMaps::Drop;
    match (with, sanitize(planted, &options)) {
        (Ok(with), Ok(without)) => {
            assert_eq!(
                with.clone().into_bytes(),
                without.into_bytes(),
                "a map that is not kept leaves a trace"
            );
        }
        (Err(error), Ok(_)) => panic!("a picture is refused for its map: {error}"),
        (_, Err(_)) => {}
    }
}

fn options(choice: u8) -> Options {
    let mut options = Options::default();
    options.orientation = match choice & 3 {
        0 | 1 => Orientation::Upright,
        2 => Orientation::Tag,
        _ => Orientation::Drop,
    };
    options.partial_edges = match choice >> 2 & 3 {
        0 | 1 => PartialEdges::Trim,
        2 => PartialEdges::Tag,
        _ => PartialEdges::Refuse,
    };
    options.icc = match choice >> 4 & 3 {
        0 | 1 => IccPolicy::Keep,
        2 => IccPolicy::DropSrgb,
        _ => IccPolicy::Drop,
    };
    options.keep = if choice >> 4 & 3 == 1 { Rights::ALL } else { Rights::NONE };
    options.facts = choice & 0x40 != 0;
    options.gain_maps = if choice & 0x80 != 0 { GainMaps::Drop } else { GainMaps::Keep };
    // Where both bits repeat what another choice says.
    if choice & 0x14 == 0x14 {
        options.hidden_pixels = HiddenPixels::Keep;
    }
    // Small, so that a header that announces a huge picture costs no time.
    options.max_memory = 16 << 20;
    options
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
