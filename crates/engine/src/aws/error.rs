//! Errors of AWS calls, told apart by AWS's error code and never by their text.

use std::borrow::Cow;

/// What to do about a proxy.
pub(super) const PROXY: &str = "does this proxy run, and does it let you through to AWS? \
    HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT gives it credentials, and NO_PROXY names hosts that are reached without it";

/// Why a call to AWS failed.
#[derive(Debug, Clone)]
pub struct AwsError {
    /// The operation as AWS names it, for example `PutBucketPolicy`.
    pub operation: &'static str,
    /// AWS's error code, for example `NoSuchBucket`, when AWS answered.
    pub code: Option<String>,
    /// HTTP status, when AWS answered.
    pub status: Option<u16>,
    /// AWS's message, or what went wrong on the way.
    pub message: String,
    /// The id to quote to AWS's support.
    pub request_id: Option<String>,
    /// What went wrong when AWS did not answer.
    pub transport: Option<Transport>,
}

/// What went wrong when there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// No connection, or it broke.
    Connection,
    /// The other side's certificate is of an authority that nobody here trusts.
    Untrusted,
    /// No connection through the proxy, or it broke.
    Proxy,
    /// No answer in time.
    Timeout,
    /// The request could not be made: most often, there are no credentials.
    Credentials,
    /// An answer that the SDK could not read.
    Response,
}

impl std::fmt::Display for AwsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        } else if let Some(status) = self.status {
            write!(f, "HTTP {status}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request id {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for AwsError {}

impl AwsError {
    fn is(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// The thing does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.is(&[
            "NoSuchBucket",
            "NoSuchKey",
            "NoSuchUpload",
            "NoSuchVersion",
            "NotFound",
            "NoSuchEntity",
            "NoSuchEntityException",
            "ResourceNotFoundException",
            "ResourceNotFound",
            // Aspects of a bucket that was never given them.
            "NoSuchTagSet",
            "NoSuchPublicAccessBlockConfiguration",
            "OwnershipControlsNotFoundError",
            "ServerSideEncryptionConfigurationNotFoundError",
            "NoSuchBucketPolicy",
            "NoSuchLifecycleConfiguration",
            "ReplicationConfigurationNotFoundError",
            "ObjectLockConfigurationNotFoundError",
        ]) || (self.code.is_none() && self.status == Some(404))
    }

    /// The whole bucket does not exist (as opposed to one of its aspects).
    #[must_use]
    pub fn is_no_such_bucket(&self) -> bool {
        self.is(&["NoSuchBucket"])
    }

    /// It exists already: somebody, perhaps we, was faster.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        self.is(&[
            "BucketAlreadyOwnedByYou",
            "EntityAlreadyExists",
            "EntityAlreadyExistsException",
            "ResourceAlreadyExistsException",
            "ResourceConflictException",
        ])
    }

    /// The bucket's name is taken by another account.
    #[must_use]
    pub fn is_taken_by_others(&self) -> bool {
        self.is(&["BucketAlreadyExists"])
    }

    /// Another change of the same thing is under way; AWS asks to try again.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.is(&[
            "OperationAborted",
            "ResourceConflictException",
            "ConcurrentModification",
            "ConcurrentModificationException",
            "OperationAbortedException",
            "PreconditionFailedException",
            "EntityTemporarilyUnmodifiable",
            "DeleteConflict",
            "BucketNotEmpty",
        ])
    }

    /// ACLs cannot be switched off while the bucket's grants something to others
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html>).
    #[must_use]
    pub fn is_acl_in_the_way(&self) -> bool {
        self.is(&["InvalidBucketAclWithObjectOwnership"])
    }

    /// The bucket cannot be deleted: something is in it.
    #[must_use]
    pub fn is_bucket_not_empty(&self) -> bool {
        self.is(&["BucketNotEmpty"])
    }

    /// AWS could not do it just now, and says so for a part of a batch.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.is(&["InternalError", "ServiceUnavailable"])
    }

    /// Lambda cannot assume a role that was made a moment ago, or KMS does not know the role's principal yet, when
    /// Lambda wants a grant for it. The code is that of every invalid value, so the words must tell.
    #[must_use]
    pub fn is_role_not_ready(&self) -> bool {
        let words = ["cannot be assumed", "KMS key is invalid for CreateGrant"];
        self.is(&["InvalidParameterValueException"]) && words.iter().any(|words| self.message.contains(words))
    }

    /// The function's role may not tell a destination of failures (yet). The code is that of every invalid value.
    #[must_use]
    pub fn is_destination_not_allowed(&self) -> bool {
        self.is(&["InvalidParameterValueException"])
            && self.message.contains("does not have permissions to call")
    }

    /// S3 could not validate the notification's target (yet).
    #[must_use]
    pub fn is_destination_not_validated(&self) -> bool {
        self.is(&["InvalidArgument"])
    }

    /// A principal in a policy is not known (yet).
    #[must_use]
    pub fn is_unknown_principal(&self) -> bool {
        self.is(&["MalformedPolicy", "MalformedPolicyDocument", "MalformedPolicyDocumentException"])
    }

    /// The caller may not do this.
    #[must_use]
    pub fn is_access_denied(&self) -> bool {
        self.is(&["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden"])
            || (self.code.is_none() && self.status == Some(403))
    }

    /// The credentials are missing, wrong or expired.
    #[must_use]
    pub fn is_credentials(&self) -> bool {
        self.transport == Some(Transport::Credentials)
            || self.is(&[
                "ExpiredToken",
                "ExpiredTokenException",
                "InvalidClientTokenId",
                "InvalidAccessKeyId",
                "SignatureDoesNotMatch",
                "UnrecognizedClientException",
                "AuthFailure",
                "InvalidToken",
                "TokenRefreshRequired",
                "RequestExpired",
                "RequestTimeTooSkewed",
            ])
    }

    /// The session of the credentials has ended.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.is(&["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"])
    }

    /// The access key is not known where it was asked about.
    #[must_use]
    pub fn is_unknown_key(&self) -> bool {
        self.is(&["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"])
    }

    /// The account has not enabled the region
    /// (<https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>). S3 says so by not taking the
    /// region's own name as the place of a bucket.
    #[must_use]
    pub fn is_disabled_region(&self) -> bool {
        self.is(&["RegionDisabledException", "OptInRequired"])
            || (self.operation == "CreateBucket" && self.is(&["IllegalLocationConstraintException"]))
    }

    /// AWS has understood the call and refuses it, for other reasons than credentials or throttling.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        self.status.is_some_and(|status| (400..500).contains(&status))
            && !self.is_throttled()
            && !self.is_credentials()
            && !self.is_not_found()
            && !self.is_conflict()
    }

    /// AWS asks to slow down.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.is(&[
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
            "SlowDown",
            "RequestLimitExceeded",
            "RequestThrottled",
        ]) || self.status == Some(429)
    }

    /// AWS was reached and has trouble of its own, which says nothing about who asked.
    #[must_use]
    pub fn is_trouble_of_aws(&self) -> bool {
        self.is_throttled() || self.status.is_some_and(|status| status >= 500)
    }

    /// The bucket lives in another region than the one that was asked.
    #[must_use]
    pub fn is_wrong_region(&self) -> bool {
        self.is(&["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"])
            || self.status == Some(301)
    }

    /// It is not known whether the call took effect.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        matches!(
            self.transport,
            Some(Transport::Connection | Transport::Proxy | Transport::Timeout | Transport::Response)
        ) || self.status.is_some_and(|status| status >= 500)
    }

    /// A tag policy of the organisation demands other tags
    /// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_tag-policies.html>).
    #[must_use]
    pub fn is_tag_policy(&self) -> bool {
        self.is(&["TagPolicyException", "TagPolicyViolation", "TagPolicyViolationException"])
    }

    /// What the user can do about it, when there is something.
    #[must_use]
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        if self.is_access_denied() && self.transport.is_none() {
            Some(self.denial_hint().into())
        } else {
            self.advice().map(Cow::Borrowed)
        }
    }

    fn advice(&self) -> Option<&'static str> {
        if self.is_expired() {
            Some("the session has expired: sign in again, for example with `aws sso login` or `aws login`")
        } else if self.transport == Some(Transport::Credentials) {
            Some(
                "the credentials have ended, and no new ones came: sign in again, for example with `aws sso login` or \
                 `aws login`, then run the command again",
            )
        } else if self.is_disabled_region() {
            Some(
                "enable the region for the account (`aws account enable-region --region-name REGION`, which takes some \
                 minutes), or set another AWS_REGION or `region` in config.toml",
            )
        } else if self.is_credentials() {
            Some(
                "AWS does not accept these credentials: check AWS_PROFILE and AWS_ACCESS_KEY_ID, and the clock",
            )
        } else if self.is_tag_policy() {
            Some(
                "a tag policy of the organisation demands other tags: set those that it names under [tags] in config.toml",
            )
        } else if self.is_wrong_region() {
            Some("this is in another region: set AWS_REGION or `region` in config.toml")
        } else if self.is_throttled() {
            Some("AWS asks to slow down: run the command again in a minute, it goes on where it stopped")
        } else if self.is_taken_by_others() {
            Some(
                "bucket names are shared by all AWS accounts and this one is taken: choose another `bucket` in config.toml; \
                 names that end with -{account}-{region}-an nobody else can take",
            )
        } else if self.operation == "CreateBucket" && self.is_conflict() {
            Some(
                "S3 gives the name of a deleted bucket back only after a while, in another region after up to an hour: run \
                 the command again then, or choose a `bucket` with {region} in it, which is never the same in two regions",
            )
        } else if self.is_destination_not_validated()
            && self.operation == "PutBucketNotificationConfiguration"
        {
            Some(
                "S3 checks the targets of all notification entries of the bucket: take out those of others whose queue, \
                 topic or function is gone, or does not let S3 in",
            )
        } else if self.is_bucket_not_empty() {
            Some(
                "objects have arrived in the bucket meanwhile: stop whatever writes into it, then run the command \
                 again",
            )
        } else if self.transport == Some(Transport::Untrusted) {
            Some(
                "the endpoint shows a certificate of an authority that is not trusted here: AWS_CA_BUNDLE=FILE names \
                 the PEM file of those to trust instead of the system's; without it, check AWS_ENDPOINT_URL",
            )
        } else if self.transport == Some(Transport::Connection) {
            Some("is the endpoint reachable? Check the network, AWS_ENDPOINT_URL and AWS_REGION")
        } else if self.transport == Some(Transport::Proxy) || self.status == Some(407) {
            Some(PROXY)
        } else if self.transport == Some(Transport::Timeout) {
            Some("no answer in time: check the network, then run the command again")
        } else if self.is_conflict() {
            Some("something else changes this at the same time: let it end, then run the command again")
        } else if self.is(&["NoSuchEntity"])
            && ["CreateRole", "CreateUser", "PutRolePermissionsBoundary", "PutUserPermissionsBoundary"]
                .contains(&self.operation)
        {
            Some("the permissions boundary does not exist: check permissions_boundary in config.toml")
        } else if self.is_not_found() {
            Some(
                "it was there before: another run, Terraform or a person has deleted it meanwhile; let that end, then \
                 run the command again",
            )
        } else if let Some(hint) = self.hint_of_what_does_not_pass() {
            Some(hint)
        } else if self.is_trouble_of_aws() {
            Some("AWS has trouble of its own: run the command again in a minute, it goes on where it stopped")
        } else {
            None
        }
    }
}

impl AwsError {
    /// An answer with this code, as a service would give it: for tests of what reads codes.
    #[must_use]
    pub fn with_code(code: &str) -> Self {
        Self {
            operation: "Test",
            code: Some(code.to_owned()),
            status: Some(400),
            message: "test".to_owned(),
            request_id: None,
            transport: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_is_told_by_code_or_by_a_bare_404() {
        for code in ["NoSuchBucket", "NoSuchEntity", "ResourceNotFoundException", "NoSuchTagSet"] {
            assert!(AwsError::with_code(code).is_not_found(), "{code}");
        }
        assert!(!AwsError::with_code("AccessDenied").is_not_found());
        let head = AwsError { code: None, status: Some(404), ..AwsError::with_code("") };
        assert!(head.is_not_found());
    }

    #[test]
    fn a_name_taken_by_others_is_not_ours() {
        let error = AwsError::with_code("BucketAlreadyExists");
        assert!(error.is_taken_by_others() && !error.is_already_exists());
        assert!(error.hint().is_some_and(|hint| hint.contains("config.toml")));
    }

    #[test]
    fn trouble_of_aws_is_told_by_code_and_status() {
        let of = |code: Option<&str>, status| AwsError {
            code: code.map(str::to_owned),
            status: Some(status),
            ..AwsError::with_code("")
        };
        for error in [
            of(Some("Throttling"), 400),
            of(Some("ServiceUnavailable"), 503),
            of(Some("InternalFailure"), 500),
            // A gateway in between answers with a page, in which there is no code.
            of(None, 502),
            of(None, 429),
        ] {
            assert!(error.is_trouble_of_aws() && error.hint().is_some(), "{error:?}");
        }
        for error in [of(Some("InvalidClientTokenId"), 403), of(None, 403), of(Some("AccessDenied"), 403)] {
            assert!(!error.is_trouble_of_aws(), "{error:?}");
        }
    }

    #[test]
    fn a_disabled_region_is_told_from_a_wrong_one() {
        let hint =
            |operation, code| AwsError { operation, ..AwsError::with_code(code) }.hint().unwrap_or_default();
        assert!(hint("CreateBucket", "IllegalLocationConstraintException").contains("enable-region"));
        assert!(hint("GetCallerIdentity", "RegionDisabledException").contains("enable-region"));
        assert!(hint("GetBucketPolicy", "IllegalLocationConstraintException").contains("in another region"));
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again_blindly() {
        let of = |operation, code: &str| AwsError { operation, ..AwsError::with_code(code) };
        for (operation, code, says) in [
            ("CreateBucket", "TooManyBuckets", "no more buckets"),
            ("CreateBucket", "OperationAborted", "up to an hour"),
            ("CreateFunction", "CodeStorageExceededException", "no more code"),
            ("CreateUser", "LimitExceeded", "Service Quotas"),
            ("CreateUser", "NoSuchEntity", "permissions_boundary"),
            ("PutFunctionConcurrency", "InvalidParameterValueException", "smaller reserved_concurrency"),
            ("PutObject", "KMS.DisabledException", "enabled"),
            ("PutBucketPolicy", "MalformedPolicy", "ARNs"),
            ("PutRolePolicy", "SomethingNew", "mend what the message names"),
        ] {
            let hint = of(operation, code).hint().unwrap_or_default();
            assert!(hint.contains(says), "{operation} {code}: {hint}");
        }
    }

    #[test]
    fn expired_sessions_get_their_own_hint() {
        assert!(AwsError::with_code("NoSuchEntity").hint().is_some_and(|hint| hint.contains("meanwhile")));
        assert!(
            AwsError::with_code("OperationAborted").hint().is_some_and(|hint| hint.contains("let it end"))
        );
        assert!(AwsError::with_code("ExpiredToken").hint().is_some_and(|hint| hint.contains("sso login")));
    }
}
