//! Every name, path, id and ARN of a stack.

use crate::config::{BucketRole, Config};

/// The tag that marks what belongs to a stack; its value is the stack's name.
pub const OWNER_TAG: &str = "provisioner:stack";

/// Names and ARNs of one stack in one account and region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// `aws`, `aws-cn`, ...
    pub partition: String,
    /// The account's 12 digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// The stack's name.
    pub stack: String,
    /// The IAM path of role and users.
    pub path: String,
    /// The function, and its role.
    pub function: String,
    /// The log group that Lambda writes to.
    pub log_group: String,
    /// The inline policy on role and users.
    pub inline_policy: String,
    source: String,
    destination: String,
}

impl Names {
    pub(super) fn new(config: &Config, partition: &str, account: &str, region: &str) -> Self {
        let stack = &config.stack;
        let expand = |template: &str| {
            template.replace("{stack}", stack).replace("{account}", account).replace("{region}", region)
        };
        let function = format!("{stack}-sanitizer");
        Self {
            partition: partition.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            stack: stack.clone(),
            path: format!("/provisioner/{stack}/"),
            log_group: format!("/aws/lambda/{function}"),
            function,
            inline_policy: format!("provisioner-{stack}"),
            source: expand(&config.source.bucket),
            destination: expand(&config.destination.bucket),
        }
    }

    /// The name of a bucket.
    #[must_use]
    pub fn bucket(&self, role: BucketRole) -> &str {
        match role {
            BucketRole::Source => &self.source,
            BucketRole::Destination => &self.destination,
        }
    }

    /// Whether a bucket of this name is in the account's own namespace, where nobody else can take it.
    #[must_use]
    pub fn is_account_regional(&self, bucket: &str) -> bool {
        bucket.ends_with(&account_regional_suffix(&self.account, &self.region))
    }

    /// The ARN of a bucket.
    #[must_use]
    pub fn bucket_arn(&self, role: BucketRole) -> String {
        format!("arn:{}:s3:::{}", self.partition, self.bucket(role))
    }

    /// The function's role. It has the function's name.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.function
    }

    /// The role's ARN.
    #[must_use]
    pub fn role_arn(&self) -> String {
        format!("arn:{}:iam::{}:role{}{}", self.partition, self.account, self.path, self.function)
    }

    /// The ARN of a user.
    #[must_use]
    pub fn user_arn(&self, user: &str) -> String {
        format!("arn:{}:iam::{}:user{}{}", self.partition, self.account, self.path, self.user(user))
    }

    /// The ARN of a user that is a role.
    #[must_use]
    pub fn user_role_arn(&self, user: &str) -> String {
        format!("arn:{}:iam::{}:role{}{}", self.partition, self.account, self.path, self.user(user))
    }

    /// The function's ARN.
    #[must_use]
    pub fn function_arn(&self) -> String {
        format!("arn:{}:lambda:{}:{}:function:{}", self.partition, self.region, self.account, self.function)
    }

    /// The log group's ARN, as tagging wants it: without `:*`.
    #[must_use]
    pub fn log_group_arn(&self) -> String {
        format!("arn:{}:logs:{}:{}:log-group:{}", self.partition, self.region, self.account, self.log_group)
    }

    /// The name of the alarm for something about the function.
    #[must_use]
    pub fn alarm(&self, what: &str) -> String {
        format!("{}-{what}", self.function)
    }

    /// The ARN of an alarm.
    #[must_use]
    pub fn alarm_arn(&self, name: &str) -> String {
        format!("arn:{}:cloudwatch:{}:{}:alarm:{name}", self.partition, self.region, self.account)
    }

    /// The IAM name of a user.
    #[must_use]
    pub fn user(&self, name: &str) -> String {
        format!("{}-{name}", self.stack)
    }
}

/// What the names of buckets in an account's own namespace end with
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html#account-regional-naming-rules>).
#[must_use]
pub fn account_regional_suffix(account: &str, region: &str) -> String {
    format!("-{account}-{region}-an")
}

/// The `Sid` of our statement in the function's policy.
#[must_use]
pub fn permission_statement_id(stack: &str) -> String {
    format!("provisioner-{stack}-s3")
}

/// What the ids of our notification entries begin with; the suffix follows.
#[must_use]
pub fn trigger_id_prefix(stack: &str) -> String {
    format!("provisioner-{stack}-")
}

/// Whether a notification entry with this id, which starts the function of this ARN, is the stack's. The ids of a stack
/// `photos-x` begin as those of `photos` do, so its entries are told by their function.
#[must_use]
pub fn is_trigger_of(stack: &str, id: &str, function_arn: &str) -> bool {
    let other = function_arn.rsplit(':').next().and_then(|name| name.strip_suffix("-sanitizer"));
    let is_of_other =
        other.is_some_and(|other| other.len() > stack.len() && id.starts_with(&trigger_id_prefix(other)));
    id.starts_with(&trigger_id_prefix(stack)) && !is_of_other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_stack_with_a_longer_name_are_not_ours() {
        let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:123456789012:function:{name}");
        for (stack, id, function, ours) in [
            ("pix", "provisioner-pix-jpg", "pix-sanitizer", true),
            ("pix", "provisioner-pix-x-jpg", "pix-x-sanitizer", false),
            ("pix-x", "provisioner-pix-x-jpg", "pix-x-sanitizer", true),
            // A suffix with a hyphen, and an entry that was turned to another function by hand.
            ("pix", "provisioner-pix-x-jpg", "pix-sanitizer", true),
            ("pix", "provisioner-pix-jpg", "another", true),
            ("pix", "provisioner-pix-jpg", "another-sanitizer", true),
            ("pix", "theirs", "pix-sanitizer", false),
        ] {
            assert_eq!(is_trigger_of(stack, id, &arn(function)), ours, "{stack} {id} {function}");
        }
    }

    #[test]
    fn the_longest_name_of_a_stack_fits_everywhere() {
        let overrides = crate::config::Overrides { stack: Some("s".repeat(32)) };
        let Ok(config) = crate::config::parse("stack = \"abc\"", "config.toml", &overrides) else { panic!() };
        let names = Names::new(&config, "aws", "123456789012", "us-isof-south-1");
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
        assert!(names.role().len() <= 64 && names.inline_policy.len() <= 128 && names.path.len() <= 512);
        // https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
        assert!(names.function.len() <= 64 && permission_statement_id(&names.stack).len() <= 100);
        // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
        assert!(names.log_group.len() <= 512);
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        assert!(["errors", "throttles", "dropped"].iter().all(|what| names.alarm(what).len() <= 255));
    }
}
