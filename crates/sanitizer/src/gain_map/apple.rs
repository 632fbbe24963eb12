//! Apple's gain maps: before ISO 21496-1 their pictures told one number, the
//! headroom, in the map's XMP or, up to iOS 16, in the camera's maker note only.

use super::grid::Millionths;
use super::hdrgm::wrap;
use super::metadata::{Channel, Metadata};
use super::xmp::{Packet, Vocabulary};

/// The type of an auxiliary picture that is a gain map.
pub(crate) const AUXILIARY_TYPE: &str = "urn:com:apple:photo:2020:aux:hdrgainmap";

/// The version that tells a headroom of its own.
const WITH_HEADROOM: &str = "131072";

/// More than any screen has: eleven stops.
const MOST_HEADROOM: Millionths = Millionths::new(2_048_000_000);
const NO_HEADROOM: Millionths = Millionths::new(1_000_000);

/// How many times brighter than white the brightest part is. More than 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Headroom(Millionths);

/// Whether a packet says that its JPEG is a gain map.
pub(crate) fn is_named(packet: &Packet) -> bool {
    packet.value(Vocabulary::ApplePixelData, "AuxiliaryImageType") == Ok(Some(AUXILIARY_TYPE))
}

/// The headroom that the map's packet tells, if it is of a version that does.
///
/// # Errors
/// Why a reader could not use it.
pub(crate) fn headroom_of_packet(packet: &Packet) -> Result<Option<Headroom>, &'static str> {
    packet.value(Vocabulary::AppleGainMap, "HDRGainMapVersion")?;
    let Some(text) = packet.value(Vocabulary::AppleGainMap, "HDRGainMapHeadroom")? else { return Ok(None) };
    Millionths::from_decimal(text).and_then(Headroom::new).map(Some).ok_or(OUT_OF_BOUNDS)
}

/// The headroom that the maker note's fields 33 and 48 tell, by the formula of
/// Apple's "Applying Apple HDR effect to your photos".
///
/// # Errors
/// Why a reader could not use it.
pub(crate) fn headroom_of_maker_note(field_33: f64, field_48: f64) -> Result<Headroom, &'static str> {
    let stops = match (field_33 < 1.0, field_48 <= 0.01) {
        (true, true) => 1.8 - 20.0 * field_48,
        (true, false) => 1.601 - 0.101 * field_48,
        (false, true) => 3.0 - 70.0 * field_48,
        (false, false) => 2.303 - 0.303 * field_48,
    };
    Millionths::from_f64(stops.max(0.0).exp2()).and_then(Headroom::new).ok_or(OUT_OF_BOUNDS)
}

const OUT_OF_BOUNDS: &str = "its headroom is out of bounds";

impl Headroom {
    fn new(number: Millionths) -> Option<Self> {
        (number > NO_HEADROOM && number <= MOST_HEADROOM).then_some(Self(number))
    }

    /// The packet of a map that is an item of HEIF.
    pub(crate) fn write(self) -> String {
        wrap(&format!(
            "<rdf:Description rdf:about=\"\" xmlns:HDRGainMap=\"{}\"><HDRGainMap:HDRGainMapVersion>{WITH_HEADROOM}\
             </HDRGainMap:HDRGainMapVersion><HDRGainMap:HDRGainMapHeadroom>{}</HDRGainMap:HDRGainMapHeadroom>\
             </rdf:Description>",
            Vocabulary::AppleGainMap.uri(),
            self.0
        ))
    }

    /// The same in the terms of ISO 21496-1. Apple's formula brightens by
    /// `1 + (headroom - 1) * map`, the map being linear light; the standard's by
    /// a power of two. This gamma makes them differ by less than a tenth of a stop up to
    /// three stops, as does Apple's own conversion.
    ///
    /// # Errors
    /// When it is too little to make a difference.
    pub(crate) fn to_metadata(self) -> Result<Metadata, &'static str> {
        let stops = Millionths::from_f64(self.0.to_f64().log2()).ok_or(OUT_OF_BOUNDS)?;
        let l = stops.to_f64();
        let gamma = Millionths::from_f64(0.51365 + 0.10984 * l + 0.01339 * l * l).ok_or(OUT_OF_BOUNDS)?;
        let zero = Millionths::new(0);
        let channel = Channel { min: zero, max: stops, gamma, base_offset: zero, alternate_offset: zero };
        Metadata::new(zero, stops, [channel; 3], true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(properties: &str) -> Packet {
        let text = wrap(&format!(
            r#"<rdf:Description xmlns:a="http://ns.apple.com/pixeldatainfo/1.0/"
            xmlns:g="http://ns.apple.com/HDRGainMap/1.0/">{properties}</rdf:Description>"#
        ));
        Packet::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_packet_names_the_map_and_its_headroom() {
        let named = packet(
            "<a:AuxiliaryImageType>urn:com:apple:photo:2020:aux:hdrgainmap</a:AuxiliaryImageType>\
             <g:HDRGainMapVersion>131072</g:HDRGainMapVersion><g:HDRGainMapHeadroom>4.887384</g:HDRGainMapHeadroom>",
        );
        assert!(is_named(&named));
        assert_eq!(headroom_of_packet(&named), Ok(Some(Headroom(Millionths::new(4_887_384)))));
        let older = packet("<g:HDRGainMapVersion>65536</g:HDRGainMapVersion>");
        assert!(!is_named(&older));
        assert_eq!(headroom_of_packet(&older), Ok(None));
        for text in ["1", "0", "-3", "NaN", "2049", ""] {
            let bad = packet(&format!("<g:HDRGainMapHeadroom>{text}</g:HDRGainMapHeadroom>"));
            assert!(!matches!(headroom_of_packet(&bad), Ok(Some(_))), "{text}");
        }
    }

    #[test]
    fn the_maker_note_s_formula_has_four_branches() {
        let stops = |v, w| headroom_of_maker_note(v, w).map(|headroom| headroom.0.to_f64().log2());
        for (v, w, expected) in
            [(0.5, 0.0, 1.8), (0.5, 0.02, 1.59898), (1.0, 0.0, 3.0), (1.0, 1.0, 2.0), (1.0, 0.01, 2.3)]
        {
            assert!((stops(v, w).unwrap() - expected).abs() < 1e-5, "{v} {w}");
        }
        assert!(stops(0.5, 100.0).is_err());
        assert!(stops(f64::NAN, f64::NAN).is_err());
        assert!(stops(0.0, f64::NEG_INFINITY).is_err());
    }

    #[test]
    fn the_standard_s_formula_comes_close_to_apple_s() {
        let linear = |v: f64| if v < 0.081 { v / 4.5 } else { ((v + 0.099) / 1.099).powf(1.0 / 0.45) };
        for (stops, most) in [(0.25_f64, 0.003), (1.0, 0.01), (2.0, 0.045), (3.0, 0.1)] {
            let headroom = Headroom(Millionths::from_f64(stops.exp2()).unwrap());
            let metadata = headroom.to_metadata().unwrap();
            let channel = metadata.channels()[0];
            for step in 0..=255 {
                let map = f64::from(step) / 255.0;
                let apple = (1.0 + (stops.exp2() - 1.0) * linear(map)).log2();
                let iso = channel.max.to_f64() * map.powf(1.0 / channel.gamma.to_f64());
                assert!((apple - iso).abs() < most, "{stops} stops, {step}: {apple} {iso}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_headroom_is_a_fixed_point(number in 1_000_001..=2_048_000_000) {
            let headroom = Headroom::new(Millionths::new(number)).unwrap();
            let written = headroom.write();
            prop_assert_eq!(headroom_of_packet(&Packet::read(written.as_bytes()).unwrap()), Ok(Some(headroom)));
            // Less than a millionth of a stop is nothing.
            prop_assert!(headroom.to_metadata().is_ok() || number < 1_000_002);
        }
    }
}
