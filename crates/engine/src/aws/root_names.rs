//! Two answers of S3 that moto 5.2 wraps in an element of another name than
//! the S3 API gives it, which the SDK refuses to read:
//! [`GetBucketVersioning`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html) and
//! [`GetBucketNotificationConfiguration`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html).
//! With a custom endpoint the names are put right; answers of AWS are never touched.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// The query of the request, the name in the answer, the name it should have.
const NAMES: [(&str, &str, &str); 2] = [
    ("?versioning", "GetBucketVersioningResponse", "VersioningConfiguration"),
    ("?notification", "GetBucketNotificationResponse", "NotificationConfiguration"),
];

/// A client that puts the names right.
pub(super) fn with_right_names(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Renaming(client))
}

/// These answers are a few hundred bytes.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
struct Renaming<T>(T);

impl HttpClient for Renaming<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Renaming(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Renaming<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_read = request.method() == "GET";
        let names = NAMES.into_iter().find(|(query, ..)| is_read && request.uri().contains(query));
        let call = self.0.call(request);
        let Some((_, wrong, right)) = names else { return call };
        HttpConnectorFuture::new(async move {
            let mut response = call.await?;
            let body = ByteStream::new(std::mem::replace(response.body_mut(), SdkBody::taken()));
            // Read outside of what the SDK watches, so a body that stalls must be noticed here.
            let bytes = tokio::time::timeout(PATIENCE, body.collect())
                .await
                .map_err(|error| ConnectorError::timeout(error.into()))?
                .map_err(|error| ConnectorError::io(error.into()))?
                .into_bytes();
            let renamed = rename(&bytes, wrong, right);
            response.headers_mut().insert("content-length", renamed.len().to_string());
            *response.body_mut() = SdkBody::from(renamed);
            Ok(response)
        })
    }
}

fn rename(body: &[u8], wrong: &str, right: &str) -> Vec<u8> {
    match std::str::from_utf8(body) {
        Ok(text) if text.contains(wrong) => text.replace(wrong, right).into_bytes(),
        _ => body.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wrong_name_is_changed() {
        let (_, wrong, right) = NAMES[0];
        let body = b"<GetBucketVersioningResponse xmlns=\"x\"><Status>Enabled</Status></GetBucketVersioningResponse>";
        let put_right = rename(body, wrong, right);
        assert_eq!(
            put_right,
            b"<VersioningConfiguration xmlns=\"x\"><Status>Enabled</Status></VersioningConfiguration>"
        );
        assert_eq!(rename(&put_right, wrong, right), put_right);
        assert_eq!(rename(b"\xFF", wrong, right), b"\xFF");
    }
}
