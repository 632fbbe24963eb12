//! Keys of objects as strangers choose them. S3 takes any UTF-8 of up to 1,024 bytes
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>): what XML, URLs, folders, terminals and
//! log lines have a meaning for, too.

/// One of each kind. All end alike, as far as a key may, so that the same list starts the function.
#[must_use]
pub fn odd_keys(suffix: &str) -> Vec<String> {
    let mut keys: Vec<String> = [
        // XML cannot hold these, or does not keep them.
        "start \u{1} of heading",
        "data link \u{10} escape",
        "delete \u{7f}",
        "next line \u{85}",
        "no character \u{ffff}",
        "line\nend",
        "carriage\rreturn",
        "both\r\n",
        "tab\tulator",
        // Terminals obey these.
        "escape \u{1b}[2J\u{1b}]0;title\u{7}",
        "turned \u{202e}gnp",
        "isolated \u{2066}x\u{2069}",
        "separators \u{2028} and \u{2029}",
        // The same letters for a person, and not for S3.
        "composed \u{e9}",
        "decomposed e\u{301}",
        // Markup.
        "<&>\"'",
        "]]>&#10;&amp;",
        // URLs and form encoding.
        "%2B",
        "%",
        "%00",
        "a+b c",
        "?versions&x=y#z",
        "100%25",
        // Paths.
        "double//slash",
        "/leading",
        "../up",
        "a/../../b",
        "./here",
        "back\\slash",
        " blanks ",
        "trailing/",
        // Beyond the first plane of Unicode.
        "emoji \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{1f4f7}",
        "日本",
        // What shells and format strings have a meaning for.
        "$(id) `id` ; * {} %s",
        "-rf",
    ]
    .map(|key| format!("{key}{suffix}"))
    .into();
    for filler in ["x", "\u{e9}"] {
        let count = (1024 - suffix.len()) / filler.len();
        let padding = "y".repeat(1024 - suffix.len() - count * filler.len());
        keys.push(format!("{}{padding}{suffix}", filler.repeat(count)));
    }
    keys
}

/// Keys of white space alone, which the SDK takes for none. The suite makes objects of them by hand.
pub const BLANK_KEYS: [&str; 6] = [" ", "\n", "\r\n", "\t", "\u{a0}", "\u{3000}\u{2028}"];

/// Puts an object under a blank key: the SDK gets another one, and the address of its request is changed.
#[cfg(feature = "aws")]
pub async fn put_blank(s3: &aws_sdk_s3::Client, bucket: &str, key: &str) {
    const STAND_IN: &str = "the-test-changes-this";
    let encoded: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let put = s3.put_object().bucket(bucket).key(STAND_IN).body(b"x".to_vec().into());
    let put = put.customize().mutate_request(move |request| {
        let uri = request.uri().replace(STAND_IN, &encoded);
        request.set_uri(uri).unwrap();
    });
    put.send().await.unwrap();
}
