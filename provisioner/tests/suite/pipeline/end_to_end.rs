//! Upload a picture, find it clean.

use engine::config::BucketRole;

use super::stage::{CONFIG, Stage};
use testkit::clean_copy::clean_copy;

/// A real baseline JPEG (8 x 8, grey) with EXIF (GPS inside), XMP, IPTC, a
/// comment and a trailer, each with a canary.
pub(super) fn picture() -> Vec<u8> {
    let mut jpeg = vec![0xFF, 0xD8];
    let mut segment = |marker: u8, payload: &[u8]| {
        jpeg.extend([0xFF, marker]);
        jpeg.extend((payload.len() as u16 + 2).to_be_bytes());
        jpeg.extend(payload);
    };
    segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    segment(0xE1, b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x0F\0\x02\0\0\0\x0B\0\0\0\x1A\0\0\0\0CANARYEXIF\0");
    segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>CANARYXMP</x:xmpmeta>");
    segment(0xED, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0ECANARYIPTC....");
    segment(0xFE, b"CANARYCOM");
    segment(0xDB, &[&[0][..], &[1; 64]].concat());
    segment(0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]);
    // One DC symbol (category 0) and one AC symbol (end of block), one bit each.
    segment(0xC4, &[&[0x00, 1][..], &[0; 15], &[0]].concat());
    segment(0xC4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
    segment(0xDA, &[1, 1, 0, 0, 63, 0]);
    // DC 0, end of block, then six bits of padding.
    jpeg.push(0b0011_1111);
    jpeg.extend([0xFF, 0xD9]);
    jpeg.extend(b"CANARYTRAILER");
    jpeg
}

/// The same, which says that it has 65,504 x 65,504 pixels.
fn huge() -> Vec<u8> {
    let mut huge = picture();
    let frame = huge.windows(2).position(|bytes| bytes == [0xFF, 0xC0]).unwrap();
    huge[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xE0, 0xFF, 0xE0]);
    huge
}

/// The log, once it tells of these keys; after a minute whatever it tells.
async fn log_with(aws: &engine::aws::Aws, group: &str, keys: &[&str]) -> String {
    let begin = std::time::Instant::now();
    loop {
        let events = aws.logs.filter_log_events().log_group_name(group).send().await.unwrap();
        let log: String = events.events().iter().filter_map(|event| event.message()).collect();
        let is_there = keys.iter().all(|key| log.contains(&format!("\"{key}\"")));
        if is_there || begin.elapsed() > std::time::Duration::from_secs(60) {
            return log;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_picture_goes_in_with_metadata_and_comes_out_clean_under_the_same_key() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let (source, destination) =
        (stack.names.bucket(BucketRole::Source), stack.names.bucket(BucketRole::Destination));
    let keys = ["holiday photos/été +1 (2).jpg", "a%2Bb.jpg", "日本.jpg", "plain.JPEG", "a//b.jpg"];
    for key in keys {
        aws.s3
            .put_object()
            .bucket(source)
            .key(key)
            .content_type("image/jpeg")
            .cache_control("max-age=60, by=CANARYCACHE")
            .content_disposition("attachment; filename=\"CANARYNAME.jpg\"")
            .content_language("fr")
            .metadata("camera-owner", "CANARYMETA")
            .body(picture().into())
            .send()
            .await
            .unwrap();
    }
    for key in keys {
        let object =
            clean_copy(&aws, destination, key).await.unwrap_or_else(|| panic!("{key} did not appear"));
        assert_eq!(object.content_type(), Some("image/jpeg"), "{key}");
        assert_eq!(object.cache_control(), Some("max-age=60"), "{key}");
        assert_eq!(object.content_disposition(), None, "{key}");
        assert_eq!(object.content_language(), None, "{key}");
        let made_of = aws.s3.head_object().bucket(source).key(key).send().await.unwrap().version_id;
        let metadata = object.metadata().cloned().unwrap_or_default();
        let ours = [("cleaned-from", made_of.as_deref().unwrap()), ("cleaned-by", sanitizer::VERSION)];
        assert_eq!(metadata, ours.map(|(name, value)| (name.to_owned(), value.to_owned())).into(), "{key}");
        let bytes = object.body.collect().await.unwrap().into_bytes();
        assert!(!bytes.windows(6).any(|window| window == b"CANARY"), "{key} leaks");
        assert!(bytes.starts_with(&[0xFF, 0xD8]) && bytes.ends_with(&[0xFF, 0xD9]), "{key}");
    }
    // What cannot be cleaned is not published.
    let huge = huge();
    for (key, body) in
        [("broken.jpg", &picture()[..120]), ("text.jpg", b"not a picture".as_slice()), ("huge.jpg", &huge)]
    {
        aws.s3.put_object().bucket(source).key(key).body(body.to_vec().into()).send().await.unwrap();
    }
    aws.s3.put_object().bucket(source).key("last.jpg").body(picture().into()).send().await.unwrap();
    assert!(clean_copy(&aws, destination, "last.jpg").await.is_some());
    // Invocations run side by side, so the last upload may be done before those that are refused.
    let refused = ["broken.jpg", "text.jpg", "huge.jpg"];
    let log = log_with(&aws, &stack.names.log_group, &refused).await;
    let listed = aws.s3.list_objects_v2().bucket(destination).send().await.unwrap();
    let published: Vec<&str> = listed.contents().iter().filter_map(|object| object.key()).collect();
    for key in refused {
        assert!(!published.contains(&key), "{published:?}");
    }
    // The logs tell what was removed and never a value of it.
    assert!(log.contains("\"cleaned\"") && log.contains("plain.JPEG") && !log.contains("CANARY"), "{log}");
    // A rejection is final: Lambda does not try again what would end the same.
    for (key, kind) in
        [("broken.jpg", "truncated"), ("text.jpg", "not-a-picture"), ("huge.jpg", "too-many-pixels")]
    {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(&format!("\"{key}\""))).collect();
        let is_told = |line: &&str| line.contains("\"rejected\"") && line.contains(&format!("\"{kind}\""));
        assert!(lines.len() == 1 && lines.iter().all(is_told), "{key}: {lines:?}");
    }

    let refused = stage.run(&["down", "--yes"]);
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(refused.err.contains("--delete-data"), "{}", refused.err);
    stage.ok(&["down", "--yes", "--delete-data"]);
    assert!(stage.run(&["down", "--yes"]).err.contains("nothing of this stack"));
    stage.ok(&["up", "--yes"]);
}

#[tokio::test]
async fn a_second_up_changes_nothing_and_makes_no_write_call() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let before = stage.world().await;
    let again = stage.ok(&["up", "--yes"]);
    assert!(again.out.contains("No changes."), "{}", again.out);
    // Nothing was written: IAM and Lambda would show another time of change.
    assert_eq!(before, stage.world().await);
}

#[tokio::test]
async fn stacks_live_side_by_side_and_buckets_with_data_can_be_kept() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    stage.ok(&["--stack", "second", "up", "--yes"]);
    // Also the one that no configuration names.
    let all = stage.ok(&["status", "--all"]).out;
    let line = |name: &str| all.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    assert!(line("photos ").contains("2 buckets, 1 function") && line("photos ").contains("(this"), "{all}");
    assert!(line("second ").contains("2 buckets, 1 function") && !line("second ").contains("(this"), "{all}");
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let destination = stack.names.bucket(BucketRole::Destination);
    aws.s3.put_object().bucket(destination).key("kept").body(b"data".to_vec().into()).send().await.unwrap();
    stage.ok(&["down", "--stack", "second", "--yes"]);
    assert_eq!(stage.plan().code, 0, "the first stack is untouched");
    let down = stage.ok(&["down", "--yes", "--keep-data"]);
    assert!(down.out.contains("is kept with 1 object"), "{}", down.out);
    let object = aws.s3.get_object().bucket(destination).key("kept").send().await.unwrap();
    assert_eq!(object.body.collect().await.unwrap().into_bytes().as_ref(), b"data");
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.plan().code, 0);
}

#[tokio::test]
async fn every_optional_part_can_be_turned_on_and_off() {
    let stage = Stage::new().await;
    let full = CONFIG
        .replace("# expire_days = 30 ", "expire_days = 30 ")
        .replace("# reserved_concurrency = 50 ", "reserved_concurrency = 5 ")
        .replace("# prefix = \"incoming/\"", "prefix = \"incoming/\"")
        .replace("# prefix = \"albums/\" ", "prefix = \"albums/\" ")
        .replace("# team = \"media\"", "team = \"media\"")
        .replace("keep_user_metadata = false", "keep_user_metadata = true");
    assert_ne!(full, CONFIG);
    stage.configure(&full);
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.plan().code, 0);
    stage.configure(
        &CONFIG.replace("versioning = true", "versioning = false").replace("noncurrent_days = 30", "# none"),
    );
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.plan().code, 0);
    stage.configure(&full);
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.plan().code, 0);
    stage.ok(&["down", "--yes"]);
}
