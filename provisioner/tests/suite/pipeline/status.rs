//! `status` tells what AWS says, and not what config.toml asks for.

use engine::config::BucketRole;
use serde_json::Value;

use super::stage::{CONFIG, Run, Stage};

const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// The line of a resource and those below it.
fn row(run: &Run, name: &str) -> String {
    let mut lines = run.out.lines().skip_while(|line| !line.contains(name));
    let head = lines.next().unwrap_or_else(|| panic!("no row of {name}\n{}", run.out));
    let below = lines.take_while(|line| line.starts_with("    "));
    std::iter::once(head).chain(below).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn rights_and_openness_are_what_aws_says() {
    let stage = Stage::new().await;
    let run = stage.run(&["status", "--detailed-exitcode"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    let config = stage.config();
    let up = format!("`provisioner up --stack other --config {}` creates it", config.display());
    let other = stage.ok(&["status", "--stack", "other", "--config", config.to_str().unwrap()]);
    assert!(other.out.contains(&up), "{}", other.out);
    assert!(row(&run, "photos-user-a").starts_with("missing "), "{}", run.out);
    stage.ok(&["up", "--yes"]);
    let run = stage.run(&["status", "--detailed-exitcode"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);

    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let [a, b] = ["user-a", "user-b"].map(|user| stack.names.user(user));
    let delete = aws.iam.delete_user_policy().user_name(&a).policy_name(&stack.names.inline_policy);
    delete.send().await.unwrap();
    aws.iam.attach_user_policy().user_name(&b).policy_arn(ADMIN).send().await.unwrap();
    let (bucket, arn) =
        (stack.names.bucket(BucketRole::Destination), stack.names.bucket_arn(BucketRole::Destination));
    aws.s3.delete_public_access_block().bucket(bucket).send().await.unwrap();
    let public = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{arn}/*"}}]}}"#
    );
    aws.s3.put_bucket_policy().bucket(bucket).policy(public).send().await.unwrap();

    assert_eq!(stage.ok(&["status"]).code, 0, "without the flag drift is no failure");
    let run = stage.run(&["status", "--detailed-exitcode"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    for (name, mark, words) in [
        (a.as_str(), "differs ", "no policy: may do nothing"),
        (b.as_str(), "differs ", "ADMIN: AdministratorAccess attached"),
        (bucket, "differs ", "PUBLIC: everybody may s3:GetObject by the bucket policy"),
        (stack.names.bucket(BucketRole::Source), "ok ", "0 objects, 0 B"),
    ] {
        let row = row(&run, name);
        assert!(row.starts_with(mark) && row.contains(words), "{row}");
    }
    assert!(!row(&run, &a).contains("read-write"), "{}", run.out);
    assert!(
        run.out.contains("3 resources are not as in config.toml; `provisioner plan` shows how."),
        "{}",
        run.out
    );

    let run = stage.run(&["status", "--detailed-exitcode", "--json"]);
    assert_eq!(run.code, 2);
    let status: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        (&status["destination"]["public"], &status["source"]["public"]),
        (&true.into(), &false.into())
    );
    assert_eq!(status["users"][0]["rights"]["may"][0], "no policy: may do nothing");
    assert_eq!(status["users"][1]["rights"]["admin"], true);
    let states: Vec<_> = status["resources"].as_array().unwrap().iter().map(|row| &row["state"]).collect();
    assert_eq!(states.iter().filter(|state| **state == "differs").count(), 3, "{states:?}");

    // A policy that config.toml knows is told in its words.
    stage.ok(&["up", "--yes"]);
    stage.configure(&CONFIG.replace("access = \"read-write\"", "access = \"write-only\""));
    let run = stage.ok(&["status"]);
    let may = row(&run, &a);
    assert!(may.contains("read-write photos-uploads-") && may.contains("instead of write-only"), "{may}");
}
