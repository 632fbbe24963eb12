//! `doctor`: what stands in the way, and how to mend it.

use serde_json::Value;

use super::stage::Stage;

#[tokio::test]
async fn what_lacks_is_told_with_the_way_to_mend_it() {
    let stage = Stage::new().await;
    let line = |out: &str, subject: &str| {
        out.lines()
            .find(|line| line[9..].starts_with(subject))
            .unwrap_or_else(|| panic!("{subject}\n{out}"))
            .to_owned()
    };
    let run = stage.ok(&["doctor"]);
    for subject in ["configuration", "python", "function", "credentials", "endpoint", "clock", "rights"] {
        assert!(line(&run.out, subject).starts_with("ok "), "{}", run.out);
    }
    assert!(line(&run.out, "credentials").contains("from "), "{}", run.out);
    stage.ok(&["up", "--yes"]);
    let run = stage.ok(&["doctor", "--json"]);
    let found: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(found["checks"].as_array().unwrap().len(), 8, "{found}");

    // A key that nobody knows.
    let mut environment: Vec<(&str, String)> = stage.local.env().to_vec();
    for (name, value) in &mut environment {
        if *name == "AWS_ACCESS_KEY_ID" {
            "AKIANOBODY".clone_into(value);
        }
    }
    let pairs: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let run = stage.run_with(&["doctor"], &pairs);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(line(&run.out, "credentials").starts_with("PROBLEM"), "{}", run.out);
    assert!(run.out.contains("to fix: ") && line(&run.out, "rights").starts_with("skipped"), "{}", run.out);

    stage.configure("stak = 1\n");
    let run = stage.run(&["doctor"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(
        line(&run.out, "configuration").starts_with("PROBLEM") && run.out.contains("stack"),
        "{}",
        run.out
    );
}
