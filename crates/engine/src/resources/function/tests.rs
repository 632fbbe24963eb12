use super::*;
use crate::testing::{CODE, Table, as_desired, role as desired_role, stack, variants};

const OTHER_CODE: &str = "AAAAAAAAAAAAAAAA";

fn table() -> Table<Change> {
    Table::new(variants!(change: Change => *change;
        Change::Create { .. },
        Change::SetCode { .. },
        Change::RenewGrant { .. },
        Change::SetSettings { .. },
        Change::SetConcurrency { to: Some(_), .. },
        Change::SetConcurrency { to: None, .. },
        Change::SetAsynchronous { .. },
        Change::SetTags { .. },
        Change::Wait { .. },
        Change::Delete,
    ))
}

fn desired(stack: &Stack) -> Observed {
    as_desired(stack).function.unwrap()
}

#[test]
fn each_aspect_is_synced_on_its_own() {
    let (stack, limited) = (stack(""), stack("[function]\nreserved_concurrency = 5"));
    let mut table = table();
    table.case(
        "nothing exists",
        &diff(&limited, CODE, None, None),
        &[
            "0 + all of it (provided.al2023, x86_64, 1024 MB, 60 s, code k3YzK1vT0mB0) | needs role created",
            "1 + state: Active",
            "4 + reserved concurrency: 5",
        ],
    );
    table.case("without a limit", &diff(&stack, CODE, None, None)[2..], &[]);
    let mut drifted = |name: &str, drift: fn(&mut Observed), expected: &[&str]| {
        let mut observed = desired(&stack);
        drift(&mut observed);
        table.case(name, &diff(&stack, CODE, Some(&observed), Some(&desired_role(&stack))), expected);
    };
    drifted("as desired", |_| (), &[]);
    drifted("idle for weeks", |function| function.state = "Inactive".to_owned(), &[]);
    drifted(
        "other code",
        |function| function.code_sha256 = OTHER_CODE.to_owned(),
        &["2 ~ code: AAAAAAAAAAAA -> k3YzK1vT0mB0"],
    );
    drifted(
        "other instruction set",
        |function| function.architecture = "arm64".to_owned(),
        &["2 ~ code: k3YzK1vT0mB0 (arm64) -> k3YzK1vT0mB0 (x86_64)"],
    );
    drifted("a limit", |function| function.reserved_concurrency = Some(0), &["4 - reserved concurrency: 0"]);
    drifted(
        "somebody else is told of what fails",
        |function| function.asynchronous.config.on_failure = Some("arn:aws:sqs:eu-west-1:1:q".to_owned()),
        &["4 ~ failed events: tells of failures: arn:aws:sqs:eu-west-1:1:q -> tells of failures: nobody"],
    );
    drifted("no tags", |function| function.tags.clear(), &["1 + tags: provisioner:stack=photos"]);
    drifted(
        "being made",
        |function| function.state = "Pending".to_owned(),
        &["1 ~ state: Pending -> Active"],
    );
    drifted(
        "failed: new code is the way out",
        |function| function.state = "Failed".to_owned(),
        &["2 ~ code: k3YzK1vT0mB0 -> k3YzK1vT0mB0"],
    );
    drifted(
        "failed, and other code: one upload is enough",
        |function| {
            function.state = "Failed".to_owned();
            function.code_sha256 = OTHER_CODE.to_owned();
        },
        &["2 ~ code: AAAAAAAAAAAA -> k3YzK1vT0mB0"],
    );
    let unlimited = Observed { reserved_concurrency: None, ..desired(&limited) };
    table.case(
        "no limit",
        &diff(&limited, CODE, Some(&unlimited), Some(&desired_role(&stack))),
        &["4 + reserved concurrency: 5"],
    );
    let renewed = "1 ~ role grant: names a role that was deleted -> names the role (without it the function cannot \
                   decrypt its variables) | needs role created";
    let function = desired(&stack);
    table.case("its role is gone", &renewal(&stack, &function).into_iter().collect::<Vec<_>>(), &[renewed]);
    let mut again = desired_role(&stack);
    again.created_at = Some(1_767_323_046);
    table.case("its role was made again", &diff(&stack, CODE, Some(&function), Some(&again)), &[renewed]);
    again.created_at = Some(1_767_323_045);
    table.case("its role was made just before", &diff(&stack, CODE, Some(&function), Some(&again)), &[]);
    table.case("what `down` does", &[Change::Delete], &["4 - all of it | narrows"]);
    // Each field of the settings has a row below.
    let settings = Box::new(desired(&stack).settings);
    let set = Change::SetSettings { from: settings.clone(), to: settings };
    table.case("settings", &[set], &["3 ~ settings:  ->  | needs role created"]);
    table.finish();
}

#[test]
fn each_setting_that_differs_is_told() {
    let stack = stack("[function]\nenvironment = { RUST_LOG = \"info\" }");
    let set = |settings: &mut Settings, name: &str, value: &str| {
        settings.environment.insert(name.to_owned(), value.to_owned());
    };
    type Drift<'a> = &'a dyn Fn(&mut Settings);
    let cases: [(Drift<'_>, &str); 19] = [
        (&|s| s.memory = 128, "memory: 128 MB -> memory: 1024 MB"),
        (&|s| s.timeout = 3, "timeout: 3 s -> timeout: 60 s"),
        (
            &|s| s.role = "r".to_owned(),
            "role: r -> role: arn:aws:iam::123456789012:role/provisioner/photos/photos-sanitizer",
        ),
        (&|s| s.runtime = "python3.13".to_owned(), "runtime: python3.13 -> runtime: provided.al2023"),
        (&|s| s.handler = "x".to_owned(), "handler: x -> handler: bootstrap"),
        (&|s| s.layers = vec!["a".to_owned(), "b".to_owned()], "layers: a b -> layers: none"),
        (
            &|s| s.description.clear(),
            "description: \"\" -> description: \"Removes the metadata from uploaded pictures (provisioner)\"",
        ),
        (&|s| s.subnets = vec!["subnet-1".to_owned()], "VPC subnets: subnet-1 -> VPC subnets: none"),
        (&|s| s.dead_letter_target = "q".to_owned(), "dead letter target: q -> dead letter target: none"),
        (&|s| s.kms_key = "k".to_owned(), "KMS key: k -> KMS key: none"),
        (&|s| s.log_group = "/x".to_owned(), "log group: /x -> log group: /aws/lambda/photos-sanitizer"),
        (&|s| s.log_format = "JSON".to_owned(), "log format: JSON -> log format: Text"),
        (&|s| s.file_systems = vec!["fs".to_owned()], "file systems: fs -> file systems: none"),
        (&|s| s.tracing = "Active".to_owned(), "tracing: Active -> tracing: PassThrough"),
        (&|s| s.ephemeral_storage = 1024, "ephemeral storage: 1024 MB -> ephemeral storage: 512 MB"),
        // Values of variables may be secrets.
        (&|s| set(s, "RUST_LOG", "secret"), "$RUST_LOG: set -> $RUST_LOG: changed"),
        (&|s| set(s, "TOKEN", "secret"), "$TOKEN: set -> $TOKEN: unset"),
        (&|s| drop(s.environment.remove("RUST_LOG")), "$RUST_LOG: unset -> $RUST_LOG: set"),
        (
            &|s| (s.memory, s.timeout) = (128, 3),
            "memory: 128 MB and timeout: 3 s -> memory: 1024 MB and timeout: 60 s",
        ),
    ];
    for (drift, told) in cases {
        let mut observed = desired(&stack);
        drift(&mut observed.settings);
        let lines: Vec<String> = diff(&stack, CODE, Some(&observed), Some(&desired_role(&stack)))
            .iter()
            .map(crate::testing::change_line)
            .collect();
        assert_eq!(lines, [format!("3 ~ settings: {told} | needs role created")]);
    }
}

#[test]
fn each_field_of_the_settings_is_told() {
    // A new field does not compile here: it needs a line in the table above, too.
    let Settings {
        role: _,
        memory: _,
        timeout: _,
        environment: _,
        runtime: _,
        handler: _,
        layers: _,
        description: _,
        subnets: _,
        dead_letter_target: _,
        kms_key: _,
        log_group: _,
        log_format: _,
        file_systems: _,
        tracing: _,
        ephemeral_storage: _,
    } = desired(&stack("")).settings;
}
