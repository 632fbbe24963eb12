//! Regions: mistyped ones, and ones that the account has not enabled.

use super::services::services;
use super::{Home, KEYS};
use testkit::proxy::{Fault, Forward, Front, Refusal, Rule};
use testkit::stage::Stage;

#[test]
fn a_mistyped_region_is_refused_as_it_is_in_the_configuration() {
    let home = Home::new();
    for (region, hint) in [
        ("eu-central-1a", "hint: write eu-central-1"),
        ("EU_West_1", "hint: write eu-west-1"),
        ("frankfurt", "hint: regions look like eu-central-1"),
    ] {
        for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            let error = format!("error: {variable} is {region:?}, which is not an AWS region");
            home.run(&[(variable, region), KEYS[0], KEYS[1]]).says(5, &[&error, hint]);
        }
    }
    std::fs::write(home.path(".aws/config"), "[default]\nregion = eu-west-1b\n").unwrap();
    let error = "the region of the profile is \"eu-west-1b\", which is not an AWS region";
    home.run(&KEYS).says(5, &[error, "hint: write eu-west-1"]);
}

#[test]
fn a_region_that_is_not_enabled_is_told_as_such() {
    let home = Home::new();
    let names = ["sts.af-south-1.amazonaws.com", "sts.us-east-1.amazonaws.com"];
    let front = Front::start(&names, &services());
    let forward = Forward::start(front.address(), None);
    std::fs::write(home.path("ca.pem"), front.authority()).unwrap();
    let proxy = format!("http://{}", forward.address());
    let run = home.run(&[
        ("AWS_REGION", "af-south-1"),
        KEYS[0],
        KEYS[1],
        ("HTTPS_PROXY", &proxy),
        ("AWS_CA_BUNDLE", home.path("ca.pem").to_str().unwrap()),
    ]);
    run.says(
        5,
        &[
            "error: the region af-south-1 is not enabled for these credentials: GetCallerIdentity: InvalidClientTokenId",
            "hint: enable it with `aws account enable-region --region-name af-south-1`",
        ],
    );
    assert_eq!(forward.asked(), names.map(|name| format!("CONNECT {name}:443")));
}

#[test]
fn a_bucket_for_a_region_that_is_not_enabled_says_how_to_enable_it() {
    let stage = Stage::new();
    let refusal = Refusal::new(400, "IllegalLocationConstraintException", "told by the test");
    let rules = vec![Rule::on("CreateBucket", Fault::Refuse(refusal))];
    let run = stage.run_with(&["up", "--yes"], rules);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    assert!(run.text().contains("aws account enable-region"), "{}", run.text());
}

/// S3 answers 301 to who asks in the wrong region, and 400 where the signature is for it: both without a body, and with
/// the right region in a header (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>).
#[test]
fn where_a_bucket_is_comes_from_the_answer_to_head() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let photo = stage.file("photo.jpg", &testkit::one_pixel::picture(&[], b""));
    for answer in [
        "HTTP/1.1 301 Moved Permanently\r\nx-amz-bucket-region: eu-central-1\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\nx-amz-bucket-region: eu-central-1\r\n\r\n",
    ] {
        let elsewhere = || vec![Rule::on("HeadBucket", Fault::Answer(answer))];
        let run = stage.run_with(&["plan"], elsewhere());
        assert_eq!(run.code(), Some(4), "{}", run.text());
        assert!(run.text().contains("is in the region eu-central-1"), "{}", run.text());
        let run = stage.run_with(&["upload", photo.to_str().unwrap()], elsewhere());
        assert_eq!(run.code(), Some(4), "{}", run.text());
        assert!(run.stderr.contains("is in eu-central-1, and this is us-east-1"), "{}", run.text());
        assert!(run.stderr.contains("hint: set AWS_REGION=eu-central-1"), "{}", run.text());
    }
    // The region is right, so something else is wrong.
    let expired = "HTTP/1.1 400 Bad Request\r\nx-amz-bucket-region: us-east-1\r\n\r\n";
    let run = stage.run_with(&["plan"], vec![Rule::on("HeadBucket", Fault::Answer(expired))]);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    assert!(run.stderr.contains("HeadBucket: HTTP 400"), "{}", run.text());
}
