//! Every policy document of the stack, for linters and reviewers.

use serde_json::{Map, Value, json};

use engine::config::BucketRole;
use engine::stack::{Stack, policies as documents};

/// The documents by what they are attached to.
#[must_use]
pub(crate) fn policies(stack: &Stack) -> Value {
    let names = &stack.names;
    let mut all = Map::new();
    all.insert("role trust".to_owned(), documents::trust());
    all.insert("role".to_owned(), documents::role(stack));
    for role in [BucketRole::Source, BucketRole::Destination] {
        all.insert(format!("bucket {}", role.as_str()), documents::bucket(stack, role));
    }
    all.insert(
        "function".to_owned(),
        json!({"Version": "2012-10-17", "Statement": [documents::invoke_statement(stack)]}),
    );
    for user in &stack.config.users {
        all.insert(format!("user {}", names.user(&user.name)), documents::user(stack, user));
    }
    Value::Object(all)
}
