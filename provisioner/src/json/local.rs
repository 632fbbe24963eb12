//! `local start|stop|status|reset|open`

use std::collections::BTreeMap;

use serde::Serialize;

use super::exact;

/// The local AWS runs.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LocalStarted {
    /// Its address.
    pub(crate) endpoint: String,
    /// Environment variables with which other tools reach it.
    pub(crate) environment: BTreeMap<&'static str, String>,
    /// The same by its profile, for tools that read AWS's configuration files: nothing secret is in the environment then.
    pub(crate) profile: BTreeMap<&'static str, String>,
}

/// The local AWS does not run any more.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LocalStopped {
    /// Whether it ran.
    pub(crate) stopped: bool,
}

/// Whether the local AWS runs, and what it keeps.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LocalStatus {
    /// Whether it runs and answers.
    running: bool,
    /// Its process.
    pid: Option<i32>,
    /// Its address.
    endpoint: Option<String>,
    /// Bytes that it keeps on the disk.
    data_bytes: u64,
    /// The path of its log, exact.
    log: String,
    /// The bytes of that path in Base64. Only when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_bytes: Option<String>,
    /// The version of ministack that runs.
    ministack: Option<String>,
}

/// The local AWS is empty.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LocalReset {
    /// Always true.
    pub(crate) reset: bool,
}

/// The page of the local pipeline can be opened.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LocalOpened {
    /// Its address, which is as good as a password: who has it can use the page.
    pub(crate) address: String,
}

impl LocalStatus {
    pub(crate) fn of(status: local_aws::Status) -> Self {
        let (log, log_bytes) = exact(&status.log);
        Self {
            running: status.running,
            pid: status.pid,
            endpoint: status.endpoint,
            data_bytes: status.data_bytes,
            log,
            log_bytes,
            ministack: status.version,
        }
    }
}
