//! The vocabulary of changes: a plan is made of these values, and executing a
//! change does what its line says.

use serde_json::Value;

use super::{Address, alarm, bucket, function, log_group, permission, role, trigger, user, user_role};
use crate::aws::{Aws, AwsError, OnWait};
use crate::stack::Stack;

/// One change of one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Of a bucket.
    Bucket(bucket::Change),
    /// Of the log group.
    LogGroup(log_group::Change),
    /// Of the role.
    Role(role::Change),
    /// Of the function.
    Function(function::Change),
    /// Of the function's resource policy.
    Permission(permission::Change),
    /// Of the notification entries.
    Trigger(trigger::Change),
    /// Of an alarm.
    Alarm(alarm::Change),
    /// Of a user.
    User(user::Change),
    /// Of a user that is a role.
    UserRole(user_role::Change),
}

/// What each resource's changes can tell and do.
pub trait ResourceChange {
    /// The plan line.
    fn line(&self) -> Line;
    /// Changes of one resource run in the order of their ranks; creation is 0.
    fn rank(&self) -> u8;
    /// What must have happened to other resources before.
    fn needs(&self) -> Vec<Need>;
    /// Whether it takes rights away or closes something: such changes run
    /// before all others.
    fn narrows(&self) -> bool {
        false
    }
    /// Does it.
    fn execute(&self, context: &Context<'_>) -> impl Future<Output = Result<(), AwsError>>;
}

/// What a change needs of another resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// It has been created (or existed already).
    Created(Address),
    /// All its changes are done.
    Settled(Address),
}

/// What executing a change may use.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The clients.
    pub aws: &'a Aws,
    /// What should exist.
    pub stack: &'a Stack,
    /// The zip with the function's code; always there when the plan has code in it.
    pub code: Option<&'a [u8]>,
    /// Whether objects may be deleted.
    pub delete_data: bool,
    /// Told of each pause.
    pub on_wait: OnWait<'a>,
    /// Told how far long work is.
    pub on_progress: &'a (dyn for<'p> Fn(Progress<'p>) + Sync),
}

/// How far a long change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// So many are done.
    pub done: u64,
    /// Of so many, when that is known. More may come.
    pub total: Option<u64>,
    /// What is counted, for example `objects deleted`.
    pub what: &'a str,
}

/// What a change does to its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `+`
    Create,
    /// `~`
    Update,
    /// `-`
    Delete,
}

/// A change as a person reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it does.
    pub action: Action,
    /// Which aspect; `None` for the whole resource.
    pub attribute: Option<&'static str>,
    /// The value before.
    pub from: Option<Shown>,
    /// The value after.
    pub to: Option<Shown>,
    /// A remark, for example what happens to data.
    pub note: Option<String>,
}

/// A value in a plan: as a person reads it, and as a program does.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// The same words for both.
    Text(String),
    /// Words for people, something structured for programs.
    Value {
        /// What a person reads.
        words: String,
        /// What a program reads.
        value: Value,
    },
    /// A JSON document, shown as a diff.
    Document(Value),
}

impl Line {
    /// The creation of the whole resource.
    #[must_use]
    pub fn create() -> Self {
        Self { action: Action::Create, attribute: None, from: None, to: None, note: None }
    }

    /// The deletion of the whole resource.
    #[must_use]
    pub fn delete() -> Self {
        Self { action: Action::Delete, attribute: None, from: None, to: None, note: None }
    }

    /// A new value for an aspect.
    #[must_use]
    pub fn set(attribute: &'static str, from: Option<Shown>, to: Option<Shown>) -> Self {
        let action = match (&from, &to) {
            (None, Some(_)) => Action::Create,
            (Some(_), None) => Action::Delete,
            _ => Action::Update,
        };
        Self { action, attribute: Some(attribute), from, to, note: None }
    }

    /// The same with a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

impl Shown {
    /// A value in one line.
    pub fn text(value: impl std::fmt::Display) -> Option<Self> {
        Some(Self::Text(value.to_string()))
    }

    /// A value that people read in words.
    pub fn value(words: impl std::fmt::Display, value: impl Into<Value>) -> Option<Self> {
        Some(Self::Value { words: words.to_string(), value: value.into() })
    }

    /// A JSON document.
    #[must_use]
    pub fn document(value: &Value) -> Option<Self> {
        Some(Self::Document(value.clone()))
    }

    /// What a person reads.
    #[must_use]
    pub fn to_words(&self) -> String {
        match self {
            Self::Text(words) | Self::Value { words, .. } => words.clone(),
            Self::Document(document) => document.to_string(),
        }
    }

    /// What a program reads.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Text(words) => Value::from(words.as_str()),
            Self::Value { value, .. } => value.clone(),
            Self::Document(document) => document.clone(),
        }
    }
}

macro_rules! each {
    ($change:expr, $inner:ident => $body:expr) => {
        match $change {
            Change::Bucket($inner) => $body,
            Change::LogGroup($inner) => $body,
            Change::Role($inner) => $body,
            Change::Function($inner) => $body,
            Change::Permission($inner) => $body,
            Change::Trigger($inner) => $body,
            Change::Alarm($inner) => $body,
            Change::User($inner) => $body,
            Change::UserRole($inner) => $body,
        }
    };
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        each!(self, change => change.line())
    }

    fn rank(&self) -> u8 {
        each!(self, change => change.rank())
    }

    fn needs(&self) -> Vec<Need> {
        each!(self, change => change.needs())
    }

    fn narrows(&self) -> bool {
        each!(self, change => change.narrows())
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        each!(self, change => change.execute(context).await)
    }
}
