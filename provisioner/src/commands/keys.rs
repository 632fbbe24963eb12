//! `provisioner keys`

use std::time::Duration;

use time::OffsetDateTime;

use super::changes::confirm;
use crate::access_keys::{AccessKey, Listed, ON_SCREEN, Profile, list, prove, revoke, settle};
use crate::cli::{self, Keys};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json::{KeyIssued, KeyRevoked, KeysListed};
use crate::report::{key_in_words, keys_text, seconds};
use crate::session::{Connected, Session};
use crate::suggest::{Suggest, assume_role};
use engine::aws::Wait;
use engine::config::UserConfig;

pub(super) async fn run(command: &Keys, session: &Session<'_>) -> Result<ExitCode, Failure> {
    // A profile that cannot be written is no reason to make a key.
    if let Keys::Issue(args) | Keys::Rotate(args) = command
        && let Some(name) = &args.profile
    {
        Profile::open(name)?;
    }
    let connected = session.connect().await?;
    match command {
        Keys::List(args) => list_keys(args, session, &connected).await?,
        Keys::Issue(args) => Issuing::new(args, session, &connected)?.issue().await?,
        Keys::Rotate(args) => Issuing::new(args, session, &connected)?.rotate().await?,
        Keys::Revoke(args) => revoke_key(args, session, &connected).await?,
    }
    Ok(ExitCode::Ok)
}

async fn list_keys(
    args: &cli::ListKeys,
    session: &Session<'_>,
    connected: &Connected,
) -> Result<(), Failure> {
    let users: Vec<&UserConfig> = match &args.user {
        Some(name) => vec![user(connected, name)?],
        None => connected.stack.iam_users().collect(),
    };
    let mut listed = Vec::new();
    for user in users {
        let name = connected.stack.names.user(&user.name);
        let keys = of_user(session, connected, &name).await?;
        listed.push((user.name.clone(), name, keys));
    }
    let now = OffsetDateTime::now_utc().unix_timestamp();
    if session.screen.json {
        session.screen.document(&KeysListed::of(&listed, now));
    } else {
        session.screen.out(&keys_text(&listed, now));
        let roles: Vec<&str> = connected.stack.role_users().map(|user| user.name.as_str()).collect();
        if args.user.is_none() && !roles.is_empty() {
            session.screen.say(&format!("roles have no keys: {}", roles.join(", ")));
        }
    }
    Ok(())
}

/// The keys of an IAM user; what killed runs have left is gone then, and told.
async fn of_user(session: &Session<'_>, connected: &Connected, name: &str) -> Result<Vec<Listed>, Failure> {
    let suggest = Suggest::of(session.global);
    let (keys, removed) = session.interrupt.or_grace(list(&connected.aws, name, &suggest)).await?;
    for id in removed {
        say_removed(session, name, &id);
    }
    Ok(keys)
}

fn say_removed(session: &Session<'_>, name: &str, id: &str) {
    session
        .screen
        .say(&format!("removed the access key {id} of {name}, which a run that was killed has left"));
}

/// Between the profile that a key goes to and the id of the key that it takes the place of.
const REPLACES: &str = "-replaces-";

/// The id of the key that another one takes the place of.
fn replaced(to: &str) -> Option<&str> {
    Some(to.split_once(REPLACES)?.1)
}

fn ids(keys: &[Listed]) -> Vec<String> {
    keys.iter().map(|key| key.id.clone()).collect()
}

/// A new key for a user.
struct Issuing<'a> {
    session: &'a Session<'a>,
    connected: &'a Connected,
    user: &'a UserConfig,
    /// Its name in IAM.
    name: String,
    /// Where the key goes; `None`: onto the screen.
    profile: Option<(&'a str, Profile)>,
}

impl<'a> Issuing<'a> {
    fn new(
        args: &'a cli::NewKey,
        session: &'a Session<'a>,
        connected: &'a Connected,
    ) -> Result<Self, Failure> {
        let user = user(connected, &args.user)?;
        let profile = match &args.profile {
            Some(name) => Some((name.as_str(), Profile::open(name)?)),
            None => None,
        };
        Ok(Self { session, connected, user, name: connected.stack.names.user(&user.name), profile })
    }

    /// The user's keys. What a run has left that was killed while it wrote this very profile is settled first: the key is
    /// in it, and what was to be done after that is done now; or nobody has it, and it goes.
    async fn keys(&self) -> Result<(Vec<Listed>, Option<KeyIssued>), Failure> {
        let interrupt = self.session.interrupt;
        let mut keys = of_user(self.session, self.connected, &self.name).await?;
        let mut finished = None;
        let open =
            keys.iter().position(|key| key.perhaps_given.as_deref().is_some_and(|to| self.is_ours(to)));
        if let (Some(at), Some((_, profile))) = (open, &self.profile) {
            let Listed { id, perhaps_given, .. } = keys.remove(at);
            if profile.key_id() == Some(id.as_str()) {
                let old = perhaps_given.as_deref().and_then(replaced);
                let old: Vec<Listed> = keys.extract_if(.., |key| Some(key.id.as_str()) == old).collect();
                for old in &old {
                    self.revoke(&old.id).await?;
                }
                interrupt.or_grace(settle(&self.connected.aws, &self.name, &id)).await?;
                finished = Some(self.told(&id, ids(&keys), ids(&old)));
            } else {
                self.revoke(&id).await?;
                say_removed(self.session, &self.name, &id);
            }
        }
        Ok((keys, finished))
    }

    /// Whether a key was being given to this run's profile.
    fn is_ours(&self, to: &str) -> bool {
        self.profile.as_ref().is_some_and(|(_, profile)| {
            let rest = to.strip_prefix(&profile.token());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(REPLACES))
        })
    }

    async fn issue(&self) -> Result<(), Failure> {
        let (keys, finished) = self.keys().await?;
        if let Some(issued) = finished {
            self.tell(issued, None);
            return Ok(());
        }
        self.must_be_free_for(&keys)?;
        if let Some((profile, id)) = self.in_profile(&keys) {
            return Err(Failure::Refused {
                what: format!("the profile {profile} has the key {id} of {} already", self.name),
                hint: format!(
                    "`{}` puts another one in its place",
                    self.session.suggest(&format!("keys rotate {} --profile {profile}", self.user.name))
                ),
            });
        }
        self.hand_over(&keys, None).await
    }

    async fn rotate(&self) -> Result<(), Failure> {
        let (keys, finished) = self.keys().await?;
        if let Some(issued) = finished {
            self.tell(issued, None);
            return Ok(());
        }
        self.must_be_free_for(&keys)?;
        let present = self.in_profile(&keys).map(|(_, id)| id.to_owned());
        self.hand_over(&keys, present.as_deref()).await
    }

    /// The key that the profile has, when it is one of the user's.
    fn in_profile<'k>(&'k self, keys: &'k [Listed]) -> Option<(&'k str, &'k str)> {
        let (name, profile) = self.profile.as_ref()?;
        let id = profile.key_id()?;
        keys.iter().find(|key| key.id == id).map(|key| (*name, key.id.as_str()))
    }

    /// A profile that is somebody else's, or of another kind, is not written over.
    fn must_be_free_for(&self, keys: &[Listed]) -> Result<(), Failure> {
        let Some((name, profile)) = &self.profile else { return Ok(()) };
        let other = profile.key_id().filter(|id| !keys.iter().any(|key| key.id == *id));
        let what = match other {
            Some(id) => {
                format!("the profile {name} has the access key {id}, which is not one of {}", self.name)
            }
            None if profile.is_of_another_kind() => {
                format!("the profile {name} has its credentials from elsewhere")
            }
            None => return Ok(()),
        };
        Err(Failure::Refused {
            what: format!("{what} ({})", profile.path().display()),
            hint: "choose another --profile, or take this one out of the file".to_owned(),
        })
    }

    /// A key that S3 takes. Whatever goes wrong, none is left.
    async fn make_and_prove(&self) -> Result<AccessKey, Failure> {
        let Connected { aws, stack } = self.connected;
        let (interrupt, screen) = (self.session.interrupt, self.session.screen);
        let suggest = Suggest::of(self.session.global);
        let key = interrupt.or_grace(AccessKey::create(aws, &self.name, &suggest)).await?;
        let on_wait = |wait: Wait<'_>| {
            if wait.elapsed > Duration::from_secs(1) {
                screen.say(&format!("waiting: {} (at most {})", wait.why, seconds(wait.deadline)));
            }
        };
        let client = key.client(aws);
        match interrupt.or(prove(&client, stack, self.user, &on_wait)).await {
            Ok(()) => Ok(key),
            Err(failure) => {
                interrupt.or_grace(key.remove(aws)).await?;
                Err(failure)
            }
        }
    }

    /// Makes a key, gives it away, and removes the one that it replaces.
    async fn hand_over(&self, before: &[Listed], old: Option<&str>) -> Result<(), Failure> {
        let (aws, interrupt) = (&self.connected.aws, self.session.interrupt);
        let key = self.make_and_prove().await?;
        let kept: Vec<String> = ids(before).into_iter().filter(|id| Some(id.as_str()) != old).collect();
        let Some((_, profile)) = &self.profile else {
            let show = |id: &str, secret: &str| {
                self.tell(self.told(id, kept, Vec::new()), Some(secret));
                Ok(())
            };
            interrupt.or_grace(key.give(aws, ON_SCREEN, show)).await?;
            key.settle(aws).await;
            return Ok(());
        };
        let replaces = old.map(|old| format!("{REPLACES}{old}")).unwrap_or_default();
        let to = format!("{}{replaces}", profile.token());
        interrupt.or_grace(key.give(aws, &to, |id, secret| profile.write(id, secret))).await?;
        if let Some(old) = old {
            self.revoke(old).await?;
        }
        key.settle(aws).await;
        self.tell(self.told(&key.id, kept, old.map(str::to_owned).into_iter().collect()), None);
        Ok(())
    }

    async fn revoke(&self, id: &str) -> Result<(), Failure> {
        self.session.interrupt.or_grace(revoke(&self.connected.aws, &self.name, id)).await
    }

    fn told(&self, id: &str, kept: Vec<String>, revoked: Vec<String>) -> KeyIssued {
        let issued = KeyIssued {
            user: self.user.name.clone(),
            iam_user: self.name.clone(),
            access_key_id: id.to_owned(),
            secret_access_key: None,
            profile: None,
            file: None,
            file_bytes: None,
            revoked,
            kept,
        };
        match &self.profile {
            Some((name, profile)) => issued.in_profile(name, profile),
            None => issued,
        }
    }

    fn tell(&self, issued: KeyIssued, secret: Option<&str>) {
        let screen = self.session.screen;
        let (id, kept, revoked) = (issued.access_key_id.clone(), issued.kept.clone(), issued.revoked.clone());
        if screen.json {
            screen.document(&KeyIssued { secret_access_key: secret.map(str::to_owned), ..issued });
            return;
        }
        if let Some((name, profile)) = &self.profile {
            screen.say(&format!("The profile {name} in {} has the key {id}.", profile.path().display()));
        }
        if let Some(secret) = secret {
            screen.out(&format!("AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\n"));
            screen.tell("AWS does not tell the secret again.");
        }
        for id in revoked {
            screen.say(&format!("The old key {id} is gone."));
        }
        for id in kept {
            let revoke = self.session.suggest(&format!("keys revoke {} {id}", self.user.name));
            screen.say(&format!("{} still has the key {id}; when it is out of use: `{revoke}`", self.name));
        }
    }
}

async fn revoke_key(
    args: &cli::RevokeKey,
    session: &Session<'_>,
    connected: &Connected,
) -> Result<(), Failure> {
    let user = user(connected, &args.user)?;
    let name = connected.stack.names.user(&user.name);
    let keys = of_user(session, connected, &name).await?;
    let ids = || keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>().join(", ");
    let key = match (&args.id, keys.as_slice()) {
        (_, []) => {
            return Err(Failure::Refused {
                what: format!("{name} has no access key"),
                hint: format!("`{}` makes one", session.suggest(&format!("keys issue {}", user.name))),
            });
        }
        (Some(id), keys) => keys.iter().find(|key| key.id == *id).ok_or_else(|| Failure::Refused {
            what: format!("{name} has no access key {id:?}"),
            hint: format!("it has {}", ids()),
        })?,
        (None, [one]) => one,
        (None, _) => {
            return Err(Failure::Refused {
                what: format!("{name} has several access keys: {}", ids()),
                hint: format!(
                    "name the one to revoke; `{}` shows when each was used last",
                    session.suggest(&format!("keys list {}", user.name))
                ),
            });
        }
    };
    let now = OffsetDateTime::now_utc().unix_timestamp();
    if !session.screen.json {
        session.screen.tell(&format!("{name}: {}", key_in_words(key, now)));
    }
    confirm(session, args.yes, "Revoke it? Whoever uses it is refused from then on.").await?;
    session.interrupt.or_grace(revoke(&connected.aws, &name, &key.id)).await?;
    if session.screen.json {
        session.screen.document(&KeyRevoked {
            user: user.name.clone(),
            iam_user: name,
            revoked: key.id.clone(),
        });
    } else {
        session.screen.say("Revoked.");
    }
    Ok(())
}

/// A user of config.toml that can have keys.
fn user<'c>(connected: &'c Connected, name: &str) -> Result<&'c UserConfig, Failure> {
    let stack = &connected.stack;
    let users = &stack.config.users;
    let found = users.iter().find(|user| user.name == name).ok_or_else(|| Failure::Refused {
        what: format!("config.toml has no user {name:?}"),
        hint: match users.as_slice() {
            [] => "add a [[users]] to it".to_owned(),
            users => {
                let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
                format!("it has {}", names.join(", "))
            }
        },
    })?;
    if found.is_role() {
        return Err(Failure::Refused {
            what: format!(
                "{} is a role (kind = \"role\"), and IAM has access keys for users only",
                stack.names.user(name)
            ),
            hint: format!(
                "whom its `trust` names gets credentials for a session with `{}`, or has them renewed by a profile with \
                 role_arn = {}",
                assume_role(stack, found),
                stack.user_arn(found)
            ),
        });
    }
    Ok(found)
}
