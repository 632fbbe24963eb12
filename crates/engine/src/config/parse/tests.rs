use super::*;
use crate::config::{Trusted, UserKind};

const SHIPPED: &str = include_str!("../../../../../config.toml");

fn read(text: &str) -> Config {
    parse(text, "config.toml", &Overrides::default()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The whole message of the only error.
fn only_error(text: &str) -> String {
    let errors = parse(text, "config.toml", &Overrides::default()).unwrap_err();
    assert_eq!(errors.count(), 1, "{errors}");
    errors.to_string()
}

#[test]
fn the_shipped_file_says_what_the_defaults_are() {
    let users = "[[users]]\nname = \"user-a\"\nbucket = \"source\"\naccess = \"read-write\"\n\
                 [[users]]\nname = \"user-b\"\nbucket = \"destination\"\naccess = \"read-only\"\n";
    assert_eq!(read(SHIPPED), read(&format!("stack = \"photos\"\n{users}")));
    assert_eq!(read("stack = \"photos\"").users, []);
}

#[test]
fn a_table_with_one_line_keeps_the_other_defaults() {
    let tables = "[tags]\n[source]\n[destination]\n[function]\n[trigger]\n";
    assert_eq!(read(&format!("stack = \"photos\"\n{tables}")), read("stack = \"photos\""));
    let config = read("stack = \"photos\"\nfunction.memory = 512\n");
    assert_eq!(config.function, FunctionConfig { memory: 512, ..defaults::function() });
}

#[test]
fn every_key_reaches_the_model() {
    let key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let former = key.replace("1234abcd-", "1234abce-");
    let config = read(&format!(
        "stack = \"s-1\"\nregion = \"eu-central-1\"\naccount = \"123456789012\"\n\
         permissions_boundary = \"arn:aws:iam::123456789012:policy/b\"\n\
         [tags]\nteam = \"media\"\n\
         [source]\nbucket = \"a-{{region}}\"\nversioning = false\nencryption = \"aws:kms\"\nkms_key = \"{key}\"\n\
         former_kms_keys = [\"{former}\"]\nexpire_days = 3\nabort_multipart_days = 4\n\
         [destination]\nbucket = \"b-{{account}}\"\nnoncurrent_days = 5\n\
         [function]\nmemory = 0x80\ntimeout = 9_00\narchitecture = \"arm64\"\nenvironment = {{ RUST_LOG = \"x\" }}\n\
         reserved_concurrency = 6\nlog_retention_days = 7\nkeep_user_metadata = true\norientation = \"tag\"\n\
         icc = \"drop-srgb\"\ngain_maps = \"drop\"\nhidden_pixels = \"keep\"\nmax_megapixels = 11\n\
         keep = [\"credit\", \"copyright\"]\n\
         on_failure = \"arn:aws:sqs:eu-central-1:123456789012:q\"\nmax_event_age = 61\nretries = 1\n\
         [trigger]\nprefix = \"in/\"\nsuffixes = [\".jpg\"]\nmirror_deletes = true\n\
         [alarms]\nactions = [\"arn:aws:sns:eu-central-1:123456789012:t\"]\nerrors = 8\nthrottles = 9\ndropped = 10\nrejected = 11\nnear_timeout = 12\n\
         [[users]]\nname = \"u\"\nbucket = \"destination\"\naccess = \"write-only\"\nprefix = \"é/\"\n"
    ));
    let pair = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let expected = Config {
        stack: "s-1".to_owned(),
        region: Some("eu-central-1".to_owned()),
        account: Some("123456789012".to_owned()),
        tags: pair("team", "media"),
        source: BucketConfig {
            bucket: "a-{region}".to_owned(),
            versioning: false,
            encryption: Encryption::Kms { key: key.to_owned() },
            former_kms_keys: vec![former],
            expire_days: Some(3),
            noncurrent_days: Some(30),
            abort_multipart_days: Some(4),
        },
        destination: BucketConfig {
            bucket: "b-{account}".to_owned(),
            noncurrent_days: Some(5),
            ..defaults::bucket(BucketRole::Destination)
        },
        function: FunctionConfig {
            memory: 128,
            timeout: 900,
            architecture: Architecture::Arm64,
            environment: pair("RUST_LOG", "x"),
            reserved_concurrency: Some(6),
            log_retention_days: 7,
            keep_user_metadata: true,
            cleaning: Cleaning {
                orientation: Orientation::Tag,
                icc: IccPolicy::DropSrgb,
                gain_maps: GainMaps::Drop,
                hidden_pixels: HiddenPixels::Keep,
                max_megapixels: 11,
                keep: [Right::Copyright, Right::Credit].into_iter().collect(),
            },
            asynchronous: AsyncConfig {
                on_failure: Some("arn:aws:sqs:eu-central-1:123456789012:q".to_owned()),
                max_event_age: 61,
                retries: 1,
            },
        },
        trigger: TriggerConfig {
            prefix: "in/".to_owned(),
            suffixes: vec![".jpg".to_owned()],
            mirror_deletes: true,
        },
        alarms: Some(AlarmsConfig {
            actions: vec!["arn:aws:sns:eu-central-1:123456789012:t".to_owned()],
            errors: 8,
            throttles: 9,
            dropped: 10,
            rejected: 11,
            near_timeout: 12,
        }),
        users: vec![UserConfig {
            kind: UserKind::User,
            name: "u".to_owned(),
            bucket: BucketRole::Destination,
            access: Access::WriteOnly,
            prefix: "é/".to_owned(),
        }],
        permissions_boundary: Some("arn:aws:iam::123456789012:policy/b".to_owned()),
    };
    assert_eq!(config, expected);
}

#[test]
fn there_are_alarms_only_when_asked_for() {
    assert_eq!(read("stack = \"abc\"").alarms, None);
    assert_eq!(read("stack = \"abc\"\n[alarms]\n").alarms, Some(defaults::alarms()));
    only_error("stack = \"abc\"\nalarms.errors = 0");
    let topic = |name: &str| format!("\"arn:aws:sns:eu-central-1:123456789012:{name}\"");
    let with = |topics: &[String]| format!("stack = \"abc\"\nalarms.actions = [{}]", topics.join(", "));
    read(&with(&["a", "b", "c", "d", "e"].map(topic)));
    assert!(only_error(&with(&["a", "b", "c", "d", "e", "f"].map(topic))).contains("at most 5"));
    assert!(only_error(&with(&["a", "a"].map(topic))).contains("twice"));
    let elsewhere = format!("region = \"eu-west-1\"\n{}", with(&[topic("a")]));
    assert!(only_error(&elsewhere).contains("the topic is in eu-central-1"));
}

#[test]
fn a_user_may_be_a_role_of_those_that_it_trusts() {
    let of = |lines: &str| {
        let user = "[[users]]\nname = \"a\"\nbucket = \"source\"\naccess = \"read-only\"";
        format!("stack = \"abc\"\n{user}\n{lines}")
    };
    assert_eq!(read(&of("")).users, read(&of("kind = \"user\"")).users);
    let provider = "arn:aws:iam::123456789012:oidc-provider/idp.example.org".to_owned();
    let role = read(&of(&format!(
        "kind = \"role\"\ntrust = [\"123456789012\", {{ principal = \"210987654321\", external_id = \"x1\" }}, \
         {{ provider = \"{provider}\", audience = \"photos\", subject = \"a*\" }}]"
    )));
    let principal = |principal: &str, external_id: Option<&str>| Trusted::Principal {
        principal: principal.to_owned(),
        external_id: external_id.map(str::to_owned),
    };
    assert_eq!(
        role.users[0].trust().unwrap(),
        [
            principal("123456789012", None),
            principal("210987654321", Some("x1")),
            Trusted::Oidc { provider, audience: "photos".to_owned(), subject: "a*".to_owned() },
        ]
    );
    for wrong in [
        "kind = \"role\"",
        "trust = [\"123456789012\"]",
        "kind = \"role\"\ntrust = []",
        "kind = \"role\"\ntrust = [\"*\"]",
        "kind = \"role\"\ntrust = [1]",
        "kind = \"role\"\ntrust = [{ principal = 1 }]",
        "kind = \"role\"\ntrust = [\"123456789012\", \"123456789012\"]",
        "kind = \"role\"\ntrust = [\"arn:aws:iam::123456789012:oidc-provider/x\"]",
        "kind = \"role\"\ntrust = [{ provider = \"arn:aws:iam::123456789012:oidc-provider/x\", audience = \"a\" }]",
        "kind = \"role\"\ntrust = [{ principal = \"123456789012\", subject = \"x\" }]",
    ] {
        only_error(&of(wrong));
    }
    only_error(&of("kind = \"role\"\ntrust = [\"123456789012\"]").replace("\"a\"", "\"sanitizer\""));
}

#[test]
fn versions_can_be_kept_for_ever() {
    let config =
        read("stack = \"abc\"\nsource.noncurrent_days = \"never\"\nsource.abort_multipart_days = \"never\"");
    assert_eq!((config.source.noncurrent_days, config.source.abort_multipart_days), (None, None));
    // No current object is ever deleted unless the file says so.
    assert_eq!(config.source.expire_days, None);
    only_error("stack = \"abc\"\nsource.expire_days = \"never\"");
}

#[test]
fn hints_do_what_was_meant_and_never_propose_the_least() {
    for (line, helps) in [
        ("source.noncurrent_days = \"forever\"", "did you mean \"never\"?"),
        ("source.abort_multipart_days = false", "whole number of days, or \"never\""),
        ("source.noncurrent_days = \"30d\"", "noncurrent_days = 30"),
        ("source.expire_days = \"a month\"", "write a whole number of days"),
        ("source.noncurrent_days = -1", "at least 1, or \"never\""),
        ("function.timeout = \"60s\"", "timeout = 60"),
        ("function.memory = \"1GB\"", "memory = 1024"),
        ("function.memory = \"64GB\"", "write a whole number of MB"),
        ("trigger.suffixes = [\".jpg\", \"jpg\"]", "remove it; \".jpg\" is in the list already"),
        ("trigger.suffixes = [\"jpg\", \".jpg\"]", "remove it; \".jpg\" is in the list already"),
    ] {
        let error = only_error(&format!("stack = \"abc\"\n{line}"));
        assert!(error.contains(helps), "{line}: {error}");
        assert!(!error.contains("days = 1") || line.contains("30d"), "{line}: {error}");
    }
}

#[test]
fn limits_are_inclusive() {
    for (key, least, most) in [("memory", 128, 10_240), ("timeout", 1, 900), ("max_megapixels", 1, 100_000)] {
        let with = |value: i64| format!("stack = \"abc\"\nfunction.{key} = {value}");
        read(&with(least));
        read(&with(most));
        for wrong in [least - 1, most + 1, -5, i64::MAX] {
            assert!(only_error(&with(wrong)).contains(&format!("from {least} to {most}")), "{key} {wrong}");
        }
    }
    for key in ["source.expire_days", "destination.abort_multipart_days", "function.reserved_concurrency"] {
        read(&format!("stack = \"abc\"\n{key} = 1"));
        assert!(only_error(&format!("stack = \"abc\"\n{key} = 0")).contains("at least 1"), "{key}");
        only_error(&format!("stack = \"abc\"\n{key} = 99999999999999999999999999"));
    }
}

#[test]
fn encryption_and_key_belong_together() {
    let key = "kms_key = \"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"";
    let with = |lines: &str| format!("stack = \"abc\"\n[source]\n{lines}\n");
    assert!(only_error(&with("encryption = \"aws:kms\"")).contains("needs a `kms_key`"));
    assert!(only_error(&with(key)).contains("without encryption"));
    assert!(only_error(&with(&format!("encryption = \"AES256\"\n{key}"))).contains("without encryption"));
    // One mistake, one error.
    only_error(&with(&format!("encryption = \"kms\"\n{key}")));
    only_error(&with("encryption = \"aws:kms\"\nkms_key = 1"));
    only_error(&with("encryption = \"aws:kms\"\nkms_key = \"alias/x\""));
}

#[test]
fn a_wrong_stack_is_not_blamed_on_the_buckets() {
    only_error("stack = \"a name with spaces and more than 63 characters: that is too much for all\"");
    only_error("stack = 1");
}

#[test]
fn the_environment_may_be_a_table_of_its_own() {
    let config = read("stack = \"abc\"\n[function.environment]\nRUST_LOG = \"debug\"\n");
    assert_eq!(config.function.environment.get("RUST_LOG").map(String::as_str), Some("debug"));
}
