//! Keys in listings. A key is whatever an uploader chose, also what XML cannot hold: raw control characters make a whole
//! page unreadable. So every listing asks for `encoding-type=url`
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html>), and what comes is decoded here.

use aws_sdk_s3::types::EncodingType;
use contract::event::decode_key;

use crate::aws::{AwsError, Transport};

/// A key, or a marker, of a listing; decoded if the listing says that it is encoded.
pub(crate) fn listed_key(
    operation: &'static str,
    encoding: Option<&EncodingType>,
    key: &str,
) -> Result<String, AwsError> {
    if encoding != Some(&EncodingType::Url) {
        return Ok(key.to_owned());
    }
    decode_key(key).map_err(|error| AwsError {
        operation,
        code: None,
        status: None,
        message: format!("S3 listed a key that it did not encode right, {key:?}: {error}"),
        request_id: None,
        transport: Some(Transport::Response),
    })
}

/// Whether a `DeleteObjects` document can hold the key: XML has no way to write most control characters
/// ([XML 1.0, 2.2](https://www.w3.org/TR/xml/#charsets)), and readers change those that mean a line end
/// ([2.11](https://www.w3.org/TR/xml/#sec-line-ends)). All others go one by one, with the key in the address.
pub(super) fn fits_xml(key: &str) -> bool {
    !key.chars().any(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{FFFE}' | '\u{FFFF}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_when_the_listing_says_so() {
        let url = Some(EncodingType::Url);
        let read = |key| listed_key("ListObjectVersions", url.as_ref(), key);
        assert_eq!(read("ctl%10.jpg").unwrap(), "ctl\u{10}.jpg");
        assert_eq!(read("a+b%2Bc%26%3C%0A.jpg").unwrap(), "a b+c&<\n.jpg");
        assert!(read("100%").is_err());
        assert_eq!(listed_key("ListObjectVersions", None, "100%+").unwrap(), "100%+");
    }

    #[test]
    fn what_xml_cannot_hold_is_known() {
        for key in ["a.jpg", "Übung 1 日本 <&>\"'.jpg", "a//b/../c", "\u{202e}", "\u{10000}"] {
            assert!(fits_xml(key), "{key:?}");
        }
        for key in ["\u{10}", "a\nb", "a\rb", "\t", "\u{7f}", "\u{85}", "\u{2028}", "\u{ffff}", "\0"] {
            assert!(!fits_xml(key), "{key:?}");
        }
    }
}
