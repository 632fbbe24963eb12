//! Arguments of the commands about pictures in the deployed pipeline.

use std::path::PathBuf;

use clap::Args;

use crate::moment::since;

/// `pending`
#[derive(Debug, Args)]
pub(crate) struct Pending {
    /// Which pictures to look at.
    #[command(flatten)]
    pub scope: Scope,
    /// Stop when so many are found.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Have the deployed function clean them, and show what it says of each.
    #[arg(long)]
    pub why: bool,
    /// Exit with 2 when pictures are pending.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// `backfill`
#[derive(Debug, Args)]
pub(crate) struct Backfill {
    /// Clean these pictures, pending or not; without it: all that are pending.
    #[arg(value_name = "KEY", conflicts_with_all = ["prefix", "since"])]
    pub keys: Vec<String>,
    /// Which pictures to look at.
    #[command(flatten)]
    pub scope: Scope,
    /// Also pictures whose clean copy was written before: `7d` ago, or a time such
    /// as 2026-11-26. After an update of the function: what an older one has cleaned.
    #[arg(long, value_name = "TIME", value_parser = since, conflicts_with = "keys")]
    pub cleaned_before: Option<i64>,
    /// How many invocations at once; at most half of what the function may use,
    /// so that uploads are cleaned meanwhile.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub concurrency: u32,
    /// List what would be cleaned, and clean nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Clean nothing, but write what S3 Batch Operations needs to do it: manifest,
    /// job, role and commands. For millions of pictures.
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    pub emit_batch_job: Option<PathBuf>,
}

/// `audit`
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Only keys that begin so.
    #[arg(long, value_name = "KEYPREFIX", default_value = "", hide_default_value = true)]
    pub prefix: String,
    /// Look at N of them only, chosen by chance: each picture that is read costs a request and its traffic.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub sample: Option<u64>,
}

/// Seconds that `verify` waits for a clean copy.
const PATIENCE: u64 = 60;

/// As `up --verify` runs it.
impl Default for Verify {
    fn default() -> Self {
        Self { timeout: PATIENCE, html: None, junit: None }
    }
}

/// `verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// How long to wait for each clean copy.
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Write a page for people: each picture before and after, what it revealed, who may do what.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write a JUnit report, which CI systems show.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// `logs`
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// Go on with what comes in, until Ctrl-C.
    #[arg(short, long)]
    pub follow: bool,
    /// Only what was written since: `90m`, `12h`, `7d` ago, or a time such as
    /// 2026-11-26 or 2026-11-26T14:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = since, default_value = "1h")]
    pub since: i64,
    /// Only rejected pictures; with --failed both.
    #[arg(long)]
    pub rejected: bool,
    /// Only failures: of a picture, or of a whole invocation, such as one that ran out of time.
    #[arg(long)]
    pub failed: bool,
    /// Only this picture.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Only this invocation.
    #[arg(long, value_name = "ID")]
    pub request_id: Option<String>,
}

/// A part of the buckets.
#[derive(Debug, Clone, Args)]
pub(crate) struct Scope {
    /// Only keys that begin so.
    #[arg(long, value_name = "KEYPREFIX", default_value = "", hide_default_value = true)]
    pub prefix: String,
    /// Only pictures uploaded since: `90m`, `12h`, `7d` ago, or a time such as
    /// 2026-11-26 or 2026-11-26T14:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub since: Option<i64>,
}
