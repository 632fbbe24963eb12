//! `down --delete-data` on buckets that hold more than a batch, that get more meanwhile, and that it dies on.

use super::calls::LOCKSTEP;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use engine::resources::bucket;
use futures::StreamExt;
use std::sync::Arc;
use testkit::proxy::{Call, Fault, Pace, Point, Record, Refusal, Rule};
use testkit::stage::Stage;

const DOWN: [&str; 3] = ["down", "--yes", "--delete-data"];
const SOURCE: &str = "crash-uploads-000000000000";
const DESTINATION: &str = "crash-clean-000000000000";
/// `DeleteObjects` takes no more.
const BATCH: usize = 1000;

fn of<'a>(calls: &'a Record, operation: &'a str, subject: &'a str) -> impl Iterator<Item = &'a Call> {
    calls.0.iter().filter(move |call| call.operation == operation && call.subject == subject)
}

fn batches(calls: &Record, bucket: &str) -> Vec<usize> {
    of(calls, "DeleteObjects", bucket).map(|call| call.body.matches("<Key>").count()).collect()
}

/// 1,100 objects, 200 of them in two versions, 100 of those under a delete marker: keys that start no function.
fn fill(stage: &Stage) {
    let s3 = &stage.aws.s3;
    stage.wait(async {
        for count in [1100, 200] {
            let puts = (0..count).map(|n| {
                s3.put_object().bucket(SOURCE).key(format!("album/{n} ü+&<.txt")).body(vec![1].into()).send()
            });
            futures::stream::iter(puts).buffer_unordered(8).for_each(async |put| drop(put.unwrap())).await;
        }
        let deletes =
            (0..100).map(|n| s3.delete_object().bucket(SOURCE).key(format!("album/{n} ü+&<.txt")).send());
        futures::stream::iter(deletes).buffer_unordered(8).for_each(async |gone| drop(gone.unwrap())).await;
        for n in 0..5 {
            upload_a_part(s3, SOURCE, &format!("unfinished {n}.txt")).await;
        }
        for n in 0..3 {
            s3.put_object()
                .bucket(DESTINATION)
                .key(format!("{n}.txt"))
                .body(vec![1].into())
                .send()
                .await
                .unwrap();
        }
    });
}

/// Begins a multipart upload, and leaves it with one part; its id and the part's `ETag`.
async fn upload_a_part(s3: &aws_sdk_s3::Client, bucket: &str, key: &str) -> (String, String) {
    let upload = s3.create_multipart_upload().bucket(bucket).key(key).send().await.unwrap();
    let upload = upload.upload_id.unwrap();
    let part = s3.upload_part().bucket(bucket).key(key).upload_id(&upload).part_number(1);
    (upload, part.body(vec![1; 2000].into()).send().await.unwrap().e_tag.unwrap())
}

#[test]
fn thousands_of_versions_go_in_batches_and_a_killed_run_is_taken_up_again() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    fill(&stage);
    let asked = stage.run(&["down", "--yes"]);
    assert_eq!(asked.code(), Some(4), "{}", asked.text());
    let held = stage.wait(bucket::count(&stage.aws, SOURCE)).unwrap();
    assert_eq!((held.objects, held.delete_markers, held.uploads), (1000, 100, 5));
    // A put that was tried again leaves one more.
    assert!((300..800).contains(&held.versions), "{held}");
    assert!(asked.text().contains(&format!("bucket {SOURCE} holds {held}")), "{}", asked.text());
    let keys = 1100 + usize::try_from(held.versions).unwrap();

    let second = Point { label: format!("DeleteObjects {SOURCE}"), earlier: 1 };
    let killed = stage.run_at(&DOWN, vec![Rule::at(&second, Fault::KillBefore)], LOCKSTEP);
    assert_eq!(killed.code(), None, "{}", killed.text());
    assert!(killed.stderr.contains(&format!("1000 of {keys} objects deleted, ")), "{}", killed.text());
    let first = of(&killed.calls, "DeleteObjects", SOURCE).next().unwrap();
    for (operation, subject) in [
        ("DeleteUserPolicy", "crash-writer"),
        ("DeleteUserPolicy", "crash-reader"),
        ("PutBucketNotificationConfiguration", SOURCE),
        ("DeleteFunction", "crash-sanitizer"),
    ] {
        let rights = of(&killed.calls, operation, subject).last().unwrap();
        let end = rights.end.unwrap();
        assert!(end < first.start, "{operation} {subject} was answered after objects were deleted");
    }
    // While a batch is deleted the next page is read, uploads are aborted, and the other bucket is emptied.
    for (operation, bucket) in
        [("ListObjectVersions", SOURCE), ("AbortMultipartUpload", SOURCE), ("DeleteObjects", DESTINATION)]
    {
        assert!(
            of(&killed.calls, operation, bucket).any(|call| call.round == first.round),
            "no {operation} {bucket} beside the first batch:\n{:#?}",
            killed.calls.0.iter().map(|call| (call.round, call.label())).collect::<Vec<_>>()
        );
    }

    let rest = stage.run(&DOWN).ok();
    stage.is_bare();
    assert!(rest.stderr.contains("Nothing of the stack is left"), "{}", rest.text());
    let all = [batches(&killed.calls, SOURCE), batches(&rest.calls, SOURCE)];
    println!("batches: {all:?}");
    assert!(all.iter().flatten().all(|keys| (1..=BATCH).contains(keys)), "{all:?}");
    assert_eq!(all[0][0], BATCH);
    assert_eq!(all[1].iter().sum::<usize>(), keys - BATCH, "what was deleted is not deleted again");
}

/// Puts an object and begins an upload whenever the program is about to delete the source bucket.
fn arriving(stage: &Stage) -> Rule {
    let (s3, runtime) = (stage.aws.s3.clone(), stage.handle());
    let arrive = move || {
        runtime.block_on(async {
            s3.put_object().bucket(SOURCE).key("late.txt").body(vec![1].into()).send().await.unwrap();
            let (upload, tag) = upload_a_part(&s3, SOURCE, "late upload.txt").await;
            // One comes to its end, one does not.
            let part = CompletedPart::builder().part_number(1).e_tag(tag).build();
            let parts = CompletedMultipartUpload::builder().parts(part).build();
            let end = s3.complete_multipart_upload().bucket(SOURCE).key("late upload.txt").upload_id(upload);
            end.multipart_upload(parts).send().await.unwrap();
            upload_a_part(&s3, SOURCE, "later upload.txt").await;
        });
    };
    let fits = |call: &Call| call.label() == format!("DeleteBucket {SOURCE}");
    Rule::when(fits, Fault::Meanwhile(Arc::new(arrive)))
}

#[test]
fn what_arrives_meanwhile_goes_too() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let run = stage.run_with(&DOWN, vec![arriving(&stage).times(3)]).ok();
    stage.is_bare();
    assert_eq!(of(&run.calls, "DeleteBucket", SOURCE).count(), 4, "{}", run.text());
    assert!(run.stderr.contains("objects keep arriving in the bucket, and are deleted; "), "{}", run.text());

    // Without the word to delete data nothing that arrives is deleted, and it is said what to do.
    stage.run(&["up", "--yes"]).ok();
    let run = stage.run_with(&["down", "--yes"], vec![arriving(&stage)]);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    assert!(
        run.stderr.contains("stop whatever writes into it, then run the command again"),
        "{}",
        run.text()
    );
    stage.wait(stage.aws.s3.get_object().bucket(SOURCE).key("late.txt").send()).unwrap();
    stage.run(&DOWN).ok();
    stage.is_bare();
}

/// These take the minute that AWS is given, so they are not for every `cargo test`.
#[test]
fn what_arrives_or_stays_for_ever_is_named_at_the_deadline() {
    if std::env::var_os("PROVISIONER_ALL_FAULTS").is_none() {
        return;
    }
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let run = stage.run_with(&DOWN, vec![arriving(&stage)]);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    assert!(run.stderr.contains("BucketNotEmpty"), "{}", run.text());
    assert!(
        run.stderr.contains("stop whatever writes into it, then run the command again"),
        "{}",
        run.text()
    );
    stage.run(&DOWN).ok();
    stage.is_bare();

    stage.run(&["up", "--yes"]).ok();
    let run = stage.run_with(&DOWN, vec![Rule::on("DeleteLogGroup", lie())]);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    let left = "after `down` these are left: log group /aws/lambda/crash-sanitizer";
    assert!(run.stderr.contains(left), "{}", run.text());
    assert!(run.stderr.contains("hint: run `provisioner down --config /"), "{}", run.text());
    stage.run(&DOWN).ok();
    stage.is_bare();
}

/// AWS says that it is done, and it is not.
fn lie() -> Fault {
    Fault::Refuse(Refusal::new(200, "", ""))
}

#[test]
fn keys_that_s3_was_too_busy_for_are_tried_again() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    stage.wait(stage.aws.s3.put_object().bucket(SOURCE).key("a.txt").body(vec![1].into()).send()).unwrap();
    // A batch answers 200 all the same:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html#API_DeleteObjects_Examples
    let edit = |code: &'static str| match code {
        "InternalError" => Fault::Edit(|_| failed_key("InternalError")),
        _ => Fault::Edit(|_| failed_key("AccessDenied")),
    };
    let denied = stage.run_with(&DOWN, vec![Rule::on("DeleteObjects", edit("AccessDenied"))]);
    assert_eq!(denied.code(), Some(1), "{}", denied.text());
    assert!(denied.stderr.contains("the first one is \"a.txt\""), "{}", denied.text());
    stage.run(&["up", "--yes"]).ok();
    stage.wait(stage.aws.s3.put_object().bucket(SOURCE).key("a.txt").body(vec![1].into()).send()).unwrap();
    let busy = stage.run_with(&DOWN, vec![Rule::on("DeleteObjects", edit("InternalError")).times(2)]).ok();
    assert!(busy.stderr.contains("S3 could not delete all of a batch"), "{}", busy.text());
    stage.is_bare();
}

fn failed_key(code: &str) -> String {
    format!(
        "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Error><Key>a.txt</Key><Code>{code}</Code>\
         <Message>Try again.</Message></Error></DeleteResult>"
    )
}

#[test]
fn what_is_left_is_named_while_aws_may_still_come_round() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    stage.proxy.begin(vec![Rule::on("DeleteLogGroup", lie()).times(1)], Pace::Free);
    let running = stage.spawn(&["down", "--yes"]);
    // Everything is read twice more at least: once before the wait, once within it.
    while stage.proxy.seen("DescribeLogGroups") < 3 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let delete = stage.aws.logs.delete_log_group().log_group_name("/aws/lambda/crash-sanitizer");
    stage.wait(delete.send()).unwrap();
    let run = running.wait().ok();
    stage.proxy.end();
    let says = "AWS shows everywhere that all is gone: log group /aws/lambda/crash-sanitizer (";
    assert!(run.stderr.contains(says), "{}", run.text());
    stage.is_bare();
}
