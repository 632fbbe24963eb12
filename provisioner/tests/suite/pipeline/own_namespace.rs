//! Names of buckets: those that nobody else can take.

use aws_sdk_s3::types::BucketLocationConstraint;

use super::stage::{CONFIG, Stage};

/// The local AWS gives such names only to who asks for the namespace, and only with the right ending, as AWS does.
#[tokio::test]
async fn names_of_the_accounts_own_namespace_work() {
    let stage = Stage::new().await;
    stage.configure(
        &CONFIG
            .replace(
                "bucket = \"{stack}-uploads-{account}\"",
                "bucket = \"{stack}-in-{account}-{region}-an\"",
            )
            .replace(
                "bucket = \"{stack}-clean-{account}\"",
                "bucket = \"{stack}-out-{account}-{region}-an\"",
            ),
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
