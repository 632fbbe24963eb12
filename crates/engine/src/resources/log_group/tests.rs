use super::*;
use crate::stack::OWNER_TAG;
use crate::testing::{Table, as_desired, stack, variants};

#[test]
fn each_aspect_is_synced_on_its_own() {
    let stack = stack("[tags]\nteam = \"media\"");
    let mut table = Table::new(variants!(change: Change => *change;
        Change::Create { .. },
        Change::SetRetention { .. },
        Change::SetTags { .. },
        Change::Delete { .. },
    ));
    let Some(desired) = as_desired(&stack).log_group else { panic!() };
    table.case(
        "nothing exists",
        &diff(&stack, None),
        &["0 + all of it", "1 ~ retention: for ever -> 30 days"],
    );
    table.case("as desired", &diff(&stack, Some(&desired)), &[]);
    // The account's policy decides, and hides what is set here.
    let account_policy = Some("keep".to_owned());
    let by_account = Observed { retention_days: Some(365), account_policy, ..desired.clone() };
    assert_eq!(diff(&stack, Some(&by_account)), []);
    for (name, retention_days, line) in [
        ("kept for ever", None, "1 ~ retention: for ever -> 30 days"),
        ("kept for a week", Some(7), "1 ~ retention: 7 days -> 30 days"),
    ] {
        table.case(name, &diff(&stack, Some(&Observed { retention_days, ..desired.clone() })), &[line]);
    }
    let mut untagged = desired.clone();
    untagged.tags.remove(OWNER_TAG);
    table.case("no mark", &diff(&stack, Some(&untagged)), &["1 + tags: provisioner:stack=photos"]);
    let delete = Change::Delete { bytes: 5 };
    table.case("what `down` does", &[delete], &["1 - all of it | needs function settled"]);
    table.finish();
}
