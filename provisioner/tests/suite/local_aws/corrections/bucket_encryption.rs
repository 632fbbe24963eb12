use crate::local_aws::home::connect;
use aws_sdk_s3::types::{
    BlockedEncryptionTypes, EncryptionType, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use engine::aws::{Aws, AwsCall, AwsError};
use local_aws::LocalAws;

/// A key of 32 times `k`, and its MD5.
const KEY: &str = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=";
const MD5: &str = "mT2HRsMGJ5IX5C+0rreZ8Q==";

async fn upload(aws: &Aws) -> Result<(), AwsError> {
    let put = aws.s3.put_object().bucket("pictures").key("one.jpg").body(b"x".to_vec().into());
    let put = put.sse_customer_algorithm("AES256").sse_customer_key(KEY).sse_customer_key_md5(MD5);
    put.send().await.aws("PutObject").map(drop)
}

async fn configure(aws: &Aws, blocked: Option<EncryptionType>) {
    let default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256);
    let blocked = blocked.map(|one| BlockedEncryptionTypes::builder().encryption_type(one).build());
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default.build().unwrap())
        .set_blocked_encryption_types(blocked);
    let rules = ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().unwrap();
    let put = aws.s3.put_bucket_encryption().bucket("pictures").server_side_encryption_configuration(rules);
    put.send().await.unwrap();
}

async fn blocked(aws: &Aws) -> Vec<EncryptionType> {
    let output = aws.s3.get_bucket_encryption().bucket("pictures").send().await.unwrap();
    let configuration = output.server_side_encryption_configuration.unwrap();
    let types = configuration.rules[0].blocked_encryption_types.clone();
    types.and_then(|types| types.encryption_type).unwrap_or_default()
}

#[tokio::test]
async fn keys_of_uploaders_are_blocked_until_they_are_allowed() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.s3.create_bucket().bucket("pictures").send().await.unwrap();
    assert_eq!(blocked(&aws).await, [EncryptionType::SseC]);
    assert!(upload(&aws).await.unwrap_err().is_access_denied());
    configure(&aws, None).await;
    assert_eq!(blocked(&aws).await, [EncryptionType::SseC], "it was not spoken of");
    configure(&aws, Some(EncryptionType::None)).await;
    upload(&aws).await.unwrap();
    configure(&aws, None).await;
    assert_eq!(blocked(&aws).await, [EncryptionType::None], "it was not spoken of");
}
