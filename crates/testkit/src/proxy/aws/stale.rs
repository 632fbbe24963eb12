//! Reads are eventually consistent: for some time after a change they answer now with the old state, now with the
//! new one. IAM: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html>; the configurations of buckets,
//! as opposed to objects:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel>.

use super::super::call::{Call, Service};
use super::{body, status};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

/// How long old answers come, counted from the first read after the change. On AWS: tens of seconds, minutes at worst.
const WINDOW: Duration = Duration::from_secs(4);

/// What each question was answered, by the question.
#[derive(Default)]
pub(super) struct Memory(HashMap<Vec<u8>, Aspect>);

/// The answers to one question.
struct Aspect {
    answer: Vec<u8>,
    essence: Vec<u8>,
    old: Option<Old>,
}

/// The answer of before, and since when there is another one.
struct Old {
    answer: Vec<u8>,
    since: Instant,
    looks: usize,
}

impl Memory {
    /// The old answer or the new one.
    pub(super) fn after(
        &mut self,
        call: &Call,
        key: Vec<u8>,
        answer: Vec<u8>,
        now: Instant,
        hurry: u32,
    ) -> Vec<u8> {
        if !is_eventually_consistent(call) || status(&answer) >= 500 {
            return answer;
        }
        let essence = essence(&answer);
        let phase = phase(&key);
        let Some(aspect) = self.0.get_mut(&key) else {
            self.0.insert(key, Aspect { answer: answer.clone(), essence, old: None });
            return answer;
        };
        if aspect.essence != essence {
            let before = std::mem::replace(&mut aspect.answer, answer.clone());
            aspect.essence = essence;
            aspect.old = Some(Old { answer: before, since: now, looks: phase });
        }
        let Some(old) = &mut aspect.old else { return answer };
        if now.duration_since(old.since) > WINDOW / hurry.max(1) {
            aspect.old = None;
            return answer;
        }
        old.looks += 1;
        if old.looks % 2 == 1 { old.answer.clone() } else { answer }
    }
}

/// Who we are, objects and lists of objects are never old.
fn is_eventually_consistent(call: &Call) -> bool {
    let strong = ["ListObjectVersions", "ListMultipartUploads"];
    call.reads() && call.service != Service::Sts && !strong.contains(&call.operation.as_str())
}

/// Aspects do not change their minds in step: some begin with the old answer, some with the new one.
fn phase(key: &[u8]) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    usize::from(hasher.finish().is_multiple_of(3))
}

/// An answer without what differs each time: ids of requests, and the signed address of the function's code.
fn essence(answer: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(body(answer)).into_owned();
    for (start, end) in
        [("<RequestId>", "</RequestId>"), ("<HostId>", "</HostId>"), ("\"Location\": \"", "\"")]
    {
        if let Some(at) = text.find(start)
            && let Some(length) = text[at + start.len()..].find(end)
        {
            text.replace_range(at..at + start.len() + length, "");
        }
    }
    format!("{} {text}", status(answer)).into_bytes()
}
