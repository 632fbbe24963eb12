use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfigurationFilter,
    QueueConfiguration, S3KeyFilter,
};

use super::*;
use crate::testing::{Table, stack, variants};

const NEEDS: &str = "needs source bucket settled, destination bucket settled, log group settled, role settled, \
                     function settled, function policy settled";

#[test]
fn our_entries_are_exchanged_as_a_whole() {
    let stack = stack("[trigger]\nprefix = \"in/\"\nsuffixes = [\".jpg\", \".JPG\"]");
    let mut table = Table::new(variants!(change: Change => *change; Change { .. }));
    let (ours, lines) = (
        wanted(&stack),
        "in/*.JPG on s3:ObjectCreated:* starts photos-sanitizer and in/*.jpg on \
                                          s3:ObjectCreated:* starts photos-sanitizer",
    );
    let observed = |ours: &[Entry], foreign: &[overlap::Foreign]| Observed {
        ours: ours.to_vec(),
        foreign: foreign.to_vec(),
    };
    let other = overlap::Foreign::new("queue", Some("theirs"), "q", &[Event::S3ObjectRemoved], None);
    table.case(
        "nothing exists",
        &diff(&stack, &observed(&[], &[])),
        &[&format!("0 + entries: {lines} | {NEEDS}")],
    );
    table.case("as desired", &diff(&stack, &observed(&ours, &[])), &[]);
    table.case(
        "as desired, beside others",
        &diff(&stack, &observed(&ours, std::slice::from_ref(&other))),
        &[],
    );
    table.case(
        "one is missing",
        &diff(&stack, &observed(&ours[..1], std::slice::from_ref(&other))),
        &[&format!("0 ~ entries:  -> suffixes .jpg (1 entry of others: untouched) | {NEEDS}")],
    );
    let mut turned = ours.clone();
    turned[0].function = "arn:aws:lambda:eu-west-1:123456789012:function:x".to_owned();
    table.case(
        "one starts another function",
        &diff(&stack, &observed(&turned, &[other.clone(), other])),
        &[&format!(
            "0 ~ entries: in/*.JPG on s3:ObjectCreated:* starts x -> in/*.JPG on s3:ObjectCreated:* starts \
             photos-sanitizer (2 entries of others: untouched) | {NEEDS}"
        )],
    );
    let removal = Change { from: ours, to: Vec::new(), foreign: 0 };
    table.case("what `down` does", &[removal], &[&format!("0 - entries: {lines} | narrows")]);
    table.finish();
}

#[test]
fn mirrored_deletes_are_one_more_event_of_each_entry() {
    let plain = stack("[trigger]\nsuffixes = [\".jpg\"]");
    let mirrored = stack("[trigger]\nsuffixes = [\".jpg\"]\nmirror_deletes = true");
    let observed = |ours: &[Entry]| Observed { ours: ours.to_vec(), foreign: Vec::new() };
    let lines = |desired: &Stack, there: &Stack| -> Vec<String> {
        diff(desired, &observed(&wanted(there))).iter().map(crate::testing::change_line).collect()
    };
    let (one, both) = ("s3:ObjectCreated:*", "s3:ObjectCreated:* s3:ObjectRemoved:*");
    let change = |from: &str, to: &str| format!("0 ~ entries: events: {from} -> events: {to} | {NEEDS}");
    assert_eq!(lines(&mirrored, &plain), [change(one, both)]);
    assert_eq!(lines(&plain, &mirrored), [change(both, one)]);
    assert_eq!(lines(&mirrored, &mirrored), [""; 0]);
    // S3 may tell the events in any order.
    let entry = LambdaFunctionConfiguration::builder()
        .id("provisioner-photos-jpg")
        .lambda_function_arn(mirrored.names.function_arn())
        .set_events(Some(vec![Event::from("s3:ObjectRemoved:*"), Event::S3ObjectCreated]))
        .filter(suffix(".jpg"));
    let output = GetBucketNotificationConfigurationOutput::builder()
        .lambda_function_configurations(entry.build().unwrap())
        .build();
    assert_eq!(diff(&mirrored, &split(&mirrored, &output)), []);
    // Another entry for deletions of the same keys is in the way of only one of them.
    let theirs = overlap::Foreign::new("queue", None, "q", &[Event::from("s3:ObjectRemoved:*")], None);
    assert!(clash(&wanted(&mirrored), std::slice::from_ref(&theirs)).is_some());
    assert!(clash(&wanted(&plain), &[theirs]).is_none());
}

fn suffix(value: &str) -> NotificationConfigurationFilter {
    let rule = FilterRule::builder().name(FilterRuleName::Suffix).value(value).build();
    NotificationConfigurationFilter::builder().key(S3KeyFilter::builder().filter_rules(rule).build()).build()
}

#[test]
fn a_document_is_split_into_ours_and_those_of_others() {
    let stack = stack("");
    let function = |id: &str, arn: &str| {
        let entry = LambdaFunctionConfiguration::builder().id(id).lambda_function_arn(arn);
        entry.events(Event::S3ObjectCreated).build().unwrap()
    };
    let queue = QueueConfiguration::builder().queue_arn("q").events(Event::S3ObjectCreated).build().unwrap();
    let output = GetBucketNotificationConfigurationOutput::builder()
        .lambda_function_configurations(function("provisioner-photos-png", "arn:photos-sanitizer"))
        .lambda_function_configurations(function("provisioner-photos-jpg", "arn:photos-sanitizer"))
        .lambda_function_configurations(function("provisioner-photos-x-jpg", "arn:photos-x-sanitizer"))
        .lambda_function_configurations(function("theirs", "arn:theirs"))
        .queue_configurations(queue)
        .build();
    let Observed { ours, foreign } = split(&stack, &output);
    let ours: Vec<&str> = ours.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ours, ["provisioner-photos-jpg", "provisioner-photos-png"]);
    let foreign: Vec<(&str, &str)> = foreign.iter().map(|entry| (entry.kind, entry.id.as_str())).collect();
    assert_eq!(
        foreign,
        [("function", "provisioner-photos-x-jpg"), ("function", "theirs"), ("queue", "(no id)")]
    );
}
