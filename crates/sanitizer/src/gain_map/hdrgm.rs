//! Gain map metadata as XMP properties: Adobe's "Gain Map 1.0", which is that of
//! Android's Ultra HDR, version 1.

use std::fmt::Write;

use memchr::memmem;

use super::grid::Millionths;
use super::metadata::{Channel, Metadata};
use super::xmp::{Packet, Vocabulary};

/// Whether a packet says that its picture is a gain map, or has one.
pub(crate) fn is_named(packet: &Packet) -> bool {
    packet.has(Vocabulary::Hdrgm, "Version")
}

/// Whether a packet may say so; told without reading it.
pub(crate) fn may_be_named(packet: &[u8]) -> bool {
    memmem::find(packet, Vocabulary::Hdrgm.uri().as_bytes()).is_some()
}

/// Reads the nine properties of a map.
///
/// # Errors
/// Why a reader could not use them.
pub(crate) fn read(packet: &Packet) -> Result<Metadata, &'static str> {
    if packet.value(Vocabulary::Hdrgm, "Version")? != Some("1.0") {
        return Err("its metadata is of a later version");
    }
    let is_base_hdr = match packet.value(Vocabulary::Hdrgm, "BaseRenditionIsHDR")? {
        None | Some("False" | "false") => false,
        Some("True" | "true") => true,
        Some(_) => return Err(NO_NUMBER),
    };
    const ZERO: Millionths = Millionths::new(0);
    const ONE: Millionths = Millionths::new(1_000_000);
    const OFFSET: Millionths = Millionths::new(15_625);
    let min = numbers(packet, "GainMapMin", Some(ZERO))?;
    let max = numbers(packet, "GainMapMax", None)?;
    let gamma = numbers(packet, "Gamma", Some(ONE))?;
    let sdr = numbers(packet, "OffsetSDR", Some(OFFSET))?;
    let hdr = numbers(packet, "OffsetHDR", Some(OFFSET))?;
    let low = number(packet, "HDRCapacityMin", Some(ZERO))?;
    let high = number(packet, "HDRCapacityMax", None)?;
    if low >= high {
        return Err("its headroom is out of bounds");
    }
    let (base_headroom, alternate_headroom) = if is_base_hdr { (high, low) } else { (low, high) };
    let (base, alternate) = if is_base_hdr { (hdr, sdr) } else { (sdr, hdr) };
    let channels = [0, 1, 2].map(|c| Channel {
        min: min[c],
        max: max[c],
        gamma: gamma[c],
        base_offset: base[c],
        alternate_offset: alternate[c],
    });
    // XMP has no word for a map that is applied in other colours.
    Metadata::new(base_headroom, alternate_headroom, channels, true)
}

const NO_NUMBER: &str = "a number of its metadata is none, or out of bounds";

/// The values of a property for red, green and blue.
fn numbers(
    packet: &Packet,
    name: &str,
    default: Option<Millionths>,
) -> Result<[Millionths; 3], &'static str> {
    let number = |text: &String| Millionths::from_decimal(text).ok_or(NO_NUMBER);
    match packet.values(Vocabulary::Hdrgm, name)? {
        [] if packet.has(Vocabulary::Hdrgm, name) => Err(NO_NUMBER),
        [] => default.map(|default| [default; 3]).ok_or("its metadata is not complete"),
        [all] => Ok([number(all)?; 3]),
        [red, green, blue] => Ok([number(red)?, number(green)?, number(blue)?]),
        _ => Err("its metadata is for another number of colours"),
    }
}

fn number(packet: &Packet, name: &str, default: Option<Millionths>) -> Result<Millionths, &'static str> {
    let [red, green, blue] = numbers(packet, name, default)?;
    if red == green && red == blue { Ok(red) } else { Err("its metadata says a thing twice") }
}

/// Whether XMP can say what `metadata` says.
pub(crate) fn can_tell(metadata: &Metadata) -> bool {
    metadata.uses_base_colours()
}

/// The packet of a map. Values that are the same for all colours are
/// attributes: libultrahdr reads nothing else.
pub(crate) fn write(metadata: &Metadata) -> String {
    let is_base_hdr = metadata.is_base_hdr();
    let (low, high) = if is_base_hdr {
        (metadata.alternate_headroom(), metadata.base_headroom())
    } else {
        (metadata.base_headroom(), metadata.alternate_headroom())
    };
    let (mut attributes, mut elements) = (String::new(), String::new());
    for (name, value) in PROPERTIES {
        match metadata.channels() {
            [one] => attribute(&mut attributes, name, value(one, is_base_hdr)),
            channels => {
                let values: String = channels
                    .iter()
                    .map(|channel| format!("<rdf:li>{}</rdf:li>", value(channel, is_base_hdr)))
                    .collect();
                let _ = write!(elements, "<hdrgm:{name}><rdf:Seq>{values}</rdf:Seq></hdrgm:{name}>");
            }
        }
    }
    attribute(&mut attributes, "HDRCapacityMin", low);
    attribute(&mut attributes, "HDRCapacityMax", high);
    let hdr = if is_base_hdr { "True" } else { "False" };
    wrap(&format!(
        "<rdf:Description rdf:about=\"\" xmlns:hdrgm=\"{}\" hdrgm:Version=\"1.0\"{attributes} \
         hdrgm:BaseRenditionIsHDR=\"{hdr}\">{elements}</rdf:Description>",
        Vocabulary::Hdrgm.uri()
    ))
}

/// Puts the root elements around a description.
pub(crate) fn wrap(description: &str) -> String {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"{}\">{description}</rdf:RDF></x:xmpmeta>",
        Vocabulary::Rdf.uri()
    )
}

fn attribute(out: &mut String, name: &str, value: Millionths) {
    let _ = write!(out, " hdrgm:{name}=\"{value}\"");
}

/// The properties of a channel. XMP tells the offsets of the darker and the
/// brighter picture, whichever is the base.
type Property = (&'static str, fn(&Channel, bool) -> Millionths);
const PROPERTIES: [Property; 5] = [
    ("GainMapMin", |channel, _| channel.min),
    ("GainMapMax", |channel, _| channel.max),
    ("Gamma", |channel, _| channel.gamma),
    (
        "OffsetSDR",
        |channel, is_base_hdr| if is_base_hdr { channel.alternate_offset } else { channel.base_offset },
    ),
    (
        "OffsetHDR",
        |channel, is_base_hdr| if is_base_hdr { channel.base_offset } else { channel.alternate_offset },
    ),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::iso;
    use super::super::metadata::tests as metadata;
    use super::*;

    fn read_packet(packet: &str) -> Result<Metadata, &'static str> {
        read(&Packet::read(packet.as_bytes()).ok_or("not well-formed")?)
    }

    fn described(attributes: &str, elements: &str) -> String {
        wrap(&format!(
            r#"<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" {attributes}>{elements}</rdf:Description>"#
        ))
    }

    const NEEDED: &str = r#"hdrgm:Version="1.0" hdrgm:GainMapMax="2.3" hdrgm:HDRCapacityMax="2.3""#;

    #[test]
    fn what_is_not_there_has_its_default() {
        assert_eq!(read_packet(&described(NEEDED, "")), Ok(metadata::plain()));
    }

    #[test]
    fn one_packet_is_written_to_the_byte() {
        assert_eq!(
            write(&metadata::plain()),
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
             <rdf:Description rdf:about=\"\" xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" \
             hdrgm:Version=\"1.0\" hdrgm:GainMapMin=\"0\" hdrgm:GainMapMax=\"2.3\" hdrgm:Gamma=\"1\" \
             hdrgm:OffsetSDR=\"0.015625\" hdrgm:OffsetHDR=\"0.015625\" hdrgm:HDRCapacityMin=\"0\" \
             hdrgm:HDRCapacityMax=\"2.3\" hdrgm:BaseRenditionIsHDR=\"False\"></rdf:Description></rdf:RDF></x:xmpmeta>"
        );
    }

    #[test]
    fn a_base_that_is_hdr_has_its_own_offset_and_headroom() {
        let more = r#" hdrgm:BaseRenditionIsHDR="True" hdrgm:OffsetSDR="0.1" hdrgm:OffsetHDR="0.2""#;
        let read = read_packet(&described(&[NEEDED, more].concat(), "")).unwrap();
        assert!(read.is_base_hdr());
        assert_eq!(read.channels()[0].base_offset, Millionths::new(200_000));
    }

    #[test]
    fn what_readers_would_read_otherwise_is_refused() {
        for more in [
            r#" hdrgm:BaseRenditionIsHDR="yes""#,
            r#" hdrgm:Gamma="0""#,
            r#" hdrgm:Gamma="one""#,
            r#" hdrgm:Gamma="""#,
            r#" hdrgm:Gamma="1" hdrgm:Gamma="2""#,
            r#" hdrgm:HDRCapacityMin="2.3""#,
        ] {
            read_packet(&described(&[NEEDED, more].concat(), "")).unwrap_err();
        }
        for elements in [
            "<hdrgm:Gamma><rdf:Seq><rdf:li>1</rdf:li><rdf:li>1</rdf:li></rdf:Seq></hdrgm:Gamma>",
            "<hdrgm:Gamma/>",
            "<hdrgm:GainMapMax>3</hdrgm:GainMapMax>",
            "<hdrgm:Gamma>1&#46;5</hdrgm:Gamma>",
        ] {
            read_packet(&described(NEEDED, elements)).unwrap_err();
        }
        read_packet(&described(r#"hdrgm:Version="1.0" hdrgm:HDRCapacityMax="1""#, "")).unwrap_err();
        read_packet(&described(&NEEDED.replace("1.0", "2.0"), "")).unwrap_err();
    }

    proptest! {
        #[test]
        fn both_forms_tell_the_same(metadata in metadata::any().prop_filter("XMP can tell", can_tell)) {
            let written = write(&metadata);
            prop_assert_eq!(read_packet(&written), Ok(metadata));
            prop_assert_eq!(iso::read(&iso::write(&metadata)), read_packet(&written));
            prop_assert_eq!(write(&read_packet(&written).unwrap()), written);
        }
    }
}
