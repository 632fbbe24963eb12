//! The policy documents, least privilege each: no `*` as a resource, no action
//! that is not needed.

use serde_json::{Value, json};

use super::Stack;
use crate::config::{Access, BucketRole, Encryption, UserConfig};

const VERSION: &str = "2012-10-17";

/// Who may assume the function's role: Lambda. That it is for a function of this
/// account needs no condition, as who passes a role to Lambda needs `iam:PassRole` on it
/// (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html>).
#[must_use]
pub fn trust() -> Value {
    json!({
        "Version": VERSION,
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }],
    })
}

/// What the function may do: read A, write B, write its logs.
///
/// With `mirror_deletes` it may delete in B, and list A: only to who may list a bucket S3 says that an object is gone,
/// and to all others it says 403, which is no reason to delete anything
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>).
#[must_use]
pub fn role(stack: &Stack) -> Value {
    let names = &stack.names;
    let prefix = &stack.config.trigger.prefix;
    let mut statements = vec![
        json!({
            "Sid": "ReadSource",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": format!("{}/{prefix}*", names.bucket_arn(BucketRole::Source)),
        }),
        json!({
            "Sid": "WriteDestination",
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": format!("{}/{prefix}*", names.bucket_arn(BucketRole::Destination)),
        }),
        json!({
            "Sid": "WriteLogs",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": format!("{}:*", names.log_group_arn()),
        }),
    ];
    if stack.config.trigger.mirror_deletes {
        statements.push(json!({
            "Sid": "SeeWhatIsGone",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": names.bucket_arn(BucketRole::Source),
        }));
        statements.push(json!({
            "Sid": "RemoveFromDestination",
            "Effect": "Allow",
            "Action": "s3:DeleteObject",
            "Resource": format!("{}/{prefix}*", names.bucket_arn(BucketRole::Destination)),
        }));
    }
    statements.extend(key_statements(stack, BucketRole::Source, true, false));
    statements.extend(key_statements(stack, BucketRole::Destination, false, true));
    json!({"Version": VERSION, "Statement": statements})
}

/// What a user may do: the objects of one bucket, and to list them.
///
/// Read-write includes deleting objects, as S3's own `WRITE` does; with
/// versioning that leaves a delete marker, since nobody may delete versions.
#[must_use]
pub fn user(stack: &Stack, user: &UserConfig) -> Value {
    let bucket = stack.names.bucket_arn(user.bucket);
    let objects = format!("{bucket}/{}*", user.prefix);
    let mut actions = Vec::new();
    if user.access.reads() {
        actions.push("s3:GetObject");
    }
    if user.access.writes() {
        actions.extend(["s3:PutObject", "s3:AbortMultipartUpload"]);
    }
    if user.access == Access::ReadWrite {
        actions.extend(["s3:DeleteObject", "s3:ListMultipartUploadParts"]);
    }
    let mut statements = vec![json!({
        "Sid": "Objects",
        "Effect": "Allow",
        "Action": one_or_many(&actions),
        "Resource": objects,
    })];
    if user.access.reads() {
        let mut list = json!({
            "Sid": "List",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
        });
        if !user.prefix.is_empty() {
            list["Condition"] = json!({"StringLike": {"s3:prefix": format!("{}*", user.prefix)}});
        }
        statements.push(list);
    }
    statements.extend(key_statements(stack, user.bucket, user.access.reads(), user.access.writes()));
    json!({"Version": VERSION, "Statement": statements})
}

/// Denies everybody whatever comes without TLS
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html>).
#[must_use]
pub fn bucket(stack: &Stack, role: BucketRole) -> Value {
    let arn = stack.names.bucket_arn(role);
    json!({
        "Version": VERSION,
        "Statement": [{
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, format!("{arn}/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }],
    })
}

/// Lets S3 invoke the function for events of bucket A of this account, and for
/// nobody else's
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html>).
#[must_use]
pub fn invoke_statement(stack: &Stack) -> Value {
    let names = &stack.names;
    json!({
        "Sid": super::permission_statement_id(&names.stack),
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": names.function_arn(),
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": names.account},
            "ArnLike": {"AWS:SourceArn": names.bucket_arn(BucketRole::Source)},
        },
    })
}

/// The key actions that SSE-KMS needs, exactly, and only through S3
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>).
fn key_statements(stack: &Stack, role: BucketRole, reads: bool, writes: bool) -> Option<Value> {
    let Encryption::Kms { key } = &stack.bucket(role).encryption else { return None };
    let mut actions = Vec::new();
    // Completing a multipart upload decrypts its parts.
    if reads || writes {
        actions.push("kms:Decrypt");
    }
    if writes {
        actions.push("kms:GenerateDataKey");
    }
    Some(json!({
        "Sid": match role { BucketRole::Source => "SourceKey", BucketRole::Destination => "DestinationKey" },
        "Effect": "Allow",
        "Action": one_or_many(&actions),
        "Resource": key,
        "Condition": {"StringEquals": {
            "kms:ViaService": format!("s3.{}.amazonaws.com", key.split(':').nth(3).unwrap_or(&stack.names.region)),
        }},
    }))
}

fn one_or_many(actions: &[&str]) -> Value {
    match actions {
        [one] => json!(one),
        many => json!(many),
    }
}
