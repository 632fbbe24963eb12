//! Users that are roles: made, checked, healed, turned into users and back, and removed.

use serde_json::{Value, json};
use testkit::jpeg::{Kind, small};

use super::stage::{CONFIG, Stage};

const ROLE: &str = "photos-site";
const ARN: &str = "arn:aws:iam::000000000000:role/provisioner/photos/photos-site";

/// The shipped configuration and a role that reads the clean pictures.
fn with_role(trust: &str) -> String {
    let user = "[[users]]\nname = \"site\"\nbucket = \"destination\"\naccess = \"read-only\"\n";
    format!("{CONFIG}\n{user}kind = \"role\"\ntrust = [{trust}]\n")
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_role_has_a_users_rights_and_no_keys() {
    let stage = Stage::new().await;
    stage.configure(&with_role("\"000000000000\""));
    let up = stage.ok(&["up", "--yes"]);
    assert!(up.out.contains("assumed by account 000000000000"), "{}", up.out);
    let command = format!("aws sts assume-role --role-arn {ARN} --role-session-name NAME");
    assert!(up.err.contains(&command), "{}", up.err);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);

    let status = stage.ok(&["status"]).out;
    assert!(status.contains("assumed by account 000000000000") && status.contains(&command), "{status}");
    let access = stage.ok(&["access"]).out;
    let row = access.lines().find(|line| line.starts_with("site ")).unwrap();
    assert_eq!(
        row.split_whitespace().skip(1).collect::<Vec<_>>(),
        ["-", "-", "-", "-", "yes", "yes", "-", "-"]
    );
    assert!(access.contains("IAM says the same."), "{access}");

    for asked in [&["keys", "issue", "site"][..], &["keys", "list", "site"], &["keys", "rotate", "site"]] {
        let refused = stage.run(asked);
        assert_eq!(refused.code, 4, "{}{}", refused.out, refused.err);
        assert!(
            refused.err.contains("photos-site is a role") && refused.err.contains(&command),
            "{}",
            refused.err
        );
    }
    let listed = stage.ok(&["keys", "list"]);
    assert!(!listed.out.contains(ROLE) && listed.err.contains("roles have no keys: site"), "{}", listed.err);

    let proof = stage.ok(&["verify"]);
    assert!(proof.out.contains("ok     site (photos-site): may list photos-clean-"), "{}", proof.out);

    let aws = stage.aws().await;
    stage.ok(&["down", "--yes", "--delete-data"]);
    assert!(aws.iam.get_role().role_name(ROLE).send().await.is_err());
}

#[tokio::test]
async fn who_is_not_trusted_proves_nothing() {
    let stage = Stage::new().await;
    stage.configure(&with_role("\"210987654321\", { principal = \"111111111111\", external_id = \"5f2c\" }"));
    stage.ok(&["up", "--yes"]);
    let proof = stage.ok(&["verify"]);
    assert!(proof.out.contains("?      site (photos-site): not tried: "), "{}", proof.out);
    assert!(proof.err.contains("1 was not tried") && !proof.err.contains("All "), "{}", proof.err);
    let all = lines(&stage.ok(&["verify", "--json"]).out);
    let of_role = all.iter().find(|line| line["what"] == "site (photos-site)").unwrap();
    assert_eq!((&of_role["ok"], &of_role["tried"]), (&json!(false), &json!(false)));
    let sums = all.last().unwrap();
    assert_eq!((&sums["failed"], &sums["untried"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn who_is_trusted_uploads_as_a_role() {
    let stage = Stage::new().await;
    let site = "[[users]]\nname = \"site\"\nbucket = \"source\"\naccess = \"write-only\"\nkind = \"role\"\n";
    let trusting = |trust: &str| format!("{CONFIG}\n{site}trust = [{trust}]\n");
    stage.configure(&trusting(r#"{ principal = "000000000000", external_id = "5f2c" }"#));
    stage.ok(&["up", "--yes"]);
    let photo = stage.config().with_file_name("photo.jpg");
    std::fs::write(&photo, small(Kind::Ycc420)).unwrap();
    let photo = photo.to_str().unwrap();
    let sent = stage.ok(&["upload", photo, "--as", "site", "--timeout", "20"]);
    assert!(sent.out.starts_with("clean"), "{}{}", sent.out, sent.err);

    stage.configure(&trusting("\"210987654321\""));
    stage.ok(&["up", "--yes"]);
    let refused = stage.run(&["upload", photo, "--as", "site"]);
    assert_eq!(refused.code, 4, "{}{}", refused.out, refused.err);
    assert!(
        refused.err.contains("may not assume the role")
            && refused.err.contains("leave --as out: aws sts assume-role"),
        "{}",
        refused.err
    );
}

#[tokio::test]
async fn what_somebody_changes_by_hand_is_healed() {
    let stage = Stage::new().await;
    stage.configure(&with_role("\"210987654321\""));
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let iam = &aws.iam;
    let open = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    ]});
    let wide = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    ]});
    let trust = iam.update_assume_role_policy().role_name(ROLE).policy_document(open.to_string());
    trust.send().await.unwrap();
    let extra = iam.put_role_policy().role_name(ROLE).policy_name("extra").policy_document(wide.to_string());
    extra.send().await.unwrap();
    iam.delete_role_policy().role_name(ROLE).policy_name("provisioner-photos").send().await.unwrap();
    iam.update_role().role_name(ROLE).max_session_duration(43200).send().await.unwrap();
    iam.untag_role().role_name(ROLE).tag_keys("provisioner:stack").send().await.unwrap();

    let status = stage.run(&["status"]).out;
    assert!(status.contains("PUBLIC: everybody with an AWS account may assume it"), "{status}");
    let plan = stage.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, 2);
    for aspect in ["trust policy", "named extra", "longest session: 43200 s", "provisioner:stack"] {
        assert!(plan.out.contains(aspect), "{aspect}\n{}", plan.out);
    }
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    let healed = iam.get_role().role_name(ROLE).send().await.unwrap().role.unwrap();
    let trust = percent_encoding::percent_decode_str(healed.assume_role_policy_document().unwrap());
    let trust: Value = serde_json::from_str(&trust.decode_utf8_lossy()).unwrap();
    assert_eq!(trust["Statement"][0]["Principal"], json!({"AWS": "arn:aws:iam::210987654321:root"}));
}

#[tokio::test]
async fn a_user_becomes_a_role_and_a_user_again() {
    let stage = Stage::new().await;
    let aws = stage.aws().await;
    let role = with_role("\"210987654321\"");
    let user = role.replace("kind = \"role\"\ntrust = [\"210987654321\"]\n", "");
    stage.configure(&user);
    stage.ok(&["up", "--yes"]);
    stage.ok(&["keys", "issue", "site"]);

    stage.configure(&role);
    let plan = stage.run(&["plan"]).out;
    assert!(plan.contains("user photos-site becomes a role: the user goes with all access keys"), "{plan}");
    stage.ok(&["up", "--yes"]);
    assert!(aws.iam.get_user().user_name(ROLE).send().await.is_err());
    assert!(aws.iam.get_role().role_name(ROLE).send().await.is_ok());

    stage.configure(&user);
    let plan = stage.run(&["plan"]).out;
    assert!(plan.contains("user role photos-site becomes a user"), "{plan}");
    stage.ok(&["up", "--yes"]);
    assert!(aws.iam.get_role().role_name(ROLE).send().await.is_err());
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
}

#[tokio::test]
async fn a_role_of_somebody_else_is_left_alone() {
    let stage = Stage::new().await;
    let aws = stage.aws().await;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let theirs = aws.iam.create_role().role_name(ROLE).path("/").assume_role_policy_document(trust);
    theirs.send().await.unwrap();
    stage.configure(&with_role("\"210987654321\""));
    for arguments in [&["up", "--yes"][..], &["up", "--yes", "--adopt=photos-site"]] {
        let refused = stage.run(arguments);
        assert_eq!(refused.code, 4, "{}{}", refused.out, refused.err);
        assert!(refused.err.contains("user role photos-site exists under the IAM path /"), "{}", refused.err);
    }
    let kept = aws.iam.get_role().role_name(ROLE).send().await.unwrap().role.unwrap();
    assert!(kept.assume_role_policy_document().unwrap().contains("ec2.amazonaws.com"));
}
