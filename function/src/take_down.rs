//! With `mirror_deletes` a clean copy goes when its source is deleted, or replaced by what cannot be cleaned.
//!
//! **Never a copy whose source is there.** Events arrive twice and out of order, as those of uploads do
//! ([`crate::clean`]): the source is looked at before the copy is removed, and again after it; whoever sees it there then
//! cleans it.

use contract::environment::Environment;
use contract::event::{Deletion, Record};

use crate::{
    clean::young,
    clock::Timed,
    destination,
    error::Error,
    settings::Settings,
    source::{self, Presence, Revision, Since},
};

/// Removes the clean copy of a source that is gone. False when the source is there (again), which is to be cleaned then.
pub(crate) async fn take_down(
    s3: Timed<'_>,
    settings: &Settings,
    key: &str,
    record: &Record,
) -> Result<bool, Error> {
    let Environment { source_bucket, destination_bucket, .. } = &settings.stack;
    match source::presence(s3, source_bucket, key).await? {
        Presence::There => return Ok(false),
        // Where a delete marker was made there is versioning, and S3 may not show everything for some minutes
        // after it was enabled: without the marker, something else may be there as well.
        Presence::Absent if record.deletion() == Some(Deletion::Marked) => {
            if let Some(age) = young(record) {
                return Err(Error::NotThereYet { age });
            }
        }
        Presence::Absent | Presence::Deleted => {}
    }
    destination::remove(s3, destination_bucket, key).await?;
    Ok(source::presence(s3, source_bucket, key).await? != Presence::There)
}

/// What a rejection ends with, or `None` when the picture was replaced meanwhile and the newest is to be cleaned. With
/// `mirror_deletes` nothing older stays published either.
pub(crate) async fn reject(
    s3: Timed<'_>,
    settings: &Settings,
    key: &str,
    revision: &Revision,
    error: Error,
) -> Result<Option<Error>, Error> {
    let Environment { source_bucket, destination_bucket, mirror_deletes, .. } = &settings.stack;
    let Error::Rejected { kind, mut reason } = error else { return Ok(Some(error)) };
    if *mirror_deletes {
        if source::since(s3, source_bucket, key, revision).await? == Since::PerhapsReplaced {
            return Ok(None);
        }
        destination::remove(s3, destination_bucket, key).await?;
        if source::since(s3, source_bucket, key, revision).await? == Since::PerhapsReplaced {
            return Ok(None);
        }
        reason.push_str("; if it replaced a picture, the clean copy of that was removed");
    }
    Ok(Some(Error::Rejected { kind, reason }))
}
