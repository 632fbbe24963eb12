//! What becomes of the first call.

use super::{Home, answering, of_sts, silent};

#[test]
fn trouble_of_aws_at_the_first_call_is_not_told_as_wrong_credentials() {
    let home = Home::new();
    std::thread::scope(|scope| {
        for (status, body) in [
            (400, of_sts("Throttling")),
            (503, of_sts("ServiceUnavailable")),
            (502, "<html><body>Bad Gateway</body></html>"),
        ] {
            let home = &home;
            scope.spawn(move || {
                home.at(&answering(status, body)).says(1, &["error: GetCallerIdentity: ", "hint: AWS "]);
            });
        }
    });
    for code in ["ExpiredToken", "SignatureDoesNotMatch", "AccessDenied"] {
        home.at(&answering(403, of_sts(code))).says(5, &[code, "hint: "]);
    }
}

#[test]
fn somebody_who_never_answers_is_waited_for_aloud_and_not_for_long() {
    let run = Home::new().at(&silent());
    run.says(
        5,
        &[
            "waiting for STS to say whose credentials these are (at most 30 s)",
            "error: GetCallerIdentity: ",
            "hint: nothing answers there: check the network",
        ],
    );
    assert!((25..40).contains(&run.took.as_secs()), "{:?}", run.took);
}
