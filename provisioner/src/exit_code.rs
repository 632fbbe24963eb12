//! The exit codes, an interface that scripts rely on. The same table is in
//! `help exit-codes`, the manual page and docs/commands.md, which is made of it.

use engine::interrupt::Signal;

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Done; for `plan` and `status`: no changes.
    Ok = 0,
    /// AWS, the network or this machine failed; run again to go on.
    Failed = 1,
    /// With `--detailed-exitcode` there are changes or pending pictures; with `inspect --check` and `audit` something to remove.
    Changes = 2,
    /// `config.toml` has errors.
    Config = 3,
    /// Refused: something foreign, data that nobody said to delete, no `--yes`.
    Refused = 4,
    /// No credentials, wrong account, no region, no endpoint.
    Access = 5,
    /// Some pictures or files failed; the rest succeeded.
    Partial = 6,
    /// Wrong arguments.
    Usage = 64,
    /// Ctrl-C.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

/// Every code with its meaning.
pub(crate) const TABLE: [(ExitCode, &str); 10] = [
    (ExitCode::Ok, "done; for `plan` and `status`: no changes, or changes without --detailed-exitcode"),
    (ExitCode::Failed, "AWS, the network or this machine failed; run again to go on"),
    (
        ExitCode::Changes,
        "there are changes or pending pictures, with --detailed-exitcode; something to remove, with `inspect --check` and `audit`",
    ),
    (ExitCode::Config, "config.toml has errors"),
    (ExitCode::Refused, "refused: something foreign, data that nobody said to delete, no --yes"),
    (ExitCode::Access, "no credentials, wrong account, no region, endpoint not reachable"),
    (ExitCode::Partial, "some files failed; the rest succeeded"),
    (ExitCode::Usage, "wrong arguments"),
    (ExitCode::Interrupted, "interrupted by Ctrl-C"),
    (ExitCode::Terminated, "ended by SIGTERM"),
];

impl ExitCode {
    /// How a run ends that a signal stopped: 128 and the signal's number, as shells have it.
    pub(crate) fn of_signal(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::Interrupted,
            Signal::Terminate => Self::Terminated,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_an_interface_and_never_change() {
        let codes: Vec<u8> = TABLE.iter().map(|(code, _)| *code as u8).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 64, 130, 143]);
    }
}
