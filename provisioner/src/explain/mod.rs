//! What the resources of a stack are, why they are there, what they may do and what they cost.

mod cost;
mod kind;

use engine::config::nearest;
use engine::resources::Address;
use engine::resources::naming::{UnknownResource, all, matching, unknown};
use engine::stack::{Stack, policies};

pub(crate) use cost::{cost_line, cost_text};
use kind::Kind;

use crate::report::grants;

/// A word that explains the costs in place of a resource.
pub(crate) const COST: &str = "cost";

/// What is told of a resource.
#[derive(Debug)]
pub(crate) struct Explained {
    /// Which one.
    pub address: Address,
    /// Its name in AWS.
    pub name: String,
    /// What it is.
    pub what: &'static str,
    /// Why the stack has it.
    pub why: &'static str,
    /// What it may do, or what is allowed on it.
    pub rights: Vec<String>,
    /// What it costs, in words.
    pub cost: &'static str,
    /// AWS's page.
    pub page: &'static str,
}

/// Everything that a word means; all there is without one.
///
/// # Errors
/// A word that means nothing.
pub(crate) fn explain(word: Option<&str>, stack: &Stack) -> Result<Vec<Explained>, UnknownResource> {
    let all = all(stack);
    let found = match word {
        None => all,
        Some(word) => match matching(word, &all, stack) {
            // A user is known by the name that the configuration has, too.
            found if found.is_empty() => matching(&stack.names.user(word), &all, stack),
            found => found,
        },
    };
    match word {
        Some(word) if found.is_empty() => Err(or_cost(unknown(word, &self::all(stack), stack))),
        _ => Ok(found.into_iter().map(|address| explained(address, stack)).collect()),
    }
}

/// `costs` means that page.
fn or_cost(unknown: UnknownResource) -> UnknownResource {
    let meant = nearest(&unknown.word, &[COST]).map(str::to_owned);
    UnknownResource { meant: meant.or(unknown.meant), ..unknown }
}

fn explained(address: Address, stack: &Stack) -> Explained {
    let Kind { what, why, cost, page } = kind::of(&address);
    let name = address.name(stack).to_owned();
    Explained { rights: rights(&address, stack), name, what, why, cost, page, address }
}

/// What the policy documents of the resource grant, as a plan tells it.
fn rights(address: &Address, stack: &Stack) -> Vec<String> {
    match address {
        Address::Bucket(role) => grants(&policies::bucket(stack, *role)),
        Address::Role => [policies::trust(), policies::role(stack)].iter().flat_map(grants).collect(),
        Address::Permission => grants(&policies::invoke_statement(stack)),
        Address::User(name) => {
            stack.user(name).map(|user| grants(&policies::user(stack, user))).unwrap_or_default()
        }
        Address::UserRole(name) => stack.user(name).map_or_else(Vec::new, |user| {
            let trust = policies::user_trust(&stack.names.partition, user.trust().unwrap_or_default());
            [trust, policies::user(stack, user)].iter().flat_map(grants).collect()
        }),
        Address::Function => {
            vec![format!("acts as the role {}, and may do what that may", stack.names.role())]
        }
        Address::FormerBucket(_) | Address::LogGroup | Address::Trigger | Address::Alarm(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::sample_stack::stack;
    use crate::report::explained_text;

    #[test]
    fn every_resource_is_explained() {
        let stack = stack();
        let all = explain(None, &stack).unwrap();
        for one in &all {
            assert!(one.page.starts_with("https://docs.aws.amazon.com/"), "{}", one.page);
            assert!(one.what.ends_with('.') && one.why.ends_with('.') && one.cost.ends_with('.'), "{one:?}");
        }
        let text: String = all.iter().map(explained_text).collect();
        insta::assert_snapshot!("explained", anstream::adapter::strip_str(&text));
    }

    #[test]
    fn words_find_what_they_mean() {
        let stack = stack();
        let count = |word| explain(Some(word), &stack).map(|all| all.len());
        assert_eq!(count("bucket").unwrap(), 2);
        assert_eq!(count("source-bucket").unwrap(), 1);
        assert_eq!(count("ann").unwrap(), 1, "as the configuration calls it");
        assert_eq!(count("photos-ann").unwrap(), 1);
        for (word, meant) in [("buckt", Some("bucket")), ("costs", Some("cost")), ("queue", None)] {
            assert_eq!(count(word).unwrap_err().meant.as_deref(), meant, "{word}");
        }
    }

    #[test]
    fn costs_are_told_with_their_sources() {
        insta::assert_snapshot!("cost", anstream::adapter::strip_str(&cost_text(&stack().config)));
    }
}
