//! The job, its role, and the commands that use them.

use serde_json::{Value, json};

use super::Manifest;
use crate::config::BucketRole;
use crate::stack::{OWNER_TAG, Stack};

/// Where in the job's bucket things are.
const MANIFEST_KEY: &str = "manifest.csv";
const REPORTS: &str = "reports";

/// Files, and what is in them.
#[derive(Debug)]
pub struct Documents {
    /// Each with its name.
    pub files: Vec<(&'static str, String)>,
}

impl Documents {
    /// Those for a stack and a manifest. Made twice of one manifest it is one job: its token is that of the content.
    #[must_use]
    pub fn of(stack: &Stack, manifest: &Manifest) -> Self {
        let pretty = |value: &Value| format!("{value:#}\n");
        Self {
            files: vec![
                (MANIFEST_KEY, manifest.text().to_owned()),
                ("job.json", pretty(&job(stack, manifest))),
                ("trust.json", pretty(&trust())),
                ("rights.json", pretty(&rights(stack))),
                ("run.sh", commands(stack, manifest)),
            ],
        }
    }
}

/// A bucket for manifest and reports alone: no user of the stack may write there (who can write the manifest directs the
/// job), none may read what failed, and no trigger fires.
fn bucket(stack: &Stack) -> String {
    format!("{}-batch-{}", stack.names.stack, stack.names.account)
}

fn role(stack: &Stack) -> String {
    format!("{}-batch", stack.names.stack)
}

fn arn(stack: &Stack, rest: &str) -> String {
    format!("arn:{}:{rest}", stack.names.partition)
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html>
fn job(stack: &Stack, manifest: &Manifest) -> Value {
    let names = &stack.names;
    let bucket = arn(stack, &format!("s3:::{}", bucket(stack)));
    json!({
        "AccountId": names.account,
        "ConfirmationRequired": true,
        "ClientRequestToken": manifest.etag(),
        "Description": format!("provisioner: clean what is pending in {}", names.bucket(BucketRole::Source)),
        "Priority": 10,
        "RoleArn": arn(stack, &format!("iam::{}:role/{}", names.account, role(stack))),
        "Operation": {"LambdaInvoke": {
            "FunctionArn": names.function_arn(),
            "InvocationSchemaVersion": "2.0",
            "UserArguments": {"stack": names.stack},
        }},
        "Manifest": {
            "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]},
            "Location": {"ObjectArn": format!("{bucket}/{MANIFEST_KEY}"), "ETag": manifest.etag()},
        },
        "Report": {
            "Enabled": true,
            "Bucket": bucket,
            "Prefix": REPORTS,
            "Format": "Report_CSV_20180820",
            "ReportScope": "FailedTasksOnly",
            "ExpectedBucketOwner": names.account,
        },
        "Tags": [{"Key": OWNER_TAG, "Value": names.stack}],
    })
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-iam-role-policies.html>
fn trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "batchoperations.s3.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }]})
}

/// Read the manifest, write the report, start the function. What the function may do is its own role's.
fn rights(stack: &Stack) -> Value {
    let bucket = arn(stack, &format!("s3:::{}", bucket(stack)));
    let own = json!({"StringEquals": {"aws:ResourceAccount": stack.names.account}});
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "ReadManifest", "Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": format!("{bucket}/{MANIFEST_KEY}"), "Condition": own},
        {"Sid": "WriteReport", "Effect": "Allow", "Action": "s3:PutObject",
            "Resource": format!("{bucket}/{REPORTS}/*"), "Condition": own},
        {"Sid": "StartFunction", "Effect": "Allow", "Action": "lambda:InvokeFunction",
            "Resource": stack.names.function_arn()},
    ]})
}

/// The commands, in the order in which they are run. Names of stack, bucket and role have no character that a shell knows.
fn commands(stack: &Stack, manifest: &Manifest) -> String {
    let (names, bucket, role) = (&stack.names, bucket(stack), role(stack));
    let (account, region) = (&names.account, &names.region);
    // us-east-1 is the one region that is not named.
    let place = match region.as_str() {
        "us-east-1" => String::new(),
        region => format!(" --create-bucket-configuration LocationConstraint={region}"),
    };
    let objects = manifest.objects();
    // https://aws.amazon.com/s3/pricing, Batch Operations, 2026-11: $0.25 a job, $1.00 a million objects.
    let cents = 25 + objects / 10_000;
    format!(
        "#!/bin/sh\n\
         # Written by `provisioner backfill --emit-batch-job`. Has the function of stack {stack} clean {objects} pictures.\n\
         # The job itself costs about ${dollars}.{cents:02} ($0.25, and $1.00 a million objects), and each picture what an\n\
         # upload costs: a run of the function, a GET and a PUT.\n\
         set -eu\n\
         cd \"$(dirname \"$0\")\"\n\
         \n\
         # A bucket that no user of the stack may read or write.\n\
         aws s3api create-bucket --region {region} --bucket {bucket}{place}\n\
         aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration \\\n    \
             BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true\n\
         aws s3api put-object --region {region} --bucket {bucket} --key {MANIFEST_KEY} --body {MANIFEST_KEY} \\\n    \
             --server-side-encryption AES256\n\
         \n\
         # The role of the job.\n\
         aws iam create-role --role-name {role} --assume-role-policy-document file://trust.json\n\
         aws iam put-role-policy --role-name {role} --policy-name batch --policy-document file://rights.json\n\
         # IAM takes some seconds to tell S3 of it.\n\
         sleep 15\n\
         \n\
         # The job waits until it is confirmed, so that it can be looked at first.\n\
         JOB=$(aws s3control create-job --region {region} --account-id {account} --cli-input-json file://job.json \\\n    \
             --query JobId --output text)\n\
         echo \"job $JOB is there. Look at it, start it, and see how far it is:\"\n\
         echo \"  aws s3control describe-job --region {region} --account-id {account} --job-id $JOB\"\n\
         echo \"  aws s3control update-job-status --region {region} --account-id {account} --job-id $JOB \
         --requested-job-status Ready\"\n\
         echo \"What could not be cleaned is in s3://{bucket}/{REPORTS}/, and in the end:\"\n\
         echo \"  provisioner pending\"\n\
         echo \"  aws s3 rb --force s3://{bucket}\"\n\
         echo \"  aws iam delete-role-policy --role-name {role} --policy-name batch\"\n\
         echo \"  aws iam delete-role --role-name {role}\"\n",
        stack = names.stack,
        dollars = cents / 100,
        cents = cents % 100,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, parse};

    fn documents(region: &str) -> Documents {
        let config = parse("stack = \"photos\"", "config.toml", &Overrides::default()).unwrap();
        let stack = Stack::new(config, "aws", "123456789012", region);
        let mut manifest = Manifest::default();
        manifest.add(stack.names.bucket(BucketRole::Source), "a b.jpg");
        Documents::of(&stack, &manifest)
    }

    #[test]
    fn the_documents_are_frozen() {
        let all: Vec<String> =
            documents("eu-central-1").files.iter().map(|(name, text)| format!("== {name}\n{text}")).collect();
        insta::assert_snapshot!("documents", all.join("\n"));
    }

    #[test]
    fn the_first_region_is_not_named() {
        let run = &documents("us-east-1").files[4];
        assert!(run.0 == "run.sh" && !run.1.contains("LocationConstraint"), "{}", run.1);
    }
}
