//! From text to the model: reads every table, applies every rule, and gives
//! either a configuration in which all is well or all that is not.

use contract::cleaning::Cleaning;
use sanitizer::{GainMaps, HiddenPixels, IccPolicy, Orientation, Right};

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::errors::{ConfigErrors, Findings, Problem};
use super::model::{
    Access, AlarmsConfig, Architecture, AsyncConfig, BucketConfig, BucketRole, Config, Encryption,
    FunctionConfig, TriggerConfig, UserConfig,
};
use super::reader::{At, Section, quoted};
use super::rules::bucket_name::{self, Known};
use super::rules::{alarms, arn, environment, function, lifecycle, place, stack_name, tags, trigger, users};
use super::{defaults, keys, syntax};

/// What the command line says instead of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--stack NAME`
    pub stack: Option<String>,
}

mod trust;

/// Stands for a stack whose name is wrong, while the rest is checked: the
/// shortest, so that no length is blamed on it.
const SOME_STACK: &str = "abc";

/// Reads and validates the text of a configuration; `file_name` is for the errors.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn parse(text: &str, file_name: &str, overrides: &Overrides) -> Result<Config, ConfigErrors> {
    // Editors on Windows begin files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Findings::new(text);
    let (document, mistakes) = DeTable::parse_recoverable(text);
    for mistake in &mistakes {
        let (span, problem) = syntax::explain(mistake, text);
        found.add_syntax(span, problem);
    }
    let top = Section::top(document.get_ref(), &mut found);
    let config = read(&top, overrides, &mut found);
    match config {
        Some(config) if found.is_empty() => {
            #[cfg(test)]
            super::schema::tests::assert_accepts(text);
            Ok(config)
        }
        _ => Err(found.into_errors(file_name)),
    }
}

fn read(top: &Section<'_, '_>, overrides: &Overrides, found: &mut Findings<'_>) -> Option<Config> {
    let file_stack = read_stack(top, found);
    let asked = overrides.stack.as_deref();
    if let Some(problem) = asked.and_then(stack_name::check) {
        let problem = Problem { message: format!("{} (from `--stack`)", problem.message), ..problem };
        found.add(None, Problem { help: problem.help.replace("stack = ", "--stack "), ..problem });
    }
    let stack = asked.or(file_stack.as_deref()).filter(|name| stack_name::check(name).is_none());

    let region = checked(top, "region", place::check_region, found);
    let account = checked(top, "account", place::check_account, found);
    let known =
        Known { stack: stack.unwrap_or(SOME_STACK), account: account.as_deref(), region: region.as_deref() };
    let boundary =
        checked(top, "permissions_boundary", |text| arn::check_boundary(text, known.account), found);
    let tags = read_tags(top, found);

    let source_table = top.table("source", "[source]", keys::BUCKET, found);
    let destination_table = top.table("destination", "[destination]", keys::BUCKET, found);
    let source = read_bucket(source_table.as_ref(), BucketRole::Source, &known, found);
    let destination = read_bucket(destination_table.as_ref(), BucketRole::Destination, &known, found);
    let unnamed = [(&source, &source_table), (&destination, &destination_table)]
        .into_iter()
        .filter(|(_, table)| table.as_ref().is_none_or(|table| !table.has("bucket")));
    // Both for the same reason: that is one error.
    if let Some(problem) =
        unnamed.filter_map(|(bucket, _)| bucket_name::check_default(&bucket.bucket, &known)).next()
    {
        found.add(top.span_of("stack").filter(|_| asked.is_none()), problem);
    }
    let name_span = |table: Option<&Section<'_, '_>>| table.and_then(|table| table.span_of("bucket"));
    let source_span = name_span(source_table.as_ref());
    let destination_span = name_span(destination_table.as_ref());
    if let Some(problem) = bucket_name::check_distinct(&source.bucket, &destination.bucket, &known) {
        found.add(destination_span.clone().or(source_span.clone()), problem);
    }
    if let (Some(asked), Some(file)) = (asked, file_stack.as_deref())
        && asked != file
    {
        for (bucket, span) in [(&source.bucket, source_span), (&destination.bucket, destination_span)] {
            if let Some(problem) = bucket_name::check_follows_stack(bucket, file, asked) {
                found.add(span, problem);
            }
        }
    }

    let function = read_function(top, found);
    let trigger = read_trigger(top, known.stack, found);
    let alarms = read_alarms(top, known.region, found);
    let users = read_users(top, &known, found);
    Some(Config {
        stack: stack?.to_owned(),
        region,
        account,
        tags,
        source,
        destination,
        function,
        trigger,
        alarms,
        users,
        permissions_boundary: boundary,
    })
}

fn read_stack(top: &Section<'_, '_>, found: &mut Findings<'_>) -> Option<String> {
    if !top.has("stack") {
        found.add_missing(
            None,
            Problem::new(
                "`stack` is missing",
                "every name on AWS derives from it",
                "write it into the first line: stack = \"photos\"",
            ),
        );
    }
    let stack = top.string("stack", found)?;
    if let Some(problem) = stack_name::check(&stack.value) {
        found.add(Some(stack.span), problem);
    }
    Some(stack.value)
}

/// A string that may be absent; a wrong one counts as absent.
fn checked(
    section: &Section<'_, '_>,
    key: &str,
    rule: impl Fn(&str) -> Option<Problem>,
    found: &mut Findings<'_>,
) -> Option<String> {
    let text = section.string(key, found)?;
    match rule(&text.value) {
        None => Some(text.value),
        Some(problem) => {
            found.add(Some(text.span), problem);
            None
        }
    }
}

fn read_tags(top: &Section<'_, '_>, found: &mut Findings<'_>) -> BTreeMap<String, String> {
    let entries = top.free_table("tags", found);
    if let Some(problem) = tags::check_count(entries.len()) {
        found.add(entries.get(tags::MOST).map(|(key, _)| key.span.clone()), problem);
    }
    let mut before = Vec::new();
    for (key, value) in &entries {
        let about_key = tags::check_key(&key.value).or_else(|| tags::check_twice(&key.value, &before));
        if let Some(problem) = about_key {
            found.add(Some(key.span.clone()), problem);
        }
        if let Some(problem) = tags::check_value(&key.value, &value.value) {
            found.add(Some(value.span.clone()), problem);
        }
        before.push(key.value.clone());
    }
    entries.into_iter().map(|(key, value)| (key.value, value.value)).collect()
}

fn read_bucket(
    table: Option<&Section<'_, '_>>,
    role: BucketRole,
    known: &Known<'_>,
    found: &mut Findings<'_>,
) -> BucketConfig {
    let default = defaults::bucket(role);
    let Some(table) = table else { return default };
    let name = table.string("bucket", found);
    if let Some(name) = &name {
        for problem in bucket_name::check(&name.value, known) {
            found.add(Some(name.span.clone()), problem);
        }
    }
    let versioning = table.boolean("versioning", found).unwrap_or(default.versioning);
    let noncurrent = table.days_or_never("noncurrent_days", &lifecycle::DAYS, found);
    BucketConfig {
        bucket: name.map_or(default.bucket, |name| name.value),
        versioning,
        encryption: read_encryption(table, known, found),
        former_kms_keys: read_former_keys(table, known, found),
        expire_days: table.number("expire_days", &lifecycle::DAYS, found).map(|days| days.value),
        noncurrent_days: noncurrent.unwrap_or(default.noncurrent_days),
        abort_multipart_days: (table.days_or_never("abort_multipart_days", &lifecycle::DAYS, found))
            .unwrap_or(default.abort_multipart_days),
    }
}

/// Keys that are no longer used to encrypt, and still to decrypt.
fn read_former_keys(table: &Section<'_, '_>, known: &Known<'_>, found: &mut Findings<'_>) -> Vec<String> {
    let Some(keys) = table.strings("former_kms_keys", found) else { return Vec::new() };
    for key in &keys.value {
        if let Some(problem) = arn::check_key(&key.value, known.region) {
            found.add(Some(key.span.clone()), problem);
        }
    }
    keys.value.into_iter().map(|key| key.value).collect()
}

/// The two forms of [`Encryption`], without the key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Aes256,
    Kms,
}

fn read_encryption(table: &Section<'_, '_>, known: &Known<'_>, found: &mut Findings<'_>) -> Encryption {
    const WHY: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html";
    let choices = [("AES256", Algorithm::Aes256), ("aws:kms", Algorithm::Kms)];
    let algorithm = table.choice("encryption", &choices, found);
    let key = checked(table, "kms_key", |text| arn::check_key(text, known.region), found);
    // Without a readable algorithm there is nothing the key could contradict.
    let unreadable = table.has("encryption") && algorithm.is_none();
    match &algorithm {
        Some(At { value: Algorithm::Kms, span }) if !table.has("kms_key") => {
            let note = format!(
                "with AWS's default key the policies of the role and the users could not be limited to it, \
                 and nobody outside the account could read: {WHY}"
            );
            let help = "add kms_key = \"arn:aws:kms:...\", or take encryption = \"AES256\"";
            found.add_missing(
                Some(span.clone()),
                Problem::new("encryption with \"aws:kms\" needs a `kms_key`", note, help),
            );
        }
        Some(At { value: Algorithm::Kms, .. }) => {}
        _ if table.has("kms_key") && !unreadable => {
            let note = format!("\"AES256\" has no key of yours; S3 manages it: {WHY}");
            let problem = Problem::new(
                "`kms_key` without encryption = \"aws:kms\"",
                note,
                "set encryption = \"aws:kms\", or remove this line",
            );
            found.add(table.span_of("kms_key"), problem);
        }
        _ => {}
    }
    match (algorithm.map(|algorithm| algorithm.value), key) {
        (Some(Algorithm::Kms), Some(key)) => Encryption::Kms { key },
        _ => Encryption::Aes256,
    }
}

fn read_function(top: &Section<'_, '_>, found: &mut Findings<'_>) -> FunctionConfig {
    let default = defaults::function();
    let Some(table) = top.table("function", "[function]", keys::FUNCTION, found) else { return default };
    let number = |key, limits, found: &mut Findings<'_>| table.number(key, limits, found).map(|at| at.value);
    let architectures = [Architecture::X86_64, Architecture::Arm64].map(|one| (one.as_str(), one));
    let retention = table.number("log_retention_days", &function::RETENTION, found);
    if let Some(days) = &retention
        && let Some(problem) = function::check_retention(days.value)
    {
        found.add(Some(days.span.clone()), problem);
    }
    FunctionConfig {
        memory: number("memory", &function::MEMORY, found).unwrap_or(default.memory),
        timeout: number("timeout", &function::TIMEOUT, found).unwrap_or(default.timeout),
        architecture: (table.choice("architecture", &architectures, found))
            .map_or(default.architecture, |architecture| architecture.value),
        environment: read_environment(&table, found),
        reserved_concurrency: number("reserved_concurrency", &function::CONCURRENCY, found),
        log_retention_days: retention.map_or(default.log_retention_days, |days| days.value),
        keep_user_metadata: (table.boolean("keep_user_metadata", found))
            .unwrap_or(default.keep_user_metadata),
        cleaning: read_cleaning(&table, found),
        asynchronous: AsyncConfig {
            on_failure: checked(&table, "on_failure", arn::check_destination, found),
            max_event_age: (number("max_event_age", &function::EVENT_AGE, found))
                .unwrap_or(default.asynchronous.max_event_age),
            retries: number("retries", &function::RETRIES, found).unwrap_or(default.asynchronous.retries),
        },
    }
}

fn read_cleaning(table: &Section<'_, '_>, found: &mut Findings<'_>) -> Cleaning {
    let orientations: Vec<_> = Orientation::ALL.iter().map(|one| (one.as_str(), *one)).collect();
    let policies: Vec<_> = IccPolicy::ALL.iter().map(|one| (one.as_str(), *one)).collect();
    let gain_maps: Vec<_> = GainMaps::ALL.iter().map(|one| (one.as_str(), *one)).collect();
    let rights: Vec<_> = Right::ALL.iter().map(|one| (one.as_str(), *one)).collect();
    let hidden: Vec<_> = HiddenPixels::ALL.iter().map(|one| (one.as_str(), *one)).collect();
    let default = Cleaning::default();
    Cleaning {
        orientation: table.choice("orientation", &orientations, found).map(|at| at.value).unwrap_or_default(),
        icc: table.choice("icc", &policies, found).map(|at| at.value).unwrap_or_default(),
        gain_maps: table.choice("gain_maps", &gain_maps, found).map(|at| at.value).unwrap_or_default(),
        hidden_pixels: table.choice("hidden_pixels", &hidden, found).map(|at| at.value).unwrap_or_default(),
        max_megapixels: (table.number("max_megapixels", &function::MEGAPIXELS, found))
            .map_or(default.max_megapixels, |at| at.value),
        keep: table.choices("keep", &rights, found).into_iter().collect(),
    }
}

fn read_environment(table: &Section<'_, '_>, found: &mut Findings<'_>) -> BTreeMap<String, String> {
    let entries = table.free_table("environment", found);
    for (name, _) in &entries {
        if let Some(problem) = environment::check_name(&name.value) {
            found.add(Some(name.span.clone()), problem);
        }
    }
    let environment = entries.into_iter().map(|(name, value)| (name.value, value.value)).collect();
    if let Some(problem) = environment::check_size(&environment) {
        found.add(table.span_of("environment"), problem);
    }
    environment
}

fn read_trigger(top: &Section<'_, '_>, stack: &str, found: &mut Findings<'_>) -> TriggerConfig {
    let default = defaults::trigger();
    let Some(table) = top.table("trigger", "[trigger]", keys::TRIGGER, found) else { return default };
    let prefix = checked(&table, "prefix", trigger::check_prefix, found).unwrap_or(default.prefix);
    let mirror_deletes = table.boolean("mirror_deletes", found).unwrap_or(default.mirror_deletes);
    let Some(suffixes) = table.strings("suffixes", found) else {
        return TriggerConfig { prefix, suffixes: default.suffixes, mirror_deletes };
    };
    if let Some(problem) = trigger::check_count(suffixes.value.len()) {
        found.add(Some(suffixes.span), problem);
    }
    for (index, suffix) in suffixes.value.iter().enumerate() {
        // Only suffixes that are right themselves are compared: one error has one fix.
        let right = |other: &&At<String>| trigger::check_suffix(&other.value, &[]).is_none();
        let before: Vec<_> = suffixes.value[..index].iter().filter(right).cloned().collect();
        let problem = trigger::check_suffix(&suffix.value, &suffixes.value)
            .or_else(|| trigger::check_id(stack, &suffix.value))
            .or_else(|| trigger::check_overlap(&suffix.value, &before));
        if let Some(problem) = problem {
            found.add(Some(suffix.span.clone()), problem);
        }
    }
    let suffixes = suffixes.value.into_iter().map(|suffix| suffix.value).collect();
    TriggerConfig { prefix, suffixes, mirror_deletes }
}

fn read_alarms(
    top: &Section<'_, '_>,
    region: Option<&str>,
    found: &mut Findings<'_>,
) -> Option<AlarmsConfig> {
    let table = top.table("alarms", "[alarms]", keys::ALARMS, found)?;
    let default = defaults::alarms();
    let actions = table.strings("actions", found);
    if let Some(problem) = actions.as_ref().and_then(|actions| alarms::check_count(actions.value.len())) {
        found.add(table.span_of("actions"), problem);
    }
    let mut topics = Vec::new();
    for action in actions.map(|actions| actions.value).unwrap_or_default() {
        let problem =
            arn::check_topic(&action.value, region).or_else(|| alarms::check_twice(&action.value, &topics));
        if let Some(problem) = problem {
            found.add(Some(action.span), problem);
        }
        topics.push(action.value);
    }
    let mut number = |key: &str, default: u32, limits| {
        table.number(key, limits, found).map_or(default, |number| number.value)
    };
    let count = &alarms::THRESHOLD;
    Some(AlarmsConfig {
        errors: number("errors", default.errors, count),
        throttles: number("throttles", default.throttles, count),
        dropped: number("dropped", default.dropped, count),
        rejected: number("rejected", default.rejected, count),
        near_timeout: number("near_timeout", default.near_timeout, &alarms::NEAR_TIMEOUT),
        actions: topics,
    })
}

fn read_users(top: &Section<'_, '_>, known: &Known<'_>, found: &mut Findings<'_>) -> Vec<UserConfig> {
    let roles = [BucketRole::Source, BucketRole::Destination].map(|role| (role.as_str(), role));
    let accesses =
        [Access::ReadWrite, Access::ReadOnly, Access::WriteOnly].map(|access| (access.as_str(), access));
    let mut names: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for table in top.tables("users", "[[users]]", keys::USER, found) {
        for key in ["name", "bucket", "access"] {
            require(&table, key, found);
        }
        let name = table.string("name", found);
        if let Some(name) = &name {
            let problem = users::check_name(known.stack, &name.value)
                .or_else(|| users::check_twice(&name.value, &names))
                .or_else(|| users::check_role_name(&name.value, table.text_of("kind")));
            if let Some(problem) = problem {
                found.add(Some(name.span.clone()), problem);
            }
            names.push(name.value.clone());
        }
        let bucket = table.choice("bucket", &roles, found);
        let access = table.choice("access", &accesses, found);
        let prefix = checked(&table, "prefix", users::check_prefix, found).unwrap_or_default();
        let kind = trust::read_kind(&table, known, found);
        if let (Some(name), Some(bucket), Some(access), Some(kind)) = (name, bucket, access, kind) {
            let (name, bucket, access) = (name.value, bucket.value, access.value);
            all.push(UserConfig { name, bucket, access, prefix, kind });
        }
    }
    all
}

/// What a user is allowed is never guessed.
fn require(table: &Section<'_, '_>, key: &str, found: &mut Findings<'_>) {
    if table.has(key) {
        return;
    }
    let whose = match table.text_of("name") {
        Some(name) => format!(" {}", quoted(name)),
        None => String::new(),
    };
    let example = match key {
        "name" => "name = \"user-a\"",
        "bucket" => "bucket = \"source\" or bucket = \"destination\"",
        _ => "access = \"read-write\", \"read-only\" or \"write-only\"",
    };
    let problem = Problem::new(
        format!("the user{whose} has no `{key}`"),
        "what a user may do is never guessed: name, bucket and access are required",
        format!("add {example}"),
    );
    found.add_missing(table.span(), problem);
}

#[cfg(test)]
mod tests;
