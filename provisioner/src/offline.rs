//! The stack as far as it is known without asking AWS: for what explains, draws and exports.

use crate::failure::Failure;
use crate::session::Session;
use engine::config::Config;
use engine::stack::{Stack, partition};

/// Stand in names for what only AWS knows, as `config.toml` writes them.
const UNKNOWN: Places<'static> = Places { account: "{account}", region: "{region}" };

/// What stands for an account and a region that nobody has named.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places<'a> {
    /// For the account.
    pub account: &'a str,
    /// For the region.
    pub region: &'a str,
}

/// A stack that AWS was not asked about.
pub(crate) struct Offline {
    /// The stack.
    pub stack: Stack,
    /// The account is a stand-in.
    pub has_no_account: bool,
    /// The region is a stand-in.
    pub has_no_region: bool,
}

impl Offline {
    /// What a person must know of the stand-ins, if there are some.
    pub(crate) fn note(&self, Places { account, region }: Places<'_>) -> Option<String> {
        let (what, keys) = match (self.has_no_account, self.has_no_region) {
            (false, false) => return None,
            (true, false) => (format!("account {account}"), "`account`"),
            (false, true) => (format!("region {region}"), "`region`"),
            (true, true) => (format!("account {account} and region {region}"), "`account` and `region`"),
        };
        Some(format!(
            "note: AWS was not asked, so this is for {what}; {keys} in config.toml say which is meant"
        ))
    }
}

impl Session<'_> {
    /// The stack, with `{account}` and `{region}` in its names where they are not known.
    ///
    /// # Errors
    /// [`Failure::Config`].
    pub(crate) fn offline(&self) -> Result<Offline, Failure> {
        self.offline_with(UNKNOWN)
    }

    /// The stack, with these stand-ins.
    ///
    /// # Errors
    /// [`Failure::Config`].
    pub(crate) fn offline_with(&self, unknown: Places<'_>) -> Result<Offline, Failure> {
        let config = self.config()?;
        let account = config.account.clone().filter(|_| !self.global.local);
        let account = account.or_else(|| self.global.local.then(|| local_aws::ACCOUNT.to_owned()));
        let region = self.region_without_a_call(&config);
        let (has_no_account, has_no_region) = (account.is_none(), region.is_none());
        let account = account.unwrap_or_else(|| unknown.account.to_owned());
        let region = region.unwrap_or_else(|| unknown.region.to_owned());
        let stack = Stack::new(config, partition::of_region(&region), &account, &region);
        Ok(Offline { stack, has_no_account, has_no_region })
    }

    /// The region of the file, or of the environment; a profile's is not looked for.
    pub(crate) fn region_without_a_call(&self, config: &Config) -> Option<String> {
        let from_environment = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| {
            let region = std::env::var(name).ok()?;
            engine::config::is_region(&region).then_some(region)
        });
        let local = || self.global.local.then(|| local_aws::REGION.to_owned());
        config.region.clone().or_else(local).or(from_environment)
    }
}
