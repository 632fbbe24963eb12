//! The function's answer to an invocation that waits for it, such as one of `provisioner backfill`. S3 does not read it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The answer when nothing failed.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Keys whose clean copies were written.
    #[serde(default)]
    pub cleaned: Vec<String>,
    /// Keys whose clean copies were removed, since their sources are gone.
    #[serde(default)]
    pub removed: Vec<String>,
    /// Keys with which there was nothing to do.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// Pictures that cannot be cleaned. Nothing of them was published, and trying again would end the same.
    #[serde(default)]
    pub rejected: Vec<Rejection>,
}

/// A picture that cannot be cleaned.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Its key.
    pub key: String,
    /// A stable word for the reason.
    pub kind: Cow<'static, str>,
    /// The reason.
    pub reason: String,
}

/// The answer when something failed, as Lambda passes it on
/// (<https://docs.aws.amazon.com/lambda/latest/dg/rust-handler.html>).
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Failure {
    /// What failed, and why.
    #[serde(rename = "errorMessage")]
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_function_answers_the_command_line_reads() {
        let summary = Summary {
            cleaned: vec!["a.jpg".to_owned()],
            removed: vec!["gone.jpg".to_owned()],
            ignored: Vec::new(),
            rejected: vec![Rejection {
                key: "b \u{10}.jpg".to_owned(),
                kind: "damaged".into(),
                reason: "cut off".to_owned(),
            }],
        };
        let text = serde_json::to_string(&summary).unwrap();
        assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
        // An older function knows fewer lists.
        assert_eq!(serde_json::from_str::<Summary>("{}").unwrap(), Summary::default());
    }
}
