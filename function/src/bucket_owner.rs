//! Whose buckets: both must be of the function's own account, and each call to S3 says so
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>). The name of a bucket that was
//! deleted is free for everybody, and whoever takes it would be given clean pictures, or give us theirs.

use std::sync::{Arc, OnceLock};

use aws_sdk_s3::{
    Client,
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextMut},
    error::BoxError,
};

/// Adds the account to every call of a client, so that none can be forgotten.
#[derive(Debug, Clone, Default)]
pub struct BucketOwner(Arc<OnceLock<String>>);

impl BucketOwner {
    /// The client, whose calls name the owner as soon as it is known.
    #[must_use]
    pub fn on(&self, client: &Client) -> Client {
        Client::from_conf(client.config().to_builder().interceptor(self.clone()).build())
    }

    /// Learns the account from the function's ARN, which Lambda tells with each invocation.
    pub fn learn(&self, function_arn: &str) {
        let account = function_arn.split(':').nth(4);
        if let Some(account) =
            account.filter(|it| it.len() == 12 && it.bytes().all(|byte| byte.is_ascii_digit()))
        {
            self.0.get_or_init(|| account.to_owned());
        }
    }
}

impl Intercept for BucketOwner {
    fn name(&self) -> &'static str {
        "BucketOwner"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(account) = self.0.get() {
            context.request_mut().headers_mut().insert("x-amz-expected-bucket-owner", account.clone());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_that_of_the_function() {
        for (arn, account) in [
            ("arn:aws:lambda:eu-central-1:123456789012:function:photos-sanitizer", Some("123456789012")),
            ("arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live", Some("123456789012")),
            ("", None),
            ("photos-sanitizer", None),
            ("arn:aws:lambda:eu-central-1:someone:function:f", None),
        ] {
            let owner = BucketOwner::default();
            owner.learn(arn);
            assert_eq!(owner.0.get().map(String::as_str), account, "{arn}");
        }
    }

    /// What the client sends to S3: a server that answers nothing keeps it.
    #[tokio::test]
    async fn each_call_names_the_owner() {
        use tokio::io::AsyncReadExt;

        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", server.local_addr().unwrap());
        let owner = BucketOwner::default();
        let client = owner.on(&crate::client::s3(|name| {
            let value = match name {
                "AWS_REGION" => "eu-central-1",
                "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => "test",
                "AWS_ENDPOINT_URL" => &endpoint,
                _ => return None,
            };
            Some(value.to_owned())
        })
        .unwrap());
        let sent = async || {
            let (mut connection, _) = server.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = connection.read(&mut request).await.unwrap();
            String::from_utf8_lossy(&request[..length]).to_lowercase()
        };
        let header = "x-amz-expected-bucket-owner: 123456789012";
        for known in [false, true] {
            if known {
                owner.learn("arn:aws:lambda:eu-central-1:123456789012:function:f");
            }
            let call = client.head_object().bucket("b").key("k");
            let request = tokio::select! { _ = call.send() => String::new(), request = sent() => request };
            assert_eq!(request.contains(header), known, "{request}");
        }
    }
}
