//! Sends a file to bucket A: small ones in one piece, large ones in parts.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use sanitizer::Format;

use super::selection::Picture;
use crate::access_keys::not_known_yet;
use crate::failure::Failure;
use crate::files::read_exact_at;
use crate::interrupt::Interruptible;
use engine::aws::{AwsCall, AwsError, Deadline, Uplink, until};
use engine::interrupt::Interrupt;

/// From this length on a file goes in parts: a broken connection then costs one
/// part, not the file.
const IN_PARTS: u64 = 16 * 1024 * 1024;

/// Length of a part. S3 takes no more than [`MOST_PARTS`], so the parts of a huge
/// file are longer (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>).
const PART: u64 = 8 * 1024 * 1024;
const MOST_PARTS: u64 = 10_000;

/// Parts of a picture sent at once.
pub(crate) const CONCURRENT_PARTS: usize = 4;

/// Who sends, and where to.
pub(crate) struct Sender {
    /// The client of whoever uploads.
    pub s3: Client,
    /// Bucket A.
    pub bucket: String,
    /// The client's access key was made a moment ago: refusals may pass.
    pub fresh_key: bool,
    /// What all that is sent goes through.
    pub uplink: Uplink,
}

/// What is sent.
pub(super) struct Content {
    /// Where its parts are read.
    pub(super) source: Source,
    /// How many bytes of it.
    pub(super) length: u64,
    /// All of them, unless they are too many for the memory.
    pub(super) whole: Option<Bytes>,
}

/// Where parts are read.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// The open file: what was looked at is what is sent, whatever its path leads to by then.
    File(Arc<File>),
    /// What was never a file here.
    Memory(Bytes),
}

impl Sender {
    /// Uploads a picture and returns its version, in a bucket with versioning.
    ///
    /// # Errors
    /// When S3 refuses, the file cannot be read, or the user interrupts. Then
    /// nothing of it is in the bucket.
    pub(super) async fn send(
        &self,
        picture: &Picture,
        content: Content,
        content_type: &str,
        interrupt: &Interrupt,
    ) -> Result<Option<String>, Failure> {
        let Content { source, length, whole } = content;
        // In parts it is read again, part by part, and the whole needs no memory meanwhile.
        let Some(bytes) = whole.filter(|_| length < IN_PARTS) else {
            return self.in_parts(picture, &source, length, content_type, interrupt).await;
        };
        interrupt.or(self.whole(picture, bytes, content_type)).await
    }

    async fn whole(
        &self,
        picture: &Picture,
        bytes: Bytes,
        content_type: &str,
    ) -> Result<Option<String>, AwsError> {
        let output = self
            .patiently(async || {
                self.s3
                    .put_object()
                    .bucket(&self.bucket)
                    .key(&picture.key)
                    .content_type(content_type)
                    .body(ByteStream::from(bytes.clone()))
                    .customize()
                    .interceptor(self.uplink.clone())
                    .send()
                    .await
                    .aws("PutObject")
            })
            .await?;
        Ok(output.version_id)
    }

    async fn in_parts(
        &self,
        picture: &Picture,
        source: &Source,
        length: u64,
        content_type: &str,
        interrupt: &Interrupt,
    ) -> Result<Option<String>, Failure> {
        let create = self.patiently(async || {
            self.s3
                .create_multipart_upload()
                .bucket(&self.bucket)
                .key(&picture.key)
                .content_type(content_type)
                .checksum_algorithm(ChecksumAlgorithm::Crc32)
                .send()
                .await
                .aws("CreateMultipartUpload")
        });
        // Not dropped at once: its answer is needed to abort it.
        let id = interrupt.or_grace(create).await?.upload_id.unwrap_or_default();
        let finished = interrupt.or(self.parts_and_completion(picture, source, length, &id)).await;
        if finished.is_err() {
            // What is left if this fails, the bucket's lifecycle rule removes.
            let abort =
                self.s3.abort_multipart_upload().bucket(&self.bucket).key(&picture.key).upload_id(&id);
            let abort = async { abort.send().await.aws("AbortMultipartUpload") };
            let _ = interrupt.or_grace(abort).await;
        }
        finished
    }

    async fn parts_and_completion(
        &self,
        picture: &Picture,
        source: &Source,
        length: u64,
        id: &str,
    ) -> Result<Option<String>, Failure> {
        let parts: Vec<CompletedPart> = futures::stream::iter(parts(length))
            .map(|(number, offset, length)| async move {
                let bytes = read_part(source.clone(), offset, length)
                    .await
                    .map_err(|source| Failure::File { path: picture.path.display().to_string(), source })?;
                Ok::<_, Failure>(self.part(picture, id, number, bytes).await?)
            })
            .buffered(CONCURRENT_PARTS)
            .try_collect()
            .await?;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let output = self
            .s3
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(&picture.key)
            .upload_id(id)
            .multipart_upload(parts)
            .send()
            .await
            .aws("CompleteMultipartUpload")?;
        Ok(output.version_id)
    }

    async fn part(
        &self,
        picture: &Picture,
        id: &str,
        number: i32,
        bytes: Bytes,
    ) -> Result<CompletedPart, AwsError> {
        let output = self
            .s3
            .upload_part()
            .bucket(&self.bucket)
            .key(&picture.key)
            .upload_id(id)
            .part_number(number)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .body(ByteStream::from(bytes))
            .customize()
            .interceptor(self.uplink.clone())
            .send()
            .await
            .aws("UploadPart")?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(output.e_tag)
            .set_checksum_crc32(output.checksum_crc32)
            .build())
    }

    /// Calls again while S3 may not know a fresh key yet: its servers learn of it
    /// one after the other.
    async fn patiently<T>(&self, operation: impl AsyncFnMut() -> Result<T, AwsError>) -> Result<T, AwsError> {
        let start = Instant::now();
        let reason =
            |error: &AwsError| if self.fresh_key { not_known_yet(error, start.elapsed()) } else { None };
        until(Deadline::PROPAGATION, &|_| (), reason, operation).await
    }
}

/// Reads a part into memory, from where it can be sent again when the connection breaks.
async fn read_part(source: Source, offset: u64, length: u64) -> std::io::Result<Bytes> {
    let file = match source {
        Source::File(file) => file,
        Source::Memory(bytes) => {
            let [start, end] = [offset, offset + length].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
            let has_part = end <= bytes.len();
            return has_part.then(|| bytes.slice(start..end)).ok_or_else(|| ErrorKind::UnexpectedEof.into());
        }
    };
    let read = move || {
        let mut bytes = vec![0; usize::try_from(length).map_err(std::io::Error::other)?];
        read_exact_at(&file, &mut bytes, offset)?;
        Ok(bytes.into())
    };
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

/// Number, offset and length of each part.
fn parts(bytes: u64) -> impl Iterator<Item = (i32, u64, u64)> {
    let part = PART.max(bytes.div_ceil(MOST_PARTS));
    let offsets = (0..bytes.div_ceil(part)).map(move |index| index * part);
    (1..).zip(offsets).map(move |(number, offset)| (number, offset, part.min(bytes - offset)))
}

/// The media type: what the content says, else what the name says.
pub(super) fn content_type(first_bytes: &[u8], path: &Path) -> &'static str {
    if let Ok(format) = Format::detect(first_bytes) {
        return format.content_type();
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "jpe" | "jfif" => "image/jpeg",
        "png" | "apng" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "heic" | "heif" | "hif" => "image/heic",
        "avif" => "image/avif",
        "tif" | "tiff" => "image/tiff",
        "bmp" => "image/bmp",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_file_exactly() {
        for bytes in [IN_PARTS, IN_PARTS + 1, 3 * PART - 1, 100_000 * PART + 5] {
            let all: Vec<_> = parts(bytes).collect();
            assert!(all.len() as u64 <= MOST_PARTS);
            let mut next = 0;
            for (index, &(number, offset, length)) in all.iter().enumerate() {
                assert_eq!((usize::try_from(number).unwrap(), offset), (index + 1, next));
                next += length;
            }
            assert_eq!(next, bytes);
        }
    }

    #[tokio::test]
    async fn a_part_is_of_the_file_that_was_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg");
        std::fs::write(&path, b"0123456789").unwrap();
        let file = Arc::new(File::open(&path).unwrap());
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, b"something else").unwrap();
        let memory = Source::Memory(Bytes::from_static(b"0123456789"));
        for source in [Source::File(file), memory] {
            assert_eq!(read_part(source.clone(), 3, 4).await.unwrap(), b"3456".as_slice());
            // It has become shorter.
            assert!(read_part(source, 8, 4).await.is_err());
        }
    }

    #[test]
    fn the_content_decides_about_its_type_and_then_the_name() {
        assert_eq!(content_type(b"\x89PNG\r\n\x1a\n....", Path::new("a.jpg")), "image/png");
        assert_eq!(content_type(b"nothing known", Path::new("a.JPG")), "image/jpeg");
        assert_eq!(content_type(b"", Path::new("a")), "application/octet-stream");
    }
}
