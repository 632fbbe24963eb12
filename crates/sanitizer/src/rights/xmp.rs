//! Reads what an XMP packet (ISO 16684-1) says about rights. Names are known by their namespace, whatever prefix they
//! have, and only as properties of the picture itself: what a packet says of other resources in it is not about this
//! one.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use super::statement::{CC, DC, PHOTOSHOP, PLUS, Property, Statement, XMP_RIGHTS};

const META: &str = "adobe:ns:meta/";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// Elements nested deeper than this make a packet unreadable.
const DEPTH_LIMIT: usize = 64;
/// Values that are looked at. More of them than this say nothing new.
const VALUE_LIMIT: usize = 256;
/// The longest text of a value that is looked at, in bytes; that is more than is kept of any.
const TEXT_LIMIT: usize = 16 * 1024;

/// What `packet` says; `None` when it is no well-formed one. It has no entities of its own: a packet with
/// a document type is not read.
pub(super) fn read(packet: &[u8]) -> Option<Statement> {
    let packet = decode(packet)?;
    let mut reader = NsReader::from_str(packet.trim_matches(|c: char| c == '\0' || c == '\u{FEFF}'));
    let mut walk = Walk::default();
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => walk.open(&reader, &element)?,
            Event::Empty(element) => {
                walk.open(&reader, &element)?;
                walk.close();
            }
            Event::End(_) => walk.close(),
            Event::Text(part) => walk.append(&part.into_inner()),
            Event::CData(part) => walk.append(&part.into_inner()),
            Event::GeneralRef(part) => match part.resolve_char_ref().ok()? {
                Some(character) => walk.append(character.encode_utf8(&mut [0; 4])),
                None => walk.append(resolve_predefined_entity(&part.into_inner())?),
            },
            Event::DocType(_) => return None,
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    walk.path.is_empty().then(|| walk.statement())
}

/// The packet as text: UTF-8, or UTF-16 told by its byte order mark or zeros.
fn decode(packet: &[u8]) -> Option<Cow<'_, str>> {
    let big_endian = match packet {
        [0xFE, 0xFF, ..] | [0, b'<', ..] => true,
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => false,
        _ => return std::str::from_utf8(packet).ok().map(Cow::Borrowed),
    };
    let units = packet.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    });
    char::decode_utf16(units).collect::<Result<String, _>>().ok().map(Cow::Owned)
}

/// What an element is to its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Meta,
    Rdf,
    Description,
    /// A property that is a text, a list of texts, or the same in several languages.
    Property(Property),
    /// `rdf:Alt`, `rdf:Seq` or `rdf:Bag` in it.
    List(Property),
    /// `rdf:li` in that; whether it is the one in no certain language.
    Member(Property, bool),
    /// The property `plus:Licensor`, the list in it, and one licensor.
    Licensor,
    Licensors,
    OneLicensor,
    Other,
}

#[derive(Default)]
struct Walk {
    path: Vec<Node>,
    /// The text of the element that was opened last.
    text: String,
    /// What was found; whether it is the one in no certain language.
    values: Vec<(Property, String, bool)>,
}

impl Walk {
    fn open(&mut self, reader: &NsReader<&[u8]>, element: &BytesStart<'_>) -> Option<()> {
        self.text.clear();
        let (namespace, name) = reader.resolver().resolve_element(element.name());
        let (namespace, name) = (uri(&namespace), name.as_ref());
        let is_list = namespace == RDF && matches!(name, "Alt" | "Seq" | "Bag");
        let is_member = namespace == RDF && name == "li";
        let is_description = namespace == RDF && name == "Description";
        let node = match self.path.last() {
            None if namespace == META => Node::Meta,
            None | Some(Node::Meta) if namespace == RDF && name == "RDF" => Node::Rdf,
            Some(Node::Rdf) if is_description => Node::Description,
            Some(Node::Description) if namespace == PLUS && name == "Licensor" => Node::Licensor,
            Some(Node::Description) => property(namespace, name).map_or(Node::Other, Node::Property),
            Some(Node::Property(property)) if is_list => Node::List(*property),
            Some(Node::List(property)) if is_member => Node::Member(*property, is_default(element)?),
            Some(Node::Licensor) if is_list => Node::Licensors,
            Some(Node::Licensors) if is_member => Node::OneLicensor,
            // A licensor may be described in an element of its own.
            Some(Node::Licensor | Node::OneLicensor) if is_description => Node::OneLicensor,
            Some(Node::Licensor | Node::OneLicensor)
                if property(namespace, name) == Some(Property::LicensorUrl) =>
            {
                Node::Property(Property::LicensorUrl)
            }
            _ => Node::Other,
        };
        match node {
            Node::Description | Node::OneLicensor | Node::Licensor => {
                self.attributes(reader, element, node)?;
            }
            Node::Property(Property::License) => {
                let resource = attribute(reader, element, RDF, "resource")?;
                resource.into_iter().for_each(|address| self.push(Property::License, &address, false));
            }
            _ => {}
        }
        self.path.push(node);
        (self.path.len() <= DEPTH_LIMIT).then_some(())
    }

    fn close(&mut self) {
        match self.path.pop() {
            Some(Node::Property(property)) => self.take_text(property, false),
            Some(Node::Member(property, is_default)) => self.take_text(property, is_default),
            _ => {}
        }
        self.text.clear();
    }

    fn take_text(&mut self, property: Property, is_default: bool) {
        let text = std::mem::take(&mut self.text);
        self.push(property, &text, is_default);
    }

    fn push(&mut self, property: Property, text: &str, is_default: bool) {
        if !text.trim().is_empty() && self.values.len() < VALUE_LIMIT {
            self.values.push((property, text.chars().take(TEXT_LIMIT).collect(), is_default));
        }
    }

    fn append(&mut self, part: &str) {
        let left = TEXT_LIMIT.saturating_sub(self.text.len());
        self.text.extend(part.chars().take(left));
    }

    /// Properties that are attributes of a description.
    fn attributes(&mut self, reader: &NsReader<&[u8]>, element: &BytesStart<'_>, of: Node) -> Option<()> {
        for (namespace, name, value) in attributes(reader, element)? {
            if let Some(property) = property(&namespace, &name)
                && (of == Node::Description || property == Property::LicensorUrl)
            {
                self.push(property, &value, false);
            }
        }
        Some(())
    }

    /// Of one thing in several languages it is the one in no certain language, or else the first.
    fn statement(self) -> Statement {
        let mut statement = Statement::default();
        let (default, others): (Vec<_>, Vec<_>) = self
            .values
            .into_iter()
            .partition(|(property, _, is_default)| *is_default || *property == Property::Creator);
        for (property, value, _) in default.iter().chain(&others) {
            statement.add(*property, value);
        }
        statement
    }
}

/// The property of this name.
fn property(namespace: &str, name: &str) -> Option<Property> {
    Some(match (namespace, name) {
        (DC, "rights") => Property::Copyright,
        (DC, "creator") => Property::Creator,
        (PHOTOSHOP, "Credit") => Property::Credit,
        (XMP_RIGHTS, "UsageTerms") => Property::UsageTerms,
        (XMP_RIGHTS, "WebStatement") => Property::WebStatement,
        (PLUS, "LicensorURL") => Property::LicensorUrl,
        (CC, "license") => Property::License,
        _ => return None,
    })
}

fn uri<'a>(namespace: &ResolveResult<'a>) -> &'a str {
    match namespace {
        ResolveResult::Bound(Namespace(uri)) => uri,
        ResolveResult::Unbound | ResolveResult::Unknown(_) => "",
    }
}

/// Namespace, name and value of each attribute that has a namespace. `None` when they are not well-formed.
fn attributes(reader: &NsReader<&[u8]>, element: &BytesStart<'_>) -> Option<Vec<(String, String, String)>> {
    let mut found = Vec::new();
    let mut all = element.attributes();
    // Checking would take time in the square of their number.
    all.with_checks(false);
    for attribute in all {
        let attribute = attribute.ok()?;
        let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
        let (namespace, name) = (uri(&namespace), name.as_ref());
        let is_known = property(namespace, name).is_some() || (namespace, name) == (RDF, "resource");
        if is_known && attribute.value.len() <= TEXT_LIMIT && found.len() < VALUE_LIMIT {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            found.push((namespace.to_owned(), name.to_owned(), value.into_owned()));
        }
    }
    Some(found)
}

/// The value of one attribute.
fn attribute(
    reader: &NsReader<&[u8]>,
    element: &BytesStart<'_>,
    namespace: &str,
    name: &str,
) -> Option<Option<String>> {
    let found = attributes(reader, element)?
        .into_iter()
        .find(|(of, key, _)| (of.as_str(), key.as_str()) == (namespace, name));
    Some(found.map(|(.., value)| value))
}

/// Whether it is said that a member of a list is in no certain language.
fn is_default(element: &BytesStart<'_>) -> Option<bool> {
    let mut all = element.attributes();
    all.with_checks(false);
    for attribute in all {
        let attribute = attribute.ok()?;
        if attribute.key.as_ref() == "xml:lang" {
            return Some(&*attribute.value == "x-default");
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rights::{Right, Rights};

    /// A packet with other prefixes than most writers use.
    fn packet(rdf: &str) -> String {
        format!(
            r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><m:xmpmeta xmlns:m="adobe:ns:meta/"><r:RDF
            xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="{DC}" xmlns:ps="{PHOTOSHOP}" xmlns:xr="{XMP_RIGHTS}"
            xmlns:pl="{PLUS}" xmlns:c="{CC}" xmlns:dc="http://example.org/another/">{rdf}</r:RDF></m:xmpmeta><?xpacket end="w"?>  "#
        )
    }

    fn statement(properties: &[(Property, &str)]) -> Option<Statement> {
        let mut statement = Statement::default();
        properties.iter().for_each(|(property, value)| statement.add(*property, value));
        Some(statement)
    }

    #[test]
    fn elements_attributes_and_lists_are_read_under_any_prefix() {
        let rdf = r#"<r:Description r:about="" ps:Credit="The &amp; Agency" dc:rights="not this" xr:WebStatement="http://a/?b&amp;c">
            <d:creator><r:Seq><r:li>Ada &#x4C;ovelace</r:li><r:li><![CDATA[Grace]]></r:li></r:Seq></d:creator>
            <d:rights><r:Alt><r:li xml:lang="fr">Droits</r:li><r:li xml:lang="x-default">Rights &lt;a&gt;</r:li></r:Alt></d:rights>
            <c:license r:resource="https://creativecommons.org/licenses/by/4.0/"/>
          </r:Description><r:Description><xr:UsageTerms>Terms</xr:UsageTerms></r:Description>"#;
        let expected = statement(&[
            (Property::Credit, "The & Agency"),
            (Property::WebStatement, "http://a/?b&c"),
            (Property::Creator, "Ada Lovelace"),
            (Property::Creator, "Grace"),
            (Property::Copyright, "Rights <a>"),
            (Property::License, "https://creativecommons.org/licenses/by/4.0/"),
            (Property::UsageTerms, "Terms"),
        ]);
        assert_eq!(read(packet(rdf).as_bytes()), expected);
    }

    #[test]
    fn each_form_of_a_licensor_is_read() {
        let url = "https://example.org/buy";
        for form in [
            "<r:Seq><r:li r:parseType='Resource'><pl:LicensorName>Ada</pl:LicensorName><pl:LicensorURL>%</pl:LicensorURL></r:li></r:Seq>",
            "<r:Seq><r:li pl:LicensorURL='%'/></r:Seq>",
            "<r:Bag><r:li><r:Description pl:LicensorEmail='a@b' pl:LicensorURL='%'/></r:li></r:Bag>",
            "<r:Seq><r:li><r:Description><pl:LicensorURL>%</pl:LicensorURL></r:Description></r:li><r:li pl:LicensorURL='http://second'/></r:Seq>",
            "<r:Description pl:LicensorURL='%' d:rights='no'/>",
        ] {
            let rdf = format!(
                "<r:Description><pl:Licensor>{}</pl:Licensor></r:Description>",
                form.replace('%', url)
            );
            assert_eq!(read(packet(&rdf).as_bytes()), statement(&[(Property::LicensorUrl, url)]), "{form}");
        }
    }

    #[test]
    fn what_is_said_of_others_is_not_said_of_the_picture() {
        for rdf in [
            "<r:Description><x><r:Description d:rights='no'><d:creator>no</d:creator></r:Description></x></r:Description>",
            "<r:Description><x><r:Seq><r:li d:rights='no'><d:rights>no</d:rights></r:li></r:Seq></x></r:Description>",
            "<r:Description><d:title><d:rights>no</d:rights></d:title></r:Description>",
            "<r:Description><x><r:RDF><r:Description d:rights='no'/></r:RDF></x></r:Description>",
            "<d:rights>no</d:rights>",
            "<r:Description><d:rights><r:Alt><x><r:li>no</r:li></x></r:Alt></d:rights></r:Description>",
        ] {
            assert_eq!(read(packet(rdf).as_bytes()), Some(Statement::default()), "{rdf}");
        }
    }

    #[test]
    fn of_two_descriptions_that_disagree_the_first_counts() {
        let rdf = "<r:Description d:rights='first'/><r:Description d:rights='second'/>";
        assert_eq!(read(packet(rdf).as_bytes()), statement(&[(Property::Copyright, "first")]));
    }

    #[test]
    fn utf16_packets_say_the_same() {
        let text = packet("<r:Description d:rights='© Zoë 🙂'/>");
        for big_endian in [true, false] {
            let unit = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
            let marked: Vec<u8> = ["\u{FEFF}", &text].concat().encode_utf16().flat_map(unit).collect();
            for bytes in [bytes, marked] {
                assert_eq!(read(&bytes), read(text.as_bytes()));
            }
        }
        assert!(read(text.as_bytes()).unwrap().rights().contains(Right::Copyright));
    }

    #[test]
    fn hostile_packets_are_not_read() {
        let bomb = format!(
            "<!DOCTYPE a [<!ENTITY b \"{0}\"><!ENTITY c \"&b;&b;&b;&b;\"><!ENTITY d SYSTEM \"file:///etc/passwd\">]>{1}",
            "x".repeat(1000),
            packet("<r:Description d:rights='&c;'><d:creator>&d;</d:creator></r:Description>")
        );
        for text in [
            bomb,
            packet("<r:Description d:rights='&c;'/>"),
            packet("<r:Description><d:creator>&d;</d:creator></r:Description>"),
            packet("<r:Description><d:creator>&#xD800;</d:creator></r:Description>"),
            packet("<r:Description>"),
            packet("<r:Description></r:Descriptio>"),
            packet(&"<a>".repeat(100)),
            "\0\u{FEFF}<".to_owned(),
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text:.100}");
        }
        assert_eq!(read(b"<a>\xFF</a>"), None);
        assert_eq!(read(b""), Some(Statement::default()));
    }

    #[test]
    fn a_large_packet_is_read_in_no_time() {
        let start = std::time::Instant::now();
        for filling in ["<x/>", "<x a='b'/>", "<d:creator>a</d:creator>", "<pl:Licensor/>", "&amp;", "text "]
        {
            let filling = filling.repeat((4 << 20) / filling.len());
            let rdf = format!("<r:Description d:rights='first'>{filling}</r:Description>");
            assert!(read(packet(&rdf).as_bytes()).unwrap().rights().contains(Right::Copyright));
        }
        let many = format!("<r:Description {}/>", "d:rights='a' ".repeat(300_000));
        read(packet(&many).as_bytes()).unwrap();
        // Unoptimised, and beside other tests.
        assert!(start.elapsed().as_secs() < 60);
    }

    proptest! {
        #[test]
        fn random_markup_is_read_without_harm(
            parts in prop::collection::vec(prop::sample::select(vec![
                "<", ">", "/>", "</", "<r:Description", "<r:Seq>", "<r:li>", " d:rights='", "'", "&", ";", "1", "<d:creator>", "</d:creator>",
                "<![CDATA[", "]]>", "<!--", "<?", "<pl:Licensor>", "&#1;", "\u{202E}",
            ]), 0..40),
        ) {
            for text in [packet(&parts.concat()), parts.concat()] {
                if let Some(statement) = read(text.as_bytes()) {
                    // What is written of it says the same and no more.
                    let packet = statement.packet().unwrap_or_default();
                    prop_assert_eq!(read(packet.as_bytes()), Some(statement.only(Rights::ALL)));
                }
            }
        }
    }
}
