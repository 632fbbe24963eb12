//! What an account lets its functions reserve.

use super::Observed;
use crate::aws::{Aws, AwsCall, AwsError};
use crate::stack::Stack;

/// How many invocations at once the account may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency {
    /// In all.
    pub limit: u32,
    /// Of these, what no function has reserved.
    pub unreserved: u32,
}

impl Concurrency {
    /// So many Lambda keeps for functions without a reservation; accounts that have less in all can reserve nothing
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>).
    const KEPT: u32 = 100;

    /// The most that a function which has `reserved` of them can reserve.
    #[must_use]
    pub fn available(self, reserved: u32) -> u32 {
        (self.unreserved + reserved).saturating_sub(Self::KEPT.min(self.limit))
    }
}

/// Reads what the account may have. Only asked when the function's reservation has to change.
///
/// # Errors
/// When the call fails. Without the right to it nothing is known.
pub async fn concurrency(
    aws: &Aws,
    stack: &Stack,
    observed: Option<&Observed>,
) -> Result<Option<Concurrency>, AwsError> {
    let wanted = stack.config.function.reserved_concurrency;
    if wanted.is_none() || wanted == observed.and_then(|observed| observed.reserved_concurrency) {
        return Ok(None);
    }
    let output = match aws.lambda.get_account_settings().send().await.aws("GetAccountSettings") {
        Err(error) if error.is_access_denied() => return Ok(None),
        output => output?,
    };
    let number = |value: i32| u32::try_from(value).unwrap_or_default();
    Ok(output.account_limit().and_then(|limit| {
        let unreserved = number(limit.unreserved_concurrent_executions()?);
        Some(Concurrency { limit: number(limit.concurrent_executions()), unreserved })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_stay_for_the_others() {
        for (limit, unreserved, reserved, available) in
            [(1000, 1000, 0, 900), (1000, 300, 50, 250), (1000, 100, 0, 0), (10, 10, 0, 0), (10, 5, 5, 0)]
        {
            assert_eq!(
                Concurrency { limit, unreserved }.available(reserved),
                available,
                "{limit} {unreserved}"
            );
        }
    }
}
