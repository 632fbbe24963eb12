//! How far this machine's clock is from AWS's: signatures hold for five minutes, and S3 refuses those that are fifteen off
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>, RequestTimeTooSkewed).

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;

use super::{Aws, AwsCall};

/// Keeps how far the `Date` of an answer is from now, in seconds.
#[derive(Debug, Clone, Default)]
struct DateOfAnswer(Arc<Mutex<Option<i64>>>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for DateOfAnswer {
    fn name(&self) -> &'static str {
        "DateOfAnswer"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        let now = DateTime::from(SystemTime::now()).secs();
        if let (Some(date), Ok(mut kept)) = (date, self.0.lock()) {
            *kept = Some(now - date.secs());
        }
        Ok(())
    }
}

/// How many seconds this machine's clock is ahead of S3's; `None` when S3 does not tell. Asks about a bucket, whether it
/// is there or not.
pub async fn skew(aws: &Aws, bucket: &str) -> Option<i64> {
    let date = DateOfAnswer::default();
    let asked = aws.s3.head_bucket().bucket(bucket).customize().interceptor(date.clone());
    // Whatever the answer is, it has a date.
    let _ = asked.send().await.aws("HeadBucket");
    date.0.lock().ok().and_then(|kept| *kept)
}
