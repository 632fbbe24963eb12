//! What AWS says: who we are, how late it is, and what we may do.

use super::{Check, Subject, Verdict};
use crate::cli::Global;
use crate::failure::Failure;
use crate::session::Connected;
use engine::aws::{Aws, AwsError, skew};
use engine::backfill;
use engine::config::BucketRole;
use engine::world::World;

/// From so many seconds on a clock is worth a word; S3 refuses what is fifteen minutes off.
const SKEW: i64 = 60;
const REFUSED: i64 = 15 * 60;
/// Fewer invocations at once than this, and a burst of uploads waits; new accounts have ten.
const FEW: u32 = 50;

/// There is no way to AWS: what can be said then.
pub(crate) fn unconnected(failure: &Failure, global: &Global) -> Vec<Check> {
    let skipped =
        |subject| Check { subject, verdict: Verdict::Skipped("needs credentials that work".to_owned()) };
    let mut checks = vec![Check { subject: Subject::Credentials, verdict: Verdict::of(failure, global) }];
    checks.extend([Subject::Endpoint, Subject::Clock, Subject::Rights, Subject::Concurrency].map(skipped));
    checks
}

/// What there is to say of a connection.
pub(crate) async fn connected(Connected { aws, stack }: &Connected, global: &Global) -> Vec<Check> {
    let bucket = stack.names.bucket(BucketRole::Source);
    let (clock, world, concurrency) =
        futures::join!(skew(aws, bucket), World::observe(aws, stack), backfill::concurrency(aws, stack));
    let check = |subject, verdict| Check { subject, verdict };
    vec![
        check(Subject::Credentials, credentials(aws)),
        check(Subject::Endpoint, endpoint(aws)),
        check(Subject::Clock, judge_clock(clock)),
        check(Subject::Rights, rights(world.map(drop), global)),
        check(Subject::Concurrency, judge_concurrency(concurrency, global)),
    ]
}

fn credentials(aws: &Aws) -> Verdict {
    Verdict::Ok(format!("{}, region {}, from {}", aws.caller, aws.region, aws.source))
}

fn endpoint(aws: &Aws) -> Verdict {
    let endpoint = aws.endpoint.as_deref().unwrap_or("AWS's own");
    let proxy = aws.proxy.as_deref().map(|proxy| format!(", through the proxy {proxy}")).unwrap_or_default();
    if aws.is_plain_http() {
        return Verdict::Warning {
            what: format!("{endpoint}{proxy}, without TLS"),
            fix: "the bucket policies deny everybody who comes without TLS: use an https endpoint".to_owned(),
        };
    }
    Verdict::Ok(format!("{endpoint}{proxy}"))
}

fn judge_clock(skew: Option<i64>) -> Verdict {
    let Some(skew) = skew else { return Verdict::Skipped("S3 does not tell its time".to_owned()) };
    let off = skew.abs();
    let what = if off < 120 { format!("{off} s") } else { format!("{} min", off / 60) };
    let what = format!("{what} {} AWS's", if skew < 0 { "behind" } else { "ahead of" });
    let fix = "set the clock, or let NTP do it".to_owned();
    if off >= REFUSED {
        Verdict::Problem { what: format!("{what}: AWS refuses such signatures"), fix: Some(fix) }
    } else if off >= SKEW {
        Verdict::Warning { what, fix }
    } else {
        Verdict::Ok("as AWS's".to_owned())
    }
}

/// What `plan` reads was read, or could not be.
fn rights(read: Result<(), AwsError>, global: &Global) -> Verdict {
    match read {
        Ok(()) => Verdict::Ok(
            "may read all that `plan` reads; `permissions` shows what more `up` and `down` need".to_owned(),
        ),
        Err(error) => Verdict::of(&error.into(), global),
    }
}

fn judge_concurrency(concurrency: Result<Option<u32>, AwsError>, global: &Global) -> Verdict {
    match concurrency {
        Ok(Some(number)) if number >= FEW => {
            Verdict::Ok(format!("the function may run {number} times at once"))
        }
        Ok(Some(number)) => Verdict::Warning {
            what: format!(
                "the function may run {number} times at once: uploads in a burst wait for each other"
            ),
            fix: "ask for more: Service Quotas, Lambda, Concurrent executions".to_owned(),
        },
        Ok(None) => Verdict::Skipped("these credentials may not ask".to_owned()),
        Err(error) if error.is_not_found() => Verdict::Skipped("there is no function yet".to_owned()),
        Err(error) => Verdict::of(&error.into(), global),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_judged_by_what_aws_accepts() {
        let word = |skew| match judge_clock(skew) {
            Verdict::Ok(what) | Verdict::Skipped(what) => format!("ok {what}"),
            Verdict::Warning { what, .. } => format!("warning {what}"),
            Verdict::Problem { what, .. } => format!("problem {what}"),
        };
        assert_eq!(word(Some(-3)), "ok as AWS's");
        assert_eq!(word(Some(70)), "warning 70 s ahead of AWS's");
        assert_eq!(word(Some(-430)), "warning 7 min behind AWS's");
        assert_eq!(word(Some(3700)), "problem 61 min ahead of AWS's: AWS refuses such signatures");
        assert_eq!(word(None), "ok S3 does not tell its time");
    }
}
