//! What is pending, and how it is cleaned: the bucket is the queue.

use aws_sdk_s3::types::NotificationConfiguration;
use engine::aws::Aws;
use engine::config::BucketRole;
use engine::stack::Stack;
use serde_json::Value;
use testkit::clean_copy::clean_copy;
use testkit::one_pixel;

use super::stage::{CONFIG, Stage};

async fn put(aws: &Aws, bucket: &str, key: &str, body: Vec<u8>) {
    aws.s3.put_object().bucket(bucket).key(key).body(body.into()).send().await.unwrap();
}

/// From now on uploads start nothing, as if S3 lost every event.
async fn lose_events(aws: &Aws, stack: &Stack) {
    let bucket = stack.names.bucket(BucketRole::Source);
    let none = NotificationConfiguration::builder().build();
    let put = aws.s3.put_bucket_notification_configuration().bucket(bucket).notification_configuration(none);
    put.send().await.unwrap();
}

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn what_was_missed_is_found_and_cleaned() {
    let stage = Stage::new().await;
    let run = stage.run(&["pending"]);
    assert_eq!(run.code, 4, "{}{}", run.out, run.err);
    assert!(
        run.err.contains("the stack is not up") && run.err.contains("`provisioner up` creates it"),
        "{}",
        run.err
    );
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let [source, destination] =
        [BucketRole::Source, BucketRole::Destination].map(|role| stack.names.bucket(role));
    assert!(stage.ok(&["pending", "--detailed-exitcode"]).err.contains("There are no pictures."));

    // One goes its way, most likely within the second of its upload.
    put(&aws, source, "live.jpg", one_pixel::picture(&[one_pixel::exif()], b"")).await;
    assert!(clean_copy(&aws, destination, "live.jpg").await.is_some());
    let run = stage.ok(&["pending", "--detailed-exitcode"]);
    assert!(run.err.contains("The only picture has its clean copy."), "{}{}", run.out, run.err);

    lose_events(&aws, &stack).await;
    let odd = "in \u{10}/\u{1b}[31m+%.jpg";
    for key in ["a.jpg", "live.jpg", odd] {
        put(&aws, source, key, one_pixel::picture(&[one_pixel::exif()], b"")).await;
    }
    put(&aws, source, "broken.jpg", b"no picture".to_vec()).await;
    put(&aws, source, "notes.txt", b"text".to_vec()).await;
    put(&aws, destination, "orphan.jpg", b"old".to_vec()).await;
    let run = stage.run(&["pending", "--detailed-exitcode"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert_eq!(run.out.lines().count(), 4, "{}", run.out);
    assert!(run.out.contains("older copy") && !run.out.contains('\u{1b}'), "{}", run.out);
    for words in [
        "4 of 4 pictures are pending; `provisioner backfill` cleans them.",
        "4 of them were uploaded less than a minute ago",
        "1 other object has no entry of the trigger",
        "1 clean copy is still published",
    ] {
        assert!(run.err.contains(words), "{words}\n{}", run.err);
    }
    let all = lines(&stage.ok(&["pending", "--json"]).out);
    let keys: Vec<&str> = all.iter().filter_map(|line| line["key"].as_str()).collect();
    assert_eq!(keys, ["a.jpg", "broken.jpg", odd, "live.jpg"]);
    assert_eq!(all[3]["why"], "older-copy");
    assert_eq!(all[4]["complete"], true);
    let some = lines(&stage.ok(&["pending", "--json", "--limit", "1"]).out);
    assert_eq!((some.len(), &some[1]["complete"]), (2, &false.into()));
    let some = lines(&stage.ok(&["pending", "--json", "--prefix", "in \u{10}/"]).out);
    assert_eq!(some[0]["key"], odd);
    assert_eq!(lines(&stage.ok(&["pending", "--json", "--since", "2999-01-01"]).out).len(), 1);

    assert_eq!(stage.ok(&["backfill", "--dry-run"]).out.lines().count(), 4);
    let run = stage.run(&["backfill"]);
    assert_eq!(run.code, 6, "{}{}", run.out, run.err);
    assert!(run.out.contains("rejected  broken.jpg: not a picture"), "{}", run.out);
    assert!(
        run.err.contains("3 pictures cleaned, 1 rejected; the rejected ones stay pending"),
        "{}",
        run.err
    );
    let run = stage.run(&["backfill", "--json"]);
    let all = lines(&run.out);
    assert_eq!((run.code, all.len(), &all[0]["kind"]), (6, 2, &"not-a-picture".into()), "{}", run.out);
    assert_eq!((&all[1]["cleaned"], &all[1]["still_pending"]), (&0.into(), &1.into()));
    // The same question, asked of the function.
    let run = stage.run(&["pending", "--why", "--detailed-exitcode"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.out.contains("rejected  broken.jpg: not a picture"), "{}", run.out);
    // What was cleaned until now was cleaned before tomorrow.
    let run = stage.ok(&["backfill", "--dry-run", "--cleaned-before", "2999-01-01"]);
    assert_eq!(run.out.lines().count(), 4, "{}", run.out);
    assert_eq!(stage.ok(&["backfill", "--dry-run", "--cleaned-before", "2020-01-01"]).out.lines().count(), 1);
    let run = stage.ok(&["backfill", "a.jpg", "gone.jpg"]);
    assert!(run.out.contains("cleaned   a.jpg") && run.out.contains("gone      gone.jpg"), "{}", run.out);
}

#[tokio::test]
async fn a_backfill_leaves_room_for_uploads_and_outlasts_throttling() {
    let stage = Stage::new().await;
    stage.configure(&CONFIG.replace("# reserved_concurrency = 50 ", "reserved_concurrency = 2 "));
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    lose_events(&aws, &stack).await;
    let source = stack.names.bucket(BucketRole::Source);
    for index in 0..12 {
        put(&aws, source, &format!("{index}.jpg"), one_pixel::picture(&[one_pixel::exif()], b"")).await;
    }
    // Somebody else uses all there is.
    let (run, others) = tokio::join!(
        async { stage.run(&["backfill"]) },
        futures::future::join_all((0..4).map(|_| engine::backfill::clean(&aws, &stack, "0.jpg")))
    );
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.err.contains("1 at once instead of 10: the function may run 2 times at once"), "{}", run.err);
    assert!(run.err.contains("nothing is pending"), "{}", run.err);
    assert_eq!(others.len(), 4);
}
