//! For tests only: what the suites stand on.
//!
//! ```text
//! stage       the program on a local AWS of its own, behind the proxy
//! proxy       numbers every call between the two, and can harm it
//! access      who may do what, asked of the AWS itself
//! clean_copy  waits for what the function makes
//! offline     the program in a folder of pictures, without any AWS
//! odd_keys    keys of objects as strangers choose them
//! one_pixel   the smallest JPEG, with whatever a test puts into it
//! jpeg, exif, icc  pictures of each kind, metadata that tells something, colour profiles
//! written     the commands in README and docs
//! tools       outside programs that a test needs: there, or a line that says why it is skipped
//! ```
//!
//! What needs the SDK stands behind the feature `aws`, so that the tests of the sanitizer build in seconds. A helper of a
//! test fails by panicking, as the test does.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]
#![cfg_attr(
    feature = "aws",
    expect(
        clippy::disallowed_methods,
        clippy::print_stdout,
        reason = "tests wait, write files and print what they measured in their own way"
    )
)]
#![cfg_attr(
    feature = "aws",
    expect(clippy::new_without_default, reason = "a stage starts an AWS of its own")
)]
#![expect(missing_docs, reason = "for this workspace only; the names say it")]

#[cfg(feature = "aws")]
pub mod access;
#[cfg(feature = "aws")]
pub mod clean_copy;
pub mod exif;
pub mod icc;
pub mod jpeg;
pub mod odd_keys;
pub mod offline;
pub mod one_pixel;
mod program;
#[cfg(feature = "aws")]
pub mod proxy;
#[cfg(feature = "aws")]
pub mod stage;
pub mod tools;
pub mod written;

pub use program::program;
