//! `bootstrap`: what Lambda starts on `provided.al2023`.

use std::process::ExitCode;

use function::{
    allocator, bucket_owner::BucketOwner, client, handler::Function, log, settings::Settings,
};
use lambda_runtime::{LambdaEvent, service_fn};

fn main() -> ExitCode {
    // Without it the function works as well, and refuses to take more memory than there is.
    let _ = allocator::set_up();
    serve()
}

// One invocation at a time, and the only work that takes the processor runs on
// a blocking thread: one thread for the rest starts fastest.
#[tokio::main(flavor = "current_thread")]
async fn serve() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::startup_failure(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), lambda_runtime::Error> {
    let env = |name: &str| std::env::var(name).ok();
    let settings = Settings::from_env(env)?;
    let owner = BucketOwner::default();
    let s3 = owner.on(&client::s3(env)?);
    let function = Function::new(s3, settings, log::Stdout);
    let (function, owner) = (&function, &owner);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<serde_json::Value>| {
        owner.learn(&event.context.invoked_function_arn);
        function.handle(event.payload, &event.context.request_id, event.context.deadline()).await
    }))
    .await
}
