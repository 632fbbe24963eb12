use crate::local_aws::home::connect;
use aws_sdk_s3::types::BucketNamespace;
use engine::aws::AwsCall;
use local_aws::LocalAws;

#[tokio::test]
async fn a_bucket_of_another_owner_than_expected_is_refused() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.s3.create_bucket().bucket("pictures").send().await.unwrap();
    let put = async |owner: &'static str| {
        let put = aws.s3.put_object().bucket("pictures").key("one.jpg").body(b"x".to_vec().into());
        // Over that of our clients.
        let with_owner = put.customize().mutate_request(move |request| {
            request.headers_mut().insert("x-amz-expected-bucket-owner", owner);
        });
        with_owner.send().await.aws("PutObject")
    };
    put("000000000000").await.unwrap();
    assert!(put("111122223333").await.unwrap_err().is_access_denied());
}

#[tokio::test]
async fn names_of_a_namespace_are_given_to_who_asks_for_it() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    let create = async |bucket: &str, namespace: Option<BucketNamespace>| {
        let create = aws.s3.create_bucket().bucket(bucket).set_bucket_namespace(namespace);
        create.send().await.is_ok()
    };
    let regional = Some(BucketNamespace::AccountRegional);
    assert!(!create("pictures-000000000000-us-east-1-an", None).await);
    assert!(!create("pictures-111122223333-us-east-1-an", regional.clone()).await);
    assert!(!create("pictures", regional.clone()).await);
    assert!(create("pictures-000000000000-us-east-1-an", regional).await);
    assert!(create("pictures", Some(BucketNamespace::Global)).await);
}
