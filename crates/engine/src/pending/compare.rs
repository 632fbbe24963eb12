//! Merges the two listings.

use std::cmp::Ordering;

use futures::stream::{BoxStream, StreamExt, TryStreamExt, try_unfold};

use super::listing::{Object, objects};
use super::same_second::is_copy_of_the_newest;
use super::state::{Listed, State, Why, listed};
use crate::aws::{Aws, AwsError};
use crate::config::BucketRole;
use crate::stack::Stack;

/// Pictures that are looked at one by one at the same time, when the listings cannot tell.
const CONCURRENT: usize = 16;

/// A key, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The picture in bucket A; for an orphan, its copy in bucket B.
    pub object: Object,
    /// What bucket B has under its key.
    pub copy: Option<Object>,
    /// How it stands.
    pub state: State,
}

/// Every key that begins with `prefix` in one of the buckets, in the order of the keys.
///
/// Takes a call for 1,000 keys of a bucket, and two for each picture that was cleaned within the second of its upload.
///
/// # Errors
/// The stream ends with the first call that fails.
pub fn compare<'a>(
    aws: &'a Aws,
    stack: &'a Stack,
    prefix: &'a str,
) -> BoxStream<'a, Result<Compared, AwsError>> {
    let [source, copies] = [BucketRole::Source, BucketRole::Destination]
        .map(|role| objects(aws, stack.names.bucket(role), prefix));
    merged(source, copies)
        .map_ok(move |pair| async move {
            let state = match listed(pair.source.as_ref(), pair.copy.as_ref(), &stack.config.trigger) {
                Listed::Known(state) => state,
                Listed::SameSecond if is_copy_of_the_newest(aws, stack, pair.key()).await? => State::Clean,
                Listed::SameSecond => State::Pending(Why::OlderCopy),
            };
            let copy = pair.copy.clone();
            Ok(pair.object().map(|object| Compared { object, copy, state }))
        })
        .try_buffered(CONCURRENT)
        .try_filter_map(|compared| async move { Ok(compared) })
        .boxed()
}

/// The same key in both buckets; at least one of them has it.
#[derive(Debug, PartialEq, Eq)]
struct Pair {
    source: Option<Object>,
    copy: Option<Object>,
}

impl Pair {
    fn key(&self) -> &str {
        self.source.as_ref().or(self.copy.as_ref()).map_or("", |object| &object.key)
    }

    fn object(self) -> Option<Object> {
        self.source.or(self.copy)
    }
}

/// Both streams come in the order of their keys, and so does the merged one.
fn merged<'a, E: Send + Sync + 'a>(
    source: BoxStream<'a, Result<Object, E>>,
    copies: BoxStream<'a, Result<Object, E>>,
) -> BoxStream<'a, Result<Pair, E>> {
    let streams = (Box::pin(source.peekable()), Box::pin(copies.peekable()));
    try_unfold(streams, |(mut source, mut copies)| async move {
        let order = match futures::join!(source.as_mut().peek(), copies.as_mut().peek()) {
            (None, None) => return Ok(None),
            (Some(Ok(left)), Some(Ok(right))) => left.key.as_bytes().cmp(right.key.as_bytes()),
            // What is taken below is the error, if there is one.
            (Some(Err(_)), _) | (Some(_), None) => Ordering::Less,
            (None, Some(_)) | (Some(Ok(_)), Some(Err(_))) => Ordering::Greater,
        };
        let pair = Pair {
            source: if order.is_le() { source.next().await.transpose()? } else { None },
            copy: if order.is_ge() { copies.next().await.transpose()? } else { None },
        };
        Ok(Some((pair, (source, copies))))
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use futures::executor::block_on;
    use futures::stream::iter;
    use proptest::prelude::*;

    use super::*;

    fn stream(keys: &BTreeMap<String, i64>) -> BoxStream<'static, Result<Object, ()>> {
        let objects: Vec<_> = keys
            .iter()
            .map(|(key, modified)| Ok(Object { key: key.clone(), modified: *modified, bytes: 0 }))
            .collect();
        iter(objects).boxed()
    }

    proptest! {
        #[test]
        fn every_key_comes_once_and_in_order(
            source in proptest::collection::btree_map("[a-cé\u{1F4F7}]{1,3}", 0i64..3, 0..12),
            copies in proptest::collection::btree_map("[a-cé\u{1F4F7}]{1,3}", 0i64..3, 0..12),
        ) {
            let pairs: Vec<Pair> = block_on(merged(stream(&source), stream(&copies)).try_collect()).unwrap();
            let keys: Vec<&str> = pairs.iter().map(Pair::key).collect();
            let all: BTreeSet<&String> = source.keys().chain(copies.keys()).collect();
            prop_assert_eq!(keys, all.into_iter().map(String::as_str).collect::<Vec<_>>());
            for pair in &pairs {
                prop_assert_eq!(pair.source.as_ref().map(|one| one.modified), source.get(pair.key()).copied());
                prop_assert_eq!(pair.copy.as_ref().map(|one| one.modified), copies.get(pair.key()).copied());
            }
        }
    }

    /// In memory are those that are being compared, however many there are.
    #[test]
    fn a_hundred_thousand_keys_are_merged_two_at_a_time() {
        let made = Arc::new(AtomicUsize::new(0));
        let keys = |every: usize| {
            let made = Arc::clone(&made);
            let object = move |number| {
                made.fetch_add(1, Relaxed);
                Ok::<_, ()>(Object { key: format!("{number:06}"), modified: 0, bytes: 0 })
            };
            iter((0..100_000).step_by(every)).map(object).boxed()
        };
        let mut pairs = merged(keys(1), keys(3));
        let (mut all, mut pending, mut taken) = (0, 0, 0);
        block_on(async {
            while let Some(pair) = pairs.try_next().await.unwrap() {
                all += 1;
                pending += usize::from(pair.copy.is_none());
                taken += 1 + usize::from(pair.copy.is_some());
                assert!(made.load(Relaxed) <= taken + 2, "{all}");
            }
        });
        assert_eq!((all, pending), (100_000, 66_666));
    }

    #[test]
    fn an_error_of_either_listing_ends_it() {
        let good = || iter([Ok(Object { key: "a".to_owned(), modified: 0, bytes: 0 })]).boxed();
        let bad = || iter([Err("broken")]).boxed();
        for (source, copies) in [(good(), bad()), (bad(), good()), (bad(), bad())] {
            let pairs: Result<Vec<Pair>, &str> = block_on(merged(source, copies).try_collect());
            assert_eq!(pairs, Err("broken"));
        }
    }
}
