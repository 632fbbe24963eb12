//! Errors as each service writes them.

use super::call::{Call, Service};
use std::borrow::Cow;

/// An error answer.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: Cow<'static, str>,
}

impl Refusal {
    pub const fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message: Cow::Borrowed(message) }
    }

    /// The same with a message that is made.
    pub fn saying(status: u16, code: &'static str, message: String) -> Self {
        Self { status, code, message: Cow::Owned(message) }
    }

    /// How this service says that the caller may not do this. What exactly is missing AWS tells often, and not
    /// always; here it does not, so whoever shall name it must know.
    pub fn denied(service: Service) -> Self {
        let (status, code) = match service {
            Service::S3 | Service::Iam | Service::Sts | Service::Alarms => (403, "AccessDenied"),
            Service::Lambda => (403, "AccessDeniedException"),
            Service::Logs | Service::Tagging => (400, "AccessDeniedException"),
        };
        Self::new(status, code, "Access Denied")
    }

    /// The same in an organisation whose policies forbid it
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>).
    pub fn forbidden_by_organisation(service: Service) -> Self {
        let message = "User: arn:aws:iam::000000000000:user/deployer is not authorized to perform this action with an \
                       explicit deny in a service control policy";
        Self { message: Cow::Borrowed(message), ..Self::denied(service) }
    }

    /// How S3 says that it takes a policy for public, and that the bucket, the account or the organisation does not let
    /// it be.
    pub fn blocked_as_public(service: Service) -> Self {
        let message = "User: arn:aws:iam::000000000000:user/deployer is not authorized to perform: s3:PutBucketPolicy on \
                       resource: \"arn:aws:s3:::crash-uploads-000000000000\" because public policies are prevented by the \
                       BlockPublicPolicy setting in S3 Block Public Access.";
        Self { message: Cow::Borrowed(message), ..Self::denied(service) }
    }

    /// How this service says that it broke.
    pub fn internal(service: Service) -> Self {
        let code = match service {
            Service::S3 => "InternalError",
            Service::Lambda => "ServiceException",
            Service::Iam | Service::Sts => "ServiceFailure",
            Service::Logs | Service::Tagging | Service::Alarms => "InternalFailure",
        };
        Self::new(500, code, "We encountered an internal error. Please try again.")
    }

    /// How this service says that it is not there at the moment.
    pub fn unavailable(service: Service) -> Self {
        let code = match service {
            Service::Logs | Service::Tagging => "ServiceUnavailableException",
            _ => "ServiceUnavailable",
        };
        Self::new(503, code, "Service is unable to handle request.")
    }

    /// How this service asks to slow down.
    pub fn throttled(service: Service) -> Self {
        match service {
            Service::S3 => Self::new(503, "SlowDown", "Please reduce your request rate."),
            Service::Iam | Service::Sts => Self::new(400, "Throttling", "Rate exceeded"),
            Service::Lambda => Self::new(429, "TooManyRequestsException", "Rate exceeded"),
            Service::Logs | Service::Tagging => Self::new(400, "ThrottlingException", "Rate exceeded"),
            Service::Alarms => Self::new(400, "Throttling", "Rate exceeded"),
        }
    }

    /// The answer in the shape of the call's service:
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
    /// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization>,
    /// <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>.
    pub fn bytes(&self, call: &Call, to_head: bool) -> Vec<u8> {
        let Self { status, code, message } = self;
        let id = format!("proxy-{}", call.number);
        let (headers, body) = match call.service {
            Service::S3 => (
                format!("content-type: application/xml\r\nx-amz-request-id: {id}\r\n"),
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
                     <RequestId>{id}</RequestId></Error>"
                ),
            ),
            Service::Iam | Service::Sts => (
                "content-type: text/xml\r\n".to_owned(),
                format!(
                    "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
                     <Code>{code}</Code><Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
                ),
            ),
            Service::Lambda => (
                format!(
                    "content-type: application/json\r\nx-amzn-errortype: {code}\r\nx-amzn-requestid: {id}\r\n"
                ),
                serde_json::json!({"Type": "User", "message": message}).to_string(),
            ),
            Service::Logs | Service::Tagging => (
                format!("content-type: application/x-amz-json-1.1\r\nx-amzn-requestid: {id}\r\n"),
                serde_json::json!({"__type": code, "message": message}).to_string(),
            ),
            Service::Alarms => {
                let headers = format!(
                    "content-type: application/cbor\r\nsmithy-protocol: rpc-v2-cbor\r\nx-amzn-requestid: {id}\r\n"
                );
                return answer(*status, &headers, &cbor(&[("__type", code), ("message", message)]));
            }
        };
        let body = if to_head { String::new() } else { body };
        answer(*status, &headers, body.as_bytes())
    }
}

/// An answer that is no success.
fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} Refused\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A map of texts ([RFC 8949](https://www.rfc-editor.org/rfc/rfc8949)).
fn cbor(members: &[(&str, &str)]) -> Vec<u8> {
    const MAP: u8 = 5 << 5;
    const TEXT_WITH_TWO_BYTES_OF_LENGTH: u8 = 3 << 5 | 25;
    let mut bytes = vec![MAP | u8::try_from(members.len()).unwrap()];
    for text in members.iter().flat_map(|(key, value)| [key, value]) {
        bytes.push(TEXT_WITH_TWO_BYTES_OF_LENGTH);
        bytes.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}
