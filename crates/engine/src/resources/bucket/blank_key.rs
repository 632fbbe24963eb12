//! Keys of white space alone. S3 takes them; the SDK takes them for no key at all and makes no request. So it makes one
//! with a key that stands in, and the address is mended before it is signed.

use aws_sdk_s3::config::http::HttpRequest;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Nobody has this key: what is done to it must not happen when the address could not be mended.
const STAND_IN: &str = "0b1a6e4c-stands-in-for-a-blank-key";

/// Whether the SDK takes the key for none.
pub(super) fn is_blank(key: &str) -> bool {
    key.trim().is_empty()
}

/// The key to give the SDK.
pub(super) fn for_sdk(key: &str) -> String {
    if is_blank(key) { STAND_IN.to_owned() } else { key.to_owned() }
}

/// Puts a key that the SDK does not take into the address of its request. For all other keys nothing changes.
pub(super) fn addressed(key: &str) -> impl Fn(HttpRequest) -> std::io::Result<HttpRequest> + use<> {
    let key = is_blank(key).then(|| utf8_percent_encode(key, NON_ALPHANUMERIC).to_string());
    move |mut request| {
        let Some(key) = &key else { return Ok(request) };
        let (path, query) = request.uri().split_once('?').unwrap_or((request.uri(), ""));
        let Some(folder) = path.strip_suffix(STAND_IN) else {
            return Err(std::io::Error::other(format!("no place for a blank key in {}", request.uri())));
        };
        let mark = if query.is_empty() { "" } else { "?" };
        let uri = format!("{folder}{key}{mark}{query}");
        request.set_uri(uri).map_err(std::io::Error::other)?;
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(key: &str, uri: &str) -> std::io::Result<String> {
        let mut request = HttpRequest::empty();
        request.set_uri(uri.to_owned()).unwrap();
        addressed(key)(request).map(|request| request.uri().to_owned())
    }

    #[test]
    fn a_blank_key_gets_into_the_address() {
        let uri = format!("https://b.s3.amazonaws.com/{STAND_IN}");
        assert_eq!(mended("\n", &uri).unwrap(), "https://b.s3.amazonaws.com/%0A");
        let uri = format!("{uri}?x-id=DeleteObject&versionId=v");
        assert_eq!(
            mended(" \u{3000}", &uri).unwrap(),
            "https://b.s3.amazonaws.com/%20%E3%80%80?x-id=DeleteObject&versionId=v"
        );
        // What was not expected is not sent.
        assert!(mended("\n", "https://b.s3.amazonaws.com/other?x=y").is_err());
        assert_eq!(mended("a", "https://b.s3.amazonaws.com/a").unwrap(), "https://b.s3.amazonaws.com/a");
        assert_eq!((for_sdk("\t").as_str(), for_sdk(" a ").as_str()), (STAND_IN, " a "));
    }
}
