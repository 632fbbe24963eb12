//! What S3 Batch Operations asks of the function, and its answer: a result for each object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html>
//! (schema versions 1.0 and 2.0, which differ in how they name the bucket).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::{NotAnEvent, Record};

/// The versions of the schema that are understood.
const VERSIONS: [&str; 2] = ["1.0", "2.0"];

/// Some objects of a job. AWS sends one at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    version: String,
    invocation: String,
    /// The objects.
    pub tasks: Vec<Task>,
}

/// One object of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Names it in the answer.
    pub id: String,
    /// The object, as an event would tell it. That it does not say when something happened makes the function take it
    /// as it is now.
    pub record: Record,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    task_id: String,
    /// Whether it worked, and if not, whether to try again.
    pub result_code: ResultCode,
    /// Why. It stands in the job's report.
    pub result_string: String,
}

/// Whether a task worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResultCode {
    /// It did.
    Succeeded,
    /// The job tries it again.
    TemporaryFailure,
    /// Trying again would end the same.
    PermanentFailure,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    invocation_schema_version: String,
    treat_missing_keys_as: ResultCode,
    invocation_id: String,
    /// One for each task.
    pub results: Vec<Outcome>,
}

/// Whether a payload is of a job.
pub(crate) fn is_job(payload: &Value) -> bool {
    payload.get("invocationSchemaVersion").is_some()
}

impl Job {
    /// # Errors
    /// When the payload has not the form that AWS describes.
    pub(crate) fn parse(payload: Value) -> Result<Self, NotAnEvent> {
        let version = payload.get("invocationSchemaVersion").and_then(Value::as_str).unwrap_or_default();
        if !VERSIONS.contains(&version) {
            return Err(NotAnEvent::BatchVersion(version.to_owned()));
        }
        let wire: wire::Job = serde_json::from_value(payload)?;
        Ok(Self {
            version: wire.invocation_schema_version,
            invocation: wire.invocation_id,
            tasks: wire.tasks.into_iter().map(Task::from).collect(),
        })
    }

    /// The answer with these results.
    #[must_use]
    pub fn answer(self, results: Vec<Outcome>) -> Answer {
        Answer {
            invocation_schema_version: self.version,
            treat_missing_keys_as: ResultCode::PermanentFailure,
            invocation_id: self.invocation,
            results,
        }
    }
}

impl Task {
    /// The result of this task.
    #[must_use]
    pub fn ended(&self, result_code: ResultCode, result_string: String) -> Outcome {
        Outcome { task_id: self.id.clone(), result_code, result_string }
    }
}

impl From<wire::Task> for Task {
    fn from(wire: wire::Task) -> Self {
        let arn = wire.s3_bucket_arn.unwrap_or_default();
        // arn:aws:s3:::bucket
        let bucket = wire.s3_bucket.unwrap_or_else(|| arn.rsplit(':').next().unwrap_or_default().to_owned());
        let record =
            Record { bucket, encoded_key: wire.s3_key, version_id: wire.s3_version_id, ..Record::default() };
        Self { id: wire.task_id, record }
    }
}

/// The JSON of S3 Batch Operations.
mod wire {
    use super::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Job {
        pub(super) invocation_schema_version: String,
        pub(super) invocation_id: String,
        pub(super) tasks: Vec<Task>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Task {
        pub(super) task_id: String,
        pub(super) s3_key: String,
        pub(super) s3_version_id: Option<String>,
        /// In 1.0.
        pub(super) s3_bucket_arn: Option<String>,
        /// In 2.0.
        pub(super) s3_bucket: Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::Event;

    fn job(payload: Value) -> Job {
        match Event::parse(payload) {
            Ok(Event::Batch(job)) => job,
            other => panic!("{other:?}"),
        }
    }

    fn first() -> Value {
        json!({"invocationSchemaVersion": "1.0", "invocationId": "i", "job": {"id": "j"}, "tasks": [
            {"taskId": "t", "s3Key": "a%20b%2B.jpg", "s3VersionId": null, "s3BucketArn": "arn:aws:s3:::uploads"}]})
    }

    #[test]
    fn both_versions_name_the_object() {
        let second = json!({"invocationSchemaVersion": "2.0", "invocationId": "i",
            "job": {"id": "j", "userArguments": {"stack": "photos"}}, "tasks": [
            {"taskId": "t", "s3Key": "a%20b%2B.jpg", "s3VersionId": null, "s3Bucket": "uploads"}]});
        for payload in [first(), second] {
            let job = job(payload);
            let [task] = &job.tasks[..] else { panic!() };
            assert_eq!((task.id.as_str(), task.record.bucket.as_str()), ("t", "uploads"));
            assert_eq!(task.record.key().unwrap(), "a b+.jpg");
            assert!(task.record.is_creation() && task.record.version_id.is_none());
        }
    }

    #[test]
    fn the_answer_is_as_aws_wants_it() {
        let job = job(first());
        let result = job.tasks[0].ended(ResultCode::TemporaryFailure, "s3".to_owned());
        assert_eq!(
            serde_json::to_value(job.answer(vec![result])).unwrap(),
            json!({"invocationSchemaVersion": "1.0", "treatMissingKeysAs": "PermanentFailure", "invocationId": "i",
                "results": [{"taskId": "t", "resultCode": "TemporaryFailure", "resultString": "s3"}]})
        );
    }

    #[test]
    fn other_versions_and_forms_are_refused() {
        let mut other = first();
        other["invocationSchemaVersion"] = "3.0".into();
        let error = Event::parse(other).unwrap_err().to_string();
        assert!(error.contains("schema version \"3.0\""), "{error}");
        let mut other = first();
        other["tasks"] = json!([{"taskId": 7}]);
        assert!(matches!(Event::parse(other), Err(NotAnEvent::Form(_))));
    }
}
