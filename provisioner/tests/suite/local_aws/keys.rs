//! Nobody gets in without a key, and with one only as far as its policies say.

use super::home::{Home, connect};
use super::https::status_of;
use engine::aws::{AwsCall, AwsError};
use local_aws::LocalAws;

#[tokio::test]
async fn users_may_only_what_their_policies_say() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.s3.create_bucket().bucket("pictures").send().await.unwrap();
    aws.s3.put_object().bucket("pictures").key("k").body(b"x".to_vec().into()).send().await.unwrap();
    aws.iam.create_user().user_name("anna").send().await.unwrap();
    let key = aws.iam.create_access_key().user_name("anna").send().await.unwrap().access_key.unwrap();
    let get = async |secret: &str| -> Result<(), AwsError> {
        let s3 = aws.s3_as(&key.access_key_id, secret);
        s3.get_object().bucket("pictures").key("k").send().await.aws("GetObject").map(drop)
    };
    assert!(get(&key.secret_access_key).await.unwrap_err().is_access_denied());
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::pictures/*"}]}"#;
    aws.iam
        .put_user_policy()
        .user_name("anna")
        .policy_name("p")
        .policy_document(policy)
        .send()
        .await
        .unwrap();
    get(&key.secret_access_key).await.unwrap();
    assert_eq!(get("wrong").await.unwrap_err().code.as_deref(), Some("SignatureDoesNotMatch"));
}

#[tokio::test]
async fn what_a_user_exports_is_the_standard_environment() {
    let home = Home::new();
    let running = home.start().await;
    let names: Vec<_> = running.env().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "AWS_ENDPOINT_URL",
            "AWS_CA_BUNDLE",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY"
        ]
    );
}

#[tokio::test]
async fn wrong_keys_and_requests_without_one_are_refused() {
    let (local, other) = tokio::join!(LocalAws::ephemeral(), LocalAws::ephemeral());
    let (local, other) = (local.unwrap(), other.unwrap());
    let aws = connect(&local).await;
    let (id, secret) = (local.access_key_id.as_str(), local.secret_access_key.as_str());
    let ask = async |id: &str, secret: &str| {
        let answer = aws.s3_as(id, secret).list_buckets().send().await.aws("ListBuckets");
        answer.map(drop).map_err(|error| error.code.unwrap_or_default())
    };
    assert_eq!(ask(id, secret).await, Ok(()));
    for (id, secret, code) in [
        ("test", "test", "InvalidAccessKeyId"),
        ("000000000000", "test", "InvalidAccessKeyId"),
        ("000000000000", secret, "InvalidAccessKeyId"),
        (&other.access_key_id, &other.secret_access_key, "InvalidAccessKeyId"),
        (id, "test", "SignatureDoesNotMatch"),
        (id, &other.secret_access_key, "SignatureDoesNotMatch"),
    ] {
        assert_eq!(ask(id, secret).await, Err(code.to_owned()), "{id}");
    }
    // The doors of ministack itself, and requests that only look signed.
    let ca = std::fs::read(&local.ca_bundle).unwrap();
    let status = |method, path, headers: &str| status_of(&local.endpoint, &ca, method, path, headers);
    for path in ["/", "/pictures/a.jpg", "/health", "/_ministack/config", "/_ministack/sqs/messages"] {
        assert_eq!(status("GET", path, ""), 403, "{path}");
    }
    assert_eq!(status("POST", "/_ministack/reset", ""), 403);
    let looks_signed =
        format!("Authorization: AWS4-HMAC-SHA256 Credential={id}/20300101/us-east-1/s3/aws4_request\r\n");
    assert_eq!(status("GET", "/", &looks_signed), 400);
    assert_eq!(status("GET", "/_ministack/health", ""), 200, "this alone tells nothing");
}
