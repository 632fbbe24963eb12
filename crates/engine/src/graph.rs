//! The stack as a graph: what there is, and who may do what. Its rights are read from the policy documents that `up`
//! writes, so the picture cannot say less than AWS allows.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::config::BucketRole;
use crate::resources::{Address, alarm, naming};
use crate::stack::{Stack, policies};

/// What a node is, for its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A person or a program with keys.
    User,
    /// A bucket.
    Bucket,
    /// The function.
    Function,
    /// Its role.
    Role,
    /// Its log group.
    Log,
    /// The alarms, all in one.
    Alarms,
    /// What is not the stack's own: a key of KMS, or what is told of failures.
    Outside,
}

/// Something in the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The kind in words.
    pub title: String,
    /// Its name in AWS.
    pub name: String,
    /// The bucket that it has to do with, if it has to do with one alone.
    pub side: Option<BucketRole>,
}

/// From one node to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Index of the node that does it.
    pub from: usize,
    /// Index of the node that it is done to.
    pub to: usize,
    /// What is done.
    pub label: String,
}

/// The graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Graph {
    /// What there is.
    pub nodes: Vec<Node>,
    /// Who does what.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// That of a stack.
    #[must_use]
    pub fn of(stack: &Stack) -> Self {
        let mut graph = Self::default();
        for address in naming::all(stack) {
            graph.add(&address, stack);
        }
        let index = |kind, side| graph.nodes.iter().position(|node| node.kind == kind && node.side == side);
        let [source, function, role] = [
            index(Kind::Bucket, Some(BucketRole::Source)),
            index(Kind::Function, None),
            index(Kind::Role, None),
        ];
        let alarms = index(Kind::Alarms, None);
        if let (Some(source), Some(function), Some(role)) = (source, function, role) {
            graph.edge(source, function, starts(stack));
            graph.edge(function, role, "runs as".to_owned());
            graph.rights(role, &policies::role(stack), stack);
            if let Some(alarms) = alarms {
                graph.edge(alarms, function, "watch".to_owned());
            }
        }
        for user in &stack.config.users {
            let name = stack.names.user(&user.name);
            let found = graph.nodes.iter().position(|node| node.kind == Kind::User && node.name == name);
            if let Some(from) = found {
                graph.rights(from, &policies::user(stack, user), stack);
            }
        }
        graph
    }

    fn add(&mut self, address: &Address, stack: &Stack) {
        let (kind, side) = match address {
            Address::Bucket(role) => (Kind::Bucket, Some(*role)),
            Address::LogGroup => (Kind::Log, None),
            Address::Role => (Kind::Role, None),
            Address::Function => (Kind::Function, None),
            Address::User(name) | Address::UserRole(name) => {
                (Kind::User, stack.user(name).map(|user| user.bucket))
            }
            // They all watch the same thing.
            Address::Alarm(_) if self.nodes.iter().any(|node| node.kind == Kind::Alarms) => return,
            Address::Alarm(_) => (Kind::Alarms, None),
            // Both are edges: S3 starts the function.
            Address::Permission | Address::Trigger | Address::FormerBucket(_) => return,
        };
        let (title, name) = match kind {
            Kind::Alarms => ("alarms".to_owned(), alarm::Kind::ALL.map(alarm::Kind::word).join(", ")),
            _ => (address.to_string(), address.name(stack).to_owned()),
        };
        self.nodes.push(Node { kind, title, name, side });
    }

    fn edge(&mut self, from: usize, to: usize, label: String) {
        self.edges.push(Edge { from, to, label });
    }

    /// An edge to each thing that a document allows something on.
    fn rights(&mut self, from: usize, document: &Value, stack: &Stack) {
        let mut found: Vec<(usize, BTreeSet<Verb>, String)> = Vec::new();
        for statement in document["Statement"].as_array().into_iter().flatten() {
            for resource in strings(&statement["Resource"]) {
                let (to, part) = self.target(resource, stack);
                let index = match found.iter().position(|(known, ..)| *known == to) {
                    Some(index) => index,
                    None => {
                        found.push((to, BTreeSet::new(), String::new()));
                        found.len() - 1
                    }
                };
                found[index].1.extend(strings(&statement["Action"]).into_iter().filter_map(Verb::of));
                if !part.is_empty() {
                    found[index].2 = part;
                }
            }
        }
        for (to, verbs, part) in found {
            let words: Vec<&str> = verbs.iter().map(|verb| verb.word()).collect();
            let under = if part.is_empty() { String::new() } else { format!(" under {part}") };
            self.edge(from, to, format!("{}{under}", words.join(", ")));
        }
    }

    /// The node that an ARN is of, made if it is a key, and the beginning of the keys of objects that it is limited to.
    fn target(&mut self, arn: &str, stack: &Stack) -> (usize, String) {
        for role in [BucketRole::Source, BucketRole::Destination] {
            let bucket = stack.names.bucket_arn(role);
            let objects = arn.strip_prefix(&bucket).filter(|rest| rest.is_empty() || rest.starts_with('/'));
            let node =
                self.nodes.iter().position(|node| node.kind == Kind::Bucket && node.side == Some(role));
            if let (Some(rest), Some(node)) = (objects, node) {
                let part = rest.strip_prefix('/').unwrap_or_default();
                return (node, part.strip_suffix('*').unwrap_or(part).to_owned());
            }
        }
        if arn.starts_with(&stack.names.log_group_arn())
            && let Some(log) = self.nodes.iter().position(|node| node.kind == Kind::Log)
        {
            return (log, String::new());
        }
        let (title, arn) = match &stack.config.function.asynchronous.on_failure {
            Some(told) if arn == told || arn.strip_suffix("/*") == Some(told) => ("failures", told.as_str()),
            _ => ("KMS key", arn),
        };
        let name = arn.rsplit(['/', ':']).next().unwrap_or(arn).to_owned();
        let known = self.nodes.iter().position(|node| node.kind == Kind::Outside && node.name == name);
        let index = known.unwrap_or_else(|| {
            self.nodes.push(Node { kind: Kind::Outside, title: title.to_owned(), name, side: None });
            self.nodes.len() - 1
        });
        (index, String::new())
    }
}

/// What an action comes to, the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verb {
    List,
    Read,
    Write,
    Delete,
    Log,
    Encrypt,
    Decrypt,
    Tell,
}

impl Verb {
    /// Nothing for what goes with another one, such as the parts of an upload.
    fn of(action: &str) -> Option<Self> {
        Some(match action {
            "s3:ListBucket" => Self::List,
            "s3:GetObject" => Self::Read,
            "s3:PutObject" => Self::Write,
            "s3:DeleteObject" => Self::Delete,
            "logs:PutLogEvents" => Self::Log,
            "kms:GenerateDataKey" => Self::Encrypt,
            "kms:Decrypt" => Self::Decrypt,
            "sqs:SendMessage" | "sns:Publish" | "events:PutEvents" => Self::Tell,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Log => "log",
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
            Self::Tell => "tell",
        }
    }
}

/// What starts the function.
fn starts(stack: &Stack) -> String {
    let trigger = &stack.config.trigger;
    let endings = match trigger.suffixes.as_slice() {
        few if few.len() <= 3 => few.join(", "),
        many => format!("{} endings", many.len()),
    };
    if trigger.prefix.is_empty() {
        format!("starts: {endings}")
    } else {
        format!("starts: {}*, {endings}", trigger.prefix)
    }
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{EVERYTHING, stack};

    fn told(stack: &Stack) -> Vec<String> {
        let graph = Graph::of(stack);
        let name = |index: usize| format!("{} {}", graph.nodes[index].title, graph.nodes[index].name);
        graph
            .edges
            .iter()
            .map(|edge| format!("{} --{}--> {}", name(edge.from), edge.label, name(edge.to)))
            .collect()
    }

    #[test]
    fn everything_that_is_configured_is_an_edge() {
        insta::assert_snapshot!(told(&stack(EVERYTHING)).join("\n"));
    }

    /// Every action that a policy of ours has is told, or goes with one that is.
    #[test]
    fn no_right_is_left_out() {
        let stack = stack(EVERYTHING);
        let users = stack.config.users.iter().map(|user| policies::user(&stack, user));
        for document in users.chain([policies::role(&stack)]) {
            for statement in document["Statement"].as_array().unwrap() {
                for action in strings(&statement["Action"]) {
                    let goes_with =
                        ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "logs:CreateLogStream"];
                    assert!(Verb::of(action).is_some() || goes_with.contains(&action), "{action}");
                }
            }
        }
    }
}
