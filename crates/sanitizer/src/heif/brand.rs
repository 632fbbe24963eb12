//! The brands of an ISO base media file (ISO/IEC 14496-12, 4.3): which format
//! it is, and which brands the clean file keeps.

use crate::{Error, Format};

/// A four-character code.
pub(super) type Code = [u8; 4];

/// Brands after this many are not looked at.
const BRAND_LIMIT: usize = 64;

/// Brands of still pictures that the clean file may claim as well.
const STILL: [&Code; 12] = [
    b"heic", b"heix", b"mif1", b"mif2", b"avif", b"miaf", b"MA1A", b"MA1B", b"MiHB", b"MiHE", b"1pic",
    &TONE_MAP,
];

/// The brand of files with a tone map derivation, which is what readers look for first (ISO/IEC 23008-12, 10.2.6).
pub(super) const TONE_MAP: Code = *b"tmap";

/// Brands of image sequences: there a `moov` box holds an animation.
const SEQUENCE: [&Code; 6] = [b"hevc", b"hevx", b"hevm", b"hevs", b"avis", b"msf1"];

/// Tells the format of an ISO base media file by its brands: first the major
/// one, then the compatible ones.
pub(crate) fn brand(input: &[u8]) -> Result<Format, Error> {
    let brands = brands(input);
    for brand in &brands {
        match brand {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => {
                return Ok(Format::Heic);
            }
            b"avif" | b"avis" => return Ok(Format::Avif),
            _ => {}
        }
    }
    if brands.iter().any(|brand| matches!(brand, b"mif1" | b"mif2" | b"msf1" | b"miaf")) {
        return Ok(Format::Heic);
    }
    let name = match brands.first().map_or(b"    ", |major| major) {
        b"qt  " => "QuickTime",
        b"crx " => "Canon CR3",
        b"j2ki" | b"j2is" => "HEIF (JPEG 2000)",
        b"vvic" | b"vvis" => "HEIF (VVC)",
        b"avci" | b"avcs" => "HEIF (AVC)",
        b"jpeg" | b"jpgs" => "HEIF (JPEG)",
        [b'3', b'g', ..] => "3GP",
        [b'M', b'4', ..] | [b'm', b'p', b'4', _] | [b'i', b's', b'o', _] | b"avc1" | b"dash" => "MP4",
        _ => "ISO base media",
    };
    Err(Error::UnsupportedFormat { name })
}

/// Major and compatible brands, as far as the `ftyp` box at the start holds them.
fn brands(input: &[u8]) -> Vec<Code> {
    let size = input.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize);
    let payload = input.get(8..size.min(input.len())).unwrap_or_default();
    let codes = payload.as_chunks::<4>().0;
    // The second word is the version, not a brand.
    codes
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != 1)
        .map(|(_, code)| *code)
        .take(BRAND_LIMIT)
        .collect()
}

/// What the clean file claims: its brands, the major one first, and whether
/// the input was an image sequence.
pub(super) struct Claim {
    pub(super) brands: Vec<Code>,
    pub(super) is_sequence: bool,
}

/// The claim of the clean file, from the `ftyp` box at the start of `input`.
pub(super) fn claim(input: &[u8]) -> Claim {
    let claimed = brands(input);
    let is_sequence = claimed.iter().any(|brand| SEQUENCE.contains(&brand));
    let mut brands = Vec::new();
    for brand in claimed {
        if STILL.contains(&&brand) && !brands.contains(&brand) {
            brands.push(brand);
        }
    }
    if brands.is_empty() {
        brands.push(*b"mif1");
    }
    Claim { brands, is_sequence }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ftyp(brands: &[&Code]) -> Vec<u8> {
        let mut out = (12 + 4 * brands.len() as u32).to_be_bytes().to_vec();
        out.extend(b"ftyp");
        out.extend(brands[0]);
        out.extend([0; 4]);
        out.extend(brands[1..].iter().flat_map(|brand| **brand));
        out
    }

    #[test]
    fn major_brand_decides_then_the_compatible_ones() {
        assert_eq!(brand(&ftyp(&[b"heic", b"mif1"])), Ok(Format::Heic));
        assert_eq!(brand(&ftyp(&[b"mif1", b"miaf", b"avif"])), Ok(Format::Avif));
        assert_eq!(brand(&ftyp(&[b"mif1"])), Ok(Format::Heic));
        assert_eq!(brand(&ftyp(&[b"avis", b"msf1"])), Ok(Format::Avif));
        assert_eq!(brand(&ftyp(&[b"isom", b"mp42"])), Err(Error::UnsupportedFormat { name: "MP4" }));
        assert_eq!(brand(&ftyp(&[b"qt  "])), Err(Error::UnsupportedFormat { name: "QuickTime" }));
        assert!(brand(b"\0\0\0\0ftyp").is_err());
    }

    #[test]
    fn unknown_brands_are_not_claimed_again() {
        let claim = claim(&ftyp(&[b"LEAK", b"mif1", b"CNRY", b"heic", b"mif1"]));
        assert_eq!(claim.brands, [*b"mif1", *b"heic"]);
        assert!(!claim.is_sequence);
    }
}
