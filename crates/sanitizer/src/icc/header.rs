//! The header (ICC.1:2022, 7.2): what decides how colours are computed.

use super::{reader::Reader, rebuild::Unreadable, writer::Writer};

/// The length of the header.
pub(super) const LEN: usize = 128;

/// Classes of profiles that stand for the colours of a picture (7.2.5); not device
/// links (`link`) and named colours (`nmcl`).
const CLASSES: [&[u8; 4]; 5] = [b"scnr", b"mntr", b"prtr", b"spac", b"abst"];

/// D50, the illuminant of the connection space in every profile (7.2.16).
const ILLUMINANT: [u32; 3] = [0xF6D6, 0x1_0000, 0xD32D];

/// What stays of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Major version, and minor version in its upper half.
    pub(super) version: [u8; 2],
    pub(super) class: [u8; 4],
    pub(super) space: [u8; 4],
    /// The profile connection space: XYZ or Lab.
    pub(super) pcs: [u8; 4],
    pub(super) intent: u32,
}

impl Header {
    pub(super) fn read(profile: &[u8]) -> Result<Self, Unreadable> {
        let parsed = Self::parse(profile).ok_or(Unreadable::NotAProfile)?;
        if parsed.version[0] > 4 {
            return Err(Unreadable::Version);
        }
        let has_pcs = matches!(&parsed.pcs, b"XYZ " | b"Lab ");
        if !has_pcs || !CLASSES.contains(&&parsed.class) || parsed.channels().is_none() {
            return Err(Unreadable::Kind);
        }
        Ok(parsed)
    }

    fn parse(profile: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(profile, 8, LEN);
        let [major, minor, ..] = reader.array::<4>()?;
        let (class, space, pcs) = (reader.array()?, reader.array()?, reader.array()?);
        reader.take(12)?;
        if &reader.array()? != b"acsp" {
            return None;
        }
        reader.take(24)?;
        // The upper half is reserved; what is no intent is the default one.
        let intent = reader.u32()? & 0xFFFF;
        let intent = if intent <= 3 { intent } else { 0 };
        // Two decimal digits.
        let minor = (minor >> 4).min(9) << 4 | (minor & 15).min(9);
        (profile.len() >= LEN).then_some(Self { version: [major, minor], class, space, pcs, intent })
    }

    /// How many channels the device's colour space has (7.2.6).
    pub(super) fn channels(&self) -> Option<u8> {
        Some(match &self.space {
            b"GRAY" => 1,
            b"XYZ " | b"Lab " | b"Luv " | b"YCbr" | b"Yxy " | b"RGB " | b"HSV " | b"HLS " | b"CMY " => 3,
            b"CMYK" => 4,
            [digit @ (b'2'..=b'9' | b'A'..=b'F'), b'C', b'L', b'R'] => char::from(*digit).to_digit(16)? as u8,
            _ => return None,
        })
    }

    /// Writes the header of a profile whose length comes later. All that is not
    /// a field of ours is zero: CMM, date, platform, flags, manufacturer, model,
    /// attributes, creator, id.
    pub(super) fn write(&self, out: &mut Writer) {
        out.u32(0);
        out.u32(0);
        out.put(&self.version);
        out.u16(0);
        out.put(&self.class);
        out.put(&self.space);
        out.put(&self.pcs);
        out.zeros(12);
        out.put(b"acsp");
        out.zeros(24);
        out.u32(self.intent);
        for value in ILLUMINANT {
            out.u32(value);
        }
        out.zeros(LEN - 80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(fill: u8) -> Vec<u8> {
        let mut header = vec![fill; LEN];
        header[8..12].copy_from_slice(&[2, 0x40, fill, fill]);
        header[12..24].copy_from_slice(b"mntrRGB XYZ ");
        header[36..40].copy_from_slice(b"acsp");
        header[64..68].copy_from_slice(&[fill, fill, 0, 1]);
        header
    }

    #[test]
    fn only_what_decides_is_written() {
        let mut out = Writer::default();
        let parsed = Header::read(&header(0xEE)).unwrap();
        parsed.write(&mut out);
        let written = out.into_bytes();
        assert_eq!(written.len(), LEN);
        assert!(!written.contains(&0xEE));
        assert_eq!(Header::read(&written), Ok(parsed));
        assert_eq!(parsed.intent, 1);
    }

    #[test]
    fn versions_and_kinds_that_are_not_read_are_named() {
        let with = |at: usize, bytes: &[u8]| {
            let mut header = header(0);
            header[at..at + bytes.len()].copy_from_slice(bytes);
            Header::read(&header)
        };
        assert_eq!(with(8, &[5]), Err(Unreadable::Version));
        assert_eq!(with(12, b"link"), Err(Unreadable::Kind));
        assert_eq!(with(12, b"nmcl"), Err(Unreadable::Kind));
        assert_eq!(with(16, b"1CLR"), Err(Unreadable::Kind));
        assert_eq!(with(20, b"RGB "), Err(Unreadable::Kind));
        assert_eq!(with(36, b"acsq"), Err(Unreadable::NotAProfile));
        assert_eq!(Header::read(&header(0)[..127]), Err(Unreadable::NotAProfile));
        assert_eq!(with(16, b"FCLR").unwrap().channels(), Some(15));
        assert_eq!(with(64, &[0, 0, 0, 9]).unwrap().intent, 0);
        assert_eq!(with(9, &[0xFF]).unwrap().version, [2, 0x99]);
    }
}
