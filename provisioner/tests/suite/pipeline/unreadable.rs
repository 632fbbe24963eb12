//! Uploads that are stored so that the function can never read them: refused and told, not tried again and again.

use aws_sdk_s3::types::{
    BlockedEncryptionTypes, EncryptionType, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, StorageClass,
};
use testkit::jpeg::{Kind, small};

use super::stage::Stage;

const SOURCE: &str = "photos-uploads-000000000000";
/// A key of 32 times `k`, and its MD5.
const KEY: &str = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=";
const MD5: &str = "mT2HRsMGJ5IX5C+0rreZ8Q==";

#[tokio::test]
async fn archived_and_encrypted_uploads_are_rejected() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256);
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default.build().unwrap())
        .blocked_encryption_types(
            BlockedEncryptionTypes::builder().encryption_type(EncryptionType::None).build(),
        );
    let rules = ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().unwrap();
    let allow = aws.s3.put_bucket_encryption().bucket(SOURCE).server_side_encryption_configuration(rules);
    allow.send().await.unwrap();

    let put = |key: &str| aws.s3.put_object().bucket(SOURCE).key(key).body(small(Kind::Ycc420).into());
    put("archived.jpg").storage_class(StorageClass::Glacier).send().await.unwrap();
    let customer = put("customer.jpg").sse_customer_algorithm("AES256");
    customer.sse_customer_key(KEY).sse_customer_key_md5(MD5).send().await.unwrap();

    let group = "/aws/lambda/photos-sanitizer";
    let lines = async || -> Vec<serde_json::Value> {
        let Ok(events) = aws.logs.filter_log_events().log_group_name(group).send().await else {
            return Vec::new();
        };
        let messages = events.events().iter().filter_map(|event| event.message());
        messages.filter_map(|message| serde_json::from_str(message.trim()).ok()).collect()
    };
    for (key, kind) in [("archived.jpg", "archived"), ("customer.jpg", "customer-key")] {
        let start = std::time::Instant::now();
        let line = loop {
            let all = lines().await;
            if let Some(line) = all.iter().find(|line| line["key"] == key) {
                break line.clone();
            }
            assert!(start.elapsed().as_secs() < 60, "{key}: {all:?}");
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        };
        assert_eq!((&line["message"], &line["kind"]), (&"rejected".into(), &kind.into()), "{line}");
    }
}
