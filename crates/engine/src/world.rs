//! What exists: everything of a stack, read in one concurrent wave.

use std::collections::BTreeMap;

use crate::aws::{Aws, AwsError};
use crate::config::BucketRole;
use crate::resources::{alarm, bucket, function, log_group, permission, role, tagged, trigger, user};
use crate::stack::Stack;

/// Everything of a stack as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Bucket A.
    pub source: bucket::Observation,
    /// Bucket B.
    pub destination: bucket::Observation,
    /// The buckets that bucket A is replicated to, by the rules of others.
    pub replicas: Vec<String>,
    /// Buckets with the stack's tag that are no longer in the configuration.
    pub former_buckets: Vec<String>,
    /// The log group.
    pub log_group: Option<log_group::Observed>,
    /// The role.
    pub role: Option<role::Observed>,
    /// The function.
    pub function: Option<function::Observed>,
    /// Statements of the function's policy.
    pub permission: permission::Observed,
    /// The notification document of bucket A.
    pub trigger: trigger::Observed,
    /// The alarms of the configuration that exist, by name.
    pub alarms: BTreeMap<String, alarm::Observed>,
    /// Alarms of the stack that are no longer in the configuration.
    pub former_alarms: Vec<String>,
    /// The users of the configuration, by IAM name.
    pub users: BTreeMap<String, Option<user::Observed>>,
    /// Users under the stack's path that are no longer in the configuration.
    pub former_users: Vec<String>,
}

impl World {
    /// Reads everything.
    ///
    /// # Errors
    /// The first call that failed.
    pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Self, AwsError> {
        let buckets = [stack.names.bucket(BucketRole::Source), stack.names.bucket(BucketRole::Destination)];
        let former = async {
            let tagged = tagged::arns(aws, stack).await?;
            futures::try_join!(bucket::former(aws, &tagged, &buckets), alarm::former(aws, stack, &tagged))
        };
        let (
            source,
            destination,
            (former_buckets, former_alarms),
            log_group,
            role,
            function,
            permission,
            (trigger, replicas),
            alarms,
            (users, former_users),
        ) = futures::try_join!(
            bucket::observe(aws, buckets[0]),
            bucket::observe(aws, buckets[1]),
            former,
            log_group::observe(aws, stack),
            role::observe(aws, stack),
            function::observe(aws, stack),
            permission::observe(aws, stack),
            // Only a bucket that may be looked at has entries to speak of; a foreign bucket is reported by its `Observation`.
            async { Ok(futures::join!(trigger::observe(aws, stack), bucket::replicas(aws, buckets[0]))) },
            alarm::observe(aws, stack),
            user::observe(aws, stack),
        )?;
        let (trigger, replicas) = match source {
            bucket::Observation::Present(_) => (trigger?, replicas?),
            _ => (trigger.unwrap_or_default(), Vec::new()),
        };
        Ok(Self {
            source,
            destination,
            replicas,
            former_buckets,
            log_group,
            role,
            function,
            permission,
            trigger,
            alarms,
            former_alarms,
            users,
            former_users,
        })
    }

    /// One of the buckets.
    #[must_use]
    pub fn bucket(&self, role: BucketRole) -> &bucket::Observation {
        match role {
            BucketRole::Source => &self.source,
            BucketRole::Destination => &self.destination,
        }
    }
}
