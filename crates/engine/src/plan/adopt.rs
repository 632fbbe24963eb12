//! What `up` may take over although this stack did not make it: nothing, everything, or what was named.

use std::collections::BTreeSet;

use crate::resources::Address;
use crate::resources::naming::{self, UnknownResource, matching, unknown};
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
    let is_adoptable = |address: &Address| !matches!(address, Address::Permission | Address::Trigger);
    naming::all(stack).into_iter().filter(is_adoptable).collect()
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
                    "user",
                    "user role"
                ]
            );
        }
    }
}
