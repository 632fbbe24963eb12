//! The name of a bucket that was deleted is free for everybody. What takes it is not given pictures, however wide it
//! opens itself.

use aws_sdk_s3::types::BucketLocationConstraint;
use engine::aws::{Aws, Connection};

use super::stage::{CONFIG, Stage};

/// Of another account: to the local AWS an access key of 12 digits is that account's root.
async fn stranger(stage: &Stage) -> Aws {
    let connection = Connection {
        endpoint: Some(stage.local.endpoint.clone()),
        ca_bundle: Some(stage.local.ca_bundle.clone()),
        region: Some(stage.local.region.clone()),
        credentials: Some(("111122223333".to_owned(), "test".to_owned())),
    };
    Aws::connect(&connection).await.unwrap()
}

/// Deletes an empty bucket of ours, and makes one of that name in the other account that lets everybody in.
async fn take_over(aws: &Aws, stranger: &Aws, bucket: &str) {
    aws.s3.delete_bucket().bucket(bucket).send().await.unwrap();
    stranger.s3.create_bucket().bucket(bucket).send().await.unwrap();
    let everybody = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:*",
        "Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/*"]}}]}}"#
    );
    stranger.s3.delete_public_access_block().bucket(bucket).send().await.unwrap();
    stranger.s3.put_bucket_policy().bucket(bucket).policy(everybody).send().await.unwrap();
}

async fn is_empty(aws: &Aws, bucket: &str) -> bool {
    aws.s3.list_objects_v2().bucket(bucket).send().await.unwrap().contents().is_empty()
}

#[tokio::test]
async fn a_bucket_of_a_stranger_gets_no_picture() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let (aws, stranger) = (stage.aws().await, stranger(&stage).await);
    assert_ne!(aws.account, stranger.account);
    let picture = stage.config().with_file_name("one.jpg");
    std::fs::write(&picture, testkit::jpeg::small(testkit::jpeg::Kind::Ycc420)).unwrap();
    let upload = |arguments: &[&str]| {
        stage.run(&[&["upload", picture.to_str().unwrap()], arguments].concat())
    };

    // Bucket B: the function finds out.
    let (source, destination) = ("photos-uploads-000000000000", "photos-clean-000000000000");
    take_over(&aws, &stranger, destination).await;
    let run = upload(&["--no-wait"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let group = "/aws/lambda/photos-sanitizer";
    let mut lines = String::new();
    while !lines.contains("AccessDenied") {
        if let Ok(events) = aws.logs.filter_log_events().log_group_name(group).send().await {
            lines = events.events().iter().filter_map(|event| event.message()).collect();
        }
    }
    assert!(is_empty(&stranger, destination).await);

    // Bucket A: the upload itself.
    let versions = aws.s3.list_object_versions().bucket(source).send().await.unwrap();
    for version in versions.versions() {
        let delete = aws.s3.delete_object().bucket(source).key(version.key().unwrap());
        delete.set_version_id(version.version_id().map(str::to_owned)).send().await.unwrap();
    }
    take_over(&aws, &stranger, source).await;
    for arguments in [&["--no-wait"][..], &["--no-wait", "--as", "user-a"]] {
        let run = upload(arguments);
        assert_ne!(run.code, 0, "{arguments:?} {}{}", run.out, run.err);
        assert!(is_empty(&stranger, source).await, "{arguments:?}");
    }
    let plan = stage.plan();
    assert!(plan.code == 4 && plan.err.contains("belongs to another AWS account"), "{}", plan.err);
}

/// The local AWS gives such names only to who asks for the namespace, and only with the right ending, as AWS does.
#[tokio::test]
async fn names_of_the_accounts_own_namespace_work() {
    let stage = Stage::new().await;
    stage.configure(
        &CONFIG
            .replace("bucket = \"{stack}-uploads-{account}\"", "bucket = \"{stack}-in-{account}-{region}-an\"")
            .replace("bucket = \"{stack}-clean-{account}\"", "bucket = \"{stack}-out-{account}-{region}-an\""),
    );
    let aws = stage.aws().await;
    let named = aws.s3.create_bucket().bucket("photos-in-000000000000-us-east-1-an");
    let location = BucketLocationConstraint::from("eu-west-1");
    let elsewhere = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(location);
    assert!(named.clone().send().await.is_err(), "the namespace must be said");
    assert!(named.create_bucket_configuration(elsewhere.build()).send().await.is_err());
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.plan().code, 0);
    assert!(aws.s3.head_bucket().bucket("photos-out-000000000000-us-east-1-an").send().await.is_ok());
    stage.ok(&["down", "--yes"]);
}
