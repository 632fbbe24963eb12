//! `backfill --emit-batch-job`: S3 Batch Operations is not in the local AWS, so its part is played here.

use std::process::Command;

use aws_sdk_lambda::primitives::Blob;
use engine::config::BucketRole;
use serde_json::{Value, json};
use testkit::one_pixel;

use super::stage::Stage;

const KEYS: [&str; 3] = ["a b+c%25 \u{e9}\u{65e5}.jpg", "plain.JPG", "text, not a picture.jpg"];

/// What botocore's model of S3 Control says of the job; empty: nothing.
async fn problems(job: &Value) -> String {
    let python = local_aws::install(&|_| ()).await.unwrap();
    let script = "import json, sys, botocore.session, botocore.validate\n\
         model = botocore.session.get_session().get_service_model('s3control').operation_model('CreateJob')\n\
         job = json.loads(sys.argv[1])\n\
         print(botocore.validate.ParamValidator().validate(job, model.input_shape).generate_report())";
    let output =
        Command::new(python).args(["-I", "-c", script, &job.to_string()]).env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_job_cleans_what_is_pending() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let source = stack.names.bucket(BucketRole::Source);
    // Nothing starts the function for these.
    let none = aws_sdk_s3::types::NotificationConfiguration::builder().build();
    let put = aws.s3.put_bucket_notification_configuration().bucket(source).notification_configuration(none);
    put.send().await.unwrap();
    for key in KEYS {
        let content = match key {
            "text, not a picture.jpg" => b"text".to_vec(),
            _ => one_pixel::picture(&[one_pixel::exif()], b""),
        };
        aws.s3.put_object().bucket(source).key(key).body(content.into()).send().await.unwrap();
    }

    let folder = stage.config().with_file_name("job");
    let path = folder.to_str().unwrap();
    stage.ok(&["backfill", "--emit-batch-job", path]);
    let again = stage.run(&["backfill", "--emit-batch-job", path]);
    assert!(again.code == 4 && again.err.contains("is not empty"), "{}", again.err);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let job: Value = serde_json::from_str(&read("job.json")).unwrap();
    assert_eq!(problems(&job).await, "");
    let run = Command::new("sh").arg("-n").arg(folder.join("run.sh")).status().unwrap();
    assert!(run.success(), "{}", read("run.sh"));

    // What AWS does with it: an invocation for each line, its key as it stands there.
    let mut codes = Vec::new();
    for (number, line) in read("manifest.csv").lines().enumerate() {
        let (bucket, key) = line.split_once(',').unwrap();
        let event = json!({"invocationSchemaVersion": "2.0", "invocationId": "i", "job": {"id": "j", "userArguments": {}},
            "tasks": [{"taskId": number.to_string(), "s3Key": key, "s3VersionId": null, "s3Bucket": bucket}]});
        let arn = job["Operation"]["LambdaInvoke"]["FunctionArn"].as_str().unwrap();
        let invoke = aws.lambda.invoke().function_name(arn).payload(Blob::new(event.to_string()));
        let answer = invoke.send().await.unwrap();
        let answer: Value = serde_json::from_slice(answer.payload().unwrap().as_ref()).unwrap();
        assert_eq!(
            (&answer["invocationId"], &answer["results"][0]["taskId"]),
            (&json!("i"), &json!(number.to_string()))
        );
        codes.push(answer["results"][0]["resultCode"].as_str().unwrap().to_owned());
    }
    assert_eq!(codes, ["Succeeded", "Succeeded", "PermanentFailure"]);
    let pending = stage.ok(&["pending"]);
    assert!(
        pending.out.contains("text, not a picture.jpg") && !pending.out.contains("plain.JPG"),
        "{}",
        pending.out
    );
}
