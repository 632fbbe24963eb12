//! `audit`: whether what is published is clean.

use engine::config::BucketRole;
use serde_json::Value;
use testkit::clean_copy::clean_copy;
use testkit::one_pixel;

use super::stage::Stage;

#[tokio::test]
async fn what_is_not_clean_is_found() {
    let stage = Stage::new().await;
    assert_eq!(stage.run(&["audit"]).code, 4);
    stage.ok(&["up", "--yes"]);
    assert!(stage.ok(&["audit"]).err.contains("There is nothing to look at."));
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let [source, destination] =
        [BucketRole::Source, BucketRole::Destination].map(|role| stack.names.bucket(role));
    let dirty = one_pixel::picture(&[one_pixel::exif()], b"");
    for key in ["a.jpg", "b \u{1b}.jpg"] {
        aws.s3.put_object().bucket(source).key(key).body(dirty.clone().into()).send().await.unwrap();
        assert!(clean_copy(&aws, destination, key).await.is_some());
    }
    let run = stage.ok(&["audit"]);
    assert_eq!(run.out, "");
    assert!(run.err.contains("All 2 pictures that were looked at are clean."), "{}", run.err);
    assert!(run.err.contains(&format!("2 by {}", sanitizer::VERSION)), "{}", run.err);

    // Somebody has put these there.
    let put =
        |key: &str, body: &[u8]| aws.s3.put_object().bucket(destination).key(key).body(body.to_vec().into());
    put("by-hand.jpg", &dirty).send().await.unwrap();
    put("notes.txt", b"text").send().await.unwrap();
    let clean = sanitizer::sanitize(dirty, &sanitizer::Options::default()).unwrap().into_bytes();
    put("named.jpg", &clean).metadata("owner", "ann").send().await.unwrap();
    let run = stage.run(&["audit"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    for words in [
        "NOT CLEAN  by-hand.jpg: EXIF; its source was deleted",
        "NOT CLEAN  named.jpg: header x-amz-meta-owner; its source was deleted",
        "UNKNOWN    notes.txt: not a picture",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
    assert!(run.err.contains("2 of 5 objects that were looked at are clean."), "{}", run.err);
    let lines: Vec<Value> =
        stage.run(&["audit", "--json"]).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sums = lines.last().unwrap();
    assert_eq!((&sums["not_clean"], &sums["orphaned"], lines.len()), (&2.into(), &3.into(), 4), "{lines:?}");
    let run = stage.run(&["audit", "--sample", "1", "--json"]);
    let sums: Value = serde_json::from_str(run.out.lines().last().unwrap()).unwrap();
    assert_eq!((&sums["looked_at"], &sums["objects"]), (&1.into(), &5.into()), "{}", run.out);
    assert!(
        stage.ok(&["audit", "--prefix", "a"]).err.contains("The only picture that was looked at is clean.")
    );
}
