//! Looks at one published object: cleaning it once more must change nothing.

use std::collections::HashMap;

use aws_sdk_s3::primitives::{AggregatedBytes, ByteStream};
use bytes::Bytes;
use contract::cleaning::Cleaning;
use contract::provenance::{CLEANED_BY, is_ours};
use engine::aws::{Aws, AwsCall, AwsError, Transport};
use engine::config::BucketRole;
use engine::pending::State;
use engine::stack::Stack;

use crate::pictures::category_name;

/// No picture is this large, and each is held in memory as a whole, in bytes.
const LIMIT: u64 = 2 << 30;

/// What an object turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Cleaning it changes nothing.
    Clean,
    /// It holds what a clean picture must not hold: what kinds, or headers of the upload.
    NotClean(Vec<String>),
    /// There is nothing to remove, and cleaning would write it differently all the same: another version, or other settings,
    /// made it.
    WrittenOtherwise,
    /// It is no picture that can be cleaned, so that nothing can be said of it.
    Unknown(String),
    /// It was deleted meanwhile.
    Gone,
}

/// An object that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Looked {
    /// Its key.
    pub(crate) key: String,
    /// What it is.
    pub(crate) finding: Finding,
    /// It is made of nothing that is in the source bucket.
    pub(crate) is_orphan: bool,
    /// The version of the sanitizer that made it; a copy made before there was this entry does not say.
    pub(crate) cleaned_by: Option<String>,
}

/// Looks at the object in the destination bucket under a key.
///
/// # Errors
/// When S3 refuses or cannot be reached.
pub(crate) async fn look(aws: &Aws, stack: &Stack, key: String, state: State) -> Result<Looked, AwsError> {
    let is_orphan = state == State::Orphaned;
    let bucket = stack.names.bucket(BucketRole::Destination);
    let get = aws.s3.get_object().bucket(bucket).key(&key).expected_bucket_owner(&aws.account);
    let object = match get.send().await.aws("GetObject") {
        Err(error) if error.is_not_found() => {
            return Ok(Looked { key, finding: Finding::Gone, is_orphan, cleaned_by: None });
        }
        other => other?,
    };
    let metadata = object.metadata().cloned().unwrap_or_default();
    let cleaned_by = metadata.get(CLEANED_BY).cloned();
    let told = [
        ("Content-Disposition", object.content_disposition().is_some()),
        ("Content-Language", object.content_language().is_some()),
    ];
    let length = u64::try_from(object.content_length().unwrap_or(0)).unwrap_or(0);
    if length > LIMIT {
        let finding = Finding::Unknown("larger than 2 GiB".to_owned());
        return Ok(Looked { key, finding, is_orphan, cleaned_by });
    }
    let body = collect(object.body).await?;
    let function = &stack.config.function;
    let cleaning = function.cleaning;
    let mut finding = tokio::task::spawn_blocking(move || judge(body, cleaning))
        .await
        .unwrap_or_else(|_| Finding::Unknown("this program failed on it; please report it".to_owned()));
    let headers =
        if function.keep_user_metadata { Vec::new() } else { headers_of_uploader(&told, &metadata) };
    if !headers.is_empty() {
        finding = match finding {
            Finding::NotClean(mut kinds) => {
                kinds.extend(headers);
                Finding::NotClean(kinds)
            }
            _ => Finding::NotClean(headers),
        };
    }
    Ok(Looked { key, finding, is_orphan, cleaned_by })
}

/// Reads a body to its end.
async fn collect(body: ByteStream) -> Result<Bytes, AwsError> {
    body.collect().await.map(AggregatedBytes::into_bytes).map_err(|error| AwsError {
        operation: "GetObject",
        code: None,
        status: None,
        message: contract::error_chain(&error),
        request_id: None,
        transport: Some(Transport::Connection),
    })
}

/// Cleans once more, as the function does.
fn judge(content: Bytes, cleaning: Cleaning) -> Finding {
    match sanitizer::sanitize(content.clone(), &cleaning.options()) {
        Err(error) => Finding::Unknown(error.to_string()),
        Ok(clean) => {
            let kinds = clean.report.categories().into_iter().map(|kind| category_name(kind).to_owned());
            let kinds: Vec<String> = kinds.collect();
            if !kinds.is_empty() {
                Finding::NotClean(kinds)
            } else if clean.into_bytes() == content {
                Finding::Clean
            } else {
                Finding::WrittenOtherwise
            }
        }
    }
}

/// The headers that only an uploader writes.
fn headers_of_uploader(told: &[(&str, bool)], metadata: &HashMap<String, String>) -> Vec<String> {
    let mut names: Vec<String> = metadata.keys().filter(|name| !is_ours(name)).cloned().collect();
    names.sort_unstable();
    let headers = told.iter().filter(|(_, is_there)| *is_there).map(|(name, _)| format!("header {name}"));
    headers.chain(names.into_iter().map(|name| format!("header x-amz-meta-{name}"))).collect()
}

#[cfg(test)]
mod tests {
    use testkit::one_pixel::{exif, picture};

    use super::*;

    #[test]
    fn only_what_cleaning_leaves_as_it_is_is_clean() {
        let judged = |content: &[u8]| judge(Bytes::copy_from_slice(content), Cleaning::default());
        let dirty = picture(&[exif()], b"");
        assert_eq!(judged(&dirty), Finding::NotClean(vec!["EXIF".to_owned()]));
        let clean = sanitizer::sanitize(dirty, &Cleaning::default().options()).unwrap().into_bytes();
        assert_eq!(judged(&clean), Finding::Clean);
        assert!(matches!(judged(b"text"), Finding::Unknown(_)));
    }

    #[test]
    fn headers_of_the_upload_are_no_part_of_a_clean_copy() {
        let metadata = [("cleaned-from", "v"), ("cleaned-by", "1"), ("owner", "ann")];
        let metadata = metadata.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let told = [("Content-Language", true), ("Content-Disposition", false)];
        assert_eq!(
            headers_of_uploader(&told, &metadata),
            ["header Content-Language", "header x-amz-meta-owner"]
        );
    }
}
