//! The command line. The doc comments are the manual.

use std::path::PathBuf;

use crate::moment::since;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand};
use sanitizer::{
    GainMaps, HiddenPixels, IccPolicy, Options, Orientation, PartialEdges, Rights, UnknownWord,
    UnreadableProfile,
};

/// The configuration of a run that names none.
pub(crate) const DEFAULT_CONFIG: &str = "config.toml";

/// Creates, repairs and removes a pipeline on AWS that strips the metadata
/// from uploaded pictures. No state file: reality is the state.
#[derive(Debug, Parser)]
#[command(name = "provisioner", version, after_help = exit_codes(), max_term_width = 100)]
pub(crate) struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command, accepted before and after it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The configuration.
    #[arg(long, global = true, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// Another copy of the stack, under this name.
    #[arg(long, global = true, value_name = "NAME")]
    pub stack: Option<String>,
    /// Use the AWS that runs on this machine; it is installed and started when needed.
    #[arg(long, global = true)]
    pub local: bool,
    /// One JSON document on stdout, or JSON lines for what takes time.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more: whole policies, counts of AWS calls.
    #[arg(short, long, global = true)]
    pub verbose: bool,
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
    /// Show what exists: how each resource compares with the configuration, who may do what.
    ///
    /// Everything is what AWS says, and not what the configuration asks for. The
    /// function's code is not compared: that takes a build, which `plan` makes.
    Status(Status),
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

/// `plan`
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Plan to take over what exists and is not of this stack.
    #[arg(long)]
    pub adopt: bool,
}

/// `up`
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
    /// Take over what exists and is not of this stack.
    #[arg(long)]
    pub adopt: bool,
}

/// `down`
#[derive(Debug, Args)]
pub(crate) struct Down {
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
    /// Delete all objects and their versions, for good.
    #[arg(long, conflicts_with = "keep_data")]
    pub delete_data: bool,
    /// Keep the buckets that hold objects.
    #[arg(long)]
    pub keep_data: bool,
}

/// `status`
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Exit with 2 when something is not as in the configuration.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// List every stack of this account and region, also those that no
    /// configuration names any more.
    #[arg(long, conflicts_with = "detailed_exitcode")]
    pub all: bool,
}

/// `pending`
#[derive(Debug, Args)]
pub(crate) struct Pending {
    /// Which pictures to look at.
    #[command(flatten)]
    pub scope: Scope,
    /// Stop when so many are found.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
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
    /// How many invocations at once; at most half of what the function may use,
    /// so that uploads are cleaned meanwhile.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub concurrency: u32,
    /// List what would be cleaned, and clean nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// How long to wait for each clean copy.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
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

/// `local`
#[derive(Debug, Subcommand)]
pub(crate) enum Local {
    /// Start it, and print the environment to use it with other tools.
    Start,
    /// Stop it; its state stays.
    Stop,
    /// Show whether it runs, where, and how much it holds.
    Status,
    /// Stop it and delete everything in it.
    Reset {
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
}

/// `upload`
#[derive(Debug, Args)]
pub(crate) struct Upload {
    /// Pictures, and folders of pictures.
    ///
    /// Of the files in folders those are taken whose names end in one of
    /// trigger.suffixes in config.toml. Links are followed when they are named,
    /// and not when they are found in folders.
    #[arg(required = true, value_name = "PHOTO")]
    pub photos: Vec<PathBuf>,
    /// Upload as this user of config.toml, with an access key that is made for
    /// this run and removed after it. Without it: with your own credentials.
    #[arg(long = "as", value_name = "USER")]
    pub user: Option<String>,
    /// A folder to put before every key: `--prefix 2026/rome`.
    #[arg(long, value_name = "KEYPREFIX")]
    pub prefix: Option<String>,
    /// Send, too, what would not be published: files that are no pictures, and damaged pictures.
    ///
    /// Without it they are refused before anything of them leaves this machine.
    #[arg(short, long)]
    pub force: bool,
    /// Do not wait for the clean copies.
    #[arg(long)]
    pub no_wait: bool,
    /// How long to wait for each clean copy.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
}

/// `inspect`
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Pictures; `-` is stdin.
    #[arg(required = true, value_name = "FILE")]
    pub inputs: Vec<PathBuf>,
    /// Look into folders, too.
    #[arg(short, long)]
    pub recursive: bool,
    /// Tell what `sanitize --keep` would leave in it.
    #[arg(long, value_parser = rights, default_value_t, value_name = "RIGHTS")]
    pub keep: Rights,
}

/// `sanitize`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("where").required(true).args(["output", "in_place"])))]
pub(crate) struct Sanitize {
    /// Pictures, and folders with --recursive; `-` is stdin.
    #[arg(required = true, value_name = "IN")]
    pub inputs: Vec<PathBuf>,
    /// Where the clean pictures go: a folder, in which those from folders keep
    /// their relative paths; for one picture a file; `-` is stdout.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Put each clean picture in place of its original, which is then gone.
    #[arg(long)]
    pub in_place: bool,
    /// Go into folders.
    #[arg(short, long)]
    pub recursive: bool,
    /// Replace files that are in OUT already; never an input, a pipe, a device or a link.
    #[arg(short, long, conflicts_with = "in_place")]
    pub force: bool,
    /// How pictures stay upright that are stored turned.
    #[arg(long, value_parser = orientations(), default_value_t, value_name = "HOW")]
    pub orientation: Orientation,
    /// What to do when `upright` would lose pixels: a picture whose size is no
    /// multiple of the block size (8 or 16 pixels) can't be turned exactly.
    #[arg(long, value_parser = partial_edges(), default_value_t, value_name = "HOW")]
    pub partial_edges: PartialEdges,
    /// What becomes of the colour profile.
    #[arg(long, value_parser = icc_policies(), default_value_t, value_name = "WHAT")]
    pub icc: IccPolicy,
    /// What to do with a colour profile that can't be read, so that it can't be written anew.
    #[arg(long, value_parser = unreadable_profiles(), default_value_t, value_name = "WHAT")]
    pub unreadable_profile: UnreadableProfile,
    /// What becomes of an HDR gain map.
    #[arg(long, value_parser = gain_maps(), default_value_t, value_name = "WHAT")]
    pub gain_maps: GainMaps,
    /// Keep what is said about rights, written anew: copyright, creator, credit, license, with commas between.
    ///
    /// As XMP with nothing else in it. What the words say stays with them, were it an address.
    #[arg(long, value_parser = rights, default_value_t, value_name = "RIGHTS")]
    pub keep: Rights,
    /// What becomes of pixels that nobody sees: what a crop leaves in a HEIC or
    /// a GIF, a still picture that an APNG doesn't show, colours under full
    /// transparency.
    #[arg(long, value_parser = hidden_pixels(), default_value_t, value_name = "WHAT")]
    pub hidden_pixels: HiddenPixels,
    /// Refuse pictures of more megapixels, all frames of an animation together.
    ///
    /// The most that a camera writes are some 400, and one of 4295, the most that
    /// JPEG can have, takes ten seconds and may come in a few megabytes.
    #[arg(long, value_name = "NUMBER", default_value_t = Options::default().max_megapixels, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max_megapixels: u32,
    /// Don't prove for JPEG and HEIC that nothing hides in the compressed data
    /// behind the last block. Everything else is removed as always, several
    /// times as fast: about as fast as a copy.
    #[arg(long)]
    pub fast: bool,
}

/// `package`
#[derive(Debug, Args)]
pub(crate) struct Package {
    /// Where to write it: function.zip, in the folder terraform if there is one.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `export`
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Write the configuration as values of Terraform's variables.
    ///
    /// To stack.auto.tfvars.json, which Terraform reads by itself. With
    /// AWS_ENDPOINT_URL or --local it addresses buckets path-style.
    Tfvars(TerraformFolder),
    /// Write import blocks for everything of the stack that exists.
    ///
    /// To imports.tf and imports_override.tf. `terraform apply` then takes all of
    /// it over and changes nothing; after that both files can go.
    Imports(TerraformFolder),
    /// Print every policy document, for reviewers and linters.
    ///
    /// Asks nobody: without `account` and `region` in the configuration, the
    /// account is 123456789012 and the region us-east-1.
    Policies,
}

/// Where the HCL is.
#[derive(Debug, Args)]
pub(crate) struct TerraformFolder {
    /// The folder of the HCL, if not `terraform` next to the configuration.
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

fn orientations() -> impl TypedValueParser<Value = Orientation> {
    choices([
        (Orientation::Upright.as_str(), "Turn them, without loss"),
        (Orientation::Tag.as_str(), "Keep a tag that says nothing else"),
        (Orientation::Drop.as_str(), "Keep nothing: they show sideways"),
    ])
}

fn partial_edges() -> impl TypedValueParser<Value = PartialEdges> {
    choices([
        (PartialEdges::Tag.as_str(), "Don't turn it; keep a tag that says nothing else"),
        (PartialEdges::Trim.as_str(), "Turn it and cut off the partial blocks, at most 15 pixels"),
        (PartialEdges::Refuse.as_str(), "Refuse it"),
    ])
}

fn icc_policies() -> impl TypedValueParser<Value = IccPolicy> {
    choices([
        (IccPolicy::Keep.as_str(), "Write it anew: colours stay exactly the same, and it tells nothing else"),
        (IccPolicy::Drop.as_str(), "Drop it"),
        (IccPolicy::DropSrgb.as_str(), "Drop it when it is plain sRGB, which viewers assume anyway"),
    ])
}

fn unreadable_profiles() -> impl TypedValueParser<Value = UnreadableProfile> {
    choices([
        (UnreadableProfile::Drop.as_str(), "Drop it, and say that the colour profile is lost"),
        (UnreadableProfile::Refuse.as_str(), "Refuse the picture"),
    ])
}

fn gain_maps() -> impl TypedValueParser<Value = GainMaps> {
    choices([
        (GainMaps::Keep.as_str(), "Keep it: HDR stays HDR; one that can't be read safely goes"),
        (GainMaps::Drop.as_str(), "Drop it: the picture looks less bright on HDR screens"),
    ])
}

fn rights(words: &str) -> Result<Rights, UnknownWord> {
    words.parse()
}

fn hidden_pixels() -> impl TypedValueParser<Value = HiddenPixels> {
    choices([
        (
            HiddenPixels::Blank.as_str(),
            "Take them out; refuse a HEIC or AVIF, where that can't be done without loss",
        ),
        (HiddenPixels::Refuse.as_str(), "Refuse the picture"),
        (HiddenPixels::Keep.as_str(), "Keep them, and don't look at transparent pixels at all"),
    ])
}

/// The words of one of the sanitizer's options, each with what it means.
fn choices<T, const N: usize>(choices: [(&'static str, &'static str); N]) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err = UnknownWord> + Send + Sync + Clone + 'static,
{
    let values = choices.map(|(word, help)| PossibleValue::new(word).help(help));
    PossibleValuesParser::new(values).try_map(|word| word.parse::<T>())
}

fn exit_codes() -> String {
    let mut text = String::from("Exit codes:\n");
    for (code, meaning) in crate::exit_code::TABLE {
        text.push_str(&format!("  {:>3}  {meaning}\n", code as u8));
    }
    text
}
