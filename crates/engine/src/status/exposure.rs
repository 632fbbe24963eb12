//! To whom a bucket is open
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>).

use serde_json::Value;

use super::statements::{Allow, allows};
use crate::resources::bucket::Observed;

/// Groups of ACLs that are everybody, and everybody who has an AWS account
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee-predefined-groups>).
const EVERYBODY: [&str; 2] = ["AllUsers", "AuthenticatedUsers"];

/// To whom a bucket is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exposure {
    /// One of the four settings of the public access block is off, so that it may be or become public.
    pub is_unblocked: bool,
    /// What is given to everybody. While public access is blocked it has no effect.
    pub to_everybody: Vec<String>,
}

impl Exposure {
    /// Somebody without any right of this account may do something now.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.is_unblocked && !self.to_everybody.is_empty()
    }

    /// In words, one a line; none: it is closed.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        match (self.is_unblocked, self.to_everybody.as_slice()) {
            (false, []) => Vec::new(),
            (true, []) => {
                vec!["PUBLIC ACCESS NOT BLOCKED: a policy or an ACL could open it to everybody".to_owned()]
            }
            (true, given) => given.iter().map(|what| format!("PUBLIC: everybody {what}")).collect(),
            (false, given) => given
                .iter()
                .map(|what| {
                    format!("everybody {what}; only the public access block keeps that from being so")
                })
                .collect(),
        }
    }
}

/// To whom this bucket is open.
#[must_use]
pub fn exposure(bucket: &Observed) -> Exposure {
    let mut to_everybody = Vec::new();
    for allow in bucket.policy.iter().flat_map(allows).filter(Allow::is_for_everybody) {
        let who = condition(&allow).trim_start();
        let blank = if who.is_empty() { "" } else { " " };
        to_everybody.push(format!("{who}{blank}may {} by the bucket policy", allow.actions()));
    }
    for grant in &bucket.grants {
        if let Some((permission, group)) = grant.split_once(" to ").filter(|(_, who)| EVERYBODY.contains(who))
        {
            let who = if group == EVERYBODY[0] { "" } else { "with an AWS account " };
            to_everybody.push(format!("{who}has {permission} by the ACL"));
        }
    }
    Exposure { is_unblocked: !bucket.public_access_blocked, to_everybody }
}

/// What the function's policy gives to everybody, in words; none: nothing.
#[must_use]
pub fn function_exposure(policy: &[Value]) -> Vec<String> {
    let open = policy.iter().filter_map(Allow::of).filter(Allow::is_for_everybody);
    open.map(|allow| format!("PUBLIC: everybody{} may {}", condition(&allow), allow.actions())).collect()
}

fn condition(allow: &Allow<'_>) -> &'static str {
    if allow.is_conditional() { " who meets its conditions" } else { "" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::BucketRole;
    use crate::testing::{bucket, stack};

    #[test]
    fn who_may_invoke_the_function_is_told() {
        let ours = crate::stack::policies::invoke_statement(&stack(""));
        let open =
            json!({"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "f"});
        assert_eq!(function_exposure(std::slice::from_ref(&ours)), Vec::<String>::new());
        assert_eq!(function_exposure(&[ours, open]), ["PUBLIC: everybody may lambda:InvokeFunction"]);
    }

    #[test]
    fn who_may_come_in_is_told() {
        let get = |principal: Value| {
            json!({"Statement": [
                {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "b"},
                {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "b/*"},
            ]})
        };
        let mut fenced = get(json!("*"));
        fenced["Statement"][1]["Condition"] = json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}});
        let but =
            json!({"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "NotAction": "s3:Put*"}});
        let ours = bucket(&stack(""), BucketRole::Source).policy;
        let is = "only the public access block keeps that from being so";
        for (blocked, policy, grants, expected) in [
            (true, ours.clone(), &[][..], vec![]),
            (true, None, &[], vec![]),
            (
                false,
                ours.clone(),
                &[],
                vec!["PUBLIC ACCESS NOT BLOCKED: a policy or an ACL could open it to everybody".to_owned()],
            ),
            (
                false,
                Some(get(json!("*"))),
                &[],
                vec!["PUBLIC: everybody may s3:GetObject by the bucket policy".to_owned()],
            ),
            (
                false,
                Some(get(json!({"AWS": ["x", "*"]}))),
                &[],
                vec!["PUBLIC: everybody may s3:GetObject by the bucket policy".to_owned()],
            ),
            (
                true,
                Some(get(json!("*"))),
                &[],
                vec![format!("everybody may s3:GetObject by the bucket policy; {is}")],
            ),
            (
                false,
                Some(fenced),
                &[],
                vec![
                    "PUBLIC: everybody who meets its conditions may s3:GetObject by the bucket policy"
                        .to_owned(),
                ],
            ),
            (
                false,
                Some(but),
                &[],
                vec!["PUBLIC: everybody may all but s3:Put* by the bucket policy".to_owned()],
            ),
            (
                false,
                Some(get(json!({"AWS": "arn:aws:iam::123456789012:root"}))),
                &[],
                vec!["PUBLIC ACCESS NOT BLOCKED: a policy or an ACL could open it to everybody".to_owned()],
            ),
            (
                false,
                None,
                &["WRITE to LogDelivery", "READ to AllUsers", "READ to AuthenticatedUsers"],
                vec![
                    "PUBLIC: everybody has READ by the ACL".to_owned(),
                    "PUBLIC: everybody with an AWS account has READ by the ACL".to_owned(),
                ],
            ),
        ] {
            let mut observed = bucket(&stack(""), BucketRole::Source);
            observed.public_access_blocked = blocked;
            observed.policy = policy;
            observed.grants = grants.iter().map(|&grant| grant.to_owned()).collect();
            let exposure = exposure(&observed);
            assert_eq!(exposure.words(), expected);
            assert_eq!(exposure.is_public(), expected.iter().any(|words| words.starts_with("PUBLIC:")));
        }
    }
}
