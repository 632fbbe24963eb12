//! The notification document as S3 sends and takes it. Entries of others go back as the bytes that came, so
//! that nothing of them is lost: not even a field that S3 has and the SDK does not know yet.

use quick_xml::escape::escape;

use super::super::shared_document::{self, Document, ReadBody, WriteBody};
use super::Entry;
use crate::aws::{Aws, AwsCall, AwsError};
use crate::stack::is_trigger_of;

/// The kinds of entries that have a target; ours go behind the last of them, where the S3 API has them.
const TARGETED: [&str; 4] =
    ["TopicConfiguration", "QueueConfiguration", "CloudFunctionConfiguration", "LambdaFunctionConfiguration"];

/// The document with `ours` in place of the entries of this stack.
fn with(document: &Document<'_>, stack: &str, ours: &[Entry]) -> String {
    let is_ours = |entry: &shared_document::Entry<'_>| {
        is_function(entry.kind) && is_trigger_of(stack, entry.field("Id"), entry.field("CloudFunction"))
    };
    let others: Vec<_> = document.entries.iter().filter(|entry| !is_ours(entry)).collect();
    let place = others.iter().rposition(|entry| TARGETED.contains(&entry.kind)).map_or(0, |last| last + 1);
    let (before, after) = others.split_at(place);
    let ours: String = ours.iter().map(to_xml).collect();
    let xml = |entries: &[&shared_document::Entry<'_>]| -> String {
        entries.iter().map(|entry| entry.xml).collect()
    };
    document.with_entries([xml(before).as_str(), &ours, &xml(after)])
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
    let answer = ReadBody::default();
    aws.s3
        .get_bucket_notification_configuration()
        .bucket(bucket)
        .expected_bucket_owner(&aws.account)
        .customize()
        .interceptor(answer.clone())
        .send()
        .await
        .aws(READ)?;
    let merged = with(&Document::of_answer(READ, &answer.text())?, stack, ours);
    aws.s3
        .put_bucket_notification_configuration()
        .bucket(bucket)
        .expected_bucket_owner(&aws.account)
        // S3 validates the targets of all entries. When we only remove entries, a broken foreign target must not block us.
        .skip_destination_validation(ours.is_empty())
        .notification_configuration(aws_sdk_s3::types::NotificationConfiguration::builder().build())
        .customize()
        .interceptor(WriteBody(merged))
        .send()
        .await
        .aws("PutBucketNotificationConfiguration")
        .map(drop)
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
        let with = |ours: &[Entry]| super::with(&document, "photos", ours);
        let end = format!("{bridge}</NotificationConfiguration>");
        assert_eq!(with(&[]), format!("{start}{topic}{theirs}{queue}{end}"));
        assert_eq!(with(&[ours("jpg")]), format!("{start}{topic}{theirs}{queue}{OURS}{end}"));
        assert!(super::with(&document, "pho", &[]).contains(OURS));
        let longer_name =
            xml.replace("arn:f", "arn:photos-x-sanitizer").replace("photos-jpg", "photos-x-jpg");
        assert!(super::with(&Document::of(&longer_name).unwrap(), "photos", &[]).contains("photos-x-jpg"));
    }

    #[test]
    fn an_empty_document_gets_our_entries() {
        for empty in ["<N x=\"y\"/>", "<N x=\"y\" />", "<N x=\"y\"></N>"] {
            let merged = with(&Document::of(empty).unwrap(), "photos", &[ours("jpg")]);
            assert_eq!(merged, format!("<N x=\"y\">{OURS}</N>"));
        }
    }
}
