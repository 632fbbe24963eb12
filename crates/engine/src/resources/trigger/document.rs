//! The notification document as S3 sends and takes it. Entries of others go back as the bytes that came, so
//! that nothing of them is lost: not even a field that S3 has and the SDK does not know yet.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

use super::Entry;
use crate::aws::{Aws, AwsCall, AwsError, Transport};
use crate::stack::is_trigger_of;

/// The kinds of entries that have a target; ours go behind the last of them, where the S3 API has them.
const TARGETED: [&str; 4] =
    ["TopicConfiguration", "QueueConfiguration", "CloudFunctionConfiguration", "LambdaFunctionConfiguration"];

/// A notification document, cut into its entries.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Document<'a> {
    /// The root's start tag.
    start: String,
    /// The root's name.
    root: &'a str,
    entries: Vec<Raw<'a>>,
}

/// An entry as it came.
#[derive(Debug, PartialEq, Eq)]
struct Raw<'a> {
    kind: &'a str,
    /// What stands in its `Id`.
    id: &'a str,
    /// The ARN of the function that it starts; empty when it has another target.
    function: &'a str,
    xml: &'a str,
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
                Event::Start(tag) => (name_in(&xml[from + 1..to], tag.name().as_ref().len())?, true, false),
                Event::Empty(tag) => (name_in(&xml[from + 1..to], tag.name().as_ref().len())?, true, true),
                Event::End(tag) => (name_in(&xml[from + 2..to], tag.name().as_ref().len())?, false, true),
                _ => continue,
            };
            if opens {
                match depth {
                    0 => {
                        let start = xml[from..to].trim_end_matches(['/', '>']).trim_end().to_owned() + ">";
                        document = Some(Self { start, root: name, entries: Vec::new() });
                    }
                    1 => {
                        entry_from = from;
                        let kind = name.rsplit(':').next().unwrap_or(name);
                        document.as_mut()?.entries.push(Raw { kind, id: "", function: "", xml: "" });
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
                        let (entry, text) = (document.as_mut()?.entries.last_mut()?, &xml[text_from..from]);
                        match name.rsplit(':').next() {
                            Some("Id") => entry.id = text,
                            Some("CloudFunction") => entry.function = text,
                            _ => {}
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// The document with `ours` in place of the entries of this stack.
    pub(super) fn with(&self, stack: &str, ours: &[Entry]) -> String {
        let others: Vec<&Raw<'_>> = self
            .entries
            .iter()
            .filter(|entry| !(is_function(entry.kind) && is_trigger_of(stack, entry.id, entry.function)))
            .collect();
        let place =
            others.iter().rposition(|entry| TARGETED.contains(&entry.kind)).map_or(0, |last| last + 1);
        let (before, after) = others.split_at(place);
        let mut xml = self.start.clone();
        before.iter().for_each(|entry| xml.push_str(entry.xml));
        ours.iter().for_each(|entry| xml.push_str(&to_xml(entry)));
        after.iter().for_each(|entry| xml.push_str(entry.xml));
        xml + "</" + self.root + ">"
    }
}

fn name_in(tag: &str, length: usize) -> Option<&str> {
    tag.get(..length)
}

fn is_function(kind: &str) -> bool {
    matches!(kind, "CloudFunctionConfiguration" | "LambdaFunctionConfiguration")
}

/// One of our entries:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html>.
fn to_xml(entry: &Entry) -> String {
    let mut xml = format!(
        "<CloudFunctionConfiguration><Id>{}</Id><CloudFunction>{}</CloudFunction>",
        escape(&entry.id),
        escape(&entry.function)
    );
    for event in &entry.events {
        xml.push_str(&format!("<Event>{}</Event>", escape(event)));
    }
    xml.push_str("<Filter><S3Key>");
    for (name, value) in [("prefix", &entry.prefix), ("suffix", &entry.suffix)] {
        if !value.is_empty() {
            let value = escape(value);
            xml.push_str(&format!("<FilterRule><Name>{name}</Name><Value>{value}</Value></FilterRule>"));
        }
    }
    xml + "</S3Key></Filter></CloudFunctionConfiguration>"
}

/// Reads the document as it is, changes it, and writes it.
pub(super) async fn replace_ours(
    aws: &Aws,
    bucket: &str,
    stack: &str,
    ours: &[Entry],
) -> Result<(), AwsError> {
    const READ: &str = "GetBucketNotificationConfiguration";
    let answer = Answer::default();
    aws.s3
        .get_bucket_notification_configuration()
        .bucket(bucket)
        .expected_bucket_owner(&aws.account)
        .customize()
        .interceptor(answer.clone())
        .send()
        .await
        .aws(READ)?;
    let current = answer.0.lock().map(|text| text.clone()).unwrap_or_default();
    let merged = Document::of(&current).map(|document| document.with(stack, ours)).ok_or(AwsError {
        operation: READ,
        code: None,
        status: None,
        message: "the answer is no notification document".to_owned(),
        request_id: None,
        transport: Some(Transport::Response),
    })?;
    aws.s3
        .put_bucket_notification_configuration()
        .bucket(bucket)
        .expected_bucket_owner(&aws.account)
        // S3 validates the targets of all entries. When we only remove entries, a broken foreign target must not block us.
        .skip_destination_validation(ours.is_empty())
        .notification_configuration(aws_sdk_s3::types::NotificationConfiguration::builder().build())
        .customize()
        .mutate_request(move |request| {
            request.headers_mut().insert("content-length", merged.len().to_string());
            *request.body_mut() = SdkBody::from(merged.as_str());
        })
        .send()
        .await
        .aws("PutBucketNotificationConfiguration")
        .map(drop)
}

/// Keeps an answer's body.
#[derive(Debug, Clone, Default)]
struct Answer(Arc<Mutex<String>>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Answer {
    fn name(&self) -> &'static str {
        "Answer"
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(suffix: &str) -> Entry {
        Entry {
            id: format!("provisioner-photos-{suffix}"),
            function: "arn:f".to_owned(),
            events: vec!["s3:ObjectCreated:*".to_owned()],
            prefix: "a&b/".to_owned(),
            suffix: suffix.to_owned(),
        }
    }

    const OURS: &str = "<CloudFunctionConfiguration><Id>provisioner-photos-jpg</Id><CloudFunction>arn:f</CloudFunction>\
        <Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>a&amp;b/</Value></FilterRule>\
        <FilterRule><Name>suffix</Name><Value>jpg</Value></FilterRule></S3Key></Filter></CloudFunctionConfiguration>";

    #[test]
    fn entries_of_others_stay_as_they_came_and_in_their_places() {
        let topic = "<TopicConfiguration>\n <Id>a &lt;b&gt; \u{fc}</Id><Topic/><New a='1'><Id>provisioner-photos-</Id></New></TopicConfiguration>";
        let theirs =
            "<CloudFunctionConfiguration><Id/><CloudFunction>x</CloudFunction></CloudFunctionConfiguration>";
        let queue = "<QueueConfiguration><Id>provisioner-photos-not-a-function</Id></QueueConfiguration>";
        let bridge = "<EventBridgeConfiguration/>";
        let start = "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{start}{topic}\n{OURS}{theirs}<!-- -->{queue}{bridge}</NotificationConfiguration>"
        );
        let document = Document::of(&xml).unwrap();
        let with = |ours: &[Entry]| document.with("photos", ours);
        let end = format!("{bridge}</NotificationConfiguration>");
        assert_eq!(with(&[]), format!("{start}{topic}{theirs}{queue}{end}"));
        assert_eq!(with(&[ours("jpg")]), format!("{start}{topic}{theirs}{queue}{OURS}{end}"));
        assert!(document.with("pho", &[]).contains(OURS));
        let longer_name =
            xml.replace("arn:f", "arn:photos-x-sanitizer").replace("photos-jpg", "photos-x-jpg");
        assert!(Document::of(&longer_name).unwrap().with("photos", &[]).contains("photos-x-jpg"));
    }

    #[test]
    fn an_empty_document_gets_our_entries_and_what_is_none_is_refused() {
        for empty in ["<N x=\"y\"/>", "<N x=\"y\" />", "<N x=\"y\"></N>"] {
            let merged = Document::of(empty).unwrap().with("photos", &[ours("jpg")]);
            assert_eq!(merged, format!("<N x=\"y\">{OURS}</N>"));
        }
        for none in ["", "gone", "<N>", "<N><Id></N>", "</N>"] {
            assert_eq!(Document::of(none), None, "{none:?}");
        }
    }
}
