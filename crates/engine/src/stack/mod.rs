//! Config + account + region -> names, ARNs, tags, policies. Pure.

mod names;
pub mod partition;
pub mod policies;

pub use names::{
    Names, OWNER_TAG, account_regional_suffix, is_trigger_of, permission_statement_id, trigger_id_prefix,
};

use std::collections::BTreeMap;

use contract::environment::Environment;

use crate::config::{BucketConfig, BucketRole, Config, UserConfig};

/// Tags as AWS holds them.
pub type Tags = BTreeMap<String, String>;

/// What should exist: the configuration in one account and region.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The configuration.
    pub config: Config,
    /// Every name and ARN.
    pub names: Names,
    /// The tags on everything that can be tagged, the ownership mark included.
    pub tags: Tags,
}

impl Stack {
    /// Derives everything from the configuration and where it goes.
    #[must_use]
    pub fn new(config: Config, partition: &str, account: &str, region: &str) -> Self {
        let names = Names::new(&config, partition, account, region);
        let mut tags = config.tags.clone();
        tags.insert(OWNER_TAG.to_owned(), config.stack.clone());
        Self { config, names, tags }
    }

    /// The configuration of one of the buckets.
    #[must_use]
    pub fn bucket(&self, role: BucketRole) -> &BucketConfig {
        match role {
            BucketRole::Source => &self.config.source,
            BucketRole::Destination => &self.config.destination,
        }
    }

    /// The users that are IAM users, with access keys.
    pub fn iam_users(&self) -> impl Iterator<Item = &UserConfig> {
        self.config.users.iter().filter(|user| !user.is_role())
    }

    /// The users that are roles.
    pub fn role_users(&self) -> impl Iterator<Item = &UserConfig> {
        self.config.users.iter().filter(|user| user.is_role())
    }

    /// The ARN of a user, which is that of a role where it is one.
    #[must_use]
    pub fn user_arn(&self, user: &UserConfig) -> String {
        if user.is_role() { self.names.user_role_arn(&user.name) } else { self.names.user_arn(&user.name) }
    }

    /// The user with this IAM name.
    #[must_use]
    pub fn user(&self, iam_name: &str) -> Option<&UserConfig> {
        self.config.users.iter().find(|user| self.names.user(&user.name) == iam_name)
    }

    /// The function's environment: what the function needs to know, and the user's own.
    #[must_use]
    pub fn function_environment(&self) -> BTreeMap<String, String> {
        let function = &self.config.function;
        let mut environment = function.environment.clone();
        let ours = Environment {
            source_bucket: self.names.bucket(BucketRole::Source).to_owned(),
            destination_bucket: self.names.bucket(BucketRole::Destination).to_owned(),
            keep_user_metadata: function.keep_user_metadata,
            cleaning: function.cleaning,
            mirror_deletes: self.config.trigger.mirror_deletes,
        };
        for (name, value) in ours.variables() {
            environment.insert(name.to_owned(), value.into_owned());
        }
        environment
    }

    /// Whether tags say that a thing belongs to this stack.
    #[must_use]
    pub fn owns(&self, tags: &Tags) -> bool {
        tags.get(OWNER_TAG) == Some(&self.config.stack)
    }

    /// The tags a thing should have: ours, and of those that it has the foreign ones.
    #[must_use]
    pub fn wanted_tags(&self, observed: &Tags) -> Tags {
        let mut wanted = observed.clone();
        wanted.extend(self.tags.clone());
        wanted
    }
}
