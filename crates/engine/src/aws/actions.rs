//! The IAM actions that a call needs: AWS's message names them often, and not always, and never for `HEAD`
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).

/// The actions that the caller needs for an operation, as [`AwsError::operation`](super::AwsError) names it; those that
/// it may need come after the one that it always needs.
pub(super) fn needed(operation: &str) -> Vec<String> {
    // Two services have a call of this name, so the call says which.
    if operation.contains(':') {
        return vec![operation.to_owned()];
    }
    let special: &[&str] = match operation {
        "HeadBucket" | "ListObjectsV2" | "ListObjects" => &["s3:ListBucket"],
        "HeadObject" => &["s3:GetObject"],
        "CreateBucket" => &["s3:CreateBucket"],
        "GetBucketEncryption" => &["s3:GetEncryptionConfiguration"],
        "PutBucketEncryption" => &["s3:PutEncryptionConfiguration"],
        "GetBucketLifecycleConfiguration" => &["s3:GetLifecycleConfiguration"],
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => &["s3:PutLifecycleConfiguration"],
        "GetPublicAccessBlock" => &["s3:GetBucketPublicAccessBlock"],
        "PutPublicAccessBlock" => &["s3:PutBucketPublicAccessBlock"],
        "GetBucketNotificationConfiguration" => &["s3:GetBucketNotification"],
        "PutBucketNotificationConfiguration" => &["s3:PutBucketNotification"],
        "GetBucketReplication" => &["s3:GetReplicationConfiguration"],
        "ListObjectVersions" => &["s3:ListBucketVersions"],
        "ListMultipartUploads" => &["s3:ListBucketMultipartUploads"],
        "DeleteObjects" => &["s3:DeleteObject", "s3:DeleteObjectVersion"],
        "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => &["s3:PutObject"],
        "CreateFunction" => &["lambda:CreateFunction", "lambda:TagResource", "iam:PassRole"],
        "UpdateFunctionConfiguration" => &["lambda:UpdateFunctionConfiguration", "iam:PassRole"],
        "Invoke" => &["lambda:InvokeFunction"],
        "CreateLogGroup" => &["logs:CreateLogGroup", "logs:TagResource"],
        "PutMetricAlarm" => &["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
        "CreateRole" => &["iam:CreateRole", "iam:TagRole"],
        "CreateUser" => &["iam:CreateUser", "iam:TagUser"],
        _ => &[],
    };
    if special.is_empty() {
        return service(operation).map(|service| format!("{service}:{operation}")).into_iter().collect();
    }
    special.iter().map(|action| (*action).to_owned()).collect()
}

/// The prefix of the actions of an operation's service.
fn service(operation: &str) -> Option<&'static str> {
    let has = |words: &[&str]| words.iter().any(|word| operation.contains(word));
    Some(match operation {
        "GetResources" => "tag",
        "GetCallerIdentity" => "sts",
        "GetPolicy" | "AddPermission" | "RemovePermission" => "lambda",
        "PutRetentionPolicy" | "DeleteRetentionPolicy" | "FilterLogEvents" => "logs",
        "DescribeAlarms" | "DeleteAlarms" | "GetMetricData" => "cloudwatch",
        _ if has(&["LogGroup", "LogStream", "LogEvents"]) => "logs",
        _ if has(&["Bucket", "Object", "MultipartUpload", "PublicAccessBlock"]) => "s3",
        _ if has(&["Function", "EventSource"]) => "lambda",
        _ if has(&[
            "User",
            "Role",
            "Group",
            "AccessKey",
            "LoginProfile",
            "MFADevice",
            "Certificate",
            "SSHPublicKey",
            "ServiceSpecific",
            "AccountAuthorization",
            "PrincipalPolicy",
        ]) =>
        {
            "iam"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_actions_are_those_of_the_service_authorization_reference() {
        for (operation, actions) in [
            ("HeadBucket", "s3:ListBucket"),
            ("GetBucketTagging", "s3:GetBucketTagging"),
            ("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
            ("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
            ("DeleteObjects", "s3:DeleteObject s3:DeleteObjectVersion"),
            ("AbortMultipartUpload", "s3:AbortMultipartUpload"),
            ("GetFunctionConfiguration", "lambda:GetFunctionConfiguration"),
            ("GetPolicy", "lambda:GetPolicy"),
            ("UpdateFunctionConfiguration", "lambda:UpdateFunctionConfiguration iam:PassRole"),
            ("DescribeLogGroups", "logs:DescribeLogGroups"),
            ("PutRetentionPolicy", "logs:PutRetentionPolicy"),
            ("logs:TagResource", "logs:TagResource"),
            ("DescribeAlarms", "cloudwatch:DescribeAlarms"),
            ("GetRolePolicy", "iam:GetRolePolicy"),
            ("ListGroupsForUser", "iam:ListGroupsForUser"),
            ("RemoveUserFromGroup", "iam:RemoveUserFromGroup"),
            ("DeactivateMFADevice", "iam:DeactivateMFADevice"),
            ("GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails"),
            ("GetResources", "tag:GetResources"),
        ] {
            assert_eq!(needed(operation).join(" "), actions, "{operation}");
        }
        assert_eq!(needed("reading the picture"), Vec::<String>::new());
    }
}
