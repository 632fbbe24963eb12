//! A queue, by botocore, which the local AWS has: our own programs have no client for SQS.

use local_aws::Running;
use serde_json::Value;
use std::process::Command;

/// The answer of a call on it, in Python, with the queue `failed` made first.
pub(crate) async fn sqs(local: &Running, call: &str) -> Value {
    let python = local_aws::install(&|_| ()).await.unwrap();
    let script = format!(
        "import json, botocore.session\n\
         sqs = botocore.session.get_session().create_client('sqs')\n\
         url = sqs.create_queue(QueueName='failed')['QueueUrl']\n\
         print(json.dumps({call}, default=str))"
    );
    let output =
        Command::new(python).args(["-I", "-c", &script]).env_clear().envs(local.profile.env()).output();
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {text}"))
}
