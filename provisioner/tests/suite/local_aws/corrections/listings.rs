use crate::local_aws::home::connect;
use aws_sdk_s3::types::{BucketVersioningStatus, EncodingType, VersioningConfiguration};
use engine::aws::{Aws, AwsCall};
use local_aws::LocalAws;

/// Characters that XML cannot carry or does not keep, and some that URLs have a meaning for.
const KEYS: [&str; 6] =
    ["a b+c.jpg", "cr\r.jpg", "ctl\u{10}.jpg", "folder/é.jpg", "line\n.jpg", "tab\t%41.jpg"];
const BUCKET: &str = "odd-keys";

async fn with_odd_keys() -> (local_aws::Ephemeral, Aws) {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.s3.create_bucket().bucket(BUCKET).send().await.unwrap();
    let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    let put = aws.s3.put_bucket_versioning().bucket(BUCKET).versioning_configuration(versioning);
    put.send().await.unwrap();
    (local, aws)
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

#[tokio::test]
async fn versions_are_listed_whatever_their_keys_are() {
    let (_local, aws) = with_odd_keys().await;
    for key in KEYS {
        aws.s3.put_object().bucket(BUCKET).key(key).body(b"x".to_vec().into()).send().await.unwrap();
    }
    aws.s3.delete_object().bucket(BUCKET).key(KEYS[2]).send().await.unwrap();
    let (mut found, mut gone) = (Vec::new(), Vec::new());
    let (mut key_marker, mut version_marker) = (None, None);
    loop {
        // A page of one: every key is a marker, too.
        let page = aws
            .s3
            .list_object_versions()
            .bucket(BUCKET)
            .max_keys(1)
            .encoding_type(EncodingType::Url)
            .set_key_marker(key_marker)
            .set_version_id_marker(version_marker)
            .send()
            .await
            .unwrap();
        assert_eq!(page.encoding_type, Some(EncodingType::Url));
        found.extend(page.versions().iter().map(|version| decoded(version.key().unwrap())));
        gone.extend(page.delete_markers().iter().map(|marker| decoded(marker.key().unwrap())));
        key_marker = page.next_key_marker().map(decoded);
        version_marker = page.next_version_id_marker().map(str::to_owned);
        if key_marker.is_none() {
            break;
        }
        assert!(found.len() + gone.len() < 20, "it goes on for ever: {found:?}");
    }
    assert_eq!(found, KEYS);
    assert_eq!(gone, [KEYS[2]]);

    let list =
        aws.s3.list_object_versions().bucket(BUCKET).prefix("ctl\u{10}").encoding_type(EncodingType::Url);
    let page = list.send().await.unwrap();
    assert_eq!(page.prefix(), Some("ctl%10"));
    assert_eq!(page.versions().len(), 1);
    let list =
        aws.s3.list_object_versions().bucket(BUCKET).delimiter("\u{10}").encoding_type(EncodingType::Url);
    let page = list.send().await.unwrap();
    assert_eq!((page.delimiter(), page.common_prefixes()[0].prefix()), (Some("%10"), Some("ctl%10")));
}

#[tokio::test]
async fn uploads_are_listed_whatever_their_keys_are() {
    let (_local, aws) = with_odd_keys().await;
    for key in KEYS {
        // The answer names the key, so for some of these it is no XML; the upload is there all the same.
        let _ = aws.s3.create_multipart_upload().bucket(BUCKET).key(key).send().await;
    }
    let list = aws.s3.list_multipart_uploads().bucket(BUCKET).encoding_type(EncodingType::Url);
    let page = list.send().await.unwrap();
    assert_eq!(page.encoding_type, Some(EncodingType::Url));
    let found: Vec<_> = page.uploads().iter().map(|upload| decoded(upload.key().unwrap())).collect();
    assert_eq!(found, KEYS);
    let list = aws.s3.list_multipart_uploads().bucket(BUCKET).max_uploads(3).encoding_type(EncodingType::Url);
    assert_eq!(list.send().await.unwrap().next_key_marker().map(decoded).as_deref(), Some(KEYS[2]));
}

#[tokio::test]
async fn a_key_that_is_too_long_and_an_unknown_encoding_are_refused() {
    let (_local, aws) = with_odd_keys().await;
    let put = async |key: String| {
        let put = aws.s3.put_object().bucket(BUCKET).key(key).body(b"x".to_vec().into());
        put.send().await.aws("PutObject").map(drop)
    };
    put("é".repeat(512)).await.unwrap();
    assert_eq!(
        put(format!("{}x", "é".repeat(512))).await.unwrap_err().code.as_deref(),
        Some("KeyTooLongError")
    );
    let list = aws.s3.list_object_versions().bucket(BUCKET).encoding_type(EncodingType::from("bogus"));
    let error = list.send().await.aws("ListObjectVersions").unwrap_err();
    assert_eq!(error.code.as_deref(), Some("InvalidArgument"));
}
