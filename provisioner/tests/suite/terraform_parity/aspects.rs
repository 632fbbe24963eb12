//! Everything that can drift, and how each tool's plan shows it.

use super::ground::Sign;

/// An aspect: what is different, as provisioner and as Terraform show it.
pub(crate) struct Aspect {
    pub(crate) name: &'static str,
    pub(crate) provisioner: Sign,
    pub(crate) terraform: Sign,
}

const fn aspect(name: &'static str, provisioner: Sign, terraform: Sign) -> Aspect {
    Aspect { name, provisioner, terraform }
}

pub(crate) const ASPECTS: &[Aspect] = &[
    aspect(
        "the bucket's public access",
        ("source bucket photos-uploads-000000000000", "public access", ""),
        ("aws_s3_bucket_public_access_block.this[\"source\"]", "block_public_policy", "false"),
    ),
    aspect(
        "the bucket's object ownership",
        ("source bucket photos-uploads-000000000000", "object ownership", "ObjectWriter"),
        ("aws_s3_bucket_ownership_controls.this[\"source\"]", "rule", "ObjectWriter"),
    ),
    aspect(
        "the bucket's encryption",
        ("source bucket photos-uploads-000000000000", "encryption", "aws:kms"),
        ("aws_s3_bucket_server_side_encryption_configuration.this[\"source\"]", "rule", "aws:kms"),
    ),
    aspect(
        "the bucket's versioning",
        ("source bucket photos-uploads-000000000000", "versioning", "suspended"),
        ("aws_s3_bucket_versioning.this[\"source\"]", "versioning_configuration", "Suspended"),
    ),
    aspect(
        "the bucket's policy",
        ("source bucket photos-uploads-000000000000", "bucket policy", "null"),
        ("aws_s3_bucket_policy.this[\"source\"]", "create", "null"),
    ),
    aspect(
        "the bucket's lifecycle rule",
        ("source bucket photos-uploads-000000000000", "lifecycle", "after 1 d"),
        ("aws_s3_bucket_lifecycle_configuration.this[\"source\"]", "rule", "\"days\":1,"),
    ),
    aspect(
        "the trigger's entries",
        ("trigger photos-uploads-000000000000", "entries", "null"),
        ("aws_s3_bucket_notification.source", "lambda_function", "[]"),
    ),
    aspect(
        "the role's trust policy",
        ("role photos-sanitizer", "trust policy", "ec2.amazonaws.com"),
        ("aws_iam_role.function", "assume_role_policy", "ec2.amazonaws.com"),
    ),
    aspect(
        "the role's policy",
        ("role photos-sanitizer", "inline policy", "s3:*"),
        ("aws_iam_role_policy.function", "policy", "s3:*"),
    ),
    aspect(
        "another policy of the role",
        ("role photos-sanitizer", "inline policy", "named extra-of-role"),
        ("aws_iam_role_policies_exclusive.function", "policy_names", "extra-of-role"),
    ),
    aspect(
        "a managed policy of the role",
        ("role photos-sanitizer", "attached policy", "policy/ReadOnlyAccess"),
        ("aws_iam_role_policy_attachments_exclusive.function", "policy_arns", "policy/ReadOnlyAccess"),
    ),
    aspect(
        "the role's boundary",
        ("role photos-sanitizer", "permissions boundary", "policy/ReadOnlyAccess"),
        ("aws_iam_role.function", "permissions_boundary", "policy/ReadOnlyAccess"),
    ),
    aspect(
        "the role's longest session",
        ("role photos-sanitizer", "settings", "longest session: 43200 s"),
        ("aws_iam_role.function", "max_session_duration", "43200"),
    ),
    aspect(
        "the role's tags",
        ("role photos-sanitizer", "tags", "team=wrong"),
        ("aws_iam_role.function", "tags_all", "wrong"),
    ),
    aspect(
        "the function's memory",
        ("function photos-sanitizer", "settings", "memory: 256 MB"),
        ("aws_lambda_function.sanitizer", "memory_size", "256"),
    ),
    aspect(
        "the function's description",
        ("function photos-sanitizer", "settings", "by hand"),
        ("aws_lambda_function.sanitizer", "description", "by hand"),
    ),
    aspect(
        "the function's timeout",
        ("function photos-sanitizer", "settings", "timeout: 9 s"),
        ("aws_lambda_function.sanitizer", "timeout", "9"),
    ),
    aspect(
        "the function's environment",
        ("function photos-sanitizer", "settings", "$SOURCE_BUCKET"),
        ("aws_lambda_function.sanitizer", "environment", "\"SOURCE_BUCKET\":\"other\""),
    ),
    aspect(
        "the function's code",
        ("function photos-sanitizer", "code", ""),
        ("check.function_code", "check", ""),
    ),
    aspect(
        "the function's concurrency",
        ("function photos-sanitizer", "reserved concurrency", "1"),
        ("aws_lambda_function.sanitizer", "reserved_concurrent_executions", "1"),
    ),
    aspect(
        "the function's tags",
        ("function photos-sanitizer", "tags", "team=wrong"),
        ("aws_lambda_function.sanitizer", "tags_all", "wrong"),
    ),
    aspect(
        "the function's policy",
        ("function policy photos-sanitizer", "statement", "null"),
        ("aws_lambda_permission.s3", "create", "null"),
    ),
    aspect(
        "an alarm's threshold",
        ("alarm photos-sanitizer-errors", "settings", "threshold: 99"),
        ("aws_cloudwatch_metric_alarm.this[\"errors\"]", "threshold", "99"),
    ),
    aspect(
        "an alarm",
        ("alarm photos-sanitizer-throttles", "create", ""),
        ("aws_cloudwatch_metric_alarm.this[\"throttles\"]", "create", ""),
    ),
    aspect(
        "an alarm's actions",
        ("alarm photos-sanitizer-dropped-events", "settings", "actions: disabled"),
        ("aws_cloudwatch_metric_alarm.this[\"dropped-events\"]", "actions_enabled", "false"),
    ),
    aspect(
        "a user's policy that is gone",
        ("user photos-user-a", "inline policy", "null"),
        ("aws_iam_user_policy.this[\"user-a\"]", "create", "null"),
    ),
    aspect(
        "a user's policy",
        ("user photos-user-b", "inline policy", "s3:*"),
        ("aws_iam_user_policy.this[\"user-b\"]", "policy", "s3:*"),
    ),
    aspect(
        "another policy of a user",
        ("user photos-user-a", "inline policy", "named extra-of-user"),
        ("aws_iam_user_policies_exclusive.this[\"user-a\"]", "policy_names", "extra-of-user"),
    ),
    aspect(
        "a managed policy of a user",
        ("user photos-user-a", "attached policy", "policy/ReadOnlyAccess"),
        (
            "aws_iam_user_policy_attachments_exclusive.this[\"user-a\"]",
            "policy_arns",
            "policy/ReadOnlyAccess",
        ),
    ),
    aspect(
        "a user's boundary",
        ("user photos-user-a", "permissions boundary", "policy/ReadOnlyAccess"),
        ("aws_iam_user.this[\"user-a\"]", "permissions_boundary", "policy/ReadOnlyAccess"),
    ),
    aspect(
        "a user's tags",
        ("user photos-user-a", "tags", "team=wrong"),
        ("aws_iam_user.this[\"user-a\"]", "tags_all", "wrong"),
    ),
    aspect(
        "the trust policy of a user that is a role",
        ("user role photos-site", "trust policy", "111111111111"),
        ("aws_iam_role.user[\"site\"]", "assume_role_policy", "111111111111"),
    ),
    aspect(
        "the policy of a user that is a role",
        ("user role photos-site", "inline policy", "s3:*"),
        ("aws_iam_role_policy.user[\"site\"]", "policy", "s3:*"),
    ),
    aspect(
        "the other policy of a user that is a role",
        ("user role photos-site", "inline policy", "named extra-of-site"),
        ("aws_iam_role_policies_exclusive.user[\"site\"]", "policy_names", "extra-of-site"),
    ),
    aspect(
        "the managed policy of a user that is a role",
        ("user role photos-site", "attached policy", "policy/ReadOnlyAccess"),
        ("aws_iam_role_policy_attachments_exclusive.user[\"site\"]", "policy_arns", "policy/ReadOnlyAccess"),
    ),
    aspect(
        "the longest session of a user that is a role",
        ("user role photos-site", "settings", "longest session: 7200 s"),
        ("aws_iam_role.user[\"site\"]", "max_session_duration", "7200"),
    ),
    aspect(
        "the description of a user that is a role",
        ("user role photos-site", "settings", "by hand"),
        ("aws_iam_role.user[\"site\"]", "description", "by hand"),
    ),
    aspect(
        "the boundary of a user that is a role",
        ("user role photos-site", "permissions boundary", "policy/ReadOnlyAccess"),
        ("aws_iam_role.user[\"site\"]", "permissions_boundary", "policy/ReadOnlyAccess"),
    ),
    aspect(
        "the tags of a user that is a role",
        ("user role photos-site", "tags", "team=wrong"),
        ("aws_iam_role.user[\"site\"]", "tags_all", "wrong"),
    ),
];

/// By themselves: a change of these once made Terraform show each policy that names them as unknown.
pub(crate) const OF_WHAT_POLICIES_NAME: &[Aspect] = &[
    aspect(
        "the bucket's tags",
        ("destination bucket photos-clean-000000000000", "tags", "team=wrong"),
        ("aws_s3_bucket.this[\"destination\"]", "tags_all", "wrong"),
    ),
    aspect(
        "the log group's retention",
        ("log group /aws/lambda/photos-sanitizer", "retention", "for ever"),
        ("aws_cloudwatch_log_group.function", "retention_in_days", "0"),
    ),
    aspect(
        "the log group's tags",
        ("log group /aws/lambda/photos-sanitizer", "tags", "team=wrong"),
        ("aws_cloudwatch_log_group.function", "tags_all", "wrong"),
    ),
];
