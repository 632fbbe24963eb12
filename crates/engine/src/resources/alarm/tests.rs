use super::*;
use crate::testing::{Table, as_desired, stack, variants};

#[test]
fn each_aspect_is_synced_on_its_own() {
    let stack = stack("[alarms]\nactions = [\"arn:aws:sns:eu-west-1:123456789012:on-call\"]\nerrors = 7");
    let config = stack.config.alarms.as_ref().unwrap();
    let mut table = Table::new(variants!(change: Change => change.aspect;
        Aspect::Create { .. },
        Aspect::SetSettings { .. },
        Aspect::SetTags { .. },
        Aspect::Delete,
    ));
    for (kind, line) in Kind::ALL.into_iter().zip([
        "0 + all of it (7 or more Errors in 5 minutes)",
        "0 + all of it (5 or more Throttles in 5 minutes)",
        "0 + all of it (1 or more AsyncEventsDropped in 5 minutes)",
        "0 + all of it (1 or more Rejected in 5 minutes)",
        "0 + all of it (Maximum Duration of 48000 or more in 5 minutes)",
    ]) {
        table.case("nothing exists", &diff(&stack, config, kind, None), &[line]);
    }
    let desired = as_desired(&stack).alarms["photos-sanitizer-errors"].clone();
    let mut drifted = |name: &str, drift: fn(&mut Observed), expected: &[&str]| {
        let mut observed = desired.clone();
        drift(&mut observed);
        table.case(name, &diff(&stack, config, Kind::Errors, Some(&observed)), expected);
    };
    drifted("as desired", |_| (), &[]);
    drifted("it has gone off", |alarm| alarm.state = "ALARM".to_owned(), &[]);
    drifted("no tags", |alarm| alarm.tags.clear(), &["1 + tags: provisioner:stack=photos"]);
    type Drift = fn(&mut Settings);
    let rows: [(Drift, &str); 13] = [
        (
            |s| s.description.clear(),
            "description: \"\" -> description: \"Pictures could not be cleaned (provisioner)\"",
        ),
        (|s| s.metric.1 = "Duration".to_owned(), "metric: AWS/Lambda Duration -> metric: AWS/Lambda Errors"),
        (|s| s.dimensions.clear(), "dimensions:  -> dimensions: FunctionName=photos-sanitizer"),
        (|s| s.statistic = "Average".to_owned(), "statistic: Average -> statistic: Sum"),
        (|s| s.unit = Some("Count".to_owned()), "unit: Count -> unit: any"),
        (|s| s.period = 60, "period: 60 s -> period: 300 s"),
        (|s| s.periods = (3, 2), "periods to alarm: 2 of 3 -> periods to alarm: 1 of 1"),
        (
            |s| s.comparison = "LessThanThreshold".to_owned(),
            "comparison: LessThanThreshold -> comparison: GreaterThanOrEqualToThreshold",
        ),
        (|s| s.threshold = 70.0, "threshold: 70 -> threshold: 7"),
        (|s| s.missing_data = "missing".to_owned(), "missing data: missing -> missing data: notBreaching"),
        (|s| s.actions_enabled = false, "actions: disabled -> actions: enabled"),
        (|s| s.actions.clear(), "tells: nobody -> tells: arn:aws:sns:eu-west-1:123456789012:on-call"),
        (|s| s.other_actions.extend(["x".to_owned()]), "tells when well: x -> tells when well: nobody"),
    ];
    for (drift, told) in rows {
        let mut observed = desired.clone();
        drift(&mut observed.settings);
        let changes = diff(&stack, config, Kind::Errors, Some(&observed));
        table.case(told, &changes, &[&format!("1 ~ settings: {told}")]);
    }
    table.case("no longer asked for", &[removal("photos-sanitizer-errors")], &["1 - all of it"]);
    table.finish();
}
