//! Acting as a user that is a role: a session of it, when it trusts whoever runs this.

use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use engine::aws::{Aws, AwsError};
use engine::config::{Trusted, UserConfig};
use engine::stack::Stack;

/// What a session is for: its name in CloudTrail, and for how many seconds it is good. An hour is the most that every role
/// allows (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose(&'static str, i32);

/// To try what the role may.
pub(crate) const VERIFY: Purpose = Purpose("provisioner-verify", 900);
/// To upload pictures.
pub(crate) const UPLOAD: Purpose = Purpose("provisioner-upload", 3600);

/// A client of S3 with a session of the role; or, when these credentials may not assume it, who may not and what STS said.
///
/// An identity provider's users cannot be imitated, and of `external_id` there may be several, each for its principal:
/// all are tried.
///
/// # Errors
/// When STS cannot be reached.
pub(crate) async fn role_session(
    aws: &Aws,
    stack: &Stack,
    user: &UserConfig,
    Purpose(name, seconds): Purpose,
) -> Result<Result<Client, String>, AwsError> {
    let arn = stack.user_arn(user);
    let ids: BTreeSet<Option<&str>> = (user.trust().unwrap_or_default().iter())
        .filter_map(|trusted| match trusted {
            Trusted::Principal { external_id, .. } => Some(external_id.as_deref()),
            Trusted::Oidc { .. } | Trusted::Saml { .. } => None,
        })
        .collect();
    let mut refusal = "only an identity provider is trusted".to_owned();
    for id in ids {
        match aws.s3_as_role(&arn, name, seconds, id).await {
            Ok(client) => return Ok(Ok(client)),
            Err(error) if error.is_access_denied() => refusal = error.message,
            Err(error) => return Err(error),
        }
    }
    Ok(Err(format!("{} may not assume the role ({refusal})", aws.caller)))
}
