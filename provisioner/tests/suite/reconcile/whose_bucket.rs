//! The name of a bucket that was deleted is free for everybody: each call says whose bucket it means, so that whoever
//! takes the name is neither read nor given anything. That S3 refuses then, the local AWS knows, too.

use testkit::jpeg::{Kind, small};
use testkit::proxy::Service;
use testkit::stage::{Run, Stage};

/// Calls that are about no bucket yet.
const WITHOUT_BUCKET: [&str; 2] = ["CreateBucket", "ListBuckets"];

#[track_caller]
fn says_whose(stage: &Stage, run: &Run, at_least: &[&str]) {
    let calls: Vec<_> = run.calls.0.iter().filter(|call| call.service == Service::S3).collect();
    for call in &calls {
        let expected = (!WITHOUT_BUCKET.contains(&&*call.operation)).then_some(&stage.aws.account);
        assert_eq!(call.expected_owner.as_ref(), expected, "{}", call.label());
    }
    for operation in at_least {
        assert!(calls.iter().any(|call| call.operation == *operation), "no {operation}: {}", run.text());
    }
}

#[test]
fn each_call_says_whose_bucket_it_means() {
    let stage = Stage::new();
    let run = stage.run(&["up", "--yes"]).ok();
    says_whose(&stage, &run, &["CreateBucket", "PutBucketPolicy"]);
    let picture = stage.file("one.jpg", &small(Kind::Ycc420));
    let large = stage.file("large.jpg", &[small(Kind::Ycc420), vec![0; 17 << 20]].concat());
    for file in [&picture, &large] {
        let file = file.to_str().unwrap();
        let run = stage.run(&["upload", "--force", file, "--no-wait"]).ok();
        says_whose(&stage, &run, &["HeadBucket"]);
        let run = stage.run(&["upload", "--force", file, "--no-wait", "--as", "writer"]).ok();
        says_whose(&stage, &run, &["AbortMultipartUpload"]);
    }
    let run = stage.run(&["upload", "--force", picture.to_str().unwrap(), "--timeout", "1"]);
    says_whose(&stage, &run, &[]);
    let run = stage.run(&["down", "--yes", "--delete-data"]).ok();
    says_whose(&stage, &run, &["DeleteObjects", "DeleteBucket"]);
}
