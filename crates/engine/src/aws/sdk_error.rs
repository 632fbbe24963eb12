//! What the SDK says of a call that failed, as an [`AwsError`].

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_types::request_id::RequestId;
use contract::error_chain;
use rustls::CertificateError;

use super::http::ThroughProxy;
use super::{AwsError, Transport};

/// Gives the result of an SDK call its operation's name and our error type.
pub trait AwsCall<T> {
    /// Names the operation, for example `"PutBucketPolicy"`.
    ///
    /// # Errors
    /// The call's error, as an [`AwsError`].
    fn aws(self, operation: &'static str) -> Result<T, AwsError>;
}

impl<T, E> AwsCall<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    fn aws(self, operation: &'static str) -> Result<T, AwsError> {
        self.map_err(|error| from_sdk(operation, &error))
    }
}

fn from_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    let transport = match error {
        SdkError::ServiceError(_) => None,
        _ if caused_by_credentials(error) => Some(Transport::Credentials),
        _ if caused_by_unknown_issuer(error) => Some(Transport::Untrusted),
        _ if causes(error).any(<dyn std::error::Error>::is::<ThroughProxy>) => Some(Transport::Proxy),
        SdkError::TimeoutError(_) => Some(Transport::Timeout),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Some(Transport::Timeout),
        SdkError::ResponseError(_) => Some(Transport::Response),
        _ => Some(Transport::Connection),
    };
    let service = error.as_service_error();
    let message = service.and_then(|e| e.message()).map(str::to_owned);
    // The answer to a HEAD has no body, and so no message. A 400 has other causes, too.
    let moved = bucket_region(error)
        .filter(|_| error.raw_response().is_some_and(|answer| answer.status().as_u16() == 301));
    let bucket = || moved.map(|region| format!("the bucket is in {region}"));
    AwsError {
        operation,
        code: service.and_then(|e| e.code()).map(str::to_owned),
        status: error.raw_response().map(|response| response.status().as_u16()),
        message: message.or_else(bucket).unwrap_or_else(|| error_chain(error)),
        request_id: error.request_id().map(str::to_owned),
        transport,
    }
}

/// Where S3 says that a bucket is, when it was asked for it in another region
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>). It answers 301, or 400 where the signature
/// names another region than its own.
#[must_use]
pub fn bucket_region<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let response = error.raw_response().filter(|answer| matches!(answer.status().as_u16(), 301 | 400))?;
    response.headers().get("x-amz-bucket-region").map(str::to_owned)
}

/// An error, its cause, the cause of that, and so on.
pub(super) fn causes<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'e (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        // An I/O error gives the cause of what it wraps for its own, and so skips what it wraps.
        match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn std::error::Error + 'static)),
            None => error.source(),
        }
    })
}

/// Whether the credentials chain is what failed: it runs while the request is made.
fn caused_by_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    causes(error).any(<dyn std::error::Error>::is::<CredentialsError>)
}

/// Whether TLS refused the other side because nobody here knows who issued its certificate.
fn caused_by_unknown_issuer(error: &(dyn std::error::Error + 'static)) -> bool {
    causes(error).any(|error| {
        // A bad signature: an authority of this name is trusted, but it has another key.
        matches!(
            error.downcast_ref(),
            Some(rustls::Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            ))
        )
    })
}
