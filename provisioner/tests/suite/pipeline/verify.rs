//! `verify` proves the deployed pipeline, and finds what is broken in it.

use engine::aws::Aws;
use engine::config::BucketRole;
use engine::stack::Stack;
use serde_json::Value;

use super::stage::Stage;

const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// What `verify --json` says of this check.
fn check<'a>(lines: &'a [Value], what: &str) -> &'a Value {
    let is_it = |line: &&Value| line["what"].as_str().is_some_and(|text| text.starts_with(what));
    lines.iter().find(is_it).unwrap_or_else(|| panic!("no check of {what}: {lines:?}"))
}

async fn is_nothing_left(aws: &Aws, stack: &Stack) {
    for role in [BucketRole::Source, BucketRole::Destination] {
        let all = aws.s3.list_object_versions().bucket(stack.names.bucket(role)).send().await.unwrap();
        assert!(all.versions().is_empty() && all.delete_markers().is_empty(), "{all:?}");
    }
    for user in &stack.config.users {
        let keys = aws.iam.list_access_keys().user_name(stack.names.user(&user.name)).send().await.unwrap();
        assert!(keys.access_key_metadata().is_empty(), "{keys:?}");
    }
}

#[tokio::test]
async fn a_sound_pipeline_is_proven_and_a_broken_one_is_found() {
    let stage = Stage::new().await;
    let run = stage.run(&["verify"]);
    assert_eq!(run.code, 4, "{}{}", run.out, run.err);
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);

    let run = stage.ok(&["verify"]);
    assert!(!run.out.contains("WRONG"), "{}", run.out);
    for words in [
        "ok     user-a (photos-user-a): may list photos-uploads-",
        "ok     everybody else: may do nothing",
        "ok     JPEG: clean under the same key, ",
        "turned upright",
        "ok     JPEG, key with signs: clean",
        "ok     JPEG, cut off: not published, and the log says why: ",
        "ok     an empty file: not published",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
    assert!(run.err.contains("pictures are sent as photos-user-a and read as photos-user-b"), "{}", run.err);
    assert!(run.err.contains("are as they should be; from upload to clean copy: median "), "{}", run.err);
    is_nothing_left(&aws, &stack).await;
    let (html, junit) =
        (stage.config().with_file_name("proof.html"), stage.config().with_file_name("proof.xml"));
    let up = stage.ok(&["up", "--yes", "--verify"]);
    assert!(up.err.contains("are as they should be"), "{}", up.err);
    stage.ok(&["verify", "--html", html.to_str().unwrap(), "--junit", junit.to_str().unwrap()]);
    let page = std::fs::read_to_string(html).unwrap();
    assert!(page.contains("JPEG, cut off") && page.contains("nothing was published"), "{page:.2000}");
    assert_eq!(page.matches(">After</h4>").count(), page.matches(">Before</h4>").count());
    let report = std::fs::read_to_string(junit).unwrap();
    assert!(report.contains("failures=\"0\"") && report.contains("name=\"everybody else\""), "{report}");

    // A reader that may do everything, a bucket that is open, and a function that is not started any more.
    let user = stack.names.user("user-b");
    aws.iam.attach_user_policy().user_name(&user).policy_arn(ADMIN).send().await.unwrap();
    let destination = stack.names.bucket(BucketRole::Destination);
    aws.s3.delete_public_access_block().bucket(destination).send().await.unwrap();
    let public = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{destination}/*"}}]}}"#
    );
    aws.s3.put_bucket_policy().bucket(destination).policy(public).send().await.unwrap();
    let none = aws_sdk_s3::types::NotificationConfiguration::builder().build();
    let source = stack.names.bucket(BucketRole::Source);
    let put = aws.s3.put_bucket_notification_configuration().bucket(source).notification_configuration(none);
    put.send().await.unwrap();
    let run = stage.run(&["verify", "--json", "--timeout", "2"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // What everybody may, a user may, too.
    assert_eq!(check(&lines, "user-a")["found"], format!("may read {destination}"));
    let reader = check(&lines, "user-b");
    let found = reader["found"].as_str().unwrap();
    assert!(
        found.contains(&format!("write {destination}")) && found.contains(&format!("read {source}")),
        "{found}"
    );
    // The local AWS lets nobody in without a key, whatever the policy says; a unit test has an AWS that does.
    assert_eq!(check(&lines, "everybody else")["ok"], true);
    assert_eq!(check(&lines, "JPEG")["found"], "no clean copy within 2 s");
    assert_eq!(lines.last().unwrap()["error"]["exit_code"], 1, "{:?}", lines.last());
    is_nothing_left(&aws, &stack).await;
}
