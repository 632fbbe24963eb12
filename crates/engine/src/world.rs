//! What exists: everything of a stack, read in one concurrent wave.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::{Aws, AwsError};
use crate::config::BucketRole;
use crate::resources::{
    Address, alarm, bucket, function, log_group, permission, role, tagged, trigger, user,
};
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
    /// What the account lets functions reserve; read only when the function's reservation has to change.
    pub concurrency: Option<function::Concurrency>,
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
            (function, concurrency),
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
            async {
                let observed = function::observe(aws, stack).await?;
                let concurrency = function::concurrency(aws, stack, observed.as_ref()).await?;
                Ok((observed, concurrency))
            },
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
            concurrency,
            permission,
            trigger,
            alarms,
            former_alarms,
            users,
            former_users,
        })
    }

    /// Reads some of the resources once more.
    ///
    /// # Errors
    /// The first call that failed.
    pub async fn look_again(
        &mut self,
        aws: &Aws,
        stack: &Stack,
        of: &BTreeSet<Address>,
    ) -> Result<(), AwsError> {
        let bucket = async |role| {
            let wanted = of.contains(&Address::Bucket(role));
            when(wanted, bucket::observe(aws, stack.names.bucket(role))).await
        };
        let alarms = of.iter().any(|address| matches!(address, Address::Alarm(_)));
        let users = of.iter().any(|address| matches!(address, Address::User(_)));
        let former_alarms = async {
            let tagged = tagged::arns(aws, stack).await?;
            alarm::former(aws, stack, &tagged).await
        };
        let (
            source,
            destination,
            log_group,
            role,
            function,
            permission,
            trigger,
            alarms,
            former_alarms,
            users,
        ) = futures::try_join!(
            bucket(BucketRole::Source),
            bucket(BucketRole::Destination),
            when(of.contains(&Address::LogGroup), log_group::observe(aws, stack)),
            when(of.contains(&Address::Role), role::observe(aws, stack)),
            when(of.contains(&Address::Function), function::observe(aws, stack)),
            when(of.contains(&Address::Permission), permission::observe(aws, stack)),
            async { Ok(when(of.contains(&Address::Trigger), trigger::observe(aws, stack)).await) },
            when(alarms, alarm::observe(aws, stack)),
            when(alarms && stack.config.alarms.is_none(), former_alarms),
            when(users, user::observe(aws, stack)),
        )?;
        replace(&mut self.source, source);
        replace(&mut self.destination, destination);
        replace(&mut self.log_group, log_group);
        replace(&mut self.role, role);
        replace(&mut self.function, function);
        replace(&mut self.permission, permission);
        match self.source {
            bucket::Observation::Present(_) => replace(&mut self.trigger, trigger?),
            _ => self.trigger = trigger::Observed::default(),
        }
        replace(&mut self.alarms, alarms);
        replace(&mut self.former_alarms, former_alarms);
        if let Some((users, former)) = users {
            (self.users, self.former_users) = (users, former);
        }
        Ok(())
    }

    /// Nothing of the stack is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { source, destination, log_group, role, function, users, former_users, .. } = self;
        source.present().is_none()
            && destination.present().is_none()
            && log_group.is_none()
            && role.is_none()
            && function.is_none()
            && self.alarms.is_empty()
            && users.values().all(Option::is_none)
            && former_users.is_empty()
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

/// Looks only when that is wanted.
async fn when<T>(
    wanted: bool,
    look: impl Future<Output = Result<T, AwsError>>,
) -> Result<Option<T>, AwsError> {
    if wanted { look.await.map(Some) } else { Ok(None) }
}

fn replace<T>(place: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *place = new;
    }
}
