//! `provisioner verify`

use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};

use super::pending::not_up;
use crate::access_keys::AccessKey;
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::moment::{now, rfc3339};
use crate::report::{check_line, verified_text};
use crate::role_session::{VERIFY, role_session};
use crate::session::{Connected, Session};
use crate::suggest::Suggest;
use crate::upload::{Awaited, Found};
use crate::verify::{
    Canary, Check, Copy, Expected, Folder, Outsider, Proof, Shown, Verdict, base, canaries, judge, junit,
    matrix, verdict,
};
use engine::aws::{Aws, AwsCall, AwsError};
use engine::config::{BucketRole, UserConfig};
use engine::stack::Stack;

/// Canaries on their way at once.
const CONCURRENT: usize = 4;
/// Users whose rights are asked for; each takes an access key and some sixteen calls.
const MOST_USERS: usize = 20;

/// What became of a canary.
struct Sent {
    verdict: Verdict,
    /// From the upload to that.
    took: Duration,
    copy: Option<Copy>,
}

/// A user with credentials for this run.
struct Actor<'a> {
    user: &'a UserConfig,
    credentials: Credentials,
}

/// What a user is acted as with.
enum Credentials {
    /// A key that is removed after the run.
    Key(AccessKey),
    /// A session of a role; it ends by itself.
    Session(aws_sdk_s3::Client),
    /// The role does not trust these credentials, and why that is known.
    None(String),
}

impl Actor<'_> {
    fn client(&self, aws: &Aws) -> Option<aws_sdk_s3::Client> {
        match &self.credentials {
            Credentials::Key(key) => Some(key.client(aws)),
            Credentials::Session(client) => Some(client.clone()),
            Credentials::None(_) => None,
        }
    }
}

pub(super) async fn run(args: &cli::Verify, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    prove(args, session, &connected).await
}

/// The same on a stack that is connected to.
///
/// # Errors
/// When something is not as it should be, which was told, or could not be asked.
pub(super) async fn prove(
    args: &cli::Verify,
    session: &Session<'_>,
    connected: &Connected,
) -> Result<ExitCode, Failure> {
    let Connected { aws, stack } = connected;
    let screen = session.screen;
    let start = Instant::now();
    let left = session.interrupt.or(Folder::remove_leftovers(aws, stack)).await;
    let left = left.map_err(|failure| not_up(failure, session))?;
    if left > 0 {
        screen.say(&format!("removed {left} versions of canaries, which a run that was killed has left"));
    }
    let run = Verification { args, session, connected, folder: Folder::new() };
    let mut actors = Vec::new();
    let mut checks = Vec::new();
    let checked = match run.actors(&mut actors).await {
        Ok(()) => session.interrupt.or(run.check(&actors, &mut checks)).await,
        Err(failure) => Err(failure),
    };
    let cleaned = run.clean_up(&actors).await;
    checked?;
    cleaned?;
    let failed = checks.iter().filter(|check| matches!(check.verdict, Verdict::Wrong(_))).count();
    let sums = json::Verified::of(&checks, failed, start.elapsed(), aws.calls());
    reports(args, stack, &checks, &sums)?;
    if screen.json {
        screen.line(&json::Verify::Verified(sums));
    } else {
        screen.say(&verified_text(&sums));
        if let Some(path) = &args.html {
            screen.say(&format!("the page is {}", path.display()));
        }
    }
    if failed > 0 { Err(Failure::Unproven { total: checks.len(), failed }) } else { Ok(ExitCode::Ok) }
}

/// Writes the files that were asked for.
fn reports(
    args: &cli::Verify,
    stack: &Stack,
    checks: &[Check],
    sums: &json::Verified,
) -> Result<(), Failure> {
    let names = &stack.names;
    if let Some(path) = &args.html {
        let of = format!("Stack {} in account {}, {}", names.stack, names.account, names.region);
        let at = rfc3339(now());
        super::export::write(path, Proof { of, at, checks, sums }.html().as_bytes())?;
    }
    if let Some(path) = &args.junit {
        super::export::write(path, junit(&names.stack, checks, sums.elapsed_ms).as_bytes())?;
    }
    Ok(())
}

/// A run of `verify`.
struct Verification<'a> {
    args: &'a cli::Verify,
    session: &'a Session<'a>,
    connected: &'a Connected,
    folder: Folder,
}

impl Verification<'_> {
    /// Makes the users' keys. Those that are made are in `actors`, whatever happens.
    async fn actors<'u>(&'u self, actors: &mut Vec<Actor<'u>>) -> Result<(), Failure> {
        let Connected { aws, stack } = self.connected;
        let suggest = Suggest::of(self.session.global);
        let users = &stack.config.users;
        if users.len() > MOST_USERS {
            let more = users.len() - MOST_USERS;
            self.session
                .screen
                .say(&format!("the rights of {MOST_USERS} users are asked for, not those of {more} more"));
        }
        for user in users.iter().take(MOST_USERS) {
            let interrupt = self.session.interrupt;
            let credentials = if user.is_role() {
                match interrupt.or(role_session(aws, stack, user, VERIFY)).await? {
                    Ok(client) => Credentials::Session(client),
                    Err(why) => Credentials::None(format!("not tried: {why}")),
                }
            } else {
                let name = stack.names.user(&user.name);
                Credentials::Key(interrupt.or_grace(AccessKey::create(aws, &name, &suggest)).await?)
            };
            actors.push(Actor { user, credentials });
        }
        Ok(())
    }

    async fn check(&self, actors: &[Actor<'_>], checks: &mut Vec<Check>) -> Result<(), Failure> {
        let Connected { aws, stack } = self.connected;
        // The rights first: then the keys are known where they are used.
        for actor in actors {
            let user = actor.user;
            let what = format!("{} ({})", user.name, stack.names.user(&user.name));
            let found = match (&actor.credentials, actor.client(aws)) {
                (Credentials::None(why), _) => Verdict::Untried(why.clone()),
                (_, None) => continue,
                (_, Some(client)) => {
                    let probe = format!("{}probe", self.folder.below(&user.prefix));
                    Folder::put_probes(aws, stack, &probe).await?;
                    verdict(&matrix(&client, stack, user, &probe).await?, stack)
                }
            };
            self.tell(checks, what, found, None, None);
        }
        let probe = format!("{}probe", self.folder.below(""));
        Folder::put_probes(aws, stack, &probe).await?;
        let outsider = Outsider(aws.s3_as_nobody()).verdict(stack, &probe).await?;
        self.tell(checks, "everybody else".to_owned(), outsider, None, None);

        let trigger = &stack.config.trigger;
        let writer = actors.iter().find(|actor| {
            actor.user.bucket == BucketRole::Source
                && actor.client(aws).is_some()
                && actor.user.access.writes()
                && base(trigger, Some(actor.user)).is_some()
        });
        let prefix = base(trigger, writer.map(|writer| writer.user)).unwrap_or_default();
        let reader = actors.iter().find(|actor| {
            actor.user.bucket == BucketRole::Destination
                && actor.client(aws).is_some()
                && actor.user.access.reads()
                && prefix.starts_with(&actor.user.prefix)
        });
        let screen = self.session.screen;
        let name = |actor: Option<&Actor<'_>>| {
            actor.map_or_else(|| "these credentials".to_owned(), |actor| stack.names.user(&actor.user.name))
        };
        screen.say(&format!("pictures are sent as {} and read as {}", name(writer), name(reader)));
        let client =
            |actor: Option<&Actor<'_>>| actor.and_then(|it| it.client(aws)).unwrap_or_else(|| aws.s3.clone());
        let (writer, reader) = (&client(writer), &client(reader));
        let all = canaries(trigger, &self.folder.below(&prefix));
        let mut sent = futures::stream::iter(&all)
            .map(|canary| async move { (canary, Instant::now(), self.send(canary, writer, reader).await) })
            .buffered(CONCURRENT);
        while let Some((canary, start, verdict)) = sent.next().await {
            let elapsed = (canary.expected == Expected::Clean).then(|| start.elapsed());
            let Sent { verdict, took, copy } = verdict?;
            let shown = Shown {
                key: canary.key.clone(),
                content_type: canary.content_type,
                before: canary.content.to_vec(),
                after: copy.map(|copy| copy.content.to_vec()),
            };
            self.tell(checks, canary.what.clone(), verdict, elapsed.and(Some(took)), Some(shown));
        }
        Ok(())
    }

    fn tell(
        &self,
        checks: &mut Vec<Check>,
        what: String,
        verdict: Verdict,
        took: Option<Duration>,
        shown: Option<Shown>,
    ) {
        let check = Check { what, verdict, elapsed_ms: took.map(json::millis), shown };
        let screen = self.session.screen;
        if screen.json {
            screen.line(&json::Verify::of(&check));
        } else {
            screen.out(&check_line(&check));
        }
        checks.push(check);
    }

    /// Sends a canary and judges what became of it.
    async fn send(
        &self,
        canary: &Canary,
        writer: &aws_sdk_s3::Client,
        reader: &aws_sdk_s3::Client,
    ) -> Result<Sent, AwsError> {
        let Connected { aws, stack } = self.connected;
        let [source, destination] =
            [BucketRole::Source, BucketRole::Destination].map(|role| stack.names.bucket(role));
        let put = writer
            .put_object()
            .bucket(source)
            .key(&canary.key)
            .content_type(canary.content_type)
            .content_disposition(canary.secret_header())
            .content_language(canary.secret_header())
            .metadata("owner", canary.secret_header())
            .body(canary.content.clone().into());
        let start = Instant::now();
        let version = put.send().await.aws("PutObject")?.version_id;
        let awaited = Awaited {
            source,
            destination,
            log_group: &stack.names.log_group,
            key: &canary.key,
            version_id: version.as_deref(),
            before: None,
            length: None,
            refused: canary.expected == Expected::Rejected,
            deadline: Duration::from_secs(self.args.timeout),
        };
        let found = awaited.wait(aws, &|_| ()).await?;
        let took = start.elapsed();
        let mut copy = None;
        let verdict = match (canary.expected, found) {
            (Expected::Rejected, Found::Rejected(Some(reason))) => {
                Verdict::Right(format!("not published, and the log says why: {reason}"))
            }
            (Expected::Rejected, Found::Rejected(None)) => {
                Verdict::Right("not published; the log does not say why yet".to_owned())
            }
            (Expected::Rejected, Found::Clean(_)) => {
                Verdict::Wrong("published, and it should not be".to_owned())
            }
            (Expected::Clean, Found::Rejected(reason)) => {
                let reason = reason.unwrap_or_default();
                Verdict::Wrong(format!("not published: {reason}"))
            }
            (_, Found::Overdue(reason)) => {
                let said = reason.map(|reason| format!("; the function said: {reason}")).unwrap_or_default();
                Verdict::Wrong(format!("no clean copy within {} s{said}", self.args.timeout))
            }
            (Expected::Clean, Found::Clean(_)) => {
                let copy = copy.insert(read(reader, destination, &canary.key).await?);
                judge(canary, copy, stack.config.function.cleaning)
            }
        };
        Ok(Sent { verdict, took, copy })
    }

    /// Removes canaries and keys, whatever came before.
    async fn clean_up(&self, actors: &[Actor<'_>]) -> Result<(), Failure> {
        let Connected { aws, stack } = self.connected;
        let interrupt = self.session.interrupt;
        let mut result = interrupt.or_grace(self.folder.remove(aws, stack)).await;
        let removals = futures::stream::iter(actors).map(Ok).try_for_each_concurrent(CONCURRENT, |actor| async move {
            let user = stack.names.user(&actor.user.name);
            let Credentials::Key(key) = &actor.credentials else { return Ok(()) };
            interrupt.or_grace(key.remove(aws)).await.inspect_err(|error| {
                self.session.screen.say(&format!(
                    "warning: the access key {} of {user} could not be removed ({error}); the next `verify` does it",
                    key.id
                ));
            })
        });
        result = result.and(removals.await);
        result
    }
}

async fn read(s3: &aws_sdk_s3::Client, bucket: &str, key: &str) -> Result<Copy, AwsError> {
    let object = s3.get_object().bucket(bucket).key(key).send().await.aws("GetObject")?;
    let headers = [object.content_disposition(), object.content_language(), object.content_encoding()];
    let headers = headers.into_iter().flatten().map(str::to_owned).collect();
    let content_type = object.content_type().map(str::to_owned);
    let metadata = object.metadata().cloned().unwrap_or_default();
    let content = object.body.collect().await.map_err(|error| AwsError {
        operation: "GetObject",
        code: None,
        status: None,
        message: contract::error_chain(&error),
        request_id: None,
        transport: Some(engine::aws::Transport::Connection),
    })?;
    Ok(Copy { content: content.into_bytes(), content_type, headers, metadata })
}
