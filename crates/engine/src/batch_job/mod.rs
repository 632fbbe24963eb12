//! The huge door: what S3 Batch Operations needs to have the deployed function clean millions of pictures. Everything is
//! written into files; nothing is called, and the commands that use them are among the files.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html>

mod documents;
mod manifest;

pub use documents::Documents;
pub use manifest::Manifest;
