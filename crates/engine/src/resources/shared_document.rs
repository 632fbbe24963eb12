//! XML documents of a bucket that belong to everybody, such as its notification entries and lifecycle rules. A write
//! replaces the whole document, so it is read right before, and entries of others go back as the bytes that came: not
//! even a field that S3 has and the SDK does not know yet is lost.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::aws::{AwsError, Transport};

/// A document, cut into its entries.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Document<'a> {
    /// The root's start tag.
    start: String,
    /// The root's name.
    root: &'a str,
    /// The entries, in the document's order.
    pub(super) entries: Vec<Entry<'a>>,
}

/// An entry as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// The name of its element.
    pub(super) kind: &'a str,
    /// All of it.
    pub(super) xml: &'a str,
    /// The names and texts of its children that hold text.
    fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Entry<'a> {
    /// The text of a child; empty when there is none.
    pub(super) fn field(&self, name: &str) -> &'a str {
        self.fields.iter().rfind(|(field, _)| *field == name).map_or("", |(_, text)| text)
    }
}

impl<'a> Document<'a> {
    /// Cuts a document. `None`: it is none.
    pub(super) fn of(xml: &'a str) -> Option<Self> {
        let mut reader = Reader::from_str(xml);
        let mut document = None;
        let (mut depth, mut entry_from, mut text_from) = (0_usize, 0, 0);
        loop {
            let from = usize::try_from(reader.buffer_position()).ok()?;
            let event = reader.read_event().ok()?;
            let to = usize::try_from(reader.buffer_position()).ok()?;
            let (name, opens, closes) = match &event {
                Event::Eof => return document.filter(|_| depth == 0),
                Event::Start(tag) => (xml.get(from + 1..from + 1 + tag.name().as_ref().len())?, true, false),
                Event::Empty(tag) => (xml.get(from + 1..from + 1 + tag.name().as_ref().len())?, true, true),
                Event::End(tag) => (xml.get(from + 2..from + 2 + tag.name().as_ref().len())?, false, true),
                _ => continue,
            };
            let local = name.rsplit(':').next().unwrap_or(name);
            if opens {
                match depth {
                    0 => {
                        let start = xml[from..to].trim_end_matches(['/', '>']).trim_end().to_owned() + ">";
                        document = Some(Self { start, root: name, entries: Vec::new() });
                    }
                    1 => {
                        entry_from = from;
                        document.as_mut()?.entries.push(Entry { kind: local, xml: "", fields: Vec::new() });
                    }
                    2 => text_from = to,
                    _ => {}
                }
                depth += 1;
            }
            if closes {
                depth = depth.checked_sub(1)?;
                match depth {
                    1 => document.as_mut()?.entries.last_mut()?.xml = &xml[entry_from..to],
                    2 if !opens => {
                        document.as_mut()?.entries.last_mut()?.fields.push((local, &xml[text_from..from]));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Cuts the body of an answer.
    ///
    /// # Errors
    /// When it is no such document.
    pub(super) fn of_answer(operation: &'static str, xml: &'a str) -> Result<Self, AwsError> {
        Self::of(xml).ok_or(AwsError {
            operation,
            code: None,
            status: None,
            message: "the answer is not the XML document that it should be".to_owned(),
            request_id: None,
            transport: Some(Transport::Response),
        })
    }

    /// The same document with these entries.
    pub(super) fn with_entries<'e>(&self, entries: impl IntoIterator<Item = &'e str>) -> String {
        let mut xml = self.start.clone();
        xml.extend(entries);
        xml + "</" + self.root + ">"
    }
}

/// Keeps an answer's body.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadBody(Arc<Mutex<String>>);

impl ReadBody {
    /// The body of the last answer.
    pub(super) fn text(&self) -> String {
        self.0.lock().map(|text| text.clone()).unwrap_or_default()
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for ReadBody {
    fn name(&self) -> &'static str {
        "ReadBody"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(body), Ok(mut text)) = (context.response().body().bytes(), self.0.lock()) {
            *text = std::str::from_utf8(body)?.to_owned();
        }
        Ok(())
    }
}

/// Sends this body in place of the one that the SDK made, and before it computes checksum and signature.
#[derive(Debug)]
pub(super) struct WriteBody(pub(super) String);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for WriteBody {
    fn name(&self) -> &'static str {
        "WriteBody"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request.headers_mut().insert("content-length", self.0.len().to_string());
        *request.body_mut() = SdkBody::from(self.0.as_str());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_cut_at_its_entries_and_put_together_again() {
        let rule = "<Rule>\n <ID>a &lt;b&gt;</ID><Filter><Prefix>x</Prefix></Filter><New a='1'/></Rule>";
        let start = "<s3:L xmlns:s3=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
        let xml = format!("<?xml version=\"1.0\"?>\n{start}{rule}<!-- --><s3:Rule/>\n</s3:L>");
        let document = Document::of(&xml).unwrap();
        assert_eq!(document.entries.iter().map(|entry| entry.kind).collect::<Vec<_>>(), ["Rule", "Rule"]);
        assert_eq!(document.entries[0].field("ID"), "a &lt;b&gt;");
        assert_eq!(document.entries[0].field("Prefix"), "");
        let again = document.with_entries(document.entries.iter().map(|entry| entry.xml));
        assert_eq!(again, format!("{start}{rule}<s3:Rule/></s3:L>"));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for none in ["", "gone", "<N>", "<N><Id></N>", "</N>"] {
            assert_eq!(Document::of(none), None, "{none:?}");
        }
    }
}
