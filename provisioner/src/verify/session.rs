//! Acting as a user that is a role: a session of it, when it trusts whoever runs this.

use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use engine::aws::{Aws, AwsError};
use engine::config::{Trusted, UserConfig};
use engine::stack::Stack;

/// The session's name in CloudTrail.
const NAME: &str = "provisioner-verify";

/// A client of S3 with a session of the role; or, when these credentials may not assume it, what STS said.
///
/// An identity provider's users cannot be imitated, and of `external_id` there may be several, each for its principal:
/// all are tried.
///
/// # Errors
/// When STS cannot be reached.
pub(crate) async fn session(
    aws: &Aws,
    stack: &Stack,
    user: &UserConfig,
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
        match aws.s3_as_role(&arn, NAME, id).await {
            Ok(client) => return Ok(Ok(client)),
            Err(error) if error.is_access_denied() => refusal = error.message,
            Err(error) => return Err(error),
        }
    }
    Ok(Err(format!("not tried: {} may not assume the role ({refusal})", aws.caller)))
}
