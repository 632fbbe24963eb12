//! What is said when the function cannot start: a line in the log, and a word to Lambda, so that whoever starts the function
//! gets the reason instead of "Runtime exited".
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror>

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::json;

/// Where the Runtime API is. Lambda sets it.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// What the runtime asks the environment for, and ends without a word when it is not there.
const REQUIRED: [&str; 3] = [RUNTIME_API, "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION"];

/// A variable that Lambda sets is not there.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {0} is not set; Lambda sets it, and `bootstrap` runs nowhere else")]
pub struct Missing(&'static str);

/// Checks that the program runs in Lambda, or in what is like it.
///
/// # Errors
/// When a variable is missing that Lambda sets.
pub fn check(env: impl Fn(&str) -> Option<String>) -> Result<(), Missing> {
    let missing = REQUIRED.into_iter().find(|name| env(name).is_none_or(|value| value.is_empty()));
    missing.map_or(Ok(()), |name| Err(Missing(name)))
}

/// Tells Lambda why the function does not start. Without a Runtime API there is nobody to tell.
pub fn report(env: impl Fn(&str) -> Option<String>, reason: &str) {
    if let Some(address) = env(RUNTIME_API) {
        let _ = post(&address, reason);
    }
}

/// With no more than the standard library: whatever it is that does not work, this does.
fn post(address: &str, reason: &str) -> std::io::Result<()> {
    let body = json!({ "errorType": "Startup", "errorMessage": reason, "stackTrace": [] }).to_string();
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    write!(
        stream,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Lambda-Runtime-Function-Error-Type: Unhandled\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    // Ending before the answer comes might take the request back.
    stream.read(&mut [0; 64]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_missing_variable_is_named() {
        for missing in REQUIRED {
            let error = check(|name| (name != missing).then(|| "x".to_owned())).unwrap_err();
            assert!(error.to_string().contains(missing), "{error}");
        }
        assert!(check(|_| Some("x".to_owned())).is_ok());
        report(|_| None, "nobody hears it");
    }
}
