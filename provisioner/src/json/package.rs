//! `package`

use std::path::Path;

use serde::Serialize;

use super::exact;
use crate::artifact::Package;

/// The function's package was written.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Packaged {
    /// The path of the zip, exact.
    file: String,
    /// The bytes of that path in Base64. Only when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_bytes: Option<String>,
    /// Its SHA-256 in Base64, as Lambda tells it.
    code_sha256: String,
    /// Its length.
    bytes: u64,
    /// `arm64` or `x86_64`.
    architecture: &'static str,
}

impl Packaged {
    pub(crate) fn of(package: &Package, path: &Path) -> Self {
        let (file, file_bytes) = exact(path);
        Self {
            file,
            file_bytes,
            code_sha256: package.code_sha256.clone(),
            bytes: package.zip_bytes(),
            architecture: package.architecture.as_str(),
        }
    }
}
