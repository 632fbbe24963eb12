//! Arguments of the commands that take files of this machine.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use clap_complete::ArgValueCandidates;
use sanitizer::{
    GainMaps, HiddenPixels, IccPolicy, Options, Orientation, PartialEdges, Rights, UnreadableProfile,
};

use super::choices::{
    gain_maps, hidden_pixels, icc_policies, orientations, partial_edges, rights, unreadable_profiles,
};
use super::complete;

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
    /// Upload as this user of config.toml. A user gets an access key that is made for
    /// this run and removed after it, a role a session of an hour, if it trusts you.
    /// Without it: with your own credentials.
    #[arg(long = "as", value_name = "USER", add = ArgValueCandidates::new(complete::users))]
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
    /// Exit with 2 when a picture has something to remove, metadata or hidden pixels.
    #[arg(long)]
    pub check: bool,
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
