//! An event with many records: some of their pictures are in memory at once, as many as fit.

use std::{
    process::Command,
    sync::{Arc, Barrier},
    time::Duration,
};

use serde_json::Value;

use crate::{
    host::{Host, Object},
    memory::{LONG, Random, is_whole, largest, pool},
    pictures::{Kind, Row, gif},
    sandbox::Cgroup,
};

fn keys(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number}.jpg")).collect()
}

fn names<'a>(answer: &'a Value, list: &str) -> Vec<&'a str> {
    answer[list]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| it["key"].as_str().or(it.as_str()).unwrap())
        .collect()
}

/// S3 answers none of them before all four have asked: one after the other they would wait for ever.
#[test]
fn small_pictures_do_not_wait_for_each_other() {
    let mut host = Host::start(128, &mut Command::new(env!("CARGO_BIN_EXE_bootstrap")));
    let all = Arc::new(Barrier::new(4));
    let keys = keys(8);
    for key in &keys {
        host.put(key, Object::Together(gif(100), Arc::clone(&all)));
    }
    let answer = host.invoke_all(&keys, Duration::from_secs(60));
    assert_eq!(names(&answer, "cleaned"), keys, "in the order of the event: {answer}");
    assert_eq!(host.lines(), 8);
}

/// Each of them takes more than half: they are cleaned one after the other, and the small ones between them.
#[test]
fn large_pictures_wait_for_each_other() {
    let megabytes = 192;
    let Some(cgroup) = Cgroup::new(megabytes) else { return };
    let mut host = Host::start(megabytes, &mut cgroup.command());
    let row = Row::new(Kind { progressive: false, sideways: true, noise: 30, width: 4_800 });
    let most = largest(&row, megabytes);
    let (large, small) = (row.picture(most), row.picture(most / 20));
    let keys = keys(8);
    for (number, key) in keys.iter().enumerate() {
        host.put(key, Object::Bytes(Arc::clone(if number % 2 == 0 { &large } else { &small })));
    }
    let answer = host.invoke_all(&keys, LONG);
    assert_eq!(names(&answer, "cleaned"), keys, "{answer}: {}", host.last_line());
    assert!(keys.iter().all(|key| host.written(key).is_some_and(|written| !written.is_empty())));
}

/// What becomes of a picture does not depend on what is beside it, and nothing ends the process.
#[test]
fn warm_sequences_of_many() {
    let mut random = Random(11);
    let pool = pool();
    let (mut cleaned, mut rejected) = (0, 0);
    for sequence in 0..if is_whole() { 60 } else { 2 } {
        let megabytes = [128, 192, 256, 512][random.below(4)];
        let Some(cgroup) = Cgroup::new(megabytes) else { return };
        let mut host = Host::start(megabytes, &mut cgroup.command());
        for _ in 0..3 {
            let keys = keys(6);
            let pictures: Vec<_> = keys.iter().map(|_| Arc::clone(&pool[random.below(pool.len())])).collect();
            for (key, picture) in keys.iter().zip(&pictures) {
                host.put(key, Object::Bytes(Arc::clone(picture)));
            }
            let together = host.invoke_all(&keys, LONG);
            for key in &keys {
                let alone = host.invoke(key, LONG);
                for list in ["cleaned", "rejected"] {
                    let is_in = |answer: &Value| names(answer, list).contains(&key.as_str());
                    assert_eq!(is_in(&together), is_in(&alone), "{sequence}: {key}: {together} and {alone}");
                }
            }
            cleaned += names(&together, "cleaned").len();
            rejected += names(&together, "rejected").len();
            assert_eq!(
                names(&together, "cleaned").len() + names(&together, "rejected").len(),
                6,
                "{together}"
            );
        }
    }
    assert!(cleaned > 0 && rejected > 0, "{cleaned} cleaned, {rejected} rejected");
}
