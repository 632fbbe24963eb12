//! The prices, with where AWS publishes them.

/// The month that they are of.
pub const DATE: &str = "2026-05";
/// Where they are asked; most regions are up to a third dearer.
pub const REGION: &str = "us-east-1";

const S3: &str = "https://aws.amazon.com/s3/pricing/";
const LAMBDA: &str = "https://aws.amazon.com/lambda/pricing/";
const CLOUDWATCH: &str = "https://aws.amazon.com/cloudwatch/pricing/";

/// What something costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// What is paid for, and by which unit.
    pub what: &'static str,
    /// US dollars for one unit.
    pub usd: f64,
    /// AWS's page, which has today's.
    pub source: &'static str,
}

/// A GB in S3 Standard for a month, of the first 50 TB.
pub(super) const STORAGE: Price = Price { what: "S3 storage, GB and month", usd: 0.023, source: S3 };
/// A PUT or LIST.
pub(super) const PUT: Price = Price { what: "S3 PUT request", usd: 0.005 / 1000.0, source: S3 };
/// A GET or HEAD.
pub(super) const GET: Price = Price { what: "S3 GET request", usd: 0.0004 / 1000.0, source: S3 };
/// An invocation.
pub(super) const INVOCATION: Price = Price { what: "Lambda request", usd: 0.20 / 1e6, source: LAMBDA };
/// A GB of memory for a second, on x86_64.
pub(super) const COMPUTE_X86: Price =
    Price { what: "Lambda GB-second, x86_64", usd: 0.000_016_666_7, source: LAMBDA };
/// The same on arm64.
pub(super) const COMPUTE_ARM: Price =
    Price { what: "Lambda GB-second, arm64", usd: 0.000_013_333_4, source: LAMBDA };
/// A GB of log that is taken in.
pub(super) const LOG: Price = Price { what: "CloudWatch Logs, GB taken in", usd: 0.50, source: CLOUDWATCH };
/// A GB of log that is kept for a month.
pub(super) const LOG_KEPT: Price =
    Price { what: "CloudWatch Logs, GB and month", usd: 0.03, source: CLOUDWATCH };
/// An alarm on one metric for a month.
pub(super) const ALARM: Price = Price { what: "CloudWatch alarm, month", usd: 0.10, source: CLOUDWATCH };

/// All of them.
pub const PRICES: [Price; 9] =
    [STORAGE, PUT, GET, INVOCATION, COMPUTE_X86, COMPUTE_ARM, LOG, LOG_KEPT, ALARM];
