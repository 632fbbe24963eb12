//! What carries the stack's mark, as the tagging service knows it: finds what the configuration no longer names
//! (<https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>).

use crate::aws::{Aws, AwsCall, AwsError};
use crate::stack::{OWNER_TAG, Stack};

/// ARNs of the buckets and alarms with the stack's tag. The service knows of things for some time after
/// they were deleted, and does not know of new ones for a moment. `None`: these credentials may not ask it.
///
/// # Errors
/// When a call fails.
pub async fn arns(aws: &Aws, stack: &Stack) -> Result<Option<Vec<String>>, AwsError> {
    let filter = aws_sdk_resourcegroupstagging::types::TagFilter::builder()
        .key(OWNER_TAG)
        .values(&stack.config.stack)
        .build();
    let mut pages = aws
        .tagging
        .get_resources()
        .resource_type_filters("s3")
        .resource_type_filters("cloudwatch:alarm")
        .tag_filters(filter)
        .into_paginator()
        .send();
    let mut arns = Vec::new();
    while let Some(page) = pages.next().await {
        let page = match page.aws("GetResources") {
            Err(error) if error.is_access_denied() => return Ok(None),
            page => page?,
        };
        let found = page.resource_tag_mapping_list().iter().filter_map(|resource| resource.resource_arn());
        arns.extend(found.map(str::to_owned));
    }
    Ok(Some(arns))
}
