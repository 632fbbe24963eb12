//! The AWS resources of a stack, one file each: what is desired, what is
//! observed, the changes between the two, and their execution.
//!
//! To add a resource: a file here, a line in [`Address`], in [`Change`] and in
//! [`crate::world::World`]; the compiler points at everything else.

pub mod alarm;
pub mod bucket;
pub mod function;
mod iam;
mod idempotent;
pub mod identity;
pub mod log_group;
pub mod naming;
pub mod permission;
pub mod role;
pub mod tagged;
pub mod tags;
pub mod trigger;
pub mod user;
pub mod user_role;

mod change;
mod setting;
mod shared_document;

pub use change::{Action, Change, Context, Line, Need, Progress, ResourceChange, Shown};

use crate::config::BucketRole;
use crate::stack::Stack;

/// Which resource of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    /// Bucket A or B.
    Bucket(BucketRole),
    /// A bucket that carries the stack's tag and is no longer in the configuration.
    FormerBucket(String),
    /// The function's log group.
    LogGroup,
    /// The function's role.
    Role,
    /// The function.
    Function,
    /// The function's resource policy.
    Permission,
    /// The notification entries on bucket A.
    Trigger,
    /// An alarm, by name.
    Alarm(String),
    /// A user, by IAM name.
    User(String),
    /// A user that is a role, by IAM name.
    UserRole(String),
}

impl Address {
    /// The AWS name of the thing.
    #[must_use]
    pub fn name<'a>(&'a self, stack: &'a Stack) -> &'a str {
        match self {
            Self::Bucket(role) => stack.names.bucket(*role),
            Self::FormerBucket(name) | Self::Alarm(name) | Self::User(name) | Self::UserRole(name) => name,
            Self::LogGroup => &stack.names.log_group,
            Self::Role => stack.names.role(),
            Self::Function | Self::Permission => &stack.names.function,
            Self::Trigger => stack.names.bucket(BucketRole::Source),
        }
    }
}

/// The kind of thing, as plans and JSON name it.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bucket(BucketRole::Source) => "source bucket",
            Self::Bucket(BucketRole::Destination) => "destination bucket",
            Self::FormerBucket(_) => "former bucket",
            Self::LogGroup => "log group",
            Self::Role => "role",
            Self::Function => "function",
            Self::Permission => "function policy",
            Self::Trigger => "trigger",
            Self::Alarm(_) => "alarm",
            Self::User(_) => "user",
            Self::UserRole(_) => "user role",
        })
    }
}
