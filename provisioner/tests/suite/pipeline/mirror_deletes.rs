//! `mirror_deletes`: what is gone from bucket A is gone from bucket B, in whatever order events arrive.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use contract::event::Record;
use engine::aws::{Aws, AwsCall};
use engine::config::BucketRole;
use function::budget::Budget;
use function::clean::{Outcome, clean_one};
use function::clock::{Clock, Timed};
use function::settings::Settings;
use serde_json::{Value, json};
use testkit::clean_copy::clean_copy;
use testkit::jpeg::{self, Kind};

use super::stage::{CONFIG, Stage};

const OFF: &str = "mirror_deletes = false";

/// A stack that is up, and both of its buckets.
struct Scene {
    stage: Stage,
    aws: Aws,
    source: String,
    destination: String,
    function: String,
}

impl Scene {
    async fn new(mirrors: bool) -> Self {
        let stage = Stage::new().await;
        assert!(CONFIG.contains(OFF));
        stage.configure(&if mirrors {
            CONFIG.replace(OFF, "mirror_deletes = true")
        } else {
            CONFIG.to_owned()
        });
        stage.ok(&["up", "--yes"]);
        assert_eq!(stage.plan().code, 0);
        let aws = stage.aws().await;
        let stack = stage.stack(&aws);
        let of = |role| stack.names.bucket(role).to_owned();
        let (source, destination) = (of(BucketRole::Source), of(BucketRole::Destination));
        let function = stack.names.function.clone();
        Self { stage, aws, source, destination, function }
    }

    async fn put(&self, bucket: &str, key: &str, body: Vec<u8>) -> Option<String> {
        let put = self.aws.s3.put_object().bucket(bucket).key(key).body(body.into()).send().await.unwrap();
        put.version_id().map(str::to_owned)
    }

    async fn delete(&self, key: &str, version: Option<String>) {
        let delete = self.aws.s3.delete_object().bucket(&self.source).key(key).set_version_id(version);
        delete.send().await.unwrap();
    }

    async fn is_published(&self, key: &str) -> bool {
        match self.aws.s3.head_object().bucket(&self.destination).key(key).send().await.aws("HeadObject") {
            Ok(_) => true,
            Err(error) if error.is_not_found() => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// Waits until it is (not) published.
    async fn becomes(&self, key: &str, published: bool) {
        let start = Instant::now();
        while self.is_published(key).await != published {
            assert!(start.elapsed() < Duration::from_secs(30), "{key}: published is not {published}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The clean copy, as soon as it is `body`.
    async fn becomes_copy_of(&self, key: &str, body: &[u8]) {
        let start = Instant::now();
        loop {
            let copy = clean_copy(&self.aws, &self.destination, key).await.unwrap();
            if copy.body.collect().await.unwrap().into_bytes() == body {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{key} is the copy of something else");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Starts the deployed function with an event by hand: its answer, or its error.
    async fn event(&self, name: &str, key: &str, at: Option<SystemTime>) -> Result<Value, String> {
        let mut record = json!({
            "eventName": name,
            "s3": {"bucket": {"name": self.source}, "object": {"key": key}},
        });
        if let Some(at) = at {
            record["eventTime"] = DateTime::from(at).fmt(DateTimeFormat::DateTime).unwrap().into();
        }
        let event = json!({"Records": [record]}).to_string();
        let invoke = self.aws.lambda.invoke().function_name(&self.function);
        let answer = invoke.payload(event.into_bytes().into()).send().await.unwrap();
        let payload = answer.payload().map(|blob| blob.as_ref().to_vec()).unwrap_or_default();
        match answer.function_error() {
            None => Ok(serde_json::from_slice(&payload).unwrap()),
            Some(_) => Err(String::from_utf8_lossy(&payload).into_owned()),
        }
    }
}

fn picture(width: u16) -> Vec<u8> {
    jpeg::picture(Kind::Grey, width, 8)
}

#[tokio::test]
async fn what_is_deleted_or_replaced_by_something_refused_is_taken_down() {
    let scene = Scene::new(true).await;
    let keys = ["a.jpg", "holiday photos/\u{e9}t\u{e9} +1 (2)%2B.jpg"];
    for key in keys {
        scene.put(&scene.source, key, picture(8)).await;
        scene.becomes(key, true).await;
        scene.delete(key, None).await;
        scene.becomes(key, false).await;
        scene.put(&scene.source, key, picture(16)).await;
        scene.becomes_copy_of(key, &picture(16)).await;
        scene.put(&scene.source, key, b"no picture".to_vec()).await;
        scene.becomes(key, false).await;
    }
    // An old version that comes back, by the deletion of a newer one or of a delete marker, is published again.
    let versions = [scene.put(&scene.source, "v.jpg", picture(8)).await, {
        scene.becomes("v.jpg", true).await;
        scene.put(&scene.source, "v.jpg", picture(16)).await
    }];
    scene.becomes_copy_of("v.jpg", &picture(16)).await;
    scene.delete("v.jpg", versions[1].clone()).await;
    scene.becomes_copy_of("v.jpg", &picture(8)).await;
    scene.delete("v.jpg", None).await;
    scene.becomes("v.jpg", false).await;
    let listed =
        scene.aws.s3.list_object_versions().bucket(&scene.source).prefix("v.jpg").send().await.unwrap();
    let marker = listed.delete_markers()[0].version_id().map(str::to_owned);
    scene.delete("v.jpg", marker).await;
    scene.becomes_copy_of("v.jpg", &picture(8)).await;
    let status = scene.stage.ok(&["status"]).out;
    assert!(!status.contains("without a source") && !status.contains("older than its source"), "{status}");
    assert!(status.contains("writes and deletes in the destination"), "{status}");
    // Off again: the rights and the events go.
    scene.stage.configure(CONFIG);
    let plan = scene.stage.plan();
    assert_eq!(plan.code, 2);
    assert!(
        plan.out.contains("- may delete every object in") && plan.out.contains("s3:ObjectRemoved:*"),
        "{}",
        plan.out
    );
    scene.stage.ok(&["up", "--yes"]);
    assert_eq!(scene.stage.plan().code, 0);
}

#[tokio::test]
async fn without_it_the_copy_stays_and_status_counts_it() {
    let scene = Scene::new(false).await;
    for key in ["gone.jpg", "replaced.jpg", "there.jpg"] {
        scene.put(&scene.source, key, picture(8)).await;
        scene.becomes(key, true).await;
    }
    scene.put(&scene.destination, "index.html", b"of somebody else".to_vec()).await;
    scene.delete("gone.jpg", None).await;
    // S3 tells the time of an object in seconds.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    scene.put(&scene.source, "replaced.jpg", b"no picture".to_vec()).await;
    let ignored = scene.event("ObjectRemoved:Delete", "gone.jpg", None).await.unwrap();
    assert_eq!(ignored["ignored"], json!(["gone.jpg"]));
    assert!(scene.is_published("gone.jpg").await && scene.is_published("replaced.jpg").await);
    let status = scene.stage.ok(&["status"]).out;
    assert!(
        status.contains("still published, but without a source: 1 clean copy (with mirror_deletes"),
        "{status}"
    );
    assert!(status.contains("older than its source: 1 clean copy (it was refused"), "{status}");
    let json: Value = serde_json::from_str(&scene.stage.ok(&["status", "--json"]).out).unwrap();
    let expected = json!({"compared": 3, "orphaned": 1, "older": 1, "more": false});
    assert_eq!(json["clean_copies"], expected);
}

#[tokio::test]
async fn events_may_come_late_twice_and_in_any_order() {
    let scene = Scene::new(true).await;
    let now = Some(SystemTime::now());
    scene.put(&scene.source, "here.jpg", picture(8)).await;
    scene.becomes("here.jpg", true).await;
    // Deletions of earlier uploads.
    for name in
        ["ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated", "ObjectRemoved:DeleteMarkerCreated"]
    {
        let answer = scene.event(name, "here.jpg", now).await.unwrap();
        assert_eq!(answer["cleaned"], json!(["here.jpg"]), "{name}");
        assert!(scene.is_published("here.jpg").await, "{name}");
    }
    // An upload that was deleted already, and its deletion again.
    scene.delete("here.jpg", None).await;
    scene.becomes("here.jpg", false).await;
    scene.put(&scene.destination, "here.jpg", picture(8)).await;
    for name in ["ObjectCreated:Put", "ObjectRemoved:DeleteMarkerCreated", "s3:ObjectRemoved:Delete"] {
        let answer = scene.event(name, "here.jpg", now).await.unwrap();
        assert_eq!(answer["removed"], json!(["here.jpg"]), "{name}");
        assert!(!scene.is_published("here.jpg").await, "{name}");
    }
    // Lifecycle rules let originals expire; their copies stay.
    scene.put(&scene.destination, "expired.jpg", picture(8)).await;
    for name in ["LifecycleExpiration:Delete", "s3:LifecycleExpiration:DeleteMarkerCreated"] {
        let answer = scene.event(name, "expired.jpg", now).await.unwrap();
        assert_eq!(answer["ignored"], json!(["expired.jpg"]), "{name}");
    }
    assert!(scene.is_published("expired.jpg").await);
    // Not a trace of what is said to be under a delete marker: S3 may not show everything yet.
    let error = scene.event("ObjectRemoved:DeleteMarkerCreated", "expired.jpg", now).await.unwrap_err();
    assert!(error.contains("S3 announced"), "{error}");
    assert!(scene.is_published("expired.jpg").await);
    let answer = scene.event("ObjectRemoved:Delete", "expired.jpg", now).await.unwrap();
    assert_eq!(answer["removed"], json!(["expired.jpg"]));
}

/// Does something right after the first call with this method to this bucket, before the caller has its answer.
struct InBetween {
    method: &'static str,
    bucket: String,
    /// Whether the call under way is one of them. There is one at a time.
    is_it: AtomicBool,
    act: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl fmt::Debug for InBetween {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InBetween {} {}", self.method, self.bucket)
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for InBetween {
    fn name(&self) -> &'static str {
        "InBetween"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let is_it = request.method() == self.method && request.uri().contains(&format!("/{}/", self.bucket));
        self.is_it.store(is_it, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_transmit(
        &self,
        _: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.is_it.load(Ordering::Relaxed)
            && let Some(act) = self.act.lock().unwrap().take()
        {
            act();
        }
        Ok(())
    }
}

/// Cleans the key in this process, and lets somebody upload `body` to bucket A, or delete the key there, in between.
async fn clean(
    scene: &Scene,
    key: &'static str,
    event: &str,
    after: (&'static str, &str),
    body: Option<Vec<u8>>,
) -> Outcome {
    let (s3, source) = (scene.aws.s3.clone(), scene.source.clone());
    let act = move || {
        let work = async {
            match body {
                Some(body) => {
                    drop(s3.put_object().bucket(source).key(key).body(body.into()).send().await.unwrap());
                }
                None => drop(s3.delete_object().bucket(source).key(key).send().await.unwrap()),
            }
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(work));
    };
    let (method, bucket) = after;
    let is_it = AtomicBool::new(false);
    let hand = InBetween { method, bucket: bucket.to_owned(), is_it, act: Mutex::new(Some(Box::new(act))) };
    let config = scene.aws.s3.config().to_builder().interceptor(hand).build();
    let env = |name: &str| match name {
        "SOURCE_BUCKET" => Some(scene.source.clone()),
        "DESTINATION_BUCKET" => Some(scene.destination.clone()),
        "MIRROR_DELETES" => Some("true".to_owned()),
        _ => None,
    };
    let record = Record {
        bucket: scene.source.clone(),
        encoded_key: key.to_owned(),
        event_name: Some(event.to_owned()),
        ..Record::default()
    };
    let client = aws_sdk_s3::Client::from_conf(config);
    let (client, clock) = (&client, &Clock::start(None));
    let settings = Settings::from_env(env).unwrap();
    let budget = Budget::new(settings.memory);
    Box::pin(clean_one(Timed { client, clock }, &settings, &budget, &record)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_in_between_is_seen() {
    // Without events: whatever is done is done by the calls below.
    let scene = Scene::new(true).await;
    let silent = scene.aws.s3.put_bucket_notification_configuration().bucket(&scene.source);
    let nothing = aws_sdk_s3::types::NotificationConfiguration::builder().build();
    silent.notification_configuration(nothing).send().await.unwrap();
    let destination = scene.destination.clone();

    // Deleted, and uploaded again while its copy is being removed.
    scene.put(&destination, "again.jpg", picture(8)).await;
    let after = ("DELETE", destination.as_str());
    let outcome = clean(&scene, "again.jpg", "ObjectRemoved:Delete", after, Some(picture(16))).await;
    assert!(matches!(outcome, Outcome::Cleaned(_)), "{outcome:?}");
    scene.becomes_copy_of("again.jpg", &picture(16)).await;

    // Uploaded, and deleted while its copy is being written.
    scene.put(&scene.source, "short.jpg", picture(8)).await;
    let after = ("PUT", destination.as_str());
    let outcome = clean(&scene, "short.jpg", "ObjectCreated:Put", after, None).await;
    assert_eq!(outcome, Outcome::Removed);
    assert!(!scene.is_published("short.jpg").await);

    // Replaced by something that is refused, and that by a picture, while the old copy is being removed.
    scene.put(&destination, "third.jpg", picture(8)).await;
    scene.put(&scene.source, "third.jpg", b"no picture".to_vec()).await;
    let after = ("DELETE", destination.as_str());
    let outcome = clean(&scene, "third.jpg", "ObjectCreated:Put", after, Some(picture(16))).await;
    assert!(matches!(outcome, Outcome::Cleaned(_)), "{outcome:?}");
    scene.becomes_copy_of("third.jpg", &picture(16)).await;
}
