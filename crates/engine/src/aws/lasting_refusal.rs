//! What to do about refusals that stay the same however often they are tried.

use super::AwsError;

impl AwsError {
    /// What to do about a refusal that stays the same however often it is tried: a quota, a value, a key.
    pub(super) fn hint_of_what_does_not_pass(&self) -> Option<&'static str> {
        let code = self.code.as_deref()?;
        Some(match code {
            "TooManyBuckets" => {
                "the account may have no more buckets: delete some, or ask for more (Service Quotas, Amazon S3)"
            }
            "CodeStorageExceededException" => {
                "the account may store no more code: delete functions and old versions, or ask for more (Service \
                 Quotas, AWS Lambda)"
            }
            "RequestTooLargeException" | "RequestEntityTooLargeException" => {
                "the function's package is too large for Lambda: build it as `provisioner package` does, without debug \
                 information"
            }
            "LimitExceeded"
            | "LimitExceededException"
            | "ServiceQuotaExceededException"
            | "QuotaExceededException" => {
                "this is a quota of the account, which does not pass: remove what nobody needs, or ask for more (Service \
                 Quotas)"
            }
            "PolicyLengthExceededException" => {
                "the policy is longer than Lambda takes: remove statements of others from the function's policy"
            }
            "InvalidParameterValueException" if self.operation == "PutFunctionConcurrency" => {
                "the account cannot reserve so many: set a smaller reserved_concurrency in config.toml or leave it out, or \
                 ask for more (Service Quotas: Lambda, Concurrent executions)"
            }
            "InvalidParameterValueException" if self.operation == "PutFunctionEventInvokeConfig" => {
                "Lambda cannot tell this destination: check on_failure under [function], that what it names exists in this \
                 region, and that its own policy does not refuse the function's role"
            }
            "InvalidSnsTopicARN" | "InvalidParameterValue" | "InvalidParameterCombination"
                if self.operation == "PutMetricAlarm" =>
            {
                "CloudWatch does not take the alarm: check `actions` under [alarms]"
            }
            "InvalidInput" | "PolicyNotAttachable" => {
                "IAM does not take a value: check permissions_boundary and the names and tags in config.toml"
            }
            "InvalidTag" | "InvalidTagKey" | "TooManyTags" | "TagPolicyViolation" => {
                "AWS does not take these tags: check [tags] in config.toml, and the tag policies of the organisation"
            }
            "MalformedPolicy" | "MalformedPolicyDocument" | "MalformedPolicyDocumentException" => {
                "AWS does not take the policy: check the ARNs in config.toml, and whether what they name still exists"
            }
            "InvalidBucketName" => "S3 does not take this name: choose another `bucket` in config.toml",
            code if code.starts_with("KMS") => {
                "the KMS key cannot be used: check that it is enabled and not about to be deleted, and that its policy \
                 lets this account use it"
            }
            _ if self.is_rejection() => {
                "AWS refuses this as it is, and trying again alone does not change that: mend what the message names, then \
                 run the same command again"
            }
            _ => return None,
        })
    }
}
