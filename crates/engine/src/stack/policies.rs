//! The policy documents, least privilege each: no `*` as a resource, no action
//! that is not needed.

use serde_json::{Value, json};

use super::{Stack, partition};
use crate::config::{Access, BucketRole, Encryption, Trusted, UserConfig};

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

/// Who may assume a user that is a role: one statement for each entry of `trust`.
///
/// What a federated caller has to show is a condition, since a provider vouches for others than the stack's users, too
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>).
#[must_use]
pub fn user_trust(partition: &str, trust: &[Trusted]) -> Value {
    let statements: Vec<Value> = trust.iter().map(|trusted| trusted_statement(partition, trusted)).collect();
    json!({"Version": VERSION, "Statement": statements})
}

fn trusted_statement(partition: &str, trusted: &Trusted) -> Value {
    let (principal, action, condition) = match trusted {
        Trusted::Principal { principal, external_id } => {
            let arn = if principal.starts_with("arn:") {
                principal.clone()
            } else {
                // The way that IAM itself writes an account.
                format!("arn:{partition}:iam::{principal}:root")
            };
            let condition = external_id.as_ref().map(|id| json!({"StringEquals": {"sts:ExternalId": id}}));
            (json!({"AWS": arn}), "sts:AssumeRole", condition)
        }
        Trusted::Oidc { provider, audience, subject } => {
            let host = provider.split_once(":oidc-provider/").map_or("", |(_, host)| host);
            let [aud, sub] = ["aud", "sub"].map(|claim| format!("{host}:{claim}"));
            let condition = if subject.contains(['*', '?']) {
                json!({"StringEquals": {aud: audience}, "StringLike": {sub: subject}})
            } else {
                json!({"StringEquals": {aud: audience, sub: subject}})
            };
            (json!({"Federated": provider}), "sts:AssumeRoleWithWebIdentity", Some(condition))
        }
        Trusted::Saml { provider, audience } => {
            let audience = audience.as_deref().unwrap_or_else(|| partition::saml_audience(partition));
            let condition = json!({"StringEquals": {"SAML:aud": audience}});
            (json!({"Federated": provider}), "sts:AssumeRoleWithSAML", Some(condition))
        }
    };
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": action});
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
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
            "Condition": own_account(stack),
        }),
        json!({
            "Sid": "WriteDestination",
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": format!("{}/{prefix}*", names.bucket_arn(BucketRole::Destination)),
            "Condition": own_account(stack),
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
            "Condition": own_account(stack),
        }));
        statements.push(json!({
            "Sid": "RemoveFromDestination",
            "Effect": "Allow",
            "Action": "s3:DeleteObject",
            "Resource": format!("{}/{prefix}*", names.bucket_arn(BucketRole::Destination)),
            "Condition": own_account(stack),
        }));
    }
    statements.extend(key_statements(stack, BucketRole::Source, true, false));
    statements.extend(key_statements(stack, BucketRole::Destination, false, true));
    statements.extend(failure_statements(stack));
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
        "Condition": own_account(stack),
    })];
    if user.access.reads() {
        let mut list = json!({
            "Sid": "List",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
            "Condition": own_account(stack),
        });
        if !user.prefix.is_empty() {
            list["Condition"]["StringLike"] = json!({"s3:prefix": format!("{}*", user.prefix)});
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

/// Only in buckets of the stack's account: the ARN of a bucket does not say whose it is, and a name that is given up
/// can be taken by others
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount>).
fn own_account(stack: &Stack) -> Value {
    json!({"StringEquals": {"aws:ResourceAccount": stack.names.account}})
}

/// Lambda tells the destination of failures with the role's rights
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations-permissions>).
fn failure_statements(stack: &Stack) -> Vec<Value> {
    let Some(arn) = &stack.config.function.asynchronous.on_failure else { return Vec::new() };
    let tell = |action: &str, resource: &str| json!({"Sid": "TellOfFailures", "Effect": "Allow", "Action": action, "Resource": resource});
    match arn.split(':').nth(2).unwrap_or_default() {
        "sqs" => vec![tell("sqs:SendMessage", arn)],
        "sns" => vec![tell("sns:Publish", arn)],
        "events" => vec![tell("events:PutEvents", arn)],
        _ => vec![
            tell("s3:PutObject", &format!("{arn}/*")),
            json!({"Sid": "FindFailures", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn}),
        ],
    }
}

/// The key actions that SSE-KMS needs, exactly, and only through S3
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>).
fn key_statements(stack: &Stack, role: BucketRole, reads: bool, writes: bool) -> Vec<Value> {
    let (current, former) = match role {
        BucketRole::Source => ("SourceKey", "SourceFormerKeys"),
        BucketRole::Destination => ("DestinationKey", "DestinationFormerKeys"),
    };
    let mut statements = Vec::new();
    if let Encryption::Kms { key } = &stack.bucket(role).encryption {
        let mut actions = Vec::new();
        // Completing a multipart upload decrypts its parts.
        if reads || writes {
            actions.push("kms:Decrypt");
        }
        if writes {
            actions.push("kms:GenerateDataKey");
        }
        statements.push(json!({
            "Sid": current,
            "Effect": "Allow",
            "Action": one_or_many(&actions),
            "Resource": key,
            "Condition": {"StringEquals": {"kms:ViaService": via_s3(key)}},
        }));
    }
    // S3 takes only keys of the bucket's region, so all have the same S3.
    let keys: Vec<&str> = stack.bucket(role).former_kms_keys.iter().map(String::as_str).collect();
    if let Some(key) = keys.first().filter(|_| reads) {
        statements.push(json!({
            "Sid": former,
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": one_or_many(&keys),
            "Condition": {"StringEquals": {"kms:ViaService": via_s3(key)}},
        }));
    }
    statements
}

/// The name of S3 as KMS sees it, in the region and the partition of a key
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service>).
fn via_s3(key: &str) -> String {
    let mut parts = key.split(':').skip(1);
    let (name, region) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
    format!("s3.{region}.{}", partition::domain(name))
}

fn one_or_many(values: &[&str]) -> Value {
    match values {
        [one] => json!(one),
        many => json!(many),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::UserKind;

    #[test]
    fn whoever_is_trusted_has_to_show_what_the_configuration_says() {
        let oidc = |subject: &str| Trusted::Oidc {
            provider: "arn:aws:iam::123456789012:oidc-provider/idp.example.org/a".to_owned(),
            audience: "photos".to_owned(),
            subject: subject.to_owned(),
        };
        let (aud, sub) = ("idp.example.org/a:aud", "idp.example.org/a:sub");
        let saml = |audience: Option<&str>| Trusted::Saml {
            provider: "arn:aws:iam::123456789012:saml-provider/okta".to_owned(),
            audience: audience.map(str::to_owned),
        };
        let of = |principal: &str, external_id: Option<&str>| Trusted::Principal {
            principal: principal.to_owned(),
            external_id: external_id.map(str::to_owned),
        };
        let user = "arn:aws:iam::210987654321:user/ann";
        for (trusted, action, principal, condition) in [
            (
                of("210987654321", None),
                "sts:AssumeRole",
                json!({"AWS": "arn:aws:iam::210987654321:root"}),
                Value::Null,
            ),
            (
                of(user, Some("x1")),
                "sts:AssumeRole",
                json!({"AWS": user}),
                json!({"StringEquals": {"sts:ExternalId": "x1"}}),
            ),
            (
                oidc("ann"),
                "sts:AssumeRoleWithWebIdentity",
                json!({"Federated": "arn:aws:iam::123456789012:oidc-provider/idp.example.org/a"}),
                json!({"StringEquals": {aud: "photos", sub: "ann"}}),
            ),
            (
                oidc("team:*"),
                "sts:AssumeRoleWithWebIdentity",
                json!({"Federated": "arn:aws:iam::123456789012:oidc-provider/idp.example.org/a"}),
                json!({"StringEquals": {aud: "photos"}, "StringLike": {sub: "team:*"}}),
            ),
            (
                saml(None),
                "sts:AssumeRoleWithSAML",
                json!({"Federated": "arn:aws:iam::123456789012:saml-provider/okta"}),
                json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}),
            ),
            (
                saml(Some("https://x")),
                "sts:AssumeRoleWithSAML",
                json!({"Federated": "arn:aws:iam::123456789012:saml-provider/okta"}),
                json!({"StringEquals": {"SAML:aud": "https://x"}}),
            ),
        ] {
            let statement = &user_trust("aws", std::slice::from_ref(&trusted))["Statement"][0];
            assert_eq!(
                (&statement["Action"], &statement["Principal"], &statement["Condition"]),
                (&json!(action), &principal, &condition),
                "{trusted:?}"
            );
        }
    }

    #[test]
    fn s3_has_the_name_of_its_partition() {
        for (key, name) in [
            ("arn:aws:kms:eu-west-1:123456789012:key/k", "s3.eu-west-1.amazonaws.com"),
            ("arn:aws-cn:kms:cn-north-1:123456789012:key/k", "s3.cn-north-1.amazonaws.com.cn"),
            ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/k", "s3.us-gov-west-1.amazonaws.com"),
        ] {
            assert_eq!(via_s3(key), name);
        }
    }

    #[test]
    fn who_reads_may_decrypt_with_former_keys_and_who_writes_may_not_encrypt_with_them() {
        let key = |digit: char| {
            let tail = digit.to_string().repeat(12);
            format!("arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-{tail}")
        };
        let stack = crate::testing::stack(&format!(
            "[source]\nencryption = \"aws:kms\"\nkms_key = \"{}\"\nformer_kms_keys = [\"{}\", \"{}\"]\n",
            key('1'),
            key('2'),
            key('3')
        ));
        let former = json!({
            "Sid": "SourceFormerKeys",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": [key('2'), key('3')],
            "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
        });
        let statements = |policy: &Value| policy["Statement"].as_array().cloned().unwrap_or_default();
        assert!(statements(&role(&stack)).contains(&former));
        let of = |access| UserConfig {
            name: "u".to_owned(),
            bucket: BucketRole::Source,
            access,
            prefix: String::new(),
            kind: UserKind::User,
        };
        assert!(statements(&user(&stack, &of(Access::ReadOnly))).contains(&former));
        let writer = user(&stack, &of(Access::WriteOnly)).to_string();
        assert!(writer.contains(&key('1')) && !writer.contains(&key('2')), "{writer}");
    }
}
