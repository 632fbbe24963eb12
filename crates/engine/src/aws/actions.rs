//! The IAM actions that a call needs: AWS's message names them often, and not always, and never for `HEAD`
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).

/// The operations whose actions have other names, or that need more than one.
const SPECIAL: &[(&[&str], &[&str])] = &[
    (&["HeadBucket", "ListObjectsV2"], &["s3:ListBucket"]),
    (&["HeadObject"], &["s3:GetObject"]),
    (&["CreateBucket"], &["s3:CreateBucket"]),
    (&["GetBucketEncryption"], &["s3:GetEncryptionConfiguration"]),
    (&["PutBucketEncryption"], &["s3:PutEncryptionConfiguration"]),
    (&["GetBucketLifecycleConfiguration"], &["s3:GetLifecycleConfiguration"]),
    (&["PutBucketLifecycleConfiguration", "DeleteBucketLifecycle"], &["s3:PutLifecycleConfiguration"]),
    (&["GetPublicAccessBlock"], &["s3:GetBucketPublicAccessBlock"]),
    (&["PutPublicAccessBlock"], &["s3:PutBucketPublicAccessBlock"]),
    (&["GetBucketNotificationConfiguration"], &["s3:GetBucketNotification"]),
    (&["PutBucketNotificationConfiguration"], &["s3:PutBucketNotification"]),
    (&["GetBucketReplication"], &["s3:GetReplicationConfiguration"]),
    (&["GetObjectLockConfiguration"], &["s3:GetBucketObjectLockConfiguration"]),
    (&["ListObjectVersions"], &["s3:ListBucketVersions"]),
    (&["ListMultipartUploads"], &["s3:ListBucketMultipartUploads"]),
    (&["DeleteObjects"], &["s3:DeleteObject", "s3:DeleteObjectVersion"]),
    (&["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"], &["s3:PutObject"]),
    (&["CreateFunction"], &["lambda:CreateFunction", "lambda:TagResource", "iam:PassRole"]),
    (&["UpdateFunctionConfiguration"], &["lambda:UpdateFunctionConfiguration", "iam:PassRole"]),
    (&["Invoke"], &["lambda:InvokeFunction"]),
    (&["CreateLogGroup"], &["logs:CreateLogGroup", "logs:TagResource"]),
    (&["PutMetricAlarm"], &["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]),
    (&["CreateRole"], &["iam:CreateRole", "iam:TagRole"]),
    (&["CreateUser"], &["iam:CreateUser", "iam:TagUser"]),
];

/// The actions that the caller needs for an operation, as [`AwsError::operation`](super::AwsError) names it; those that
/// it may need come after the one that it always needs.
pub(crate) fn needed(operation: &str) -> Vec<String> {
    // Two services have a call of this name, so the call says which.
    if operation.contains(':') {
        return vec![operation.to_owned()];
    }
    match SPECIAL.iter().find(|(operations, _)| operations.contains(&operation)) {
        Some((_, actions)) => actions.iter().map(|action| (*action).to_owned()).collect(),
        None => service(operation).map(|service| format!("{service}:{operation}")).into_iter().collect(),
    }
}

/// The prefix of the actions of an operation's service.
fn service(operation: &str) -> Option<&'static str> {
    let has = |words: &[&str]| words.iter().any(|word| operation.contains(word));
    Some(match operation {
        "GetResources" => "tag",
        "GetCallerIdentity" | "AssumeRole" => "sts",
        "GetPolicy" | "AddPermission" | "RemovePermission" | "GetAccountSettings" => "lambda",
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
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

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
            // Calls that only some stacks make.
            ("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
            ("GetAccountSettings", "lambda:GetAccountSettings"),
            ("GetBucketAbac", "s3:GetBucketAbac"),
            ("s3:TagResource", "s3:TagResource"),
            ("DeleteVirtualMFADevice", "iam:DeleteVirtualMFADevice"),
            ("UpdateUser", "iam:UpdateUser"),
        ] {
            assert_eq!(needed(operation).join(" "), actions, "{operation}");
        }
        assert_eq!(needed("reading the picture"), Vec::<String>::new());
    }

    /// Every call names its operation, the table knows the actions of each, and knows none that is not called.
    #[test]
    fn the_table_and_the_code_agree() {
        let mut operations = BTreeSet::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in [root.join("src"), root.join("../../provisioner/src")] {
            sources(&folder, &mut |path, source| {
                let (named, unnamed) = named(source);
                assert!(unnamed.is_empty(), "{}: calls without `.aws(...)`: {unnamed:#?}", path.display());
                operations.extend(named);
            });
        }
        assert!(operations.len() > 80, "{operations:?}");
        let unknown: Vec<_> = operations.iter().filter(|operation| needed(operation).is_empty()).collect();
        assert!(unknown.is_empty(), "no action is known for {unknown:?}");
        let special = SPECIAL.iter().flat_map(|(operations, _)| *operations);
        let unused: Vec<_> = special.filter(|operation| !operations.contains(**operation)).collect();
        assert!(unused.is_empty(), "nothing calls {unused:?}");
    }

    fn sources(folder: &Path, see: &mut impl FnMut(&Path, &str)) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, see);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && path.file_name() != Some("tests.rs".as_ref())
            {
                let source = std::fs::read_to_string(&path).unwrap();
                see(&path, source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default());
            }
        }
    }

    /// The operations that a source names, and what it sends without a name: each `.send()` is followed by `.aws(...)`
    /// before the next one, after the loop over its pages at the latest. `HeadBucket` gets its name when its headers have
    /// been read.
    fn named(source: &str) -> (Vec<String>, Vec<String>) {
        // Neither comments nor how rustfmt breaks lines matter.
        let code: String = source
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("//"))
            .flat_map(|line| line.chars().chain(line.ends_with(',').then_some(' ')))
            .collect();
        let constants: BTreeMap<&str, &str> = code
            .split("const ")
            .skip(1)
            .filter_map(|rest| rest.split_once(": &str = \""))
            .map(|(name, rest)| (name, rest.split('"').next().unwrap_or_default()))
            .collect();
        let (mut names, mut without) = (Vec::new(), Vec::new());
        for (before, after) in pairs(&code, ".send()") {
            let call = after.split(".send()").next().unwrap_or_default();
            let Some((_, rest)) = call.split_once(".aws(") else {
                let end: String =
                    before.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
                if !end.contains("head_bucket()") {
                    without.push(format!("...{end}"));
                }
                continue;
            };
            let word = rest.split(')').next().unwrap_or_default().trim().trim_end_matches(',');
            let name = word.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
            names.push(name.or_else(|| constants.get(word).copied()).unwrap_or_default().to_owned());
        }
        (names, without)
    }

    /// What stands before and after each occurrence.
    fn pairs<'a>(text: &'a str, what: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        text.match_indices(what).map(move |(at, found)| (&text[..at], &text[at + found.len()..]))
    }
}
