//! ARNs that a user gives: the key of a bucket, the permissions boundary.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use super::place::{is_account, is_region};
use crate::config::errors::Problem;
use crate::config::reader::quoted;

const KEY_EXAMPLE: &str = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const TOPIC_EXAMPLE: &str = "arn:aws:sns:eu-central-1:123456789012:on-call";
const QUEUE_EXAMPLE: &str = "arn:aws:sqs:eu-central-1:123456789012:failed-uploads";
const BOUNDARY_EXAMPLE: &str = "arn:aws:iam::123456789012:policy/boundary";

/// The six parts of an ARN, with a partition that can be one.
pub(super) struct Arn<'a> {
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) resource: &'a str,
}

pub(super) fn split(text: &str) -> Option<Arn<'_>> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let (arn, partition) = (next()?, next()?);
    let is_partition = partition == "aws"
        || partition.strip_prefix("aws-").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        });
    let arn = (arn == "arn" && is_partition).then_some(()).and_then(|()| {
        Some(Arn { service: next()?, region: next()?, account: next()?, resource: next()? })
    })?;
    Some(arn)
}

/// The ARN of a KMS key.
///
/// <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN>
pub(in crate::config) fn check_key(text: &str, region: Option<&str>) -> Option<Problem> {
    const WHY: &str = "the policies of the role and the users name the key, and IAM compares keys by their ARN: \
        https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html";
    let arn =
        split(text).filter(|arn| arn.service == "kms" && is_region(arn.region) && is_account(arn.account));
    let is_alias =
        text.starts_with("alias/") || arn.as_ref().is_some_and(|arn| arn.resource.starts_with("alias/"));
    if is_alias {
        return Some(Problem::new(
            format!("{} is an alias of a key, not the key", quoted(text)),
            "an alias can be pointed at another key at any time, and IAM policies do not accept one as a resource: \
             https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html",
            "write the key's own ARN; `aws kms describe-key --key-id ALIAS --query KeyMetadata.Arn` prints it",
        ));
    }
    let Some(arn) = arn.filter(|arn| arn.resource.strip_prefix("key/").is_some_and(is_key_id)) else {
        let message = format!("{} is not the ARN of a KMS key", quoted(text));
        let help = if is_key_id(text) {
            format!("this is the key's id; write its ARN: \"arn:aws:kms:REGION:ACCOUNT:key/{text}\"")
        } else {
            format!("write it as in \"{KEY_EXAMPLE}\"")
        };
        return Some(Problem::new(message, WHY, help));
    };
    let region = region.filter(|region| *region != arn.region)?;
    Some(
        Problem::new(
            format!("the key is in {}, the stack in {region}", arn.region),
            "a bucket can be encrypted only with a key of its own region: \
             https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
            format!("take a key in {region}, or change `region`"),
        )
        .underlining(arn.region),
    )
}

/// A UUID, or `mrk-` and 32 hexadecimal digits for a multi-region key.
fn is_key_id(text: &str) -> bool {
    let hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    if let Some(digits) = text.strip_prefix("mrk-") {
        return hex(digits, 32);
    }
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| hex(part, length))
}

/// The ARN of a managed policy, as a permissions boundary.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
pub(in crate::config) fn check_boundary(text: &str, account: Option<&str>) -> Option<Problem> {
    const WHY: &str = "a permissions boundary is a managed policy, named by its ARN: \
        https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html";
    let arn = split(text).filter(|arn| {
        arn.service == "iam"
            && arn.region.is_empty()
            && (arn.account == "aws" || is_account(arn.account))
            && arn.resource.strip_prefix("policy/").is_some_and(is_policy_path)
    });
    let Some(arn) = arn else {
        let message = format!("{} is not the ARN of a managed policy", quoted(text));
        return Some(Problem::new(message, WHY, format!("write it as in \"{BOUNDARY_EXAMPLE}\"")));
    };
    let account = account.filter(|account| arn.account != "aws" && *account != arn.account)?;
    Some(
        Problem::new(
            format!("the boundary is a policy of the account {}, the stack is in {account}", arn.account),
            "a boundary must be a policy of the same account, or one of AWS's own: \
             https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
            format!("name a policy of {account}, or change `account`"),
        )
        .underlining(arn.account),
    )
}

/// The ARN of an SNS topic, as an alarm's action.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html>
pub(in crate::config) fn check_topic(text: &str, region: Option<&str>) -> Option<Problem> {
    const WHY: &str = "an alarm tells SNS topics, named by their ARN: \
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html";
    let topic = split(text).filter(|arn| {
        arn.service == "sns"
            && is_region(arn.region)
            && is_account(arn.account)
            && is_topic_name(arn.resource)
    });
    let Some(topic) = topic else {
        let message = format!("{} is not the ARN of an SNS topic", quoted(text));
        return Some(Problem::new(message, WHY, format!("write it as in \"{TOPIC_EXAMPLE}\"")));
    };
    let region = region.filter(|region| *region != topic.region)?;
    Some(
        Problem::new(
            format!("the topic is in {}, the stack in {region}", topic.region),
            "an alarm can tell only topics of its own region: \
             https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
            format!("take a topic in {region}, or change `region`"),
        )
        .underlining(topic.region),
    )
}

/// The ARN of what is told of events that failed: a standard queue or topic, a bucket or an event bus.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
pub(in crate::config) fn check_destination(text: &str) -> Option<Problem> {
    const WHY: &str = "Lambda tells an SQS queue, an SNS topic, an S3 bucket or an EventBridge event bus of events that it \
        gives up on: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html";
    let is_right = split(text).is_some_and(|arn| {
        let is_placed = is_region(arn.region) && is_account(arn.account);
        match arn.service {
            "sqs" | "sns" => is_placed && is_topic_name(arn.resource),
            "events" => is_placed && arn.resource.strip_prefix("event-bus/").is_some_and(is_bus_name),
            "s3" => arn.region.is_empty() && arn.account.is_empty() && is_bucket_name(arn.resource),
            _ => false,
        }
    });
    if !is_right {
        let message = format!("{} is not the ARN of something that can be told", quoted(text));
        return Some(Problem::new(message, WHY, format!("write it as in \"{QUEUE_EXAMPLE}\"")));
    }
    text.ends_with(".fifo").then(|| {
        Problem::new(
            format!("{} keeps an order", quoted(text)),
            "Lambda tells standard queues and topics only: \
             https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
            "take a queue or topic without .fifo",
        )
    })
}

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html>
fn is_bus_name(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))
}

/// Whether it can be one; that it exists only AWS knows.
fn is_bucket_name(text: &str) -> bool {
    (3..=63).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
}

/// <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>; subscriptions have a colon more.
fn is_topic_name(text: &str) -> bool {
    let name = text.strip_suffix(".fifo").unwrap_or(text);
    (1..=256).contains(&text.len())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// A path of printable ASCII, then a name of at most 128 characters.
fn is_policy_path(text: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or(text);
    let in_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    (1..=128).contains(&name.len())
        && name.chars().all(in_name)
        && text.len() <= 640
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_by_their_arn() {
        let multi = format!("arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-{}", "0af9".repeat(8));
        for good in [KEY_EXAMPLE, multi.as_str()] {
            assert_eq!(check_key(good, None), None, "{good}");
        }
        assert_eq!(check_key(KEY_EXAMPLE, Some("eu-central-1")), None);
        for (bad, says) in [
            ("", "is not the ARN"),
            ("1234abcd-12ab-34cd-56ef-1234567890ab", "is not the ARN"),
            ("alias/photos", "is an alias"),
            ("arn:aws:kms:eu-central-1:123456789012:alias/photos", "is an alias"),
            ("arn:aws:kms:eu-central-1:123456789012:key/...", "is not the ARN"),
            ("arn:aws:kms:eu-central-1:1234:key/1234abcd-12ab-34cd-56ef-1234567890ab", "is not the ARN"),
            ("arn:aws:kms::123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", "is not the ARN"),
            (
                "arn:gcp:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                "is not the ARN",
            ),
            ("arn:aws:s3:::bucket", "is not the ARN"),
        ] {
            let problem = check_key(bad, None).unwrap_or_else(|| panic!("{bad} passed"));
            assert!(problem.message.contains(says), "{bad}: {}", problem.message);
        }
        let elsewhere = check_key(KEY_EXAMPLE, Some("eu-west-1")).unwrap();
        assert_eq!(elsewhere.message, "the key is in eu-central-1, the stack in eu-west-1");
        let id = check_key("1234abcd-12ab-34cd-56ef-1234567890ab", None).unwrap();
        assert!(id.help.contains("this is the key's id"));
    }

    #[test]
    fn topics_by_their_arn() {
        for good in [TOPIC_EXAMPLE, "arn:aws-cn:sns:cn-north-1:123456789012:A_b-1"] {
            assert_eq!(check_topic(good, None), None, "{good}");
        }
        for bad in [
            "on-call",
            "arn:aws:sqs:eu-central-1:123456789012:on-call",
            "arn:aws:sns:eu-central-1:123456789012:on-call:6f0b-subscription",
            "arn:aws:sns:eu-central-1:1234:on-call",
            "arn:aws:sns::123456789012:on-call",
            "arn:aws:sns:eu-central-1:123456789012:",
            "arn:aws:sns:eu-central-1:123456789012:on call",
        ] {
            assert!(check_topic(bad, None).is_some(), "{bad}");
        }
        assert!(check_topic(TOPIC_EXAMPLE, Some("eu-west-1")).is_some());
    }

    #[test]
    fn boundaries_by_their_arn() {
        for good in [
            BOUNDARY_EXAMPLE,
            "arn:aws:iam::aws:policy/PowerUserAccess",
            "arn:aws-us-gov:iam::123456789012:policy/a/b/C",
        ] {
            assert_eq!(check_boundary(good, None), None, "{good}");
        }
        for bad in [
            "boundary",
            "arn:aws:iam::123456789012:role/boundary",
            "arn:aws:iam::123456789012:policy/",
            "arn:aws:iam::12345:policy/boundary",
            "arn:aws:iam:eu-central-1:123456789012:policy/boundary",
            "arn:aws:iam::123456789012:policy/a b",
        ] {
            assert!(check_boundary(bad, None).is_some(), "{bad}");
        }
        assert!(check_boundary(BOUNDARY_EXAMPLE, Some("999999999999")).is_some());
        assert_eq!(check_boundary("arn:aws:iam::aws:policy/P", Some("999999999999")), None);
    }
}
