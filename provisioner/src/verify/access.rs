//! The access matrix: every right of every user in both buckets, asked of AWS itself with the user's own key.

use std::time::Duration;

use aws_sdk_s3::Client;
use engine::aws::{AwsCall, AwsError, Backoff, Deadline, Poll, Waited, poll_until};
use engine::config::{BucketRole, UserConfig};
use engine::stack::Stack;

use super::judge::Verdict;

/// How long a right that should be there may be missing: IAM tells its servers one after the other
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>).
const PROPAGATION: Deadline = Deadline(Duration::from_secs(30));
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(200), cap: Duration::from_secs(3), factor: 2.0 };

/// What can be done in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    List,
    Read,
    Write,
    Delete,
}

impl Right {
    const ALL: [Self; 4] = [Self::List, Self::Read, Self::Write, Self::Delete];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
        }
    }

    /// IAM's name for it.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::List => "s3:ListBucket",
            Self::Read => "s3:GetObject",
            Self::Write => "s3:PutObject",
            Self::Delete => "s3:DeleteObject",
        }
    }

    /// Whether the configuration gives it to the user.
    pub(crate) fn is_due(self, user: &UserConfig, bucket: BucketRole) -> bool {
        let access = user.access;
        user.bucket == bucket
            && match self {
                Self::List | Self::Read => access.reads(),
                Self::Write => access.writes(),
                Self::Delete => access.reads() && access.writes(),
            }
    }
}

/// Who has which right, by what AWS says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) bucket: BucketRole,
    pub(crate) right: Right,
    pub(crate) due: bool,
    pub(crate) is: bool,
}

/// Somebody without any credentials.
pub(crate) struct Outsider(pub(crate) Client);

impl Outsider {
    /// Asks whether the buckets are closed; the objects `key` are there.
    ///
    /// # Errors
    /// When S3 cannot be reached.
    pub(crate) async fn verdict(&self, stack: &Stack, key: &str) -> Result<Verdict, AwsError> {
        let open: Vec<String> = (self.matrix(stack, key).await?.iter())
            .filter(|granted| granted.is)
            .map(|granted| format!("{} {}", granted.right.as_str(), stack.names.bucket(granted.bucket)))
            .collect();
        Ok(if open.is_empty() {
            Verdict::Right("may do nothing".to_owned())
        } else {
            Verdict::Wrong(format!("may {}", open.join(", ")))
        })
    }

    /// Asks for everything that could be done, in both buckets; nothing is due.
    ///
    /// # Errors
    /// When S3 cannot be reached.
    pub(crate) async fn matrix(&self, stack: &Stack, key: &str) -> Result<Vec<Granted>, AwsError> {
        let mut all = Vec::new();
        for (bucket, right) in everything() {
            let is = ask(&self.0, stack.names.bucket(bucket), key, right).await? == Answer::Granted;
            all.push(Granted { bucket, right, due: false, is });
        }
        Ok(all)
    }
}

/// Every right in every bucket.
pub(crate) fn everything() -> impl Iterator<Item = (BucketRole, Right)> {
    [BucketRole::Source, BucketRole::Destination]
        .into_iter()
        .flat_map(|bucket| Right::ALL.map(|right| (bucket, right)))
}

/// Asks for everything that a user could do, in both buckets; the objects `key` are there and may be written and deleted.
///
/// # Errors
/// When S3 cannot be reached.
pub(crate) async fn matrix(
    s3: &Client,
    stack: &Stack,
    user: &UserConfig,
    key: &str,
) -> Result<Vec<Granted>, AwsError> {
    let (due, rest): (Vec<_>, Vec<_>) = everything().partition(|(bucket, right)| right.is_due(user, *bucket));
    let mut all = Vec::new();
    // What is due comes first: once the key can do that, a refusal of the rest is one.
    for (pairs, due) in [(due, true), (rest, false)] {
        for (bucket, right) in pairs {
            let is = patiently(s3, stack.names.bucket(bucket), key, right, due).await?;
            all.push(Granted { bucket, right, due, is });
        }
    }
    Ok(all)
}

/// The row of a user.
pub(crate) fn verdict(all: &[Granted], stack: &Stack) -> Verdict {
    let words = |which: &dyn Fn(&&Granted) -> bool| {
        let words = all
            .iter()
            .filter(which)
            .map(|granted| format!("{} {}", granted.right.as_str(), stack.names.bucket(granted.bucket)));
        words.collect::<Vec<_>>().join(", ")
    };
    let too_much = words(&|granted| granted.is && !granted.due);
    let missing = words(&|granted| granted.due && !granted.is);
    match (too_much.as_str(), missing.as_str()) {
        ("", "") => Verdict::Right(format!("may {}, nothing else", words(&|granted| granted.is))),
        ("", _) => Verdict::Wrong(format!("may not {missing}")),
        (_, "") => Verdict::Wrong(format!("may {too_much}")),
        _ => Verdict::Wrong(format!("may {too_much}; may not {missing}")),
    }
}

/// Asks again while IAM may not have told everybody: of a right that is due, and of a key.
async fn patiently(s3: &Client, bucket: &str, key: &str, right: Right, due: bool) -> Result<bool, AwsError> {
    let waited = poll_until(BACKOFF, &|_| (), async || {
        let answer = ask(s3, bucket, key, right).await?;
        Ok::<_, AwsError>(match answer {
            Answer::Granted => Poll::Ready(true),
            Answer::Denied if !due => Poll::Ready(false),
            Answer::Denied | Answer::UnknownKey => Poll::NotYet {
                why: "IAM to tell everybody of the user's right".into(),
                deadline: PROPAGATION,
                last: (),
            },
        })
    });
    match waited.await? {
        Waited::Ready(is) => Ok(is),
        Waited::TimedOut(()) => Ok(false),
    }
}

/// What S3 says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Granted,
    Denied,
    /// It does not know the access key (yet).
    UnknownKey,
}

async fn ask(s3: &Client, bucket: &str, key: &str, right: Right) -> Result<Answer, AwsError> {
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    let result = match right {
        Right::List => {
            let list = s3.list_objects_v2().bucket(bucket).prefix(format!("{folder}/"));
            list.send().await.aws("ListObjectsV2").map(drop)
        }
        Right::Read => s3.get_object().bucket(bucket).key(key).send().await.aws("GetObject").map(drop),
        Right::Write => {
            let put = s3.put_object().bucket(bucket).key(format!("{key}-written"));
            put.body(b"x".to_vec().into()).send().await.aws("PutObject").map(drop)
        }
        Right::Delete => {
            let delete = s3.delete_object().bucket(bucket).key(format!("{key}-written"));
            delete.send().await.aws("DeleteObject").map(drop)
        }
    };
    match result {
        Ok(()) => Ok(Answer::Granted),
        Err(error) if error.is_access_denied() => Ok(Answer::Denied),
        Err(error) if error.is_credentials() => Ok(Answer::UnknownKey),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use aws_sdk_s3::config::{BehaviorVersion, Region};

    use super::*;
    use crate::json::sample_stack::stack;

    /// An S3 that answers every request alike; it keeps what it was asked.
    fn s3(answer: &'static str) -> (Client, std::sync::mpsc::Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (asked, requests) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut request = vec![0; 16_384];
                let length = connection.read(&mut request).unwrap();
                let _ = asked.send(String::from_utf8_lossy(&request[..length]).into_owned());
                let _ = connection.write_all(answer.as_bytes());
            }
        });
        let config = aws_sdk_s3::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .http_client(engine::aws::client(None, engine::aws::Proxies::default()).unwrap())
            .endpoint_url(endpoint)
            .force_path_style(true)
            .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
            .allow_no_auth()
            .build();
        (Client::from_conf(config), requests)
    }

    const OPEN: &str =
        "HTTP/1.1 200 OK\r\nContent-Length: 19\r\nConnection: close\r\n\r\n<ListBucketResult/>";
    const CLOSED: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 46\r\nConnection: close\r\n\r\n\
                          <Error><Code>AccessDenied</Code></Error>      ";
    const UNKNOWN: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 46\r\nConnection: close\r\n\r\n\
                           <Error><Code>InvalidAccessKeyId</Code></Error>";

    #[tokio::test]
    async fn a_bucket_that_is_open_is_found_by_who_has_no_key() {
        let (client, requests) = s3(OPEN);
        let verdict = Outsider(client).verdict(&stack(), "folder/probe").await.unwrap();
        let Verdict::Wrong(found) = verdict else { panic!("{verdict:?}") };
        assert!(found.starts_with("may list ") && found.matches("delete ").count() == 2, "{found}");
        let requests: Vec<String> = requests.try_iter().collect();
        assert_eq!(requests.len(), 8);
        assert!(requests.iter().all(|request| !request.to_lowercase().contains("authorization:")));
        let verdict = Outsider(s3(CLOSED).0).verdict(&stack(), "folder/probe").await.unwrap();
        assert_eq!(verdict, Verdict::Right("may do nothing".to_owned()));
    }

    // With a paused clock the client's patience would end before the answer is there.
    #[tokio::test]
    async fn a_key_that_is_not_known_yet_is_waited_for() {
        assert_eq!(ask(&s3(CLOSED).0, "a", "f/k", Right::List).await.unwrap(), Answer::Denied);
        assert_eq!(ask(&s3(UNKNOWN).0, "a", "f/k", Right::Delete).await.unwrap(), Answer::UnknownKey);
    }

    #[test]
    fn a_row_says_what_is_too_much_and_what_is_missing() {
        let stack = stack();
        let granted = |due, is| Granted { bucket: BucketRole::Source, right: Right::Write, due, is };
        let bucket = stack.names.bucket(BucketRole::Source);
        for (all, expected) in [
            (vec![granted(true, true)], Verdict::Right(format!("may write {bucket}, nothing else"))),
            (vec![granted(false, true)], Verdict::Wrong(format!("may write {bucket}"))),
            (vec![granted(true, false)], Verdict::Wrong(format!("may not write {bucket}"))),
            (
                vec![granted(true, false), granted(false, true)],
                Verdict::Wrong(format!("may write {bucket}; may not write {bucket}")),
            ),
        ] {
            assert_eq!(verdict(&all, &stack), expected);
        }
    }
}
