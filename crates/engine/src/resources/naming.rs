//! The resources that a configuration asks for, and which of them a word means.

use super::{Address, alarm};
use crate::config::{BucketRole, UserConfig, nearest};
use crate::stack::Stack;

/// A word that names no resource of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownResource {
    /// The word.
    pub word: String,
    /// What was probably meant.
    pub meant: Option<String>,
    /// The kinds that there are.
    pub kinds: Vec<String>,
}

/// Everything that the stack is made of, in the order of a plan.
#[must_use]
pub fn all(stack: &Stack) -> Vec<Address> {
    let buckets = [BucketRole::Source, BucketRole::Destination].map(Address::Bucket);
    let alarms = stack.config.alarms.iter().flat_map(|_| alarm::Kind::ALL);
    let users = stack.config.users.iter().map(|user| of_user(stack, user));
    buckets
        .into_iter()
        .chain([Address::LogGroup, Address::Role, Address::Function, Address::Permission, Address::Trigger])
        .chain(alarms.map(|kind| Address::Alarm(stack.names.alarm(kind.word()))))
        .chain(users)
        .collect()
}

/// What a user of the configuration is.
#[must_use]
pub fn of_user(stack: &Stack, user: &UserConfig) -> Address {
    let name = stack.names.user(&user.name);
    if user.is_role() { Address::UserRole(name) } else { Address::User(name) }
}

/// Those that a word means: a kind (`user`), a name (`photos-ann`), or both as a plan prints them (`user photos-ann`).
#[must_use]
pub fn matching(word: &str, all: &[Address], stack: &Stack) -> Vec<Address> {
    let is_kind = |kind: &String| kind.replace(' ', "-") == word.replace(' ', "-");
    let is_meant = |address: &&Address| {
        let name = address.name(stack);
        kinds(address).iter().any(|kind| is_kind(kind) || format!("{kind} {name}") == word)
    };
    let of_kind: Vec<Address> = all.iter().filter(is_meant).cloned().collect();
    if of_kind.is_empty() {
        all.iter().filter(|address| address.name(stack) == word).cloned().collect()
    } else {
        of_kind
    }
}

/// The answer to a word that means none of them.
#[must_use]
pub fn unknown(word: &str, all: &[Address], stack: &Stack) -> UnknownResource {
    let mut kinds: Vec<String> = Vec::new();
    for kind in all.iter().flat_map(self::kinds) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let names = all.iter().map(|address| address.name(stack));
    let known: Vec<&str> = kinds.iter().map(String::as_str).chain(names).collect();
    UnknownResource { word: word.to_owned(), meant: nearest(word, &known).map(str::to_owned), kinds }
}

/// The kinds of a resource: `source bucket` is a `bucket`, too.
fn kinds(address: &Address) -> Vec<String> {
    let kind = address.to_string();
    match address {
        Address::Bucket(_) => vec!["bucket".to_owned(), kind],
        _ => vec![kind],
    }
}
