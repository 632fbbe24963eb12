//! `access`: by the policies that `up` writes, and by what IAM says of those that it has.

use super::stage::Stage;

#[tokio::test]
async fn iam_agrees_until_somebody_gives_more() {
    let stage = Stage::new().await;
    let before = stage.ok(&["access"]);
    assert!(before.out.contains("user-a: IAM was not asked, it is not there yet"), "{}", before.out);
    stage.ok(&["up", "--yes"]);
    let matrix = stage.ok(&["access"]);
    assert!(matrix.out.contains("IAM says the same."), "{}", matrix.out);
    let row = |who: &str| {
        let line = matrix.out.lines().find(|line| line.starts_with(who)).unwrap();
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("user-a"), "yes yes yes yes - - - -");
    assert_eq!(row("user-b"), "- - - - yes yes - -");
    assert_eq!(row("function"), "- yes - - - - yes -");
    assert_eq!(row("everybody"), "- - - - - - - -");

    let allowed = stage.ok(&["access", "user-a", "PutObject", "source/a b.jpg"]);
    assert!(
        allowed.out.contains("by statement Objects of the policy of user photos-user-a"),
        "{}",
        allowed.out
    );
    for question in [
        ["access", "user-b", "s3:GetObject", "source/a.jpg"],
        ["access", "photos-user-b", "s3:PutObject", "destination/a.jpg"],
        ["access", "function", "s3:DeleteObject", "s3://photos-clean-000000000000/a.jpg"],
        ["access", "everybody", "s3:ListBucket", "arn:aws:s3:::photos-uploads-000000000000"],
    ] {
        let refused = stage.run(&question);
        assert!(
            refused.code == 2 && refused.out.starts_with("not allowed: "),
            "{question:?}: {}",
            refused.out
        );
    }
    for (wrong, hint) in [
        (&["access", "user-c"][..], "did you mean user-"),
        (&["access", "user-a", "GetObject", "somewhere"], "write source/KEY"),
    ] {
        let refused = stage.run(wrong);
        assert!(refused.code == 64 && refused.err.contains(hint), "{wrong:?}: {}", refused.err);
    }

    let aws = stage.aws().await;
    let more = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    ]});
    let put = aws.iam.put_user_policy().user_name("photos-user-b").policy_name("more");
    put.policy_document(more.to_string()).send().await.unwrap();
    let found = stage.run(&["access"]);
    assert!(found.code == 1 && found.out.contains("STILL"), "{}{}", found.out, found.err);
    assert!(found.err.contains("1 of 32 checks failed"), "{}", found.err);
    let found = stage.run(&["access", "user-b", "GetObject", "source/a.jpg"]);
    assert!(found.code == 1 && found.out.contains("IAM says the opposite"), "{}", found.out);
    stage.ok(&["up", "--yes"]);
    stage.ok(&["access"]);
}
