//! The notification document is everybody's: what others have put there comes back to S3 as the same bytes.

use super::their_function;
use aws_sdk_s3::types::NotificationConfiguration;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use testkit::proxy::{Call, Fault, Refusal, Rule};
use testkit::stage::{PLAIN, Run, Stage};

const SOURCE: &str = "crash-uploads-000000000000";
const GET: &str = "GetBucketNotificationConfiguration";
const PUT: &str = "PutBucketNotificationConfiguration";

/// Every kind of entry, with what ids, events and filters may hold.
const THEIRS: &str = concat!(
    r#"<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#,
    "<QueueConfiguration><Id>the queue&apos;s &lt;own&gt; &amp; odd  id, \u{fc}\u{1f4f7}</Id>",
    "<Queue>arn:aws:sqs:us-east-1:000000000000:theirs</Queue>",
    "<Event>s3:ObjectRemoved:*</Event><Event>s3:ObjectRestore:Post</Event><Filter><S3Key>",
    "<FilterRule><Name>prefix</Name><Value>a b+c/&amp;/ </Value></FilterRule>",
    "<FilterRule><Name>suffix</Name><Value></Value></FilterRule></S3Key></Filter></QueueConfiguration>",
    "<TopicConfiguration><Id>topic</Id><Topic>arn:aws:sns:us-east-1:000000000000:theirs</Topic>",
    "<Event>s3:ReducedRedundancyLostObject</Event></TopicConfiguration>",
    "<CloudFunctionConfiguration><Id>provisioner-other-jpg</Id>",
    "<CloudFunction>arn:aws:lambda:us-east-1:000000000000:function:theirs:live</CloudFunction>",
    "<Event>s3:ObjectCreated:Put</Event><Filter><S3Key>",
    "<FilterRule><Name>suffix</Name><Value>.tiff</Value></FilterRule></S3Key></Filter></CloudFunctionConfiguration>",
    "<EventBridgeConfiguration></EventBridgeConfiguration></NotificationConfiguration>",
);

/// A field that S3 may get, and a kind of entry: no SDK of today knows them.
const FIELD: &str = "<Priority  unit=\"new\">3</Priority></TopicConfiguration>";
const KIND: &str = "<StreamConfiguration><Id>new</Id><Stream>arn:x</Stream></StreamConfiguration></NotificationConfiguration>";

fn of_the_future(document: &str) -> String {
    document.replace("</TopicConfiguration>", FIELD).replace("</NotificationConfiguration>", KIND)
}

/// The entries of a document that are not ours, as bytes.
fn theirs(document: &str) -> Vec<String> {
    let inside = document.split_once("2006-03-01/\">").expect(document).1;
    let mut rest = inside.strip_suffix("</NotificationConfiguration>").expect(document);
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let name = rest[1..].split(['>', ' ', '/']).next().unwrap();
        let end = [format!("</{name}>"), format!("<{name} />"), format!("<{name}/>")]
            .iter()
            .filter_map(|end| rest.find(end.as_str()).map(|at| at + end.len()))
            .min()
            .expect(rest);
        entries.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    entries.retain(|entry| !entry.contains("<Id>provisioner-crash-"));
    entries
}

fn last<'a>(run: &'a Run, operation: &str) -> &'a Call {
    run.calls.0.iter().rfind(|call| call.operation == operation).unwrap()
}

/// What the server itself says.
fn on_the_server(stage: &Stage) -> Vec<String> {
    theirs(&last(&stage.run(&["plan"]).ok(), GET).answer)
}

/// Makes the queue and the topic of [`THEIRS`], which S3 may send to. The query protocol is the same for IAM,
/// SQS and SNS, and only IAM has a client here.
async fn make_targets(iam: &aws_sdk_iam::Client) {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"*","Resource":"*"}]}"#;
    let policy = percent_encoding::utf8_percent_encode(policy, percent_encoding::NON_ALPHANUMERIC);
    for (service, body) in [
        (
            "sqs",
            format!(
                "Action=CreateQueue&Version=2012-11-05&QueueName=theirs&Attribute.1.Name=Policy&Attribute.1.Value={policy}"
            ),
        ),
        (
            "sns",
            format!(
                "Action=CreateTopic&Version=2010-03-31&Name=theirs&Attributes.entry.1.key=Policy&Attributes.entry.1.value={policy}"
            ),
        ),
    ] {
        let call = iam.list_users().customize().interceptor(SignedFor(service));
        let call = call.mutate_request(move |request| {
            request.headers_mut().insert("content-length", body.len().to_string());
            *request.body_mut() = SdkBody::from(body.as_str());
        });
        // The answer is not one that IAM could give.
        let _ = call.send().await;
    }
}

/// Signs for another service.
#[derive(Debug)]
struct SignedFor(&'static str);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for SignedFor {
    fn name(&self) -> &'static str {
        "SignedFor"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(aws_types::SigningName::from_static(self.0));
        Ok(())
    }
}

/// Makes the bucket with [`THEIRS`] and an object in it.
async fn put_theirs(s3: &aws_sdk_s3::Client) -> Result<(), aws_sdk_s3::Error> {
    s3.create_bucket().bucket(SOURCE).send().await?;
    s3.put_object().bucket(SOURCE).key("keep.txt").body(vec![1].into()).send().await?;
    let put = s3.put_bucket_notification_configuration().bucket(SOURCE);
    let put = put.notification_configuration(NotificationConfiguration::builder().build()).customize();
    let put = put.mutate_request(|request| {
        request.headers_mut().insert("content-length", THEIRS.len().to_string());
        *request.body_mut() = SdkBody::from(THEIRS);
    });
    put.send().await?;
    Ok(())
}

#[test]
fn entries_of_others_are_the_same_bytes_after_every_command() {
    let stage = Stage::new();
    stage.wait(async {
        make_targets(&stage.aws.iam).await;
        their_function::make(&stage.aws).await;
        put_theirs(&stage.aws.s3).await.unwrap();
    });
    let before = {
        let plan = stage.run(&["plan"]);
        theirs(&last(&plan, GET).answer)
    };
    assert_eq!(before.len(), 4, "{before:#?}");
    let future: Vec<String> = theirs(&of_the_future(&format!(
        "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}</NotificationConfiguration>",
        before.concat()
    )));
    assert_eq!(future.len(), 5, "{future:#?}");

    let changed = format!("{PLAIN}\n[trigger]\nsuffixes = [\".png\"]\nprefix = \"in/\"\n");
    for (config, args) in [
        (PLAIN, &["up", "--yes", "--adopt"][..]),
        (&changed, &["up", "--yes"]),
        (PLAIN, &["up", "--yes"]),
        (PLAIN, &["down", "--yes", "--keep-data"]),
    ] {
        stage.configure(config);
        let run = stage.run_with(args, vec![Rule::on(GET, Fault::Edit(of_the_future))]).ok();
        assert_eq!(theirs(&last(&run, PUT).body), future, "{args:?} sends every byte of them");
        if args[0] == "up" {
            assert_eq!(on_the_server(&stage), before, "{args:?}");
        }
    }
    let plan = stage.run(&["plan"]);
    assert_eq!(theirs(&last(&plan, GET).answer), before, "{}", plan.text());
}

#[test]
fn a_target_of_others_that_is_gone_does_not_keep_ours_from_going() {
    let stage = Stage::new();
    stage.wait(async {
        make_targets(&stage.aws.iam).await;
        their_function::make(&stage.aws).await;
        put_theirs(&stage.aws.s3).await.unwrap();
    });
    stage.run(&["up", "--yes", "--adopt"]).ok();
    // As S3 answers a check of all targets when one of them is gone.
    let gone =
        Refusal::new(400, "InvalidArgument", "Unable to validate the following destination configurations");
    let checks = |call: &Call| call.operation == PUT && !call.skips_validation;
    let down =
        stage.run_with(&["down", "--yes", "--keep-data"], vec![Rule::when(checks, Fault::Refuse(gone))]);
    assert_eq!(down.ok().calls.count(PUT), 1);
}
