use aws_sdk_s3::types::{Tag, Transition};

use super::*;
use crate::testing::{EVERYTHING, stack};

const ALL: Lifecycle =
    Lifecycle { expire_days: Some(90), noncurrent_days: Some(30), abort_multipart_days: Some(7) };

#[test]
fn the_configuration_decides_what_our_rule_does() {
    let full = stack(EVERYTHING);
    assert_eq!(Lifecycle::wanted(&full.config.source), Some(ALL));
    // Without versions there are no noncurrent ones.
    let destination = Lifecycle { expire_days: None, noncurrent_days: None, ..ALL };
    assert_eq!(Lifecycle::wanted(&full.config.destination), Some(destination));
    let none = stack("[source]\nnoncurrent_days = \"never\"\nabort_multipart_days = \"never\"");
    assert_eq!(Lifecycle::wanted(&none.config.source), None);
}

#[test]
fn what_we_write_is_what_we_read() {
    for lifecycle in [
        ALL,
        Lifecycle { expire_days: None, ..ALL },
        Lifecycle { noncurrent_days: None, ..ALL },
        Lifecycle { abort_multipart_days: None, ..ALL },
    ] {
        let written = lifecycle.to_s3().unwrap();
        assert_eq!(ObservedLifecycle::from_s3(written.rules()), ObservedLifecycle::Ours(lifecycle));
    }
    assert_eq!(
        ALL.to_string(),
        "objects expire after 90 d, noncurrent versions after 30 d, broken uploads after 7 d"
    );
}

#[test]
fn a_rule_that_does_more_or_less_is_not_ours() {
    let rule = ALL.to_s3().unwrap().rules()[0].clone();
    let with = |change: fn(&mut LifecycleRule)| {
        let mut rule = rule.clone();
        change(&mut rule);
        ObservedLifecycle::from_s3(&[rule])
    };
    let other = ObservedLifecycle::Other("rule provisioner".to_owned());
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
    let two = ObservedLifecycle::from_s3(&[rule.clone(), rule.clone()]);
    assert_eq!(two, ObservedLifecycle::Other("rules provisioner, provisioner".to_owned()));
    assert_eq!(ObservedLifecycle::from_s3(&[]), ObservedLifecycle::None);
}

#[test]
fn rules_are_compared_by_what_they_do() {
    let other = ObservedLifecycle::Other("rule x".to_owned());
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
