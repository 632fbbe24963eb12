//! The alarms as they are.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::Tag;

use super::{Kind, Observed, Settings};
use crate::aws::{Aws, AwsCall, AwsError};
use crate::stack::{Stack, Tags};

/// Reads the alarms that the configuration asks for, by name; those that do not exist are left out. Without
/// `[alarms]` no call is made.
///
/// # Errors
/// When a call fails.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<BTreeMap<String, Observed>, AwsError> {
    if stack.config.alarms.is_none() {
        return Ok(BTreeMap::new());
    }
    let names = Kind::ALL.map(|kind| stack.names.alarm(kind.word()));
    let tags = names.iter().map(|name| tags(aws, stack, name));
    let (alarms, tags) = futures::join!(describe(aws, &names), futures::future::join_all(tags));
    let errors = tags.iter().filter_map(|tags| tags.as_ref().err()).chain(alarms.as_ref().err());
    if let Some(denied) = AwsError::all_denied(errors) {
        return Err(denied);
    }
    let mut found = BTreeMap::new();
    for (name, tags) in names.into_iter().zip(tags) {
        let alarm = alarms.as_ref().map_err(Clone::clone)?.get(&name);
        // Without tags it is gone between two calls: the next look says so, too.
        if let (Some(alarm), Some(tags)) = (alarm, tags?) {
            found.insert(name, Observed { tags, ..alarm.clone() });
        }
    }
    Ok(found)
}

/// The alarms of the stack among tagged things, when the configuration asks for none: what is left of a former
/// one. Only our names: somebody may have put the stack's tag on an alarm of their own.
///
/// # Errors
/// When the call fails.
pub async fn former(aws: &Aws, stack: &Stack, tagged: &[String]) -> Result<Vec<String>, AwsError> {
    if stack.config.alarms.is_some() {
        return Ok(Vec::new());
    }
    let names = Kind::ALL.map(|kind| stack.names.alarm(kind.word())).into_iter();
    let names: Vec<String> = names.filter(|name| tagged.contains(&stack.names.alarm_arn(name))).collect();
    if names.is_empty() {
        return Ok(names);
    }
    // The tagging service knows of alarms for some time after they were deleted.
    Ok(describe(aws, &names).await?.into_keys().collect())
}

/// Three names at most, so there is one page. Without their tags.
async fn describe(aws: &Aws, names: &[String]) -> Result<BTreeMap<String, Observed>, AwsError> {
    let request = aws.alarms.describe_alarms().set_alarm_names(Some(names.to_vec()));
    let output = request.send().await.aws("DescribeAlarms")?;
    let alarms = output.metric_alarms().iter().map(|alarm| {
        let observed = Observed {
            settings: Settings::of(alarm),
            state: alarm.state_value().map(|state| state.as_str().to_owned()).unwrap_or_default(),
            tags: Tags::new(),
        };
        (alarm.alarm_name().unwrap_or_default().to_owned(), observed)
    });
    Ok(alarms.collect())
}

/// The tags of an alarm; `None`: there is no such alarm.
async fn tags(aws: &Aws, stack: &Stack, name: &str) -> Result<Option<Tags>, AwsError> {
    let request = aws.alarms.list_tags_for_resource().resource_arn(stack.names.alarm_arn(name));
    match request.send().await.aws("cloudwatch:ListTagsForResource") {
        Ok(output) => Ok(Some(
            (output.tags().iter())
                .map(|tag| {
                    (tag.key().unwrap_or_default().to_owned(), tag.value().unwrap_or_default().to_owned())
                })
                .collect(),
        )),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tags in CloudWatch's type.
pub(super) fn to_cloudwatch(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
