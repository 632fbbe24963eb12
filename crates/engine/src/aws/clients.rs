//! The clients, made once from the standard AWS environment or for the local AWS.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::expected_owner::ExpectedOwner;
use super::root_names::with_right_names;
use super::{
    AwsCall, AwsError, ConnectError, Proxies, Source, Transport, client, endpoint, environment, region,
};

/// How long STS has to say who we are, with all tries. A later call may take its time, since something may be under way
/// then; whoever does not answer the first one is not there.
pub const IDENTITY_DEADLINE: Duration = Duration::from_secs(30);
/// How long a connection may take to be there, TLS included: on a line that is full of a picture it takes its time.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a try may take, so that another one follows.
const IDENTITY_ATTEMPT: Duration = Duration::from_secs(10);

/// How to reach AWS. What is `None` comes from the standard AWS environment
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>).
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The endpoint of everything; a custom one implies path-style S3.
    pub endpoint: Option<String>,
    /// PEM file with the authorities to trust instead of the system's.
    pub ca_bundle: Option<PathBuf>,
    /// The region.
    pub region: Option<String>,
    /// Access key id and secret.
    pub credentials: Option<(String, String)>,
}

/// The clients and who we are.
#[derive(Debug, Clone)]
pub struct Aws {
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// IAM.
    pub iam: aws_sdk_iam::Client,
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// CloudWatch, of which only alarms are used.
    pub alarms: aws_sdk_cloudwatch::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Resource Groups Tagging.
    pub tagging: aws_sdk_resourcegroupstagging::Client,
    /// The account's 12 digits.
    pub account: String,
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// The region.
    pub region: String,
    /// ARN of the caller.
    pub caller: String,
    /// The custom endpoint of S3, when there is one.
    pub endpoint: Option<String>,
    /// Where the credentials come from.
    pub source: Source,
    /// The proxy on the way to AWS, without its password.
    pub proxy: Option<String>,
    config: SdkConfig,
    calls: Calls,
}

/// Counts the requests that were sent, and how many of them were for another try.
#[derive(Debug, Clone, Default)]
struct Calls {
    sent: Arc<AtomicUsize>,
    retries: Arc<AtomicIsize>,
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.retries.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.retries.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Aws {
    /// Connects: reads the environment and asks STS who we are.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(connection: &Connection) -> Result<Self, ConnectError> {
        let ca_bundle = connection
            .ca_bundle
            .clone()
            .or_else(|| std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()).map(PathBuf::from));
        // No proxy leads to an endpoint that comes with the connection, which is the local AWS: one that is not good for
        // anything does not matter there.
        let proxies = match connection.endpoint {
            Some(_) => Proxies::default(),
            None => Proxies::from_environment(|name| std::env::var(name).ok())?,
        };
        let http = client(ca_bundle.as_deref(), proxies.clone())
            .map_err(|source| ConnectError::CaBundle { path: ca_bundle.unwrap_or_default(), source })?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(8)
                    .with_initial_backoff(Duration::from_millis(200))
                    .with_max_backoff(Duration::from_secs(5)),
            )
            // How long an answer may take is the client's business, which knows how far the request is.
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).disable_read_timeout().build())
            .stalled_stream_protection(
                StalledStreamProtectionConfig::enabled().upload_enabled(false).build(),
            );
        if let Some(endpoint) = &connection.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some((id, secret)) = &connection.credentials {
            loader = loader.credentials_provider(Credentials::new(id, secret, None, None, "provisioner"));
        }
        let (config, source) = environment::load(loader, connection).await?;
        let region = config.region().ok_or(ConnectError::NoRegion)?.to_string();
        endpoint::check(&config)?;
        let sts = endpoint::of(&config, "STS");
        let is_aws = sts.as_deref().is_none_or(endpoint::is_of_aws);
        let proxy = proxies.to(sts.as_deref().unwrap_or("https://sts.amazonaws.com"));
        let calls = Calls::default();
        let identity = match who(&config, &calls).await {
            Ok(identity) => identity,
            // Ended by our clock, which does not know what it waited for.
            Err(error) if error.transport == Some(Transport::Timeout) && proxy.is_some() => {
                let proxy = proxy.map(ToString::to_string).unwrap_or_default();
                let message = format!("{}, through the proxy {proxy}", error.message);
                return Err(AwsError { message, transport: Some(Transport::Proxy), ..error }.into());
            }
            Err(error) if is_aws && region::may_be_disabled(&error, &region) => {
                return Err(match who(&region::always_enabled(&config), &calls).await {
                    Ok(_) => ConnectError::RegionDisabled { region, error: error.into() },
                    Err(_) => ConnectError::Refused { source_of: source.into(), error },
                });
            }
            Err(error) if error.is_credentials() => {
                return Err(ConnectError::Refused { source_of: source.into(), error });
            }
            Err(error) => return Err(error.into()),
        };
        let caller = identity.arn().unwrap_or_default().to_owned();
        let endpoint = endpoint::of(&config, "S3");
        Ok(Self {
            s3: s3_client(&config, endpoint.is_some(), identity.account().unwrap_or_default(), &calls),
            iam: aws_sdk_iam::Client::from_conf(
                aws_sdk_iam::config::Builder::from(&config)
                    .retry_partition(retries())
                    .interceptor(calls.clone())
                    .build(),
            ),
            lambda: aws_sdk_lambda::Client::from_conf(
                aws_sdk_lambda::config::Builder::from(&config)
                    .retry_partition(retries())
                    .interceptor(calls.clone())
                    .build(),
            ),
            alarms: aws_sdk_cloudwatch::Client::from_conf(
                aws_sdk_cloudwatch::config::Builder::from(&config)
                    .retry_partition(retries())
                    .interceptor(calls.clone())
                    .build(),
            ),
            logs: aws_sdk_cloudwatchlogs::Client::from_conf(
                aws_sdk_cloudwatchlogs::config::Builder::from(&config)
                    .retry_partition(retries())
                    .interceptor(calls.clone())
                    .build(),
            ),
            tagging: aws_sdk_resourcegroupstagging::Client::from_conf(
                aws_sdk_resourcegroupstagging::config::Builder::from(&config)
                    .retry_partition(retries())
                    .interceptor(calls.clone())
                    .build(),
            ),
            account: identity.account().unwrap_or_default().to_owned(),
            partition: caller.split(':').nth(1).unwrap_or("aws").to_owned(),
            region,
            caller,
            endpoint,
            source,
            proxy: proxy.map(ToString::to_string),
            config,
            calls,
        })
    }

    /// An S3 client with other credentials, for acting as a user of the stack.
    #[must_use]
    pub fn s3_as(&self, access_key_id: &str, secret_access_key: &str) -> aws_sdk_s3::Client {
        self.s3_with(Credentials::new(access_key_id, secret_access_key, None, None, "stack user"))
    }

    fn s3_with(&self, credentials: Credentials) -> aws_sdk_s3::Client {
        let config = self
            .config
            .clone()
            .into_builder()
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        s3_client(&config, self.endpoint.is_some(), &self.account, &self.calls)
    }

    /// An S3 client with the credentials of a session of a role, for acting as a user of the stack that is one. The
    /// session ends by itself, after so many seconds: 900 at the least
    /// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
    ///
    /// # Errors
    /// When the role does not trust whoever calls, or STS cannot be reached.
    pub async fn s3_as_role(
        &self,
        role_arn: &str,
        session: &str,
        seconds: i32,
        external_id: Option<&str>,
    ) -> Result<aws_sdk_s3::Client, AwsError> {
        let sts = aws_sdk_sts::Client::from_conf(
            aws_sdk_sts::config::Builder::from(&self.config)
                .retry_partition(retries())
                .interceptor(self.calls.clone())
                .build(),
        );
        let request = sts.assume_role().role_arn(role_arn).role_session_name(session);
        let request = request.duration_seconds(seconds).set_external_id(external_id.map(str::to_owned));
        let credentials = request.send().await.aws("AssumeRole")?.credentials.ok_or_else(|| AwsError {
            operation: "AssumeRole",
            code: None,
            status: None,
            message: "the answer has no credentials".to_owned(),
            request_id: None,
            transport: None,
        })?;
        Ok(self.s3_with(Credentials::new(
            credentials.access_key_id(),
            credentials.secret_access_key(),
            Some(credentials.session_token().to_owned()),
            None,
            "stack user",
        )))
    }

    /// An S3 client without credentials, for acting as anybody.
    #[must_use]
    pub fn s3_as_nobody(&self) -> aws_sdk_s3::Client {
        let mut config = self.config.clone().into_builder();
        config.set_credentials_provider(None);
        let client = s3_client(&config.build(), self.endpoint.is_some(), &self.account, &self.calls);
        aws_sdk_s3::Client::from_conf(client.config().to_builder().allow_no_auth().build())
    }

    /// Requests sent so far, retries included.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.sent.load(Ordering::Relaxed)
    }

    /// How many calls were tried again so far: AWS was throttling or failing. A call between its beginning and
    /// its first try counts for one less, so this may be lower for a moment, and never higher.
    #[must_use]
    pub fn retries(&self) -> isize {
        self.calls.retries.load(Ordering::Relaxed)
    }

    /// Whether the endpoint of S3 is a custom one without TLS: then a TLS-only bucket
    /// policy denies every principal but root.
    #[must_use]
    pub fn is_plain_http(&self) -> bool {
        self.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"))
    }
}

/// Asks STS whose credentials these are.
async fn who(config: &SdkConfig, calls: &Calls) -> Result<GetCallerIdentityOutput, AwsError> {
    let patience = config.timeout_config().map(TimeoutConfig::to_builder).unwrap_or_default();
    let patience = patience.operation_attempt_timeout(IDENTITY_ATTEMPT).operation_timeout(IDENTITY_DEADLINE);
    let sts = aws_sdk_sts::Client::from_conf(
        aws_sdk_sts::config::Builder::from(config)
            .timeout_config(patience.build())
            .retry_partition(retries())
            .interceptor(calls.clone())
            .build(),
    );
    sts.get_caller_identity().send().await.aws("GetCallerIdentity")
}

/// Retries are limited by the number of attempts of each call only. By default all calls share a quota that
/// protects services from many clients; a run that makes hundreds of calls at once and is throttled would
/// use it up and fail, where it should only slow down.
fn retries() -> RetryPartition {
    RetryPartition::custom("provisioner").token_bucket(TokenBucket::unlimited()).build()
}

fn s3_client(config: &SdkConfig, is_custom: bool, account: &str, calls: &Calls) -> aws_sdk_s3::Client {
    let mut builder = aws_sdk_s3::config::Builder::from(config)
        .force_path_style(is_custom)
        .retry_partition(retries())
        .interceptor(ExpectedOwner(account.to_owned()))
        .interceptor(calls.clone());
    if let Some(client) = config.http_client().filter(|_| is_custom) {
        builder = builder.http_client(with_right_names(client));
    }
    aws_sdk_s3::Client::from_conf(builder.build())
}
