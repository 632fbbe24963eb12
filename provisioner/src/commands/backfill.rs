//! `provisioner backfill`

use std::fs;
use std::path::Path;
use std::time::Instant;

use futures::stream::{BoxStream, FuturesUnordered, StreamExt, TryStreamExt, iter};

use super::pending::not_up;
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::{CountBar, backfilled_text, outcome_line};
use crate::session::{Connected, Session};
use engine::aws::{Aws, AwsError};
use engine::backfill::{self, Outcome};
use engine::batch_job::{Documents, Manifest};
use engine::config::BucketRole;
use engine::pace::Pace;
use engine::pending::{Compared, State, compare};
use engine::stack::Stack;

/// Tries of a picture that Lambda had no room for, each after the others that are under way.
const TRIES: u32 = 20;

pub(super) async fn run(args: &cli::Backfill, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    let Connected { aws, stack } = &connected;
    let screen = session.screen;
    if args.dry_run {
        return dry_run(args, session, &connected).await;
    }
    if let Some(folder) = &args.emit_batch_job {
        return emit(args, folder, session, &connected).await;
    }
    let start = Instant::now();
    let batch = Batch::new(args.concurrency, session, &connected).await?;
    let mut sums = json::Backfilled::default();
    let cleaned = batch.clean_all(keys(args, aws, stack), &mut sums).await;
    // What an interrupted or failed run did is told all the same.
    if cleaned.is_ok() && args.keys.is_empty() {
        sums.still_pending = Some(session.interrupt.or(count(args, aws, stack)).await?);
    }
    sums.elapsed_ms = json::millis(start.elapsed());
    sums.aws_calls = aws.calls();
    let is_partial = sums.rejected + sums.failed > 0;
    if screen.json {
        screen.line(&json::Backfill::Backfilled(sums));
    } else {
        screen.say(&backfilled_text(&sums, &session.suggest("pending")));
    }
    cleaned.map_err(|failure| not_up(failure, session))?;
    Ok(if is_partial { ExitCode::Partial } else { ExitCode::Ok })
}

/// The keys to clean, in order.
fn keys<'a>(
    args: &'a cli::Backfill,
    aws: &'a Aws,
    stack: &'a Stack,
) -> BoxStream<'a, Result<String, AwsError>> {
    if !args.keys.is_empty() {
        return iter(args.keys.iter().cloned().map(Ok)).boxed();
    }
    let before = args.cleaned_before;
    of_scope(&args.scope, aws, stack, move |compared| match compared.state {
        State::Pending(_) => true,
        State::Clean => {
            before.is_some_and(|before| compared.copy.as_ref().is_some_and(|copy| copy.modified < before))
        }
        State::Unmatched | State::Orphaned => false,
    })
}

/// The keys of pictures in a part of the bucket, in order.
pub(super) fn of_scope<'a>(
    scope: &'a cli::Scope,
    aws: &'a Aws,
    stack: &'a Stack,
    is_wanted: impl Fn(&Compared) -> bool + Copy + Send + 'a,
) -> BoxStream<'a, Result<String, AwsError>> {
    let since = scope.since;
    compare(aws, stack, &scope.prefix)
        .try_filter_map(move |compared| async move {
            let is_recent = since.is_none_or(|since| compared.object.modified >= since);
            Ok((is_recent && is_wanted(&compared)).then_some(compared.object.key))
        })
        .boxed()
}

/// As many at once as asked for, and never more than half of what the function may use: uploads need the rest.
async fn at_once(asked: u32, aws: &Aws, stack: &Stack, session: &Session<'_>) -> Result<usize, AwsError> {
    let Some(all) = backfill::concurrency(aws, stack).await? else { return Ok(asked as usize) };
    let half = (all / 2).max(1);
    if asked > half {
        session.screen.say(&format!(
            "{half} at once instead of {asked}: the function may run {all} times at once, and uploads need half of that"
        ));
    }
    Ok(asked.min(half) as usize)
}

/// What comes next of a batch.
enum Next<D> {
    /// Something of what is under way is done.
    Done(D),
    /// This key is next; `None`: there are no more.
    Listed(Option<String>),
    /// Nothing is under way, and nothing comes.
    End,
}

/// Pictures that the deployed function cleans, some at a time.
pub(super) struct Batch<'a> {
    session: &'a Session<'a>,
    connected: &'a Connected,
    most: usize,
}

impl<'a> Batch<'a> {
    /// At most `asked` at a time.
    pub(super) async fn new(
        asked: u32,
        session: &'a Session<'a>,
        connected: &'a Connected,
    ) -> Result<Self, Failure> {
        let Connected { aws, stack } = connected;
        let most = session.interrupt.or(at_once(asked, aws, stack, session)).await?;
        Ok(Self { session, connected, most })
    }

    /// Has them cleaned, and tells what became of each.
    pub(super) async fn clean_all(
        &self,
        mut keys: BoxStream<'_, Result<String, AwsError>>,
        sums: &mut json::Backfilled,
    ) -> Result<(), Failure> {
        let Self { session, connected: Connected { aws, stack }, most } = *self;
        let screen = session.screen;
        let bar = CountBar::new("pictures", screen.is_live && !screen.json);
        let mut pace = Pace::new(1, most, aws.retries());
        let mut running = FuturesUnordered::new();
        let clean =
            |key: String, tries: u32| async move { (backfill::clean(aws, stack, &key).await, key, tries) };
        let mut again: Vec<(String, u32)> = Vec::new();
        let mut is_listed = false;
        loop {
            let may_begin = running.len() < pace.limit() && session.interrupt.interrupted().is_none();
            if may_begin && let Some((key, tries)) = again.pop() {
                running.push(clean(key, tries));
                continue;
            }
            let may_list = may_begin && !is_listed;
            let is_idle = running.is_empty();
            // Both at once: what is under way goes on while the next page is listed.
            let next = async {
                Ok::<_, Failure>(tokio::select! {
                    Some(done) = running.next(), if !is_idle => Next::Done(done),
                    listed = keys.try_next(), if may_list => Next::Listed(listed?),
                    else => Next::End,
                })
            };
            // Those under way have some time to finish after Ctrl-C, and their answers are told.
            let next = if is_idle {
                session.interrupt.or(next).await?
            } else {
                session.interrupt.or_grace(next).await?
            };
            let (result, key, tries) = match next {
                Next::Done(done) => done,
                Next::Listed(Some(key)) => {
                    running.push(clean(key, 0));
                    continue;
                }
                Next::Listed(None) => {
                    is_listed = true;
                    continue;
                }
                Next::End => break,
            };
            pace.adapt(aws.retries());
            let outcome = match result {
                Ok(outcome) => outcome,
                Err(error) if error.is_throttled() && tries < TRIES => {
                    pace.halve();
                    again.push((key, tries + 1));
                    continue;
                }
                // Whatever else Lambda says of one invocation it would say of all.
                Err(error) => return Err(error.into()),
            };
            *match outcome {
                Outcome::Cleaned => &mut sums.cleaned,
                Outcome::Gone => &mut sums.gone,
                Outcome::Rejected { .. } => &mut sums.rejected,
                Outcome::Failed { .. } => &mut sums.failed,
            } += 1;
            bar.done(running.len());
            bar.aside(|| {
                if screen.json {
                    screen.line(&json::Backfill::of(&key, &outcome));
                } else {
                    screen.out(&outcome_line(&key, &outcome));
                }
            });
        }
        match session.interrupt.interrupted() {
            Some(interrupted) => Err(interrupted.into()),
            None => Ok(()),
        }
    }
}

async fn count(args: &cli::Backfill, aws: &Aws, stack: &Stack) -> Result<u64, AwsError> {
    keys(args, aws, stack).try_fold(0, |count, _| async move { Ok(count + 1) }).await
}

/// Writes the files of a job, into a folder that holds nothing else.
async fn emit(
    args: &cli::Backfill,
    folder: &Path,
    session: &Session<'_>,
    Connected { aws, stack }: &Connected,
) -> Result<ExitCode, Failure> {
    let failed = |source| Failure::File { path: folder.display().to_string(), source };
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::Refused {
            what: format!("{} is not empty", folder.display()),
            hint: "name a folder that is empty, or does not exist".to_owned(),
        });
    }
    let source = stack.names.bucket(BucketRole::Source);
    let add = |mut manifest: Manifest, key: String| async move {
        manifest.add(source, &key);
        Ok(manifest)
    };
    let listed = keys(args, aws, stack).try_fold(Manifest::default(), add);
    let manifest = session.interrupt.or(listed).await.map_err(|failure| not_up(failure, session))?;
    fs::create_dir_all(folder).map_err(failed)?;
    let files = Documents::of(stack, &manifest).files;
    for (name, content) in &files {
        super::export::write(&folder.join(name), content.as_bytes())?;
    }
    let screen = session.screen;
    if screen.json {
        let files = files.iter().map(|(name, _)| folder.join(name).display().to_string()).collect();
        screen.line(&json::Backfill::Emitted { objects: manifest.objects(), files });
    } else {
        let run = folder.join("run.sh");
        screen.say(&format!(
            "{} pictures are in the manifest. `sh {}` makes the job, with the AWS CLI; it says what each step is for.",
            manifest.objects(),
            run.display()
        ));
    }
    Ok(ExitCode::Ok)
}

async fn dry_run(
    args: &cli::Backfill,
    session: &Session<'_>,
    Connected { aws, stack }: &Connected,
) -> Result<ExitCode, Failure> {
    let screen = session.screen;
    let mut keys = keys(args, aws, stack);
    let mut count = 0;
    loop {
        let next = session.interrupt.or(keys.try_next()).await.map_err(|failure| not_up(failure, session))?;
        let Some(key) = next else { break };
        count += 1;
        if screen.json {
            screen.line(&json::Backfill::WouldClean { key });
        } else {
            screen.out(&format!("{}\n", crate::report::foreign(&key)));
        }
    }
    let would = if count == 1 { "1 picture would be" } else { &format!("{count} pictures would be") };
    screen.say(&format!("{would} cleaned."));
    Ok(ExitCode::Ok)
}
