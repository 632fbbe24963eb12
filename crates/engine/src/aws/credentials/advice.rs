//! What to do when there are no credentials, or when AWS does not take them. It names the command for the profile in use.

use super::{Cause, Kind, NoCredentials, Source, profile_flag};
use crate::aws::AwsError;
use crate::aws::error::PROXY;

impl NoCredentials {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self.cause {
            Cause::Proxy => PROXY.to_owned(),
            Cause::None | Cause::Configuration | Cause::Role | Cause::Source => {
                self.from.advice(self.cause == Cause::Role, self.cause == Cause::Configuration)
            }
        }
    }
}

impl Source {
    fn advice(&self, is_role: bool, is_configuration: bool) -> String {
        let Self::Profile { name, kind } = self else {
            return match self {
                Self::WebIdentity if is_role => {
                    "the trust policy of AWS_ROLE_ARN must allow sts:AssumeRoleWithWebIdentity to whoever issued the token"
                        .to_owned()
                }
                Self::WebIdentity => "AWS_WEB_IDENTITY_TOKEN_FILE must be a file with a token that is still good, and \
                                      AWS_ROLE_ARN the role that it is for"
                    .to_owned(),
                Self::Container => {
                    "does the agent run, and may it give out credentials? AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or ..._FULL_URI \
                     says where it is, and AWS_CONTAINER_AUTHORIZATION_TOKEN(_FILE) what it is told"
                        .to_owned()
                }
                // On Windows there is no local AWS.
                _ if cfg!(windows) => {
                    "set AWS_PROFILE, or run `aws login`, `aws sso login` or `aws configure`".to_owned()
                }
                _ => "set AWS_PROFILE, run `aws login`, `aws sso login` or `aws configure`, or use --local for the AWS \
                      on this machine"
                    .to_owned(),
            };
        };
        let flag = profile_flag(name);
        match kind {
            Kind::Role { from, arn } if is_role => {
                format!(
                    "{from} needs the right to sts:AssumeRole for {arn}, and the role's trust policy must allow it to them"
                )
            }
            Kind::Role { .. } if is_configuration => format!(
                "in profile {name} `role_arn` needs either `source_profile` or `credential_source` beside it, and the \
                 profile that it names must have credentials"
            ),
            Kind::Role { from, .. } => from.advice(is_role, is_configuration),
            Kind::Sso if is_configuration => format!("complete the profile: `aws configure sso{flag}`"),
            Kind::Sso => format!(
                "sign in: `aws sso login{flag}`; if you are signed in, `sso_account_id` and `sso_role_name` of the \
                 profile name something that you may not use"
            ),
            Kind::Login => format!("sign in: `aws login{flag}`"),
            Kind::Process => {
                format!(
                    "run the command that `credential_process` of profile {name} names, and see what it says"
                )
            }
            Kind::WebIdentity => format!(
                "`web_identity_token_file` of profile {name} must be a file with a token that is still good, and the \
                 trust policy of its `role_arn` must allow sts:AssumeRoleWithWebIdentity to whoever issued it"
            ),
            Kind::Keys => format!(
                "profile {name} needs both `aws_access_key_id` and `aws_secret_access_key`: `aws configure{flag}`"
            ),
        }
    }

    /// What to do when AWS refuses the credentials of this source.
    #[must_use]
    pub fn hint_when_refused(&self, error: &AwsError) -> Option<String> {
        if error.is_expired() {
            return Some(match (self.sign_in(), self) {
                (Some(command), _) => format!("the session has expired: sign in again with {command}"),
                (None, Self::Environment) => {
                    "the session of AWS_SESSION_TOKEN has expired: set new values, or unset AWS_ACCESS_KEY_ID, \
                     AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, which come before every profile"
                        .to_owned()
                }
                (None, source) => format!("the session has expired: get new credentials for {source}"),
            });
        }
        match error.code.as_deref()? {
            "InvalidClientTokenId" | "InvalidAccessKeyId" | "UnrecognizedClientException" => Some(format!(
                "AWS does not know the access key of {self}: it was deleted, is not active, or is of another partition \
                 than AWS_REGION"
            )),
            "SignatureDoesNotMatch" => Some(format!(
                "the secret access key of {self} does not belong to its access key, or the clock of this machine is wrong"
            )),
            _ => None,
        }
    }
}
