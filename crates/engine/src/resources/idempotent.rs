//! Creating what exists already and deleting what is gone are races, not errors: an earlier try took effect although
//! its answer got lost, or somebody was faster.

use super::Context;
use crate::aws::{AwsError, Deadline, until};

/// Creates. While AWS says that another change is under way, it is tried again; `busy` says so in words.
pub(super) async fn create<T>(
    context: &Context<'_>,
    busy: &'static str,
    call: impl AsyncFnMut() -> Result<T, AwsError>,
) -> Result<(), AwsError> {
    let reason = |error: &AwsError| error.is_conflict().then_some(busy);
    ok_if_exists(until(Deadline::PROPAGATION, context.on_wait, reason, call).await)
}

/// Deletes. While AWS says that another change is under way, it is tried again; `busy` says so in words.
pub(super) async fn delete<T>(
    context: &Context<'_>,
    deadline: Deadline,
    busy: &'static str,
    call: impl AsyncFnMut() -> Result<T, AwsError>,
) -> Result<(), AwsError> {
    let reason = |error: &AwsError| error.is_conflict().then_some(busy);
    ok_if_gone(until(deadline, context.on_wait, reason, call).await)
}

/// A thing that is there already needs no creation.
pub(super) fn ok_if_exists<T>(result: Result<T, AwsError>) -> Result<(), AwsError> {
    match result {
        Err(error) if error.is_already_exists() => Ok(()),
        other => other.map(drop),
    }
}

/// A thing that is gone already needs no deletion.
pub(super) fn ok_if_gone<T>(result: Result<T, AwsError>) -> Result<(), AwsError> {
    match result {
        Err(error) if error.is_not_found() => Ok(()),
        other => other.map(drop),
    }
}
