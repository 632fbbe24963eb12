//! Bucket B: writes the clean picture, and removes it.

use std::collections::HashMap;

use aws_sdk_s3::error::ProvideErrorMetadata;
use contract::provenance::{CLEANED_BY, CLEANED_FROM};
use sanitizer::{Format, Sanitized};

use crate::{
    cache_control,
    clock::{Phase, Timed},
    error::Error,
    pieces,
    source::Headers,
};

/// Whether a copy may replace another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// Only if there is none under the key
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>; it takes no other right).
    First,
    /// It may.
    Over,
}

/// Answers to a conditional write that was not carried out: there is a copy, it is being written or deleted just now, or
/// this S3 knows no such condition.
const NOT_FIRST: [&str; 3] = ["PreconditionFailed", "ConditionalRequestConflict", "NotImplemented"];

/// Writes the clean picture under `key`. Whether it was written: [`Write::Over`] always is.
///
/// Headers are taken as strictly as metadata: the type is that of the bytes, `Cache-Control` is rebuilt from what is
/// known, and what else uploaders wrote (a file name in `Content-Disposition`, a language, `x-amz-meta-*`) goes along
/// only with `keep_user_metadata`. `made_of` is the version that was read; the copy says so, since times of whole seconds
/// do not tell a picture and the one that replaces it apart. It also says which sanitizer made it, for who audits.
///
/// # Errors
/// When S3 refuses or cannot be reached.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn put(
    s3: Timed<'_>,
    write: Write,
    bucket: &str,
    key: &str,
    picture: &Sanitized,
    headers: Headers,
    keep_user_metadata: bool,
    made_of: Option<&str>,
) -> Result<bool, Error> {
    let mut metadata = if keep_user_metadata { headers.user_metadata } else { HashMap::new() };
    // Ours wins over what an uploader wrote under this name.
    metadata.remove(CLEANED_FROM);
    // Without versioning S3 gives "null" to all.
    metadata.insert(CLEANED_BY.to_owned(), sanitizer::VERSION.to_owned());
    metadata.extend(made_of.filter(|id| *id != "null").map(|id| (CLEANED_FROM.to_owned(), id.to_owned())));
    let content_type = content_type(headers.content_type.as_deref(), picture.format);
    let config = s3.begin(Phase::Put, picture.len() as u64);
    let result = s3
        .client
        .put_object()
        .bucket(bucket)
        .key(key)
        .set_if_none_match((write == Write::First).then(|| "*".to_owned()))
        .content_type(content_type)
        .set_cache_control(headers.cache_control.as_deref().and_then(cache_control::rebuilt))
        .set_content_disposition(headers.content_disposition.filter(|_| keep_user_metadata))
        .set_content_language(headers.content_language.filter(|_| keep_user_metadata))
        .set_metadata(Some(metadata))
        .content_length(i64::try_from(picture.len()).unwrap_or(i64::MAX))
        .body(pieces::body(picture.pieces()))
        .customize()
        .config_override(config)
        .send()
        .await;
    match result {
        Ok(_) => Ok(true),
        Err(error) if write == Write::First && error.code().is_some_and(|code| NOT_FIRST.contains(&code)) => {
            Ok(false)
        }
        Err(error) => Err(Error::s3("PutObject", &error)),
    }
}

/// Removes what is under `key`, if anything is. In a bucket with versioning it is hidden by a delete marker, and
/// readers may not read versions; the bucket's lifecycle rule deletes it later.
///
/// # Errors
/// When S3 refuses or cannot be reached.
pub async fn remove(s3: Timed<'_>, bucket: &str, key: &str) -> Result<(), Error> {
    let config = s3.begin(Phase::Put, 0);
    let delete = s3.client.delete_object().bucket(bucket).key(key);
    let deleted = delete.customize().config_override(config).send().await;
    deleted.map(drop).map_err(|error| Error::s3("DeleteObject", &error))
}

/// The media type to store: the given one where it says the same as the content,
/// without parameters (no picture type has any), else the content's.
///
/// A browser that is told another type than the bytes are shows nothing, or
/// asks where to save the file.
#[must_use]
pub fn content_type(given: Option<&str>, format: Format) -> &'static str {
    let also_right: &[&'static str] = match format {
        Format::Png => &["image/apng"],
        Format::Heic => &["image/heif", "image/heic-sequence", "image/heif-sequence"],
        Format::Avif => &["image/avif-sequence"],
        Format::Jpeg | Format::Webp | Format::Gif => &[],
    };
    let given = given.and_then(|given| given.split(';').next()).unwrap_or_default().trim();
    also_right.iter().copied().find(|name| name.eq_ignore_ascii_case(given)).unwrap_or(format.content_type())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_about_its_type() {
        for (given, format, stored) in [
            (None, Format::Jpeg, "image/jpeg"),
            (Some("image/jpeg"), Format::Jpeg, "image/jpeg"),
            (Some("IMAGE/JPEG; charset=utf-8"), Format::Jpeg, "image/jpeg"),
            (Some("image/jpg"), Format::Jpeg, "image/jpeg"),
            (Some("binary/octet-stream"), Format::Jpeg, "image/jpeg"),
            (Some("image/jpeg"), Format::Png, "image/png"),
            (Some("image/apng"), Format::Png, "image/apng"),
            (Some("image/heif"), Format::Heic, "image/heif"),
            (Some(""), Format::Webp, "image/webp"),
            (Some(";"), Format::Gif, "image/gif"),
            (Some("text/html"), Format::Avif, "image/avif"),
        ] {
            assert_eq!(content_type(given, format), stored, "{given:?}");
        }
    }
}
