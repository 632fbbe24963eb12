//! Denials: what exactly is missing, and who can help. The words are AWS's
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>); they choose between hints, and
//! nothing else is decided by them.

use super::{AwsError, actions};

/// What organisations keep everybody from, so that nobody opens a bucket.
const PUT_PUBLIC_ACCESS_BLOCK: &str = "s3:PutBucketPublicAccessBlock";

/// What stands between several operations of one error.
const AND: &str = ", ";

impl AwsError {
    /// All that was denied in one wave of calls, as one error: else each run would name one action.
    #[must_use]
    pub fn all_denied<'a>(errors: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut denied = errors.into_iter().filter(|error| error.is_access_denied());
        let first = denied.next()?;
        let mut operations: Vec<&str> = first.operation.split(AND).collect();
        for operation in denied.flat_map(|error| error.operation.split(AND)) {
            if !operations.contains(&operation) {
                operations.push(operation);
            }
        }
        if operations.len() == 1 {
            return Some(first.clone());
        }
        // Lives as long as the run, which ends with it.
        let operation = Box::leak(operations.join(AND).into_boxed_str());
        Some(Self { operation, ..first.clone() })
    }

    /// The IAM actions that are missing, of a denied call.
    #[must_use]
    pub fn missing_actions(&self) -> Vec<String> {
        let named = self.message.split("not authorized to perform: ").nth(1).and_then(|rest| {
            let action = rest.split(|c: char| c.is_whitespace() || c == ',').next()?;
            action.contains(':').then(|| action.to_owned())
        });
        let operations: Vec<&str> = self.operation.split(AND).collect();
        let mut missing: Vec<String> = match (named, operations.as_slice()) {
            (Some(action), [_]) => vec![action],
            (named, operations) => {
                let needed = operations.iter().flat_map(|operation| actions::needed(operation));
                named.into_iter().chain(needed).collect()
            }
        };
        let mut seen = std::collections::BTreeSet::new();
        missing.retain(|action| seen.insert(action.clone()));
        missing
    }

    /// What to do about a denial.
    pub(super) fn denial_hint(&self) -> String {
        let missing = match self.missing_actions() {
            actions if actions.is_empty() => "this".to_owned(),
            actions => actions.join(AND),
        };
        match forbidden_by(&self.message) {
            Some(Guard::PublicAccess) => format!(
                "S3 Block Public Access takes what {missing} would write for public, and refuses it whatever the permissions: \
                 it is set on the bucket, for the account or by the organisation. See who is given rights (`provisioner plan \
                 -v`); the account's settings are told by `aws s3control get-public-access-block --account-id ACCOUNT`, and \
                 whoever manages it can change them"
            ),
            Some(Guard::Organisation | Guard::Deny) if missing == PUT_PUBLIC_ACCESS_BLOCK => format!(
                "an explicit deny, most often of the organisation, keeps everybody from {missing}, and blocks public access for \
                 whole accounts instead. The stack asks for it on its buckets, too: have somebody who may set all four settings \
                 there (`aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration \
                 BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`), or ask for an \
                 exception; then run `up` again"
            ),
            Some(Guard::Organisation) => format!(
                "a policy of the organisation forbids {missing} here, which no permission in this account can lift: ask \
                 whoever manages the organisation for an exception, or work in another account or region"
            ),
            Some(Guard::Boundary) => format!(
                "the permissions boundary of these credentials does not allow {missing}, and no other permission can: \
                 ask whoever has set it to widen it, or use other credentials"
            ),
            Some(Guard::Session) => format!(
                "the policy of this session does not allow {missing}: sign in again without it, or use other credentials"
            ),
            Some(Guard::Endpoint) => format!(
                "the policy of the VPC endpoint does not allow {missing}: ask whoever manages it, or work from another \
                 network"
            ),
            Some(Guard::Deny) => format!(
                "a policy denies {missing} explicitly, which wins over every permission: have an exception made for these \
                 credentials, or use others"
            ),
            None => format!("these credentials may not do this: use others, or have this allowed: {missing}"),
        }
    }
}

/// What else than a missing permission denies a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// S3 Block Public Access, of a bucket, of the account, or of the organisation.
    PublicAccess,
    /// A service or resource control policy.
    Organisation,
    /// The caller's permissions boundary.
    Boundary,
    /// A session policy.
    Session,
    /// The policy of a VPC endpoint.
    Endpoint,
    /// An explicit deny in the caller's own policies, or in the resource's.
    Deny,
}

fn forbidden_by(message: &str) -> Option<Guard> {
    // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
    if message.contains("setting in S3 Block Public Access") {
        return Some(Guard::PublicAccess);
    }
    let explicit = message.split("explicit deny in a").nth(1);
    let why = explicit.or_else(|| message.split("because no ").nth(1))?;
    [
        ("service control policy", Guard::Organisation),
        ("resource control policy", Guard::Organisation),
        ("permissions boundary", Guard::Boundary),
        ("session policy", Guard::Session),
        ("VPC endpoint policy", Guard::Endpoint),
    ]
    .into_iter()
    .find(|(words, _)| why.contains(words))
    .map(|(_, guard)| guard)
    .or(explicit.map(|_| Guard::Deny))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(operation: &'static str, message: &str) -> AwsError {
        AwsError { operation, message: message.to_owned(), ..AwsError::with_code("AccessDenied") }
    }

    #[test]
    fn a_wave_names_every_missing_action_once() {
        let errors = [
            denied("GetRole", "Access Denied"),
            AwsError::with_code("NoSuchEntity"),
            denied("GetBucketEncryption", "Access Denied"),
            denied("GetBucketEncryption", "Access Denied"),
            denied("logs:ListTagsForResource", "Access Denied"),
        ];
        let all = AwsError::all_denied(&errors).unwrap();
        assert_eq!(all.operation, "GetRole, GetBucketEncryption, logs:ListTagsForResource");
        assert!(all.is_access_denied());
        let actions = ["iam:GetRole", "s3:GetEncryptionConfiguration", "logs:ListTagsForResource"];
        assert_eq!(all.missing_actions(), actions);
        assert!(all.hint().unwrap().ends_with(&actions.join(", ")));
        assert!(AwsError::all_denied(&errors[1..2]).is_none());
    }

    #[test]
    fn the_action_that_aws_names_is_the_one() {
        let message = "User: arn:aws:iam::1:user/d is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/r \
                       because no identity-based policy allows the iam:PassRole action";
        assert_eq!(denied("CreateFunction", message).missing_actions(), ["iam:PassRole"]);
        let hint = denied("CreateFunction", message).hint().unwrap();
        assert!(hint.contains("have this allowed: iam:PassRole"), "{hint}");
    }

    #[test]
    fn what_keeps_buckets_closed_is_told_with_what_to_do() {
        let user = "User: arn:aws:iam::1:user/d is not authorized to perform:";
        let of = |operation, action: &str, why: &str| {
            denied(operation, &format!("{user} {action} on resource: \"arn:aws:s3:::b\" {why}"))
                .hint()
                .unwrap()
        };
        for why in [
            "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.",
        ] {
            let hint = of("PutBucketPolicy", "s3:PutBucketPolicy", why);
            assert!(
                hint.contains("S3 Block Public Access takes what s3:PutBucketPolicy would write"),
                "{hint}"
            );
            assert!(hint.contains("aws s3control get-public-access-block"), "{hint}");
        }
        for why in [
            "with an explicit deny in a service control policy",
            "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-a/service_control_policy/p-b",
            "with an explicit deny in an identity-based policy",
        ] {
            let hint = of("PutPublicAccessBlock", PUT_PUBLIC_ACCESS_BLOCK, why);
            assert!(hint.contains("explicit deny, most often of the organisation"), "{hint}");
            assert!(hint.contains("aws s3api put-public-access-block"), "{hint}");
        }
        let hint =
            of("PutPublicAccessBlock", PUT_PUBLIC_ACCESS_BLOCK, "because no identity-based policy allows it");
        assert!(hint.contains("have this allowed"), "{hint}");
    }

    #[test]
    fn who_forbids_is_told_as_what_it_is() {
        let user = "User: arn:aws:iam::1:user/d is not authorized to perform: iam:CreateUser on resource: r";
        for (why, says) in [
            (
                "with an explicit deny in a service control policy",
                "a policy of the organisation forbids iam:CreateUser",
            ),
            ("with an explicit deny in a resource control policy", "a policy of the organisation"),
            (
                "because no service control policy allows the iam:CreateUser action",
                "a policy of the organisation",
            ),
            (
                "because no permissions boundary allows the iam:CreateUser action",
                "the permissions boundary of these",
            ),
            ("with an explicit deny in a permissions boundary", "the permissions boundary of these"),
            ("because no session policy allows the iam:CreateUser action", "the policy of this session"),
            (
                "because no VPC endpoint policy allows the iam:CreateUser action",
                "the policy of the VPC endpoint",
            ),
            (
                "with an explicit deny in an identity-based policy",
                "a policy denies iam:CreateUser explicitly",
            ),
            (
                "because no identity-based policy allows the iam:CreateUser action",
                "have this allowed: iam:CreateUser",
            ),
            ("", "have this allowed: iam:CreateUser"),
        ] {
            let hint = denied("CreateUser", &format!("{user} {why}")).hint().unwrap();
            assert!(hint.contains(says), "{why}: {hint}");
        }
    }
}
