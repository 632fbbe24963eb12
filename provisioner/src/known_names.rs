//! Names that only AWS knows, for who completes a line: access keys, and stacks. A key press waits for them two seconds at
//! most; without credentials, or offline, there are none.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::aws::{Aws, AwsCall, Connection};
use engine::config::Config;
use engine::stack::Stack;
use engine::stacks;
use local_aws::LocalAws;

use crate::moment::{ago, now};

const PATIENCE: Duration = Duration::from_secs(2);

/// The access keys of these users, by their ids, with whose they are and since when.
pub(crate) fn access_keys(config: Config, is_local: bool, users: &[String]) -> BTreeMap<String, String> {
    ask(async {
        let aws = connect(&config, is_local).await?;
        let stack = Stack::new(config, &aws.partition, &aws.account, &aws.region);
        let (aws, stack) = (&aws, &stack);
        let lists = users.iter().map(|user| async move {
            let list = aws.iam.list_access_keys().user_name(stack.names.user(user));
            let keys = list.send().await.aws("ListAccessKeys").ok()?.access_key_metadata;
            Some(keys.into_iter().filter_map(move |key| {
                let status = key.status.as_ref().map_or("", |status| status.as_str()).to_lowercase();
                let since =
                    key.create_date.map(|at| format!(", made {}", ago(at.secs(), now()))).unwrap_or_default();
                Some((key.access_key_id?, format!("{user}, {status}{since}")))
            }))
        });
        Some(futures::future::join_all(lists).await.into_iter().flatten().flatten().collect())
    })
}

/// The stacks of the account and region.
pub(crate) fn stacks(config: Config, is_local: bool) -> BTreeMap<String, String> {
    ask(async {
        let aws = connect(&config, is_local).await?;
        let all = stacks::all(&aws).await.ok()?;
        Some(all.into_keys().map(|name| (name, "in this account and region".to_owned())).collect())
    })
}

fn ask(question: impl Future<Output = Option<BTreeMap<String, String>>>) -> BTreeMap<String, String> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return BTreeMap::new();
    };
    let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, question).await.ok().flatten() });
    // What still runs must not keep the shell waiting.
    runtime.shutdown_background();
    answer.unwrap_or_default()
}

/// The AWS of the line; a local one only if it runs.
async fn connect(config: &Config, is_local: bool) -> Option<Aws> {
    let region = config.region.clone();
    let connection = if is_local {
        let running = LocalAws::in_default_home().ok()?.connect().await.ok()??;
        Connection {
            endpoint: Some(running.endpoint),
            ca_bundle: Some(running.ca_bundle),
            region: Some(region.unwrap_or(running.region)),
            credentials: Some((running.access_key_id, running.secret_access_key)),
        }
    } else {
        Connection { region, ..Connection::default() }
    };
    Aws::connect(&connection).await.ok()
}
