//! Errors as each service writes them.

use super::call::{Call, Service};

/// An error answer.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: &'static str,
}

impl Refusal {
    pub const fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message }
    }

    /// How this service says that it broke.
    pub fn internal(service: Service) -> Self {
        let code = match service {
            Service::S3 => "InternalError",
            Service::Lambda => "ServiceException",
            Service::Iam | Service::Sts => "ServiceFailure",
            Service::Logs | Service::Tagging => "InternalFailure",
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
        };
        let body = if to_head { String::new() } else { body };
        format!("HTTP/1.1 {status} Refused\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
            .into_bytes()
    }
}
