//! Facts of files that are refused: damaged ones, formats we do not clean, what
//! is no picture at all.

use memchr::memmem;

use super::{Facts, PHOTOSHOP, read_exif, read_photoshop, read_provenance, read_xmp};

/// How many blocks of each kind are read at most.
const MAX_BLOCKS: usize = 16;

/// The longest block that is read. Segments of JPEG hold 64 KiB; TIFF directories
/// point to where they like, but what tells something is small.
const MAX_BLOCK: usize = 1 << 20;

/// What comes before the TIFF structure of EXIF: in JPEG and HEIC, in PNG, in WebP.
const EXIF_NAMES: [(&[u8], usize); 3] = [(b"Exif\0\0", 0), (b"eXIf", 0), (b"EXIF", 4)];

/// The beginning of a TIFF structure, in both byte orders.
const TIFF: [&[u8]; 2] = [b"II\x2A\0", b"MM\0\x2A"];

/// The same with the first directory right behind, as almost all writers put it.
const BARE_TIFF: [&[u8]; 2] = [b"II\x2A\0\x08\0\0\0", b"MM\0\x2A\0\0\0\x08"];

/// The label in the box of a manifest of C2PA.
const MANIFEST: &[u8] = b"\x38\x9B\x71\x03c2pa\0";

/// The element that an XMP packet is, whatever stands around it.
const XMP: (&[u8], &[u8]) = (b"<x:xmpmeta", b"</x:xmpmeta>");

/// Looks for metadata anywhere in `input`, without understanding its format. What
/// [`crate::sanitize`] accepts tells more with [`crate::Options::facts`]; this is
/// for what it refuses, which may tell just as much about a person. Nothing
/// here means that nothing was recognised, not that nothing is there.
///
/// Takes time linear in the length of `input`, whatever it holds.
#[cfg(any(test, feature = "facts"))]
#[must_use]
pub fn carve(input: &[u8]) -> Facts {
    let mut facts = Facts::default();
    carve_into(input, &mut facts);
    facts
}

/// Adds what is found anywhere in `input` to `facts`.
pub(crate) fn carve_into(input: &[u8], facts: &mut Facts) {
    let block = |at: usize| input.get(at..input.len().min(at.saturating_add(MAX_BLOCK))).unwrap_or_default();
    if TIFF.iter().any(|start| input.starts_with(start)) {
        read_exif(block(0), facts);
    }
    for (name, gap) in EXIF_NAMES {
        for at in memmem::find_iter(input, name).map(|at| at + name.len() + gap).take(MAX_BLOCKS) {
            let block = block(at);
            if TIFF.iter().any(|start| block.starts_with(start)) {
                read_exif(block, facts);
            }
        }
    }
    for at in memmem::find_iter(input, XMP.0).take(MAX_BLOCKS) {
        let block = block(at);
        let end = memmem::find(block, XMP.1).map_or(block.len(), |end| end + XMP.1.len());
        read_xmp(&block[..end], facts);
    }
    for at in memmem::find_iter(input, PHOTOSHOP).take(MAX_BLOCKS) {
        read_photoshop(block(at), facts);
    }
    // In HEIF and its sequences nothing but the offset of the structure may stand in front of it.
    if input.get(4..8) == Some(b"ftyp") || input.get(4..8) == Some(b"moov") {
        for start in BARE_TIFF {
            for at in memmem::find_iter(input, start).take(MAX_BLOCKS) {
                read_exif(block(at), facts);
            }
        }
    }
    if let Some(at) = memmem::find(input, MANIFEST) {
        read_provenance(&input[at - input[..at].len().min(64)..], facts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::FactKind;

    /// Big-endian TIFF with a make.
    const MAKE: &[u8] = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x0F\0\x02\0\0\0\x05\0\0\0\x1A\0\0\0\0Acme\0";

    fn device(input: &[u8]) -> Option<String> {
        carve(input).items.into_iter().find(|fact| fact.kind == FactKind::Device).map(|fact| fact.value)
    }

    #[test]
    fn exif_is_found_under_each_of_its_names() {
        for name in [&b"\xFF\xD8\xFF\xE1\0\x28Exif\0\0"[..], b"....eXIf", b"RIFF....WEBPEXIF\x20\0\0\0", b""]
        {
            assert_eq!(device(&[name, MAKE].concat()).as_deref(), Some("Acme"), "{name:?}");
        }
        assert_eq!(device(&[b"not at the start", MAKE].concat()), None);
    }

    #[test]
    fn xmp_and_iptc_are_found() {
        let xmp = br#"??<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Make="Acme"/></rdf:RDF></x:xmpmeta>??"#;
        assert_eq!(device(xmp).as_deref(), Some("Acme"));
        assert_eq!(device(&xmp[..xmp.len() - 20]).as_deref(), Some("Acme"), "also when it is cut off");
        let iptc = b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0B\x1C\x02\x50\0\x06Author";
        assert_eq!(carve(iptc).items[0].value, "Author");
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        assert_eq!(carve(b""), Facts::default());
        assert_eq!(carve(b"Exif\0\0"), Facts::default());
    }

    #[test]
    fn a_million_names_are_no_million_blocks() {
        for name in [&b"Exif\0\0MM\0\x2A\0\0\0\x08"[..], XMP.0, PHOTOSHOP] {
            assert_eq!(carve(&name.repeat(1_000_000 / name.len())).items, []);
        }
    }
}
