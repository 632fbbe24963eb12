//! What exists: everything of a stack, read in one concurrent wave.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;

use crate::aws::{Aws, AwsError};
use crate::config::BucketRole;
use crate::resources::{
    Address, alarm, bucket, function, log_group, permission, role, tagged, trigger, user, user_role,
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
    /// Whether former buckets and alarms could be looked for.
    pub former_known: bool,
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
    /// The users of the configuration that are roles, by IAM name.
    pub user_roles: BTreeMap<String, Option<role::Observed>>,
    /// Roles under the stack's path that are no longer in the configuration.
    pub former_roles: Vec<String>,
}

impl World {
    /// What there is before the first run: nothing.
    #[must_use]
    pub fn nothing(stack: &Stack) -> Self {
        Self {
            source: bucket::Observation::Absent,
            destination: bucket::Observation::Absent,
            replicas: Vec::new(),
            former_known: true,
            former_buckets: Vec::new(),
            log_group: None,
            role: None,
            function: None,
            concurrency: None,
            permission: Vec::new(),
            trigger: trigger::Observed::default(),
            alarms: BTreeMap::new(),
            former_alarms: Vec::new(),
            users: stack.iam_users().map(|user| (stack.names.user(&user.name), None)).collect(),
            former_users: Vec::new(),
            user_roles: stack.role_users().map(|user| (stack.names.user(&user.name), None)).collect(),
            former_roles: Vec::new(),
        }
    }

    /// Reads everything.
    ///
    /// # Errors
    /// The first call that failed.
    pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Self, AwsError> {
        let buckets = [stack.names.bucket(BucketRole::Source), stack.names.bucket(BucketRole::Destination)];
        let former = async {
            let Some(tagged) = tagged::arns(aws, stack).await? else { return Ok(None) };
            futures::try_join!(bucket::former(aws, &tagged, &buckets), alarm::former(aws, stack, &tagged))
                .map(Some)
        };
        // Any other error ends the wave at once; what is denied is named all together.
        let (
            source,
            destination,
            former,
            log_group,
            role,
            function,
            permission,
            (trigger, replicas),
            alarms,
            users,
            user_roles,
        ) = futures::try_join!(
            unless_denied(|| bucket::observe(aws, buckets[0])),
            unless_denied(|| bucket::observe(aws, buckets[1])),
            unless_denied(|| former),
            unless_denied(|| log_group::observe(aws, stack)),
            unless_denied(|| role::observe(aws, stack)),
            unless_denied(async || {
                let observed = function::observe(aws, stack).await?;
                let concurrency = function::concurrency(aws, stack, observed.as_ref()).await?;
                Ok((observed, concurrency))
            }),
            unless_denied(|| permission::observe(aws, stack)),
            // Only a bucket that may be looked at has entries to speak of; a foreign bucket is reported by its `Observation`.
            on_the_heap(async || {
                Ok(futures::join!(trigger::observe(aws, stack), bucket::replicas(aws, buckets[0])))
            }),
            unless_denied(|| alarm::observe(aws, stack)),
            unless_denied(|| user::observe(aws, stack)),
            unless_denied(|| user_role::observe(aws, stack)),
        )?;
        let of_source = matches!(source, Ok(bucket::Observation::Present(_)) | Err(_));
        let errors = [
            source.as_ref().err(),
            destination.as_ref().err(),
            former.as_ref().err(),
            log_group.as_ref().err(),
            role.as_ref().err(),
            function.as_ref().err(),
            permission.as_ref().err(),
            trigger.as_ref().err().filter(|_| of_source),
            replicas.as_ref().err().filter(|_| of_source),
            alarms.as_ref().err(),
            users.as_ref().err(),
            user_roles.as_ref().err(),
        ];
        if let Some(denied) = AwsError::all_denied(errors.into_iter().flatten()) {
            return Err(denied);
        }
        let (
            source,
            destination,
            former,
            log_group,
            role,
            (function, concurrency),
            permission,
            alarms,
            (users, former_users),
            (user_roles, former_roles),
        ) = (
            source?,
            destination?,
            former?,
            log_group?,
            role?,
            function?,
            permission?,
            alarms?,
            users?,
            user_roles?,
        );
        let (trigger, replicas) = match source {
            bucket::Observation::Present(_) => (trigger?, replicas?),
            _ => (trigger.unwrap_or_default(), Vec::new()),
        };
        let former_known = former.is_some();
        let (former_buckets, former_alarms) = former.unwrap_or_default();
        Ok(Self {
            former_known,
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
            user_roles,
            former_roles,
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
            when(wanted, || bucket::observe(aws, stack.names.bucket(role))).await
        };
        let alarms = of.iter().any(|address| matches!(address, Address::Alarm(_)));
        let users = of.iter().filter_map(|address| match address {
            Address::User(name) => Some(name.clone()),
            _ => None,
        });
        let users: Vec<String> = users.collect();
        let known = (self.users.clone(), self.former_users.clone());
        let user_roles = of.iter().any(|address| matches!(address, Address::UserRole(_)));
        let former_alarms = async {
            let tagged = tagged::arns(aws, stack).await?.unwrap_or_default();
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
            user_roles,
        ) = futures::try_join!(
            bucket(BucketRole::Source),
            bucket(BucketRole::Destination),
            when(of.contains(&Address::LogGroup), || log_group::observe(aws, stack)),
            when(of.contains(&Address::Role), || role::observe(aws, stack)),
            when(of.contains(&Address::Function), || function::observe(aws, stack)),
            when(of.contains(&Address::Permission), || permission::observe(aws, stack)),
            async { Ok(when(of.contains(&Address::Trigger), || trigger::observe(aws, stack)).await) },
            when(alarms, || alarm::observe(aws, stack)),
            when(alarms && stack.config.alarms.is_none(), || former_alarms),
            when(!users.is_empty(), || user::look_again(aws, stack, users.clone(), known)),
            when(user_roles, || user_role::observe(aws, stack)),
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
        if let Some((roles, former)) = user_roles {
            (self.user_roles, self.former_roles) = (roles, former);
        }
        Ok(())
    }

    /// Nothing of the stack is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            source,
            destination,
            log_group,
            role,
            function,
            users,
            former_users,
            user_roles,
            former_roles,
            ..
        } = self;
        source.present().is_none()
            && destination.present().is_none()
            && log_group.is_none()
            && role.is_none()
            && function.is_none()
            && self.alarms.is_empty()
            && users.values().all(Option::is_none)
            && former_users.is_empty()
            && user_roles.values().all(Option::is_none)
            && former_roles.is_empty()
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

/// A denial waits for the others, so that all of them are named at once.
fn unless_denied<T, F: Future<Output = Result<T, AwsError>>>(
    look: impl FnOnce() -> F,
) -> Pin<Box<impl Future<Output = Result<Result<T, AwsError>, AwsError>>>> {
    let look = on_the_heap(look);
    Box::pin(async move {
        match look.await {
            Err(error) if !error.is_access_denied() => Err(error),
            other => Ok(other),
        }
    })
}

/// Looks only when that is wanted.
async fn when<T, F: Future<Output = Result<T, AwsError>>>(
    wanted: bool,
    look: impl FnOnce() -> F,
) -> Result<Option<T>, AwsError> {
    if wanted { on_the_heap(look).await.map(Some) } else { Ok(None) }
}

/// The futures of the SDK are so large that all of a wave side by side are more than a thread's stack.
fn on_the_heap<T, F: Future<Output = Result<T, AwsError>>>(look: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(look())
}

fn replace<T>(place: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *place = new;
    }
}
