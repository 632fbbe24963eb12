//! Whatever keys strangers choose, every command goes on working, and the function cleans what they hold.

use aws_sdk_s3::Client;
use engine::config::BucketRole;
use futures::StreamExt;
use testkit::clean_copy::clean_copy;
use testkit::odd_keys::{BLANK_KEYS, odd_keys, put_blank};
use testkit::one_pixel;

use super::stage::Stage;

/// Puts an object under each key.
async fn put(s3: &Client, bucket: &str, keys: &[String], body: &[u8]) {
    let puts = keys.iter().map(|key| async move {
        let put = s3.put_object().bucket(bucket).key(key).body(body.to_vec().into());
        put.send().await.unwrap_or_else(|error| panic!("{key:?}: {error:?}"));
    });
    futures::stream::iter(puts).buffer_unordered(8).collect::<()>().await;
}

#[tokio::test]
async fn odd_keys_go_through_every_command_and_the_function() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let (source, destination) =
        (stack.names.bucket(BucketRole::Source), stack.names.bucket(BucketRole::Destination));
    let key = aws.iam.create_access_key().user_name(stack.names.user("user-a")).send().await.unwrap();
    let key = key.access_key.unwrap();
    let user_a = aws.s3_as(key.access_key_id(), key.secret_access_key());
    let (pictures, others) = (odd_keys(".jpg"), odd_keys(""));
    let (picture, clean) = (one_pixel::picture(&[one_pixel::exif()], b""), one_pixel::picture(&[], b""));

    // As the user that may: pictures; other objects, each twice, so that there are old versions; markers.
    put(&user_a, source, &pictures, &picture).await;
    put(&user_a, source, &others, b"x").await;
    put(&user_a, source, &others, b"xx").await;
    for key in &others[..8] {
        user_a.delete_object().bucket(source).key(key).send().await.unwrap();
    }
    put(&aws.s3, destination, &others, b"x").await;
    for bucket in [source, destination] {
        for key in BLANK_KEYS {
            put_blank(&aws.s3, bucket, key).await;
        }
    }
    for bucket in [source, destination] {
        for key in &others {
            // The answer names the key, so for some of these it is no XML; the upload is there all the same.
            let _ = aws.s3.create_multipart_upload().bucket(bucket).key(key).send().await;
        }
    }

    for key in &pictures {
        let copy = clean_copy(&aws, destination, key).await;
        let copy = copy.unwrap_or_else(|| panic!("there is no clean copy of {key:?}"));
        assert_eq!(copy.body.collect().await.unwrap().into_bytes(), clean, "{key:?}");
    }

    let (count, gone, blank) = (others.len(), 8, BLANK_KEYS.len());
    let status = stage.ok(&["status"]);
    let expected = format!(
        "{} objects, {} old versions, {gone} delete markers, {count} unfinished uploads",
        pictures.len() + count + blank - gone,
        count + gone
    );
    assert!(status.out.contains(&expected), "{expected}\n{}", status.out);
    let expected = format!("{} objects, {count} unfinished uploads", pictures.len() + count + blank);
    assert!(status.out.contains(&expected), "{expected}\n{}", status.out);
    assert_eq!(stage.plan().code, 0);

    let refused = stage.run(&["down", "--yes"]);
    assert_eq!(refused.code, 4, "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("--delete-data"), "{}", refused.err);
    stage.ok(&["down", "--yes", "--keep-data"]);
    let status = stage.ok(&["status"]);
    assert!(status.out.contains(&expected), "nothing of it was deleted\n{}", status.out);
    stage.ok(&["up", "--yes"]);
    let down = stage.ok(&["down", "--yes", "--delete-data"]);
    for harmful in ["\u{1b}[2J", "\u{7}", "\u{202e}", "\u{2028}"] {
        assert!(!format!("{}{}", down.out, down.err).contains(harmful), "{harmful:?}");
    }
    for bucket in [source, destination] {
        assert!(aws.s3.head_bucket().bucket(bucket).send().await.is_err(), "{bucket} is left");
    }
}
