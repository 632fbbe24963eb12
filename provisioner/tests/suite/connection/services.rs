//! Whoever gives out credentials, each with the answers of its own wire format: STS, IAM Identity Center, the instance's
//! metadata, a container's agent. What the local AWS has is asked there; this says whose key signed the first call.

use std::io::Write;
use std::net::TcpListener;
use testkit::proxy::Message;

/// What the first call is answered with: the code, and the key that it was signed with.
pub(super) fn told(key: &str) -> String {
    format!("InvalidClientTokenId: signed with {key}")
}

/// Starts them, all at one address.
pub(super) fn services() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            std::thread::spawn(move || {
                while let Ok(Some(request)) = Message::read(&mut client, |_| false) {
                    let (status, body) = answer(&request);
                    let text = format!(
                        "HTTP/1.1 {status} X\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    if client.write_all(text.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

fn answer(request: &Message) -> (u16, String) {
    let (path, query) = request.target().split_once('?').unwrap_or((request.target(), ""));
    let body = String::from_utf8_lossy(&request.body);
    let action = body.split('&').find_map(|field| field.strip_prefix("Action=")).unwrap_or_default();
    match (path, action) {
        ("/", "GetCallerIdentity") if is_of_the_main_region(request) => (200, IDENTITY.to_owned()),
        ("/", "GetCallerIdentity") => {
            let scope = request.header("authorization").unwrap_or_default();
            let key = scope.split("Credential=").nth(1).and_then(|rest| rest.split('/').next());
            (403, refusal("InvalidClientTokenId", &format!("signed with {}", key.unwrap_or("nothing"))))
        }
        ("/", "AssumeRole") if body.contains("forbidden") => {
            (403, refusal("AccessDenied", "is not authorized to perform: sts:AssumeRole"))
        }
        ("/", "AssumeRoleWithWebIdentity") if body.contains("stale") => {
            (400, refusal("InvalidIdentityToken", "the token is not good"))
        }
        ("/", "AssumeRole" | "AssumeRoleWithWebIdentity") => (200, assumed(action)),
        ("/federation/credentials", _) if request.header("x-amz-sso_bearer_token") == Some("ended") => {
            (401, r#"{"__type":"UnauthorizedException","message":"Session token not found or invalid"}"#.to_owned())
        }
        // Of IAM Identity Center, and of `aws login`.
        ("/token", _) => (
            200,
            r#"{"accessToken":"renewed","expiresIn":3600,"refreshToken":"next","tokenType":"Bearer"}"#.to_owned(),
        ),
        ("/v1/token", _) if body.contains("\"ended\"") => (
            403,
            r#"{"__type":"AccessDeniedException","error":"TOKEN_EXPIRED","message":"the session has ended"}"#
                .to_owned(),
        ),
        ("/v1/token", _) => (
            200,
            r#"{"accessToken":{"accessKeyId":"ASIARENEWED","secretAccessKey":"s","sessionToken":"t"},"tokenType":"aws_sigv4","expiresIn":900,"refreshToken":"next"}"#
                .to_owned(),
        ),
        ("/federation/credentials", _) if query.contains("role_name=forbidden") => {
            (403, r#"{"__type":"ForbiddenException","message":"No access"}"#.to_owned())
        }
        ("/federation/credentials", _) => (
            200,
            r#"{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":4102444800000}}"#
                .to_owned(),
        ),
        ("/latest/api/token", _) => (200, "token".to_owned()),
        ("/latest/meta-data/iam/security-credentials/", _) => (200, "role".to_owned()),
        ("/latest/meta-data/iam/security-credentials/role", _) => (200, agent("ASIAINSTANCE")),
        ("/agent", _) => (200, agent("ASIACONTAINER")),
        _ => (404, String::new()),
    }
}

/// Where the names of AWS lead here: whether this region is always enabled.
fn is_of_the_main_region(request: &Message) -> bool {
    request.header("host").is_some_and(|host| host.starts_with("sts.us-east-1."))
}

const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId><Account>123456789012</Account>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";

fn refusal(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>1-2</RequestId></ErrorResponse>"
    )
}

fn assumed(action: &str) -> String {
    let key = if action == "AssumeRole" { "ASIAROLE" } else { "ASIAWEB" };
    format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result><Credentials>\
         <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>x:y</AssumedRoleId>\
         <Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser></{action}Result></{action}Response>"
    )
}

fn agent(key: &str) -> String {
    format!(
        r#"{{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"{key}","SecretAccessKey":"s","Token":"t","LastUpdated":"2026-01-01T00:00:00Z","Expiration":"2099-01-01T00:00:00Z"}}"#
    )
}
