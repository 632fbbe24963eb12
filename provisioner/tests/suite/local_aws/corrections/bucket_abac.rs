use crate::local_aws::home::connect;
use aws_sdk_s3::types::{AbacStatus, BucketAbacStatus, Tag, Tagging};
use engine::aws::AwsCall;
use local_aws::LocalAws;

#[tokio::test]
async fn a_bucket_whose_tags_give_rights_refuses_the_old_call() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.s3.create_bucket().bucket("pictures").send().await.unwrap();
    let status = async || {
        let output = aws.s3.get_bucket_abac().bucket("pictures").send().await.unwrap();
        output.abac_status.unwrap().status.unwrap()
    };
    let tag = async || {
        let tag = Tag::builder().key("a").value("b").build().unwrap();
        let tagging = Tagging::builder().tag_set(tag).build().unwrap();
        aws.s3.put_bucket_tagging().bucket("pictures").tagging(tagging).send().await.aws("PutBucketTagging")
    };
    assert_eq!(status().await, BucketAbacStatus::Disabled);
    tag().await.unwrap();
    let enabled = AbacStatus::builder().status(BucketAbacStatus::Enabled).build();
    aws.s3.put_bucket_abac().bucket("pictures").abac_status(enabled).send().await.unwrap();
    assert_eq!(status().await, BucketAbacStatus::Enabled);
    assert_eq!(tag().await.unwrap_err().code.as_deref(), Some("MethodNotAllowed"));
}
