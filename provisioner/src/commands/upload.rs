//! `provisioner upload`

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use futures::StreamExt;
use futures::future::{Either, select as select_future};

use crate::access_keys::AccessKey;
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::{
    TransferBar, TransferPace, arrival_line, bytes, foreign, foreign_path, not_uploaded_line, seconds,
};
use crate::role_session::{UPLOAD, role_session};
use crate::session::{Connected, Session};
use crate::suggest::{Suggest, assume_role};
use crate::upload::{
    Arrival, CONCURRENT_PARTS, Journey, News, Outcome, Picture, Rules, Selection, Sender, Skipped, select,
};
use engine::aws::{Aws, AwsCall, Uplink, Wait, bucket_region, pause};
use engine::config::{BucketRole, Config, UserConfig};
use engine::resources::trigger::suffix_words;
use engine::stack::Stack;

/// Pictures on their way at once.
const CONCURRENT: usize = 4;

/// How often the progress is looked at.
const TICK: Duration = Duration::from_millis(200);

/// Skipped files that are listed without --verbose.
const LISTED: usize = 10;

/// A wait that is worth a line where there is no progress bar.
const LONG_WAIT: Duration = Duration::from_secs(5);

/// The way out for as much as is ever sent at once.
fn uplink() -> Uplink {
    Uplink::new(CONCURRENT * CONCURRENT_PARTS)
}

pub(super) async fn run(args: &cli::Upload, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let config = session.config()?;
    let user = args.user.as_deref().map(|name| writer(&config, name)).transpose()?;
    let rules = Rules { trigger: &config.trigger, prefix: args.prefix.as_deref(), user };
    let selection = select(&args.photos, &rules);
    say_what_is_left_out(session, &selection);
    let total = selection.pictures.len() + selection.problems.len();
    if total == 0 {
        return Err(Failure::Refused {
            what: "there is nothing to upload".to_owned(),
            hint: format!(
                "of the files in folders those are taken whose names end in {}: see trigger.suffixes in config.toml",
                suffix_words(config.trigger.suffixes.iter().map(String::as_str))
            ),
        });
    }
    let mut failed = selection.problems.len();
    if let Some(first) = selection.pictures.first() {
        let connected = session.connect().await?;
        session.interrupt.or(check_buckets(&connected, session)).await?;
        failed += match user {
            Some(user) if !user.is_role() => {
                upload_as(args, session, &connected, user, first, &selection).await?
            }
            role => {
                let s3 = match role {
                    Some(role) => in_session(session, &connected, role).await?,
                    None => connected.aws.s3.clone(),
                };
                let bucket = connected.stack.names.bucket(BucketRole::Source).to_owned();
                let sender = Sender { s3, bucket, fresh_key: false, uplink: uplink() };
                upload(args, session, &connected, &sender, &selection).await?
            }
        };
    }
    if failed > 0 {
        return Err(Failure::Partial { total, failed });
    }
    Ok(ExitCode::Ok)
}

/// The user of the stack with this name, who must be able to upload.
fn writer<'c>(config: &'c Config, name: &str) -> Result<&'c UserConfig, Failure> {
    let may = |user: &&UserConfig| user.bucket == BucketRole::Source && user.access.writes();
    let who: Vec<&str> = config.users.iter().filter(may).map(|user| user.name.as_str()).collect();
    let hint = match who.as_slice() {
        [] => {
            "add a [[users]] with bucket = \"source\" and access = \"read-write\" to config.toml".to_owned()
        }
        who => format!("these can: {}", who.join(", ")),
    };
    match config.users.iter().find(|user| user.name == name) {
        None => Err(Failure::Refused {
            what: format!("nothing was uploaded: config.toml has no user {name:?}"),
            hint,
        }),
        Some(user) if !may(&user) => {
            let (access, bucket) = (user.access.as_str(), user.bucket.as_str());
            let what =
                format!("nothing was uploaded: {name} cannot upload, being {access} in the {bucket} bucket");
            Err(Failure::Refused { what, hint })
        }
        Some(user) => Ok(user),
    }
}

fn say_what_is_left_out(session: &Session<'_>, selection: &Selection) {
    let screen = session.screen;
    if screen.json {
        for Skipped { path, why } in &selection.skipped {
            screen.line(&json::Upload::skipped(path, why));
        }
        for problem in &selection.problems {
            screen.line(&json::Upload::problem(&problem.path, &problem.why));
        }
        return;
    }
    let listed = if screen.verbose { usize::MAX } else { LISTED };
    for Skipped { path, why } in selection.skipped.iter().take(listed) {
        screen.say(&format!("skipped: {}: {why}", foreign_path(path)));
    }
    if let Some(more) = selection.skipped.len().checked_sub(listed).filter(|more| *more > 0) {
        screen.say(&format!("skipped: {more} more; --verbose lists them"));
    }
    for problem in &selection.problems {
        screen.out(&format!("{}\n", not_uploaded_line(&problem.path, &problem.why)));
    }
}

/// Both buckets must be there; better said once than for each picture.
async fn check_buckets(connected: &Connected, session: &Session<'_>) -> Result<(), Failure> {
    let Connected { aws, stack } = connected;
    let missing = async |role: BucketRole| {
        let name = stack.names.bucket(role);
        let answer = aws.s3.head_bucket().bucket(name).send().await;
        let elsewhere = answer.as_ref().err().and_then(bucket_region).filter(|region| *region != aws.region);
        if let Some(region) = elsewhere {
            return Err(Failure::Refused {
                what: format!(
                    "nothing was uploaded: the bucket {name} is in {region}, and this is {}",
                    aws.region
                ),
                hint: format!("set AWS_REGION={region}, or `region` in config.toml"),
            });
        }
        match answer.aws("HeadBucket") {
            Err(error) if error.is_not_found() => Ok(Some(name)),
            // Whoever may write objects need not be allowed to ask about the bucket.
            Err(error) if error.is_access_denied() => Ok(None),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(None),
        }
    };
    let (source, destination) =
        futures::try_join!(missing(BucketRole::Source), missing(BucketRole::Destination))?;
    match source.or(destination) {
        None => Ok(()),
        Some(name) => Err(Failure::Refused {
            what: format!("nothing was uploaded: the bucket {name} does not exist"),
            hint: format!("`{}` creates it", session.suggest("up")),
        }),
    }
}

/// S3 as `user`, which is a role.
async fn in_session(
    session: &Session<'_>,
    Connected { aws, stack }: &Connected,
    user: &UserConfig,
) -> Result<Client, Failure> {
    session.interrupt.or(role_session(aws, stack, user, UPLOAD)).await?.map_err(|why| Failure::Refused {
        what: format!("nothing was uploaded: {why}"),
        hint: format!(
            "upload as somebody whom it trusts; with credentials of a session, leave --as out: {}",
            assume_role(stack, user)
        ),
    })
}

/// Uploads with a key of `user`'s that is removed again, whatever happens.
async fn upload_as(
    args: &cli::Upload,
    session: &Session<'_>,
    connected: &Connected,
    user: &UserConfig,
    first: &Picture,
    selection: &Selection,
) -> Result<usize, Failure> {
    let Connected { aws, stack } = connected;
    if let Some(failure) = session.interrupt.interrupted().map(Failure::from) {
        return Err(failure);
    }
    let user = stack.names.user(&user.name);
    let key = match session
        .interrupt
        .or_grace(AccessKey::create(aws, &user, &Suggest::of(session.global)))
        .await
    {
        Err(Failure::Interrupted(code)) => {
            session.screen.say(&format!(
                "warning: IAM did not answer whether it made an access key for this run; if it did, nobody has its \
                 secret, and the next upload as this user removes it: aws iam list-access-keys --user-name {user}"
            ));
            return Err(Failure::Interrupted(code));
        }
        other => other?,
    };
    for id in &key.removed {
        session.screen.say(&format!(
            "removed the access key {id} of {user}, which an earlier run that was killed has left"
        ));
    }
    let source = stack.names.bucket(BucketRole::Source);
    let work = async {
        let client = key.client(aws);
        let on_wait = |wait: Wait<'_>| {
            if wait.elapsed > Duration::from_secs(1) {
                session.screen.say(&format!("waiting: {} (at most {})", wait.why, seconds(wait.deadline)));
            }
        };
        session.interrupt.or(AccessKey::wait_until_usable(&client, source, &first.key, &on_wait)).await?;
        let (bucket, uplink) = (source.to_owned(), uplink());
        let sender = Sender { s3: client, bucket, fresh_key: true, uplink };
        upload(args, session, connected, &sender, selection).await
    };
    let result = work.await;
    match session.interrupt.or_grace(key.remove(aws)).await {
        Ok(()) => result,
        Err(error) => {
            say_key_is_left(session, &user, &key.id, &error);
            result.and(Err(error))
        }
    }
}

fn say_key_is_left(session: &Session<'_>, user: &str, id: &str, error: &Failure) {
    let screen = session.screen;
    if screen.json {
        screen.line(&json::Upload::AccessKeyLeft {
            user: user.to_owned(),
            access_key_id: id.to_owned(),
            error: error.to_string(),
        });
    } else {
        screen.say(&format!(
            "warning: the access key made for this run could not be removed ({error}); remove it: \
             aws iam delete-access-key --user-name {user} --access-key-id {id}"
        ));
    }
}

/// Uploads everything, and returns how many pictures did not make it.
async fn upload(
    args: &cli::Upload,
    session: &Session<'_>,
    connected: &Connected,
    sender: &Sender,
    selection: &Selection,
) -> Result<usize, Failure> {
    let start = Instant::now();
    let (screen, stack) = (session.screen, &connected.stack);
    let total = selection.pictures.len();
    let all = selection.pictures.iter().map(|picture| picture.bytes).sum();
    let bar = TransferBar::new(all, screen.interactive && !screen.json);
    let arrived = AtomicUsize::new(0);
    let waits = std::sync::Mutex::new(std::collections::BTreeSet::new());
    let on_news = |News::Waiting { key, wait }: News<'_>| {
        let done = arrived.load(Ordering::Relaxed);
        bar.message(format!("{done} of {total}; waiting for {}: {}", wait.why, foreign(key)));
        let is_new = || waits.lock().is_ok_and(|mut said| said.insert(key.to_owned()));
        if !screen.interactive && wait.elapsed >= LONG_WAIT && is_new() {
            let deadline = seconds(wait.deadline);
            screen.say(&format!("waiting for {} of {} (at most {deadline})", wait.why, foreign(key)));
        }
    };
    let journey = Journey {
        aws: &connected.aws,
        stack,
        sender,
        force: args.force,
        wait: (!args.no_wait).then_some(Duration::from_secs(args.timeout)),
        interrupt: session.interrupt,
        on_news: &on_news,
    };
    let mut tally = Tally::default();
    let mut arrivals = futures::stream::iter(&selection.pictures)
        .map(|picture| journey.of(picture))
        .buffer_unordered(CONCURRENT);
    let mut pace = TransferPace::begin(all);
    loop {
        let next = match select_future(arrivals.next(), pin!(pause(TICK))).await {
            Either::Left((next, _)) => next,
            Either::Right(_) => {
                let sent = sender.uplink.bytes();
                bar.sent(sent);
                // A terminal has the bar.
                if let Some(line) = pace.line(sent).filter(|_| !screen.interactive) {
                    screen.say(&line);
                }
                continue;
            }
        };
        let Some(arrival) = next else { break };
        arrived.fetch_add(1, Ordering::Relaxed);
        tally.count(&arrival);
        bar.aside(|| show(session, stack, &arrival));
    }
    drop(arrivals);
    drop(bar);
    tally.show(session, &connected.aws, start.elapsed());
    match session.interrupt.interrupted().map(Failure::from) {
        Some(failure) if tally.stopped > 0 => Err(failure),
        _ => Ok(total - tally.done),
    }
}

fn show(session: &Session<'_>, stack: &Stack, arrival: &Arrival<'_>) {
    // What was never begun is in the summary.
    if matches!(arrival.outcome, Outcome::Stopped { uploaded: false }) && !session.screen.json {
        return;
    }
    let (source, destination) =
        (stack.names.bucket(BucketRole::Source), stack.names.bucket(BucketRole::Destination));
    if session.screen.json {
        session.screen.line(&json::Upload::arrival(arrival, source, destination));
    } else {
        session.screen.out(
            &(arrival_line(
                arrival,
                source,
                destination,
                &session.suggest("plan"),
                &session.suggest("pending"),
            ) + "\n"),
        );
    }
}

/// Counts how pictures arrived.
#[derive(Debug, Default)]
struct Tally {
    total: usize,
    done: usize,
    clean: usize,
    refused: usize,
    rejected: usize,
    overdue: usize,
    failed: usize,
    stopped: usize,
    bytes: u64,
}

impl Tally {
    fn count(&mut self, arrival: &Arrival<'_>) {
        self.total += 1;
        self.done += usize::from(arrival.outcome.is_success());
        match &arrival.outcome {
            Outcome::Clean { .. } => self.clean += 1,
            Outcome::Uploaded => {}
            Outcome::Refused(_) => self.refused += 1,
            Outcome::Rejected(_) => self.rejected += 1,
            Outcome::Overdue(_) => self.overdue += 1,
            Outcome::Failed { .. } => self.failed += 1,
            Outcome::Stopped { .. } => self.stopped += 1,
        }
        let is_absent = matches!(
            arrival.outcome,
            Outcome::Refused(_)
                | Outcome::Failed { uploaded: false, .. }
                | Outcome::Stopped { uploaded: false }
        );
        if !is_absent {
            self.bytes += arrival.picture.bytes;
        }
    }

    fn show(&self, session: &Session<'_>, aws: &Aws, elapsed: Duration) {
        let screen = session.screen;
        if screen.json {
            screen.line(&json::Upload::Uploaded(json::Uploaded {
                pictures: self.total,
                clean: self.clean,
                not_waited_for: self.done - self.clean,
                refused: self.refused,
                rejected: self.rejected,
                overdue: self.overdue,
                failed: self.failed,
                interrupted: self.stopped,
                bytes: self.bytes,
                elapsed_ms: json::millis(elapsed),
                aws_calls: aws.calls(),
            }));
            return;
        }
        let mut parts = Vec::new();
        for (count, word) in [
            (self.clean, "clean"),
            (self.done - self.clean, "uploaded"),
            (self.refused, "refused"),
            (self.rejected, "rejected"),
            (self.overdue, "without a clean copy in time"),
            (self.failed, "failed"),
            (self.stopped, "interrupted"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {word}"));
            }
        }
        let pictures =
            if self.total == 1 { "1 picture".to_owned() } else { format!("{} pictures", self.total) };
        screen.say(&format!(
            "{pictures}: {}; {} in {}",
            parts.join(", "),
            bytes(self.bytes),
            seconds(elapsed)
        ));
        if self.overdue > 0 {
            screen.say(&format!(
                "`{}` tells whether the function and its trigger are as they should be",
                session.suggest("status")
            ));
        }
    }
}
