//! `bootstrap`: what Lambda starts on `provided.al2023`.

use std::process::ExitCode;

use function::{
    allocator, bucket_owner::BucketOwner, client, handler::Function, log, payload::Unreadable,
    settings::Settings, startup,
};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};

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
            startup::report(env, &error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), lambda_runtime::Error> {
    startup::check(env)?;
    let settings = Settings::from_env(env)?;
    let owner = BucketOwner::default();
    let s3 = owner.on(&client::s3(env)?);
    let log = log::Stdout::new(env("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default());
    let function = Function::new(s3, settings, &log);
    let (function, owner) = (&function, &owner);
    let handler = service_fn(async |event: LambdaEvent<serde_json::Value>| {
        owner.learn(&event.context.invoked_function_arn);
        function.handle(event.payload, &event.context.request_id, event.context.deadline()).await
    });
    Runtime::new(handler).layer(Unreadable(&log)).run().await
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
