//! The command line. The doc comments are the manual.

mod access;
mod choices;
mod complete;
mod global;
mod help;
mod keys;
mod local;
mod pictures;
mod queue;
#[cfg(test)]
mod reference;
mod setup;
mod stack;
mod terraform;
mod topics;
mod version;

use clap::{Parser, Subcommand};

pub(crate) use access::Access;
pub(crate) use complete::{complete, script};
pub(crate) use global::{Color, Global};
pub(crate) use help::{command, parse};
pub(crate) use keys::{Keys, ListKeys, NewKey, RevokeKey};
pub(crate) use local::{Local, Open};
pub(crate) use pictures::{Inspect, Sanitize, Upload};
pub(crate) use queue::{Audit, Backfill, Logs, Pending, Scope, Verify};
pub(crate) use setup::{Completions, ConfigFile, Init, Man, Permissions, Work};
pub(crate) use stack::{Down, Explain, Graph, GraphFormat, Plan, Status, Up};
pub(crate) use terraform::{Export, Package, TerraformFolder};
pub(crate) use topics::exit_code_table;

/// The configuration of a run that names none.
pub(crate) const DEFAULT_CONFIG: &str = "config.toml";

/// Remove the metadata from pictures: on this machine, or on AWS for every upload.
#[derive(Debug, Parser)]
#[command(name = "provisioner", version = version::SHORT, long_version = version::LONG, max_term_width = 100)]
pub(crate) struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what `up` would change, and change nothing.
    Plan(Plan),
    /// Create what is missing, repair what has drifted, leave the rest alone.
    ///
    /// Safe to run at any time: with nothing to do it only reads. After the
    /// changes everything is read and compared once more.
    Up(Up),
    /// Remove everything of the stack.
    ///
    /// Buckets that hold objects need --delete-data or --keep-data.
    Down(Down),
    /// Show what exists, whether it matches config.toml, and who may do what.
    ///
    /// Everything is what AWS says, and not what the configuration asks for. The
    /// function's code is not compared: that takes a build, which `plan` makes.
    Status(Status),
    /// Explain what the stack is made of, why, and what it costs.
    ///
    /// Of each resource: what it is, why it is there, what it may do, and AWS's page. From the configuration alone; asks no AWS.
    Explain(Explain),
    /// Draw the stack: what there is, and who may do what.
    ///
    /// From the configuration alone; asks no AWS. The rights are read from the policies that `up` writes.
    Graph(Graph),
    /// List the pictures that have no clean copy, whatever the reason.
    ///
    /// A picture is pending when the destination bucket has nothing under its
    /// key, or a copy of the picture that it replaced. Both buckets are listed
    /// and compared; nothing is changed. `backfill` cleans what is pending.
    Pending(Pending),
    /// Clean what is pending: what was missed, or was there before the stack.
    ///
    /// Starts the deployed function for each pending picture and tells what became
    /// of it. Safe to interrupt and to run again: it goes on with what is left.
    Backfill(Backfill),
    /// Prove from outside that the deployed pipeline does what it should.
    ///
    /// Sends pictures made on the spot as a user who may, and checks as another
    /// that each comes out clean or not at all; then asks for every right of every
    /// user. Uses access keys that live as long as the run, and leaves nothing.
    Verify(Verify),
    /// Look at what is published, and tell what is not clean.
    ///
    /// Reads the pictures of the destination bucket and cleans each once more in
    /// memory: of a clean one nothing changes. Also tells copies of what was
    /// deleted, and which version made them. Changes nothing.
    Audit(Audit),
    /// Tell who may do what in the two buckets, and which statement decides.
    ///
    /// By the very policies that `up` writes, and by what IAM says of those that it
    /// has: when the two differ, that is an error. With ACTION and RESOURCE exits
    /// with 2 when it is not allowed. Changes nothing.
    Access(Access),
    /// Hand out, list, replace and take away the access keys of the stack's users.
    ///
    /// AWS tells the secret of a key once. A new key is shown, or written into a
    /// profile, when S3 takes it. A run that is killed leaves no key that nobody
    /// has: the next one removes it.
    Keys {
        /// What to do.
        #[command(subcommand)]
        command: Keys,
    },
    /// Show what became of pictures, as the function logged it.
    ///
    /// One line a picture, and what Lambda says of invocations that ended badly;
    /// with -v all that it says. Reading the log costs nothing.
    Logs(Logs),
    /// Manage the AWS that runs on this machine.
    Local {
        /// What to do with it.
        #[command(subcommand)]
        command: Local,
    },
    /// Upload pictures, wait for their clean copies, and say what was removed.
    ///
    /// A file is uploaded under its name, a folder's files under their path from
    /// there. One line a picture on stdout.
    Upload(Upload),
    /// Tell what pictures reveal: places, devices, people, times, hidden pictures.
    ///
    /// Works offline: no configuration, no AWS, and nothing is written.
    Inspect(Inspect),
    /// Remove the metadata of pictures on this machine.
    ///
    /// Works offline: no configuration, no AWS. Colours and pixels stay as they
    /// are, pictures stay upright, and what can't be proven clean is refused.
    /// Permissions are kept; times are metadata and are not.
    Sanitize(Sanitize),
    /// Write a commented config.toml to begin with; never over one that is there.
    ///
    /// --stack names the stack, --config the file.
    Init(Init),
    /// Check the configuration, show what it comes to, or describe it for editors.
    Config {
        /// What to do with it.
        #[command(subcommand)]
        command: ConfigFile,
    },
    /// Print completions for a shell.
    ///
    /// They complete commands, options, files, and names that config.toml has: users and the stack.
    Completions(Completions),
    /// Print the manual page, or write those of all commands.
    Man(Man),
    /// Check what this program needs: tools, credentials, rights, and how to mend what lacks.
    ///
    /// Each line says ok, warning, or what to fix. Changes nothing.
    Doctor,
    /// Print the IAM policy of who works on this stack: exactly the rights that it takes.
    ///
    /// Everything, or what some kinds of work take. Needs no rights itself.
    Permissions(Permissions),
    /// Build the function and write the package that `up` uploads.
    ///
    /// The same source makes the same bytes. Prints their hash as Lambda shows it.
    Package(Package),
    /// Write what Terraform and linters need to work on the same stack.
    Export {
        /// What to write.
        #[command(subcommand)]
        what: Export,
    },
}
