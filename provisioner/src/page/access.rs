//! Who may do what: by the configuration, or as AWS itself answers to each user's own key.

use aws_sdk_s3::Client;
use futures::future::join_all;

use super::Page;
use super::answer::{Answer, Status};
use crate::access_keys::AccessKey;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json::page::{Access, Actor, Cell, Refusal};
use crate::role_session::{VERIFY, role_session};
use crate::verify::{Folder, Granted, Outsider, Right, everything, matrix};
use engine::config::{BucketRole, UserConfig};

/// Users that are asked for; each takes an access key and some sixteen calls.
const MOST_USERS: usize = 20;

/// What the configuration gives to whom.
pub(super) fn configured(page: &Page) -> Answer {
    let stack = &page.stack;
    let mut rows: Vec<Actor> = (stack.config.users.iter().take(MOST_USERS))
        .map(|user| Actor::user(stack, user, unasked(Some(user))))
        .collect();
    rows.push(Actor::nobody(unasked(None)));
    Answer::json(Status::Ok, &Access { rows, asked: false })
}

/// What the configuration gives to a user, or to nobody.
fn unasked(user: Option<&UserConfig>) -> Vec<Cell> {
    let cell = |(bucket, right): (BucketRole, Right)| Cell {
        bucket: bucket.as_str(),
        right: right.as_str(),
        due: user.is_some_and(|user| right.is_due(user, bucket)),
        is: None,
    };
    everything().map(cell).collect()
}

/// What AWS gives: each user's own key tries everything.
pub(super) async fn asked(page: &Page) -> Answer {
    let _alone = page.asking.lock().await;
    let folder = Folder::new();
    // Not dropped at a signal: keys that were made must go again, and it sees to that itself.
    let asked = ask_all(page, &folder).await;
    let removed = page.interrupt.or_grace(folder.remove(&page.aws, &page.stack)).await;
    match asked.and_then(|rows| removed.map(|()| rows)) {
        Ok(rows) => Answer::json(Status::Ok, &Access { rows, asked: true }),
        Err(failure) => Answer::json(Status::Failed, &Refusal { error: failure.to_string() }),
    }
}

async fn ask_all(page: &Page, folder: &Folder) -> Result<Vec<Actor>, Failure> {
    let (aws, stack) = (&page.aws, &page.stack);
    page.interrupt.or(Folder::remove_leftovers(aws, stack)).await?;
    let users = stack.config.users.iter().take(MOST_USERS);
    // All to their end, whatever becomes of one.
    let asked = join_all(users.map(|user| ask(page, folder, user))).await;
    let mut rows = asked.into_iter().collect::<Result<Vec<_>, _>>()?;
    let probe = format!("{}probe", folder.below(""));
    page.interrupt.or(Folder::put_probes(aws, stack, &probe)).await?;
    let outsider = Outsider(aws.s3_as_nobody());
    rows.push(Actor::nobody(cells(&page.interrupt.or(outsider.matrix(stack, &probe)).await?)));
    Ok(rows)
}

/// Asks with a key of `user`'s that is removed again, whatever happens.
async fn ask(page: &Page, folder: &Folder, user: &UserConfig) -> Result<Actor, Failure> {
    let (aws, stack) = (&page.aws, &page.stack);
    let probe = format!("{}probe", folder.below(&user.prefix));
    page.interrupt.or(Folder::put_probes(aws, stack, &probe)).await?;
    if user.is_role() {
        return match page.interrupt.or(role_session(aws, stack, user, VERIFY)).await? {
            Ok(client) => {
                let granted = page.interrupt.or(matrix(&client, stack, user, &probe)).await?;
                Ok(Actor::user(stack, user, cells(&granted)))
            }
            Err(_) => Ok(Actor::user(stack, user, unasked(Some(user)))),
        };
    }
    let name = stack.names.user(&user.name);
    let key = page.interrupt.or_grace(AccessKey::create(aws, &name, &page.suggest)).await?;
    let client: Client = key.client(aws);
    let granted = page.interrupt.or(matrix(&client, stack, user, &probe)).await;
    page.interrupt.or_grace(key.remove(aws)).await?;
    Ok(Actor::user(stack, user, cells(&granted?)))
}

fn cells(granted: &[Granted]) -> Vec<Cell> {
    let cell = |granted: &Granted| Cell {
        bucket: granted.bucket.as_str(),
        right: granted.right.as_str(),
        due: granted.due,
        is: Some(granted.is),
    };
    granted.iter().map(cell).collect()
}
