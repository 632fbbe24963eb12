//! What the environment and the profiles say.

use super::{Home, KEYS, REGION, answering, of_sts};

#[test]
fn a_variable_without_a_value_is_not_set() {
    let home = Home::new();
    let refused = answering(403, of_sts("InvalidClientTokenId"));
    for empty in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        let run = home.run(&[(empty, ""), KEYS[0], KEYS[1]]);
        run.says(5, &["error: no AWS region is set", "hint: set AWS_REGION"]);
    }
    std::fs::write(
        home.path(".aws/config"),
        format!("[default]\nregion = eu-west-1\nendpoint_url = {refused}\n"),
    )
    .unwrap();
    // Each time it comes as far as to the endpoint, whose address is in the profile.
    for environment in [
        [("AWS_REGION", ""), KEYS[0], KEYS[1]],
        [("AWS_DEFAULT_REGION", ""), KEYS[0], KEYS[1]],
        [("AWS_PROFILE", ""), KEYS[0], KEYS[1]],
        [("AWS_ENDPOINT_URL", ""), KEYS[0], KEYS[1]],
        [("AWS_ENDPOINT_URL_STS", ""), KEYS[0], KEYS[1]],
    ] {
        home.run(&environment).says(5, &["GetCallerIdentity: InvalidClientTokenId: told by the test"]);
    }
    let run = home.run(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "eu-west-3"), KEYS[0], KEYS[1]]);
    run.says(5, &["InvalidClientTokenId"]);
}

#[test]
fn a_profile_that_nobody_made_is_told_as_such() {
    let home = Home::new();
    let nosuch = ("AWS_PROFILE", "nosuch");
    home.run(&[REGION, nosuch]).says(5, &["AWS_PROFILE is \"nosuch\"", "`aws configure --profile nosuch`"]);
    std::fs::write(home.path(".aws/config"), "[profile work]\nregion = eu-west-1\n").unwrap();
    std::fs::write(
        home.path(".aws/credentials"),
        "[home]\naws_access_key_id = x\naws_secret_access_key = y\n",
    )
    .unwrap();
    // Whatever credentials there are besides: they may be those of another account.
    home.run(&[nosuch, KEYS[0], KEYS[1]]).says(
        5,
        &[
            "there is no such profile in the AWS config and credentials files",
            "those that are there (home, work)",
        ],
    );
    let refused = answering(403, of_sts("InvalidClientTokenId"));
    let endpoint = ("AWS_ENDPOINT_URL", refused.as_str());
    home.run(&[REGION, endpoint, ("AWS_PROFILE", "home")]).says(5, &["InvalidClientTokenId"]);
    home.run(&[REGION, endpoint, ("AWS_PROFILE", "default"), KEYS[0], KEYS[1]])
        .says(5, &["InvalidClientTokenId"]);
}
