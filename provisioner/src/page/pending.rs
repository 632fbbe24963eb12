//! What has no clean copy, for the page.

use futures::TryStreamExt;
use time::OffsetDateTime;

use super::Page;
use super::answer::{Answer, Status};
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::json::page::{Refusal, Waiting};
use engine::aws::AwsError;
use engine::pending::compare;

/// More than a person reads.
const MOST: u64 = 200;

/// Compares the buckets.
pub(super) async fn answer(page: &Page) -> Answer {
    match page.interrupt.or(compared(page)).await {
        Ok(waiting) => Answer::json(Status::Ok, &waiting),
        Err(failure) => Answer::json(Status::Failed, &Refusal { error: failure.to_string() }),
    }
}

async fn compared(page: &Page) -> Result<Waiting, Failure> {
    let start = std::time::Instant::now();
    let (mut sums, mut pending) = (json::Compared::default(), Vec::new());
    let mut all = compare(&page.aws, &page.stack, "");
    loop {
        if sums.pending >= MOST {
            break;
        }
        let next = all.try_next().await.map_err(|error: AwsError| Failure::from(error))?;
        let Some(compared) = next else {
            sums.complete = true;
            break;
        };
        if let Some(why) = sums.count(&compared, OffsetDateTime::now_utc().unix_timestamp()) {
            pending.push(json::Pending::of(&compared.object, why));
        }
    }
    sums.elapsed_ms = json::millis(start.elapsed());
    sums.aws_calls = page.aws.calls();
    Ok(Waiting { pending, sums, backfill: page.suggest.command("backfill") })
}
