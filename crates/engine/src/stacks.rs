//! Every stack of the account and region, as the tagging service knows them by their mark: also those that no
//! configuration names any more, such as the one that a renamed `stack` leaves behind
//! (<https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>).

use std::collections::BTreeMap;

use crate::aws::{Aws, AwsCall, AwsError};
use crate::stack::OWNER_TAG;

/// The ARNs of what each stack has, by its name. Roles and users are of no region, and the service does not know them in
/// most. It knows of things for some time after they were deleted.
pub type Stacks = BTreeMap<String, Vec<String>>;

/// Finds them all.
///
/// # Errors
/// When a call fails.
pub async fn all(aws: &Aws) -> Result<Stacks, AwsError> {
    let filter = aws_sdk_resourcegroupstagging::types::TagFilter::builder().key(OWNER_TAG).build();
    let mut pages = aws.tagging.get_resources().tag_filters(filter).into_paginator().send();
    let mut stacks = Stacks::new();
    while let Some(page) = pages.next().await {
        for resource in page.aws("GetResources")?.resource_tag_mapping_list() {
            let mark = resource.tags().iter().find(|tag| tag.key() == OWNER_TAG);
            if let (Some(mark), Some(arn)) = (mark, resource.resource_arn()) {
                stacks.entry(mark.value().to_owned()).or_default().push(arn.to_owned());
            }
        }
    }
    stacks.values_mut().for_each(|arns| arns.sort());
    Ok(stacks)
}

/// What an ARN is one of, in words.
#[must_use]
pub fn kind(arn: &str) -> &'static str {
    let mut parts = arn.splitn(6, ':').skip(2);
    match (parts.next(), parts.nth(2)) {
        (Some("s3"), _) => "bucket",
        (Some("lambda"), _) => "function",
        (Some("logs"), _) => "log group",
        (Some("cloudwatch"), _) => "alarm",
        (Some("iam"), Some(resource)) if resource.starts_with("role/") => "role",
        (Some("iam"), _) => "user",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_says_what_it_is() {
        for (arn, expected) in [
            ("arn:aws:s3:::photos-uploads", "bucket"),
            ("arn:aws-cn:lambda:cn-north-1:123456789012:function:photos", "function"),
            ("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/photos", "log group"),
            ("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:photos-errors", "alarm"),
            ("arn:aws:iam::123456789012:role/provisioner/photos/photos", "role"),
            ("arn:aws:iam::123456789012:user/provisioner/photos/photos-ann", "user"),
            ("arn:aws:sqs:eu-west-1:123456789012:q", "other"),
            ("", "other"),
        ] {
            assert_eq!(kind(arn), expected, "{arn}");
        }
    }
}
