//! What a picture says about rights, and the packet that says it.

use std::fmt::Write;

use super::{Right, Rights, text};

/// The longest copyright notice, in characters. IPTC takes 128.
const MOST_NOTICE: usize = 1000;
/// So many creators are named, each in so many characters. IPTC takes 32.
const MOST_CREATORS: usize = 16;
const MOST_NAME: usize = 200;
/// The longest terms of use, in characters.
const MOST_TERMS: usize = 2000;
/// The longest address, in characters.
const MOST_ADDRESS: usize = 500;

/// A property of a statement that is one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Property {
    Copyright,
    Creator,
    Credit,
    UsageTerms,
    WebStatement,
    LicensorUrl,
    License,
}

/// What is said about rights. Texts are clean already: that holds for every one that is here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Statement {
    copyright: Option<String>,
    creators: Vec<String>,
    credit: Option<String>,
    usage_terms: Option<String>,
    web_statement: Option<String>,
    licensor_url: Option<String>,
    /// The address of a license of Creative Commons, for example.
    license: Option<String>,
}

impl Statement {
    /// Adds what `property` says, if that is something. What is said already stays; creators are several.
    pub(super) fn add(&mut self, property: Property, value: &str) {
        let (place, value) = match property {
            Property::Creator => {
                if let Some(name) = text::line(value, MOST_NAME)
                    && self.creators.len() < MOST_CREATORS
                    && !self.creators.contains(&name)
                {
                    self.creators.push(name);
                }
                return;
            }
            Property::Copyright => (&mut self.copyright, text::line(value, MOST_NOTICE)),
            Property::Credit => (&mut self.credit, text::line(value, MOST_NAME)),
            Property::UsageTerms => (&mut self.usage_terms, text::line(value, MOST_TERMS)),
            Property::WebStatement => (&mut self.web_statement, text::address(value, MOST_ADDRESS)),
            Property::LicensorUrl => (&mut self.licensor_url, text::address(value, MOST_ADDRESS)),
            Property::License => (&mut self.license, text::address(value, MOST_ADDRESS)),
        };
        if place.is_none() {
            *place = value;
        }
    }

    /// Fills what is not said here with what `other` says.
    pub(super) fn or(mut self, other: Self) -> Self {
        let Self { copyright, creators, credit, usage_terms, web_statement, licensor_url, license } = other;
        self.copyright = self.copyright.or(copyright);
        if self.creators.is_empty() {
            self.creators = creators;
        }
        self.credit = self.credit.or(credit);
        self.usage_terms = self.usage_terms.or(usage_terms);
        self.web_statement = self.web_statement.or(web_statement);
        self.licensor_url = self.licensor_url.or(licensor_url);
        self.license = self.license.or(license);
        self
    }

    /// The same without what is not in `keep`.
    pub(super) fn only(mut self, keep: Rights) -> Self {
        if !keep.contains(Right::Copyright) {
            self.copyright = None;
        }
        if !keep.contains(Right::Creator) {
            self.creators.clear();
        }
        if !keep.contains(Right::Credit) {
            self.credit = None;
        }
        if !keep.contains(Right::License) {
            (self.usage_terms, self.web_statement, self.licensor_url, self.license) =
                (None, None, None, None);
        }
        self
    }

    /// What there is.
    pub(crate) fn rights(&self) -> Rights {
        let has_license = [&self.usage_terms, &self.web_statement, &self.licensor_url, &self.license]
            .iter()
            .any(|one| one.is_some());
        [
            (Right::Copyright, self.copyright.is_some()),
            (Right::Creator, !self.creators.is_empty()),
            (Right::Credit, self.credit.is_some()),
            (Right::License, has_license),
        ]
        .into_iter()
        .filter_map(|(right, is_there)| is_there.then_some(right))
        .collect()
    }

    /// Whether `value`, a fact that was cut at 200 characters, is something that is said here.
    pub(crate) fn says(&self, value: &str) -> bool {
        const FACT: usize = 200;
        let Some(value) = text::line(value, FACT) else { return false };
        let texts = [
            &self.copyright,
            &self.credit,
            &self.usage_terms,
            &self.web_statement,
            &self.licensor_url,
            &self.license,
        ];
        let mut texts = texts.into_iter().flatten().chain(&self.creators);
        texts.any(|text| text::line(text, FACT).as_ref() == Some(&value))
    }

    /// The description of it as RDF; `None` when nothing is said.
    pub(crate) fn description(&self) -> Option<String> {
        if self.rights().is_empty() {
            return None;
        }
        let (mut namespaces, mut elements) = (String::new(), String::new());
        let mut add = |prefix: &str, uri: &str, element: String| {
            let namespace = format!(" xmlns:{prefix}=\"{uri}\"");
            if !namespaces.contains(&namespace) {
                namespaces.push_str(&namespace);
            }
            elements.push_str(&element);
        };
        let alternative = |name: &str, text: &str| {
            let text = text::escape(text);
            format!("<{name}><rdf:Alt><rdf:li xml:lang=\"x-default\">{text}</rdf:li></rdf:Alt></{name}>")
        };
        if !self.creators.is_empty() {
            let names = self.creators.iter().fold(String::new(), |mut names, name| {
                let _ = write!(names, "<rdf:li>{}</rdf:li>", text::escape(name));
                names
            });
            add("dc", DC, format!("<dc:creator><rdf:Seq>{names}</rdf:Seq></dc:creator>"));
        }
        if let Some(notice) = &self.copyright {
            add("dc", DC, alternative("dc:rights", notice));
        }
        if let Some(credit) = &self.credit {
            add(
                "photoshop",
                PHOTOSHOP,
                format!("<photoshop:Credit>{}</photoshop:Credit>", text::escape(credit)),
            );
        }
        if let Some(terms) = &self.usage_terms {
            add("xmpRights", XMP_RIGHTS, alternative("xmpRights:UsageTerms", terms));
        }
        if let Some(address) = &self.web_statement {
            let address = text::escape(address);
            add(
                "xmpRights",
                XMP_RIGHTS,
                format!("<xmpRights:WebStatement>{address}</xmpRights:WebStatement>"),
            );
        }
        if let Some(address) = &self.licensor_url {
            let address = text::escape(address);
            let licensor = format!(
                "<rdf:li rdf:parseType=\"Resource\"><plus:LicensorURL>{address}</plus:LicensorURL></rdf:li>"
            );
            add("plus", PLUS, format!("<plus:Licensor><rdf:Seq>{licensor}</rdf:Seq></plus:Licensor>"));
        }
        if let Some(address) = &self.license {
            add("cc", CC, format!("<cc:license rdf:resource=\"{}\"/>", text::escape(address)));
        }
        Some(format!("<rdf:Description rdf:about=\"\"{namespaces}>{elements}</rdf:Description>"))
    }

    /// A packet that says this and nothing else; `None` when that is nothing.
    pub(crate) fn packet(&self) -> Option<String> {
        Some(crate::gain_map::hdrgm::wrap(&self.description()?))
    }
}

pub(super) const DC: &str = "http://purl.org/dc/elements/1.1/";
pub(super) const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
pub(super) const XMP_RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
pub(super) const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
pub(super) const CC: &str = "http://creativecommons.org/ns#";

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::rights::xmp;

    /// One that says something with every property.
    pub(crate) fn full() -> Statement {
        let mut statement = Statement::default();
        for (property, value) in [
            (Property::Copyright, "© 2024 Ada <Lovelace> & \"Sons\""),
            (Property::Creator, "Ada Lovelace"),
            (Property::Creator, "Grace Hopper"),
            (Property::Credit, "The Agency/Ada"),
            (Property::UsageTerms, "Editorial use only"),
            (Property::WebStatement, "https://example.org/terms?a=1&b=2"),
            (Property::LicensorUrl, "https://example.org/licensor"),
            (Property::License, "https://creativecommons.org/licenses/by/4.0/"),
        ] {
            statement.add(property, value);
        }
        statement
    }

    #[test]
    fn what_is_written_is_read() {
        let packet = full().packet().unwrap();
        let read = xmp::read(packet.as_bytes()).unwrap();
        assert_eq!(read, full());
        assert_eq!(read.packet(), Some(packet));
    }

    #[test]
    fn only_what_is_kept_is_written() {
        for right in Right::ALL {
            let one = full().only([*right].into_iter().collect());
            assert_eq!(one.rights().iter().collect::<Vec<_>>(), [*right]);
            assert_eq!(xmp::read(one.packet().unwrap().as_bytes()), Some(one));
        }
        assert_eq!(full().only(Rights::NONE).packet(), None);
        assert_eq!(full().only(Rights::ALL), full());
    }

    #[test]
    fn the_longest_fits_into_a_segment_of_jpeg() {
        let mut statement = Statement::default();
        let long = "&".repeat(5000);
        for property in [Property::Copyright, Property::Credit, Property::UsageTerms] {
            statement.add(property, &format!("a{long}"));
        }
        for number in 0..100 {
            statement.add(Property::Creator, &format!("{number}{long}"));
        }
        for property in [Property::WebStatement, Property::LicensorUrl, Property::License] {
            statement.add(property, &format!("http://a/{long}"));
            statement.add(property, &format!("http://a/{}", &long[..MOST_ADDRESS - 9]));
        }
        assert_eq!(statement.rights(), Rights::ALL);
        let packet = statement.packet().unwrap();
        // A gain map's directory takes another 800 bytes.
        assert!((35_000..60_000).contains(&packet.len()), "{}", packet.len());
        assert_eq!(xmp::read(packet.as_bytes()), Some(statement));
    }

    #[test]
    fn facts_that_stay_are_known() {
        assert!(full().says("Ada Lovelace"));
        assert!(full().says("© 2024 Ada <Lovelace> &  \"Sons\""));
        assert!(!full().says("Ada") && !full().says(""));
    }
}
