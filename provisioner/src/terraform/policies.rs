//! Every policy document of the stack, for linters and reviewers.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use engine::config::BucketRole;
use engine::stack::{Stack, policies as documents};

/// The documents by what they are attached to.
#[must_use]
pub(crate) fn policies(stack: &Stack) -> BTreeMap<String, Value> {
    let names = &stack.names;
    let mut all = BTreeMap::new();
    all.insert("role trust".to_owned(), documents::trust());
    all.insert("role".to_owned(), documents::role(stack));
    for role in [BucketRole::Source, BucketRole::Destination] {
        all.insert(format!("bucket {}", role.as_str()), documents::bucket(stack, role));
    }
    let mut function = Map::new();
    function.insert("Version".to_owned(), "2012-10-17".into());
    function.insert("Statement".to_owned(), vec![documents::invoke_statement(stack)].into());
    all.insert("function".to_owned(), function.into());
    for user in &stack.config.users {
        let name = names.user(&user.name);
        if let Some(trust) = user.trust() {
            all.insert(format!("user role trust {name}"), documents::user_trust(&names.partition, trust));
        }
        let kind = if user.is_role() { "user role" } else { "user" };
        all.insert(format!("{kind} {name}"), documents::user(stack, user));
    }
    all
}
