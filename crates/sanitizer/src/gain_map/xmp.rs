//! Reads the few properties of an XMP packet (ISO 16684-1) that tell about a
//! gain map. Names are known by their namespace, whatever prefix they have.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, QName, ResolveResult};
use quick_xml::reader::NsReader;

/// Elements nested deeper than this make a packet unreadable.
const DEPTH_LIMIT: usize = 64;
/// A packet with more properties and items than this is none that a camera wrote.
const PROPERTY_LIMIT: usize = 64;
/// The longest value that means something here is an URN.
const VALUE_LIMIT: usize = 100;

/// The namespaces that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vocabulary {
    /// Adobe's gain maps.
    Hdrgm,
    /// Apple's gain maps.
    AppleGainMap,
    /// Apple's auxiliary pictures.
    ApplePixelData,
    Rdf,
    /// Google's directory of a file's pictures, and its items.
    Container,
    ContainerItem,
}

impl Vocabulary {
    /// The namespace's name.
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::Hdrgm => "http://ns.adobe.com/hdr-gain-map/1.0/",
            Self::AppleGainMap => "http://ns.apple.com/HDRGainMap/1.0/",
            Self::ApplePixelData => "http://ns.apple.com/pixeldatainfo/1.0/",
            Self::Rdf => "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            Self::Container => "http://ns.google.com/photos/1.0/container/",
            Self::ContainerItem => "http://ns.google.com/photos/1.0/container/item/",
        }
    }

    fn of(namespace: &ResolveResult<'_>) -> Option<Self> {
        let ResolveResult::Bound(Namespace(uri)) = namespace else { return None };
        [
            Self::Hdrgm,
            Self::AppleGainMap,
            Self::ApplePixelData,
            Self::Rdf,
            Self::Container,
            Self::ContainerItem,
        ]
        .into_iter()
        .find(|vocabulary| vocabulary.uri() == *uri)
    }
}

/// What a packet tells.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Packet {
    properties: Vec<Property>,
    /// The attributes of each item of the container's directory, in order.
    pub items: Vec<Vec<(String, String)>>,
}

#[derive(Debug, PartialEq)]
struct Property {
    vocabulary: Vocabulary,
    name: String,
    /// One, or those of a list.
    values: Vec<String>,
}

impl Packet {
    /// Reads a packet; `None` when it is no well-formed one.
    pub(crate) fn read(packet: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(packet).ok()?;
        let mut reader = NsReader::from_str(text.trim_matches(|c: char| c == '\0' || c == '\u{FEFF}'));
        let mut walk = Walk::default();
        loop {
            match reader.read_event().ok()? {
                Event::Start(element) => {
                    walk.open(&reader, &element)?;
                    walk.text.clear();
                }
                Event::Empty(element) => {
                    walk.open(&reader, &element)?;
                    walk.text.clear();
                    walk.close();
                }
                Event::End(_) => walk.close(),
                Event::Text(part) => walk.append(&part.into_inner()),
                Event::CData(part) => walk.append(&part.into_inner()),
                // Of no use in a number or an URN: it shall not pass for one.
                Event::GeneralRef(_) => walk.append("&"),
                Event::Eof => break,
                _ => {}
            }
        }
        (walk.path.is_empty() && !walk.is_overfull).then_some(walk.packet)
    }

    /// The values of a property: none when it is not there.
    ///
    /// # Errors
    /// When it is there twice: readers would disagree.
    pub(crate) fn values(&self, vocabulary: Vocabulary, name: &str) -> Result<&[String], &'static str> {
        let mut found = self
            .properties
            .iter()
            .filter(|property| property.vocabulary == vocabulary && property.name == name);
        let values = found.next().map_or(&[][..], |property| &property.values);
        if found.next().is_some() {
            return Err("its metadata says a thing twice");
        }
        Ok(values)
    }

    /// The only value of a property.
    ///
    /// # Errors
    /// When there are several.
    pub(crate) fn value(&self, vocabulary: Vocabulary, name: &str) -> Result<Option<&str>, &'static str> {
        match self.values(vocabulary, name)? {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err("its metadata says a thing twice"),
        }
    }

    /// Whether the packet has a property at all.
    pub(crate) fn has(&self, vocabulary: Vocabulary, name: &str) -> bool {
        self.properties.iter().any(|property| property.vocabulary == vocabulary && property.name == name)
    }
}

/// What an element is to its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Rdf,
    Description,
    /// A property of the packet, of this place in its list if we look at it.
    Property(Option<usize>),
    /// `rdf:Seq` in a property.
    List(Option<usize>),
    /// `rdf:li` in that.
    Member(Option<usize>),
    Other,
}

#[derive(Default)]
struct Walk {
    packet: Packet,
    path: Vec<Node>,
    /// The text of the element that was opened last.
    text: String,
    is_overfull: bool,
}

impl Walk {
    fn open(&mut self, reader: &NsReader<&[u8]>, element: &BytesStart<'_>) -> Option<()> {
        let (namespace, name) = reader.resolver().resolve_element(element.name());
        let vocabulary = Vocabulary::of(&namespace);
        let name = name.as_ref();
        let node = match (self.path.last(), vocabulary, name) {
            (_, Some(Vocabulary::Rdf), "RDF") => Node::Rdf,
            (Some(Node::Rdf), Some(Vocabulary::Rdf), "Description") => {
                self.attributes(reader, element)?;
                Node::Description
            }
            (Some(Node::Description), vocabulary, _) => {
                Node::Property(vocabulary.and_then(|vocabulary| self.property(vocabulary, name)))
            }
            (Some(Node::Property(place)), Some(Vocabulary::Rdf), "Seq" | "Bag") => Node::List(*place),
            (Some(Node::List(place)), Some(Vocabulary::Rdf), "li") => Node::Member(*place),
            (_, Some(Vocabulary::Container), "Item") => {
                self.item(reader, element)?;
                Node::Other
            }
            _ => Node::Other,
        };
        self.path.push(node);
        (self.path.len() <= DEPTH_LIMIT).then_some(())
    }

    fn close(&mut self) {
        let value = self.text.trim_ascii();
        match self.path.pop() {
            Some(Node::Property(Some(place)) | Node::Member(Some(place))) if !value.is_empty() => {
                let values = &mut self.packet.properties[place].values;
                // One more than can be right.
                if values.len() < 4 {
                    values.push(value.to_owned());
                }
            }
            _ => {}
        }
        self.text.clear();
    }

    fn append(&mut self, part: &str) {
        let left = VALUE_LIMIT.saturating_sub(self.text.len());
        self.text.extend(part.chars().take(left));
    }

    /// Adds a property without a value; gives its place.
    fn property(&mut self, vocabulary: Vocabulary, name: &str) -> Option<usize> {
        let is_known =
            matches!(vocabulary, Vocabulary::Hdrgm | Vocabulary::AppleGainMap | Vocabulary::ApplePixelData);
        self.is_overfull |= is_known && self.packet.properties.len() >= PROPERTY_LIMIT;
        if !is_known || self.is_overfull {
            return None;
        }
        self.packet.properties.push(Property { vocabulary, name: name.to_owned(), values: Vec::new() });
        Some(self.packet.properties.len() - 1)
    }

    fn attributes(&mut self, reader: &NsReader<&[u8]>, element: &BytesStart<'_>) -> Option<()> {
        for (key, value) in pairs(element)? {
            let (namespace, name) = reader.resolver().resolve_attribute(key);
            if let Some(vocabulary) = Vocabulary::of(&namespace)
                && let Some(place) = self.property(vocabulary, name.as_ref())
            {
                self.packet.properties[place].values.push(value);
            }
        }
        Some(())
    }

    fn item(&mut self, reader: &NsReader<&[u8]>, element: &BytesStart<'_>) -> Option<()> {
        let mut item = Vec::new();
        for (key, value) in pairs(element)? {
            let (namespace, name) = reader.resolver().resolve_attribute(key);
            if Vocabulary::of(&namespace) == Some(Vocabulary::ContainerItem) && item.len() < PROPERTY_LIMIT {
                item.push((name.as_ref().to_owned(), value));
            }
        }
        self.is_overfull |= self.packet.items.len() >= PROPERTY_LIMIT;
        if !self.is_overfull {
            self.packet.items.push(item);
        }
        Some(())
    }
}

/// The attributes of an element that have a short value.
fn pairs<'a>(element: &'a BytesStart<'_>) -> Option<Vec<(QName<'a>, String)>> {
    let mut pairs = Vec::new();
    let mut attributes = element.attributes();
    // Checking would take time in the square of their number; `values` finds what is there twice.
    attributes.with_checks(false);
    for attribute in attributes {
        let attribute = attribute.ok()?;
        if attribute.value.len() <= VALUE_LIMIT {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            pairs.push((attribute.key, value.trim_ascii().to_owned()));
        }
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(description: &str) -> String {
        format!(
            r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF
            xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:g="http://ns.adobe.com/hdr-gain-map/1.0/"
            xmlns:hdrgm="http://example.org/another/">{description}</r:RDF></x:xmpmeta><?xpacket end="w"?>"#
        )
    }

    #[test]
    fn properties_are_attributes_or_elements_under_any_prefix() {
        let text = packet(
            r#"<r:Description r:about="" g:Version="1.0" hdrgm:Gamma="9"><g:GainMapMax><r:Seq><r:li> 1 </r:li><r:li>2</r:li>
            </r:Seq></g:GainMapMax><g:Gamma>1<!-- no -->.5</g:Gamma></r:Description>"#,
        );
        let read = Packet::read(text.as_bytes()).unwrap();
        assert_eq!(read.value(Vocabulary::Hdrgm, "Version"), Ok(Some("1.0")));
        assert_eq!(read.values(Vocabulary::Hdrgm, "GainMapMax").unwrap(), ["1", "2"]);
        assert_eq!(read.value(Vocabulary::Hdrgm, "Gamma"), Ok(Some("1.5")));
        assert_eq!(read.value(Vocabulary::Hdrgm, "OffsetSDR"), Ok(None));
    }

    #[test]
    fn what_is_there_twice_or_elsewhere_is_no_property() {
        let twice = packet(r#"<r:Description g:Gamma="1"><g:Gamma>1</g:Gamma></r:Description>"#);
        Packet::read(twice.as_bytes()).unwrap().value(Vocabulary::Hdrgm, "Gamma").unwrap_err();
        let deeper = packet(
            r#"<r:Description><a><r:Description g:Gamma="1"/><g:Gamma>1</g:Gamma></a></r:Description>"#,
        );
        assert_eq!(Packet::read(deeper.as_bytes()).unwrap().value(Vocabulary::Hdrgm, "Gamma"), Ok(None));
    }

    #[test]
    fn hostile_packets_end_quickly() {
        for text in [
            "<a>".repeat(20_000),
            packet(&"<r:Description g:Gamma='1'/>".repeat(2_000)),
            packet(&format!("<r:Description {}/>", "g:Gamma='1' ".repeat(5_000))),
            packet("<r:Description"),
            packet("<r:Description></r:Descriptio>"),
        ] {
            assert_eq!(Packet::read(text.as_bytes()), None);
        }
    }

    proptest! {
        #[test]
        fn random_markup_is_read_without_harm(
            parts in prop::collection::vec(prop::sample::select(vec![
                "<", ">", "/>", "</", "<r:Description", "<r:Seq>", "<r:li>", " g:Gamma='", "'", "&", ";", "1", "<g:Gamma>", "</g:Gamma>", "<![CDATA[", "]]>", "<!--", "<?",
            ]), 0..40),
        ) {
            Packet::read(packet(&parts.concat()).as_bytes());
            Packet::read(parts.concat().as_bytes());
        }
    }
}
