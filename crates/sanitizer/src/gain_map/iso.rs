//! The binary form of a gain map's metadata (ISO 21496-1, C.2.2). JPEG has it
//! in an APP2 segment behind a name (C.4), HEIF in the data of a `tmap` item.

use super::grid::{DENOMINATOR, Millionths};
use super::metadata::{Channel, Metadata};

/// What stands in front of it in APP2.
pub(crate) const NAME: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";

/// The channels differ.
const MULTICHANNEL: u8 = 0x80;
/// The map is applied in the base picture's colours.
const BASE_COLOURS: u8 = 0x40;
/// All fractions have one denominator, which comes first. From a draft; libultrahdr still writes it.
const COMMON_DENOMINATOR: u8 = 8;
/// The base picture is the brighter one. From the same draft; the headrooms say it, too.
const BACKWARD: u8 = 4;

/// The lowest version that a reader must know, and that of the writer. All
/// that a base picture holds in JPEG.
pub(crate) const VERSIONS: [u8; 4] = [0; 4];

/// Reads the fields. What comes behind them is of later versions, and no part
/// of the result.
///
/// # Errors
/// Why a reader could not use them.
pub(crate) fn read(bytes: &[u8]) -> Result<Metadata, &'static str> {
    let mut fields = Fields { rest: bytes };
    if fields.array()? != [0; 2] {
        return Err("its metadata is of a later version");
    }
    let [_, _] = fields.array()?;
    let [flags] = fields.array()?;
    let common =
        if flags & COMMON_DENOMINATOR != 0 { Some(u32::from_be_bytes(fields.array()?)) } else { None };
    let base_headroom = fields.unsigned(common)?;
    let alternate_headroom = fields.unsigned(common)?;
    let first = fields.channel(common)?;
    let channels = if flags & MULTICHANNEL != 0 {
        [first, fields.channel(common)?, fields.channel(common)?]
    } else {
        [first; 3]
    };
    if flags & BACKWARD != 0 && base_headroom < alternate_headroom {
        return Err("its metadata contradicts itself");
    }
    Metadata::new(base_headroom, alternate_headroom, channels, flags & BASE_COLOURS != 0)
}

/// Whether these are the fields of a gain map, and not the mere versions in its base picture.
pub(crate) fn has_fields(bytes: &[u8]) -> bool {
    bytes.len() > VERSIONS.len()
}

/// The fields in the one form that we write: 61 bytes, or 141.
pub(crate) fn write(metadata: &Metadata) -> Vec<u8> {
    let channels = metadata.channels();
    let mut out = VERSIONS.to_vec();
    let multichannel = if channels.len() > 1 { MULTICHANNEL } else { 0 };
    out.push(multichannel | if metadata.uses_base_colours() { BASE_COLOURS } else { 0 });
    let mut put = |number: Millionths| {
        out.extend(number.numerator().to_be_bytes());
        out.extend(DENOMINATOR.to_be_bytes());
    };
    put(metadata.base_headroom());
    put(metadata.alternate_headroom());
    for channel in channels {
        put(channel.min);
        put(channel.max);
        put(channel.gamma);
        put(channel.base_offset);
        put(channel.alternate_offset);
    }
    out
}

struct Fields<'a> {
    rest: &'a [u8],
}

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (array, rest) = self.rest.split_first_chunk().ok_or("its metadata is cut off")?;
        self.rest = rest;
        Ok(*array)
    }

    fn fraction(&mut self, numerator: i64, common: Option<u32>) -> Result<Millionths, &'static str> {
        let denominator = match common {
            Some(common) => common,
            None => u32::from_be_bytes(self.array()?),
        };
        Millionths::from_fraction(numerator, denominator)
            .ok_or("a number of its metadata is none, or out of bounds")
    }

    fn unsigned(&mut self, common: Option<u32>) -> Result<Millionths, &'static str> {
        let numerator = u32::from_be_bytes(self.array()?);
        self.fraction(numerator.into(), common)
    }

    fn signed(&mut self, common: Option<u32>) -> Result<Millionths, &'static str> {
        let numerator = i32::from_be_bytes(self.array()?);
        self.fraction(numerator.into(), common)
    }

    fn channel(&mut self, common: Option<u32>) -> Result<Channel, &'static str> {
        Ok(Channel {
            min: self.signed(common)?,
            max: self.signed(common)?,
            gamma: self.unsigned(common)?,
            base_offset: self.signed(common)?,
            alternate_offset: self.signed(common)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::metadata::tests as metadata;
    use super::*;

    /// Fields of one channel with these numerators and denominators.
    fn fields(flags: u8, fractions: [(i64, u32); 7]) -> Vec<u8> {
        let mut out = vec![0, 0, 0, 0, flags];
        for (numerator, denominator) in fractions {
            out.extend((numerator as u32).to_be_bytes());
            out.extend(denominator.to_be_bytes());
        }
        out
    }

    const PHONE: [(i64, u32); 7] = [(0, 1), (23, 10), (0, 1), (23, 10), (1, 1), (1, 64), (1, 64)];

    #[test]
    fn fields_of_the_standard_are_read() {
        assert_eq!(read(&fields(0x40, PHONE)), Ok(metadata::plain()));
        assert!(!read(&fields(0, PHONE)).unwrap().uses_base_colours());
        assert_eq!(write(&metadata::plain()).len(), 61);
    }

    #[test]
    fn reserved_bits_writer_versions_and_what_follows_are_not_read() {
        let mut odd = fields(0x73, PHONE);
        odd[3] = 7;
        odd.extend(b"SECRET");
        assert_eq!(read(&odd), Ok(metadata::plain()));
    }

    #[test]
    fn the_draft_s_common_denominator_is_read() {
        let mut bytes = vec![0, 0, 0, 0, 0x48];
        for number in [1_000_000_u32, 0, 2_300_000, 0, 2_300_000, 1_000_000, 15_625, 15_625] {
            bytes.extend(number.to_be_bytes());
        }
        assert_eq!(read(&bytes), Ok(metadata::plain()));
        bytes[4] |= BACKWARD;
        read(&bytes).unwrap_err();
        bytes[5..9].fill(0);
        read(&bytes).unwrap_err();
    }

    #[test]
    fn later_versions_and_what_is_cut_off_are_refused() {
        let good = fields(0x40, PHONE);
        for end in 0..good.len() {
            read(&good[..end]).unwrap_err();
        }
        read(&fields(0xC0, PHONE)).unwrap_err();
        let mut later = good;
        later[1] = 1;
        read(&later).unwrap_err();
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(metadata in metadata::any()) {
            let written = write(&metadata);
            prop_assert_eq!(written.len(), if metadata.channels().len() == 1 { 61 } else { 141 });
            prop_assert_eq!(read(&written), Ok(metadata));
        }

        #[test]
        fn any_fields_end_on_the_grid(bytes in prop::collection::vec(any::<u8>(), 0..160), flags in prop::sample::select(vec![0_u8, 8, 0x80, 0x88])) {
            let bytes = [&[0, 0, 0, 0, flags], &bytes[..]].concat();
            if let Ok(metadata) = read(&bytes) {
                prop_assert_eq!(read(&write(&metadata)), Ok(metadata));
            }
        }

        #[test]
        fn every_fraction_ends_on_the_grid(
            numerators in prop::array::uniform7(prop_oneof![any::<i32>(), -40_i32..40, Just(i32::MIN), Just(i32::MAX)]),
            denominators in prop::array::uniform7(prop_oneof![any::<u32>(), 0_u32..40, Just(u32::MAX)]),
        ) {
            let mut fractions = [(0, 1); 7];
            for (fraction, (n, d)) in fractions.iter_mut().zip(numerators.into_iter().zip(denominators)) {
                *fraction = (n.into(), d);
            }
            if let Ok(metadata) = read(&fields(0x40, fractions)) {
                prop_assert!(denominators.iter().all(|&d| d != 0));
                prop_assert_eq!(read(&write(&metadata)), Ok(metadata));
            }
        }
    }
}
