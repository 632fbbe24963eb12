//! What `up` may take over although this stack did not make it: nothing, everything, or what was named.

use std::collections::BTreeSet;

use crate::config::{BucketRole, nearest};
use crate::resources::{Address, alarm};
use crate::stack::Stack;

/// What is taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adopt {
    /// Nothing: what is foreign is a problem.
    Nothing,
    /// Everything that is foreign.
    Everything,
    /// These alone.
    Only(BTreeSet<Address>),
}

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

impl Adopt {
    /// What the words name: kinds (`user`), names (`photos-ann`), or both as a plan prints them (`user photos-ann`).
    /// Several may stand in one word, with commas between them. No words: everything.
    ///
    /// # Errors
    /// The first word that names nothing.
    pub fn named(words: &[String], stack: &Stack) -> Result<Self, UnknownResource> {
        if words.is_empty() {
            return Ok(Self::Everything);
        }
        let all = adoptable(stack);
        let mut named = BTreeSet::new();
        for word in words {
            let found = matching(word, &all, stack);
            if !found.is_empty() {
                named.extend(found);
                continue;
            }
            // Not before: names of users may have commas.
            for part in word.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                let found = matching(part, &all, stack);
                if found.is_empty() {
                    return Err(unknown(part, &all, stack));
                }
                named.extend(found);
            }
        }
        Ok(Self::Only(named))
    }

    /// Whether this one is taken over.
    #[must_use]
    pub fn includes(&self, address: &Address) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Only(named) => named.contains(address),
        }
    }
}

/// Whatever of the stack can exist without being its own.
fn adoptable(stack: &Stack) -> Vec<Address> {
    let buckets = [BucketRole::Source, BucketRole::Destination].map(Address::Bucket);
    let alarms = stack.config.alarms.iter().flat_map(|_| alarm::Kind::ALL);
    let users = stack.config.users.iter().map(|user| Address::User(stack.names.user(&user.name)));
    buckets
        .into_iter()
        .chain([Address::LogGroup, Address::Role, Address::Function])
        .chain(alarms.map(|kind| Address::Alarm(stack.names.alarm(kind.word()))))
        .chain(users)
        .collect()
}

/// The kinds of a resource: `source bucket` is a `bucket`, too.
fn kinds(address: &Address) -> Vec<String> {
    let kind = address.to_string();
    match address {
        Address::Bucket(_) => vec!["bucket".to_owned(), kind],
        _ => vec![kind],
    }
}

fn matching(word: &str, all: &[Address], stack: &Stack) -> Vec<Address> {
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

fn unknown(word: &str, all: &[Address], stack: &Stack) -> UnknownResource {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{EVERYTHING, stack};

    fn named(words: &[&str]) -> Result<Vec<String>, UnknownResource> {
        let stack = stack(EVERYTHING);
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let adopt = Adopt::named(&words, &stack)?;
        let told = |address: &Address| format!("{address} {}", address.name(&stack));
        Ok(adoptable(&stack).iter().filter(|address| adopt.includes(address)).map(told).collect())
    }

    #[test]
    fn kinds_names_and_both_name_resources() {
        let [source, destination] =
            ["source bucket photos-uploads-123456789012", "destination bucket photos-clean-123456789012"];
        let [role, function] = ["role photos-sanitizer", "function photos-sanitizer"];
        let [uploader, viewer] = ["user photos-uploader", "user photos-viewer"];
        let cases: &[(&[&str], &[&str])] = &[
            (&["bucket"], &[source, destination]),
            (&["source bucket"], &[source]),
            (&["destination-bucket"], &[destination]),
            (&["log-group"], &["log group /aws/lambda/photos-sanitizer"]),
            (&["photos-viewer"], &[viewer]),
            (&["user photos-viewer", "bucket photos-clean-123456789012"], &[destination, viewer]),
            // Role and function have one name.
            (&["photos-sanitizer"], &[role, function]),
            (&["function photos-sanitizer"], &[function]),
            (&["photos-viewer, role", "photos-uploader,"], &[role, uploader, viewer]),
        ];
        for (words, expected) in cases {
            assert_eq!(named(words).unwrap(), *expected, "{words:?}");
        }
        assert_eq!(named(&[]).unwrap().len(), adoptable(&stack(EVERYTHING)).len());
        assert!(!Adopt::Nothing.includes(&Address::Role));
    }

    #[test]
    fn a_name_with_a_comma_is_one_name() {
        let stack = stack("[[users]]\nname = \"a,b\"\nbucket = \"source\"\naccess = \"read-only\"");
        let adopt = Adopt::named(&["photos-a,b".to_owned()], &stack);
        assert_eq!(adopt, Ok(Adopt::Only(BTreeSet::from([Address::User("photos-a,b".to_owned())]))));
    }

    #[test]
    fn a_word_that_names_nothing_is_answered_with_the_nearest() {
        for (words, word, meant) in [
            (&["buckets"][..], "buckets", Some("bucket")),
            (&["role,photos-viewr"], "photos-viewr", Some("photos-viewer")),
            (&["queue"], "queue", None),
            // Neither can be foreign.
            (&["trigger"], "trigger", None),
        ] {
            let unknown = named(words).unwrap_err();
            assert_eq!((unknown.word.as_str(), unknown.meant.as_deref()), (word, meant));
            assert_eq!(
                unknown.kinds,
                [
                    "bucket",
                    "source bucket",
                    "destination bucket",
                    "log group",
                    "role",
                    "function",
                    "alarm",
                    "user"
                ]
            );
        }
    }
}
