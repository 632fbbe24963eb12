//! Which call a request is: service, operation, and of what.

use super::http::Message;
use std::time::Instant;

/// The service that a request is for; each has its own wire shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    S3,
    Iam,
    Sts,
    Lambda,
    Logs,
    Tagging,
    /// CloudWatch, of which only alarms are used.
    Alarms,
}

/// A call that went through the proxy.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its number in this run, from 1.
    pub number: usize,
    pub service: Service,
    /// As AWS names it.
    pub operation: String,
    /// The bucket, function, role, user or log group.
    pub subject: String,
    /// The round it belongs to, from 0; see [`super::Pace::Lockstep`].
    pub round: usize,
    /// How often a call of this label came before, in this run.
    pub earlier: usize,
    pub start: Instant,
    /// When its answer was sent. `None`: it got none.
    pub end: Option<Instant>,
    /// The answer's status.
    pub status: u16,
    /// Something was done to it.
    pub disturbed: bool,
    /// The request's body.
    pub body: String,
    /// The account that S3 is told the bucket must be of.
    pub expected_owner: Option<String>,
    /// S3 is told not to check the targets of notifications.
    pub skips_validation: bool,
    /// S3 is told the object ownership of a new bucket.
    pub sets_ownership: bool,
    /// The body of the answer.
    pub answer: String,
}

impl Call {
    /// What a request is.
    pub fn of(request: &Message) -> Self {
        let (path, query) = request.target().split_once('?').unwrap_or((request.target(), ""));
        let scope = request.header("authorization").unwrap_or_default();
        let service = scope.split("Credential=").nth(1).and_then(|scope| scope.split('/').nth(3));
        let body = String::from_utf8_lossy(&request.body);
        let (service, operation, subject) = match service.unwrap_or_default() {
            // Who has no key signs nothing, and only S3 is asked so.
            "s3" | "" => (Service::S3, s3(request.method(), path, query), segment(path, 0)),
            "lambda" => {
                let (operation, subject) = lambda(request.method(), path);
                (Service::Lambda, operation, subject)
            }
            name @ ("iam" | "sts") => {
                let field = |name: &str| {
                    let mut fields = body.split('&').filter_map(|field| field.split_once('='));
                    fields.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
                };
                let subject = field("UserName").or_else(|| field("RoleName")).unwrap_or_default();
                let service = if name == "iam" { Service::Iam } else { Service::Sts };
                (service, field("Action").unwrap_or_default(), subject)
            }
            // Smithy's RPC v2: <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>. The body is CBOR.
            "monitoring" => (Service::Alarms, segment(path, 3), String::new()),
            name => {
                let operation = request.header("x-amz-target").unwrap_or_default();
                let document: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
                let subject = document["logGroupName"].as_str().unwrap_or_default().to_owned();
                let service = if name == "logs" { Service::Logs } else { Service::Tagging };
                (service, operation.rsplit('.').next().unwrap_or_default().to_owned(), subject)
            }
        };
        let start = Instant::now();
        Self {
            number: 0,
            round: 0,
            service,
            operation,
            subject,
            earlier: 0,
            start,
            end: None,
            status: 0,
            disturbed: false,
            body: body.into_owned(),
            sets_ownership: request.header("x-amz-object-ownership").is_some(),
            expected_owner: request.header("x-amz-expected-bucket-owner").map(str::to_owned),
            skips_validation: request.header("x-amz-skip-destination-validation") == Some("true"),
            answer: String::new(),
        }
    }

    /// It changes nothing.
    pub fn reads(&self) -> bool {
        ["Get", "List", "Describe", "Head"].iter().any(|verb| self.operation.starts_with(verb))
    }

    /// Calls of the same label do the same to the same thing.
    pub fn label(&self) -> String {
        format!("{} {}", self.operation, self.subject).trim_end().to_owned()
    }
}

fn segment(path: &str, index: usize) -> String {
    path.split('/').filter(|part| !part.is_empty()).nth(index).unwrap_or_default().to_owned()
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>
fn s3(method: &str, path: &str, query: &str) -> String {
    let has = |name: &str| query.split('&').any(|part| part.split('=').next() == Some(name));
    let verb = match method {
        "PUT" => "Put",
        "DELETE" => "Delete",
        _ => "Get",
    };
    for (parameter, noun) in [
        ("tagging", "BucketTagging"),
        ("acl", "BucketAcl"),
        ("publicAccessBlock", "PublicAccessBlock"),
        ("ownershipControls", "BucketOwnershipControls"),
        ("encryption", "BucketEncryption"),
        ("versioning", "BucketVersioning"),
        ("policy", "BucketPolicy"),
        ("lifecycle", "BucketLifecycle"),
        ("notification", "BucketNotificationConfiguration"),
        ("replication", "BucketReplication"),
        ("object-lock", "ObjectLockConfiguration"),
        ("abac", "BucketAbac"),
    ] {
        if has(parameter) {
            return format!("{verb}{noun}");
        }
    }
    // S3 Control, which has the same name for its signature.
    if path.starts_with("/v20180820/tags/") {
        return "TagResource".to_owned();
    }
    let is_object = path.trim_matches('/').contains('/');
    let name = match method {
        _ if has("versions") => "ListObjectVersions",
        "GET" if has("uploads") => "ListMultipartUploads",
        "POST" if has("delete") => "DeleteObjects",
        "DELETE" if has("uploadId") => "AbortMultipartUpload",
        "HEAD" if !is_object => "HeadBucket",
        "PUT" if !is_object => "CreateBucket",
        "DELETE" if !is_object => "DeleteBucket",
        "GET" if has("list-type") => "ListObjectsV2",
        "POST" if has("uploads") => "CreateMultipartUpload",
        "POST" if has("uploadId") => "CompleteMultipartUpload",
        "PUT" if has("uploadId") => "UploadPart",
        "GET" if is_object => "GetObject",
        "HEAD" => "HeadObject",
        "PUT" => "PutObject",
        "DELETE" => "DeleteObject",
        _ => return format!("{method} {query}"),
    };
    name.to_owned()
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html>
fn lambda(method: &str, path: &str) -> (String, String) {
    let (kind, name, aspect) = (segment(path, 1), segment(path, 2), segment(path, 3));
    let operation = match (method, kind.as_str(), aspect.as_str()) {
        ("POST", "functions", "") => "CreateFunction",
        ("GET", "functions", "") => "GetFunction",
        ("DELETE", "functions", "") => "DeleteFunction",
        ("GET", "functions", "configuration") => "GetFunctionConfiguration",
        ("PUT", "functions", "configuration") => "UpdateFunctionConfiguration",
        ("PUT", "functions", "code") => "UpdateFunctionCode",
        ("GET", "functions", "policy") => "GetPolicy",
        ("POST", "functions", "policy") => "AddPermission",
        ("DELETE", "functions", "policy") => "RemovePermission",
        ("PUT", "functions", "concurrency") => "PutFunctionConcurrency",
        ("DELETE", "functions", "concurrency") => "DeleteFunctionConcurrency",
        ("GET", "functions", "concurrency") => "GetFunctionConcurrency",
        ("GET", "functions", "event-invoke-config") => "GetFunctionEventInvokeConfig",
        ("PUT", "functions", "event-invoke-config") => "PutFunctionEventInvokeConfig",
        ("DELETE", "functions", "event-invoke-config") => "DeleteFunctionEventInvokeConfig",
        ("POST", "functions", "invocations") => "Invoke",
        ("POST", "tags", _) => "TagResource",
        ("GET", "account-settings", _) => "GetAccountSettings",
        _ => return (format!("{method} {kind} {aspect}"), name),
    };
    (operation.to_owned(), name)
}
