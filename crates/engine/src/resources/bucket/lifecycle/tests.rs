use aws_sdk_s3::types::{LifecycleRuleFilter, Tag, Transition};

use super::*;
use crate::testing::{EVERYTHING, stack};

const ALL: Lifecycle =
    Lifecycle { expire_days: Some(90), noncurrent_days: Some(30), abort_multipart_days: Some(7) };

#[test]
fn the_configuration_decides_what_our_rule_does() {
    let full = stack(EVERYTHING);
    assert_eq!(Lifecycle::wanted(&full.config.source), Some(ALL));
    // Without versioning, too, as there may be old versions from before.
    let destination = Lifecycle { expire_days: None, ..ALL };
    assert_eq!(Lifecycle::wanted(&full.config.destination), Some(destination));
    let none = stack("[source]\nnoncurrent_days = \"never\"\nabort_multipart_days = \"never\"");
    assert_eq!(Lifecycle::wanted(&none.config.source), None);
}

#[test]
fn what_is_not_asked_for_is_not_written() {
    let rule = |lifecycle: Lifecycle| lifecycle.to_xml();
    let all = rule(ALL);
    for part in [
        "<Expiration><Days>90</Days></Expiration>",
        "<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>",
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    let less = rule(Lifecycle { expire_days: None, noncurrent_days: None, ..ALL });
    assert!(!less.contains("Expiration") && less.contains("<DaysAfterInitiation>7<"), "{less}");
    assert_eq!(
        ALL.to_string(),
        "objects expire after 90 d, noncurrent versions after 30 d, broken uploads after 7 d"
    );
}

/// Our rule as S3 answers it.
fn ours() -> LifecycleRule {
    LifecycleRule::builder()
        .id(RULE_ID)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .expiration(LifecycleExpiration::builder().days(90).build())
        .noncurrent_version_expiration(NoncurrentVersionExpiration::builder().noncurrent_days(30).build())
        .abort_incomplete_multipart_upload(
            AbortIncompleteMultipartUpload::builder().days_after_initiation(7).build(),
        )
        .build()
        .unwrap()
}

#[test]
fn a_rule_that_does_more_or_less_is_not_ours() {
    let rule = ours();
    let with = |change: fn(&mut LifecycleRule)| {
        let mut rule = rule.clone();
        change(&mut rule);
        ObservedLifecycle::from_s3(&[rule]).0
    };
    assert_eq!(with(|_| ()), ObservedLifecycle::Ours(ALL));
    let other = ObservedLifecycle::Other;
    type Change = fn(&mut LifecycleRule);
    let cases: [(&str, Change); 6] = [
        ("disabled", |rule| rule.status = ExpirationStatus::Disabled),
        ("of a folder", |rule| rule.filter = Some(LifecycleRuleFilter::builder().prefix("a/").build())),
        ("of a tag", |rule| {
            let tag = Tag::builder().key("k").value("v").build().unwrap();
            rule.filter = Some(LifecycleRuleFilter::builder().tag(tag).build());
        }),
        ("of big objects", |rule| {
            rule.filter = Some(LifecycleRuleFilter::builder().object_size_greater_than(1).build());
        }),
        ("with a transition", |rule| rule.transitions = Some(vec![Transition::builder().days(1).build()])),
        ("keeping some versions", |rule| {
            let expiration =
                NoncurrentVersionExpiration::builder().noncurrent_days(30).newer_noncurrent_versions(2);
            rule.noncurrent_version_expiration = Some(expiration.build());
        }),
    ];
    for (name, change) in cases {
        assert_eq!(with(change), other, "{name}");
    }
    assert_eq!(
        with(|rule| rule.filter = None),
        ObservedLifecycle::Ours(ALL),
        "no filter is the whole bucket"
    );
    let mut theirs = rule.clone();
    theirs.id = Some("theirs".to_owned());
    let (of_both, others) = ObservedLifecycle::from_s3(&[theirs.clone(), rule.clone()]);
    assert_eq!((of_both, others), (ObservedLifecycle::Ours(ALL), vec!["theirs".to_owned()]));
    let (of_theirs, _) = ObservedLifecycle::from_s3(&[theirs]);
    assert_eq!(of_theirs, ObservedLifecycle::None, "ours is told by its id");
    assert_eq!(ObservedLifecycle::from_s3(&[]), (ObservedLifecycle::None, Vec::new()));
}

#[test]
fn rules_are_compared_by_what_they_do() {
    let other = ObservedLifecycle::Other;
    for (observed, wanted, same) in [
        (ObservedLifecycle::None, None, true),
        (ObservedLifecycle::None, Some(&ALL), false),
        (ObservedLifecycle::Ours(ALL), Some(&ALL), true),
        (ObservedLifecycle::Ours(ALL), None, false),
        (ObservedLifecycle::Ours(Lifecycle { expire_days: Some(1), ..ALL }), Some(&ALL), false),
        (other.clone(), Some(&ALL), false),
        (other, None, false),
    ] {
        assert_eq!(observed.is(wanted), same, "{observed:?} {wanted:?}");
    }
}
