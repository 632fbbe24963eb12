//! Which properties stay, and what may stand in them (ISO/IEC 23008-12, 6.5;
//! ISO/IEC 14496-12, 12.1; AV1 Image File Format, 2.3). Each that stays has
//! exactly its fields.

use std::ops::Range;

use super::model::Property;
use super::{av1, hevc};
use crate::{
    Category, Options, ProfileOutcome,
    gain_map::apple::AUXILIARY_TYPE,
    icc::{self, Decision},
};

/// What becomes of a property.
pub(super) enum Verdict {
    Keep(Payload),
    Drop {
        category: Category,
        /// The picture shows the same without it, whatever the file says.
        is_descriptive: bool,
    },
    /// A colour profile that goes, for this reason.
    DropProfile(ProfileOutcome),
}

/// The payload of a property in the clean file.
pub(super) enum Payload {
    /// This range of the input.
    Same(Range<usize>),
    New(Vec<u8>),
    /// A colour profile that was written anew, and how many bytes of the old one told
    /// something else.
    Profile {
        bytes: Vec<u8>,
        removed: usize,
    },
}

impl Payload {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Same(range) => range.len(),
            Self::New(bytes) | Self::Profile { bytes, .. } => bytes.len(),
        }
    }
}

/// Judges a property of an item that stays. An error says what is wrong with it.
pub(super) fn judge(property: &Property, input: &[u8], options: &Options) -> Result<Verdict, &'static str> {
    let payload = input.get(property.payload.clone()).unwrap_or_default();
    let clean = match &property.kind {
        // Version, flags, width, height.
        b"ispe" => full(payload, 12)?,
        b"iscl" => full(payload, 12)?,
        b"ndwt" => full(payload, 8)?,
        // Version, flags, number of channels, bits of each.
        b"pixi" => match *payload.get(4).ok_or(SHORT)? {
            channels @ 1..=4 => full(payload, 5 + usize::from(channels))?,
            _ => return Err("more or fewer channels than a picture has"),
        },
        b"pasp" | b"amve" => exact(payload, 8)?,
        b"clap" => exact(payload, 32)?,
        b"clli" => exact(payload, 4)?,
        b"mdcv" => exact(payload, 24)?,
        b"a1op" => exact(payload, 1)?,
        b"lsel" => exact(payload, 2)?,
        b"a1lx" => exact(payload, if payload.first().is_some_and(|flags| flags & 1 == 1) { 13 } else { 7 })?,
        // Reserved bits are zero.
        b"irot" => vec![payload.first().ok_or(SHORT)? & 3],
        b"imir" => vec![payload.first().ok_or(SHORT)? & 1],
        b"hvcC" => hevc::clean_config(payload)?,
        b"av1C" => av1::clean_config(payload)?,
        b"auxC" => match aux_type(payload) {
            // What may follow the name is a message of free form.
            name if is_alpha(name) || is_gain_map(name) => [&[0; 4], name, &[0]].concat(),
            _ => return Ok(Verdict::Drop { category: Category::Application, is_descriptive: true }),
        },
        b"colr" => return colour(property, payload, options),
        b"udes" | b"altt" => return Ok(Verdict::Drop { category: Category::Comment, is_descriptive: true }),
        b"crtt" | b"mdft" => return Ok(Verdict::Drop { category: Category::Time, is_descriptive: true }),
        b"free" | b"skip" => return Ok(Verdict::Drop { category: Category::Hidden, is_descriptive: true }),
        _ => return Ok(Verdict::Drop { category: Category::Application, is_descriptive: false }),
    };
    Ok(Verdict::Keep(if clean == payload {
        Payload::Same(property.payload.clone())
    } else {
        Payload::New(clean)
    }))
}

const SHORT: &str = "a property is shorter than its fields";

fn exact(payload: &[u8], len: usize) -> Result<Vec<u8>, &'static str> {
    payload.get(..len).map(<[u8]>::to_vec).ok_or(SHORT)
}

/// As `exact`, for a full box of version 0, which has no flags.
fn full(payload: &[u8], len: usize) -> Result<Vec<u8>, &'static str> {
    let mut clean = exact(payload, len)?;
    clean[..4].fill(0);
    Ok(clean)
}

fn colour(property: &Property, payload: &[u8], options: &Options) -> Result<Verdict, &'static str> {
    match payload.split_first_chunk::<4>() {
        // Primaries, transfer, matrix, and one bit for the range.
        Some((b"nclx", fields)) if fields.len() >= 7 => {
            let mut clean = payload[..11].to_vec();
            clean[10] &= 0x80;
            let is_same = clean == payload;
            let start = property.payload.start;
            Ok(Verdict::Keep(if is_same { Payload::Same(start..start + 11) } else { Payload::New(clean) }))
        }
        Some((kind @ (b"prof" | b"rICC"), profile)) => Ok(match icc::decide(Some(profile), options)? {
            Decision::Drop(outcome) => Verdict::DropProfile(outcome),
            Decision::Keep(rebuilt) => Verdict::Keep(Payload::Profile {
                bytes: [&kind[..], &rebuilt.bytes].concat(),
                removed: rebuilt.removed,
            }),
        }),
        Some((b"nclx", _)) | None => Err(SHORT),
        Some(_) => Ok(Verdict::Drop { category: Category::ColorProfile, is_descriptive: true }),
    }
}

/// The colour profile that a property holds.
pub(super) fn profile<'a>(property: &Property, input: &'a [u8]) -> Option<&'a [u8]> {
    let payload = input.get(property.payload.clone()).filter(|_| &property.kind == b"colr")?;
    payload.strip_prefix(b"prof").or_else(|| payload.strip_prefix(b"rICC"))
}

/// The name of an auxiliary picture's type; names that matter are short.
pub(super) fn aux_type(payload: &[u8]) -> &[u8] {
    let name = payload.get(4..).unwrap_or_default();
    let name = &name[..name.len().min(200)];
    &name[..memchr::memchr(0, name).unwrap_or(name.len())]
}

/// Whether an auxiliary picture of this type is the transparency of another.
pub(super) fn is_alpha(aux_type: &[u8]) -> bool {
    matches!(
        aux_type,
        b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
            | b"urn:mpeg:hevc:2015:auxid:1"
            | b"urn:mpeg:avc:2015:auxid:1"
    )
}

/// Whether an auxiliary picture of this type is Apple's gain map.
pub(super) fn is_gain_map(aux_type: &[u8]) -> bool {
    aux_type == AUXILIARY_TYPE.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icc::test_profile::TestProfile;

    fn cleaned(kind: &[u8; 4], payload: &[u8]) -> Option<Vec<u8>> {
        let property = Property { kind: *kind, whole: 0..payload.len(), payload: 0..payload.len() };
        match judge(&property, payload, &Options::default()).ok()? {
            Verdict::Keep(Payload::Same(range)) => Some(payload[range].to_vec()),
            Verdict::Keep(Payload::New(bytes) | Payload::Profile { bytes, .. }) => Some(bytes),
            Verdict::Drop { .. } | Verdict::DropProfile(_) => None,
        }
    }

    #[test]
    fn fields_stay_and_slack_and_reserved_bits_go() {
        assert_eq!(cleaned(b"irot", b"\xFDLEAK").unwrap(), [1]);
        assert_eq!(cleaned(b"imir", &[0xFF]).unwrap(), [1]);
        assert_eq!(cleaned(b"pixi", b"\0LEA\x03\x08\x08\x08LEAK").unwrap(), b"\0\0\0\0\x03\x08\x08\x08");
        assert_eq!(
            cleaned(b"colr", b"nclx\0\x01\0\x0D\0\x06\xFFLEAK").unwrap(),
            b"nclx\0\x01\0\x0D\0\x06\x80"
        );
        assert_eq!(
            cleaned(b"auxC", b"\0\0\0\0urn:mpeg:hevc:2015:auxid:1\0LEAK").unwrap(),
            b"\0\0\0\0urn:mpeg:hevc:2015:auxid:1\0"
        );
        for kind in [b"udes", b"uuid", b"abcd"] {
            assert_eq!(cleaned(kind, b"LEAK"), None);
        }
        assert_eq!(cleaned(b"ispe", &[0; 11]), None);
    }

    #[test]
    fn a_profile_is_rebuilt_and_dropped_when_it_is_none() {
        let profile = TestProfile::srgb().tag(b"zzzz", b"LEAK".to_vec()).build();
        let clean = icc::rebuild_for_tests(&profile);
        for kind in [b"prof", b"rICC"] {
            let payload = [&kind[..], &profile, b"LEAK"].concat();
            assert_eq!(cleaned(b"colr", &payload).unwrap(), [&kind[..], &clean].concat());
        }
        assert_eq!(cleaned(b"colr", &[b"prof", &profile[..300]].concat()), None);
        assert_eq!(cleaned(b"colr", b"profLEAK"), None);
        assert_eq!(cleaned(b"colr", b"nclcLEAKLEAK"), None);
    }
}
