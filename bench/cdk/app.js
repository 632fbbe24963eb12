// The stack of config.toml in CDK, as far as CloudFormation goes without a custom resource: the notification is the bucket's
// own property, so the bucket has a name of ours, and who names its ARN does not wait for it.
const cdk = require("aws-cdk-lib");
const { aws_s3: s3, aws_iam: iam, aws_lambda: lambda, aws_logs: logs } = cdk;
const app = new cdk.App();
const [account, region] = [process.env.CDK_DEFAULT_ACCOUNT, process.env.CDK_DEFAULT_REGION];
const stack = new cdk.Stack(app, "bench-cdk", { env: { account, region } });
const days = cdk.Duration.days;
const name = (what) => `bench-cdk-${what}-${account}-${region}`;
const bucket = (id, what) => new s3.Bucket(stack, id, {
  bucketName: name(what), blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL, encryption: s3.BucketEncryption.S3_MANAGED,
  enforceSSL: true, objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED, versioned: true,
  removalPolicy: cdk.RemovalPolicy.DESTROY,
  lifecycleRules: [{ abortIncompleteMultipartUploadAfter: days(7), noncurrentVersionExpiration: days(30) }],
});
const allow = (who, actions, what) => who.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: [what] }));
const [uploads, clean] = ["uploads", "clean"].map((what) => `arn:aws:s3:::${name(what)}`);
const group = new logs.LogGroup(stack, "Logs", { retention: logs.RetentionDays.TWO_WEEKS, removalPolicy: cdk.RemovalPolicy.DESTROY });
const role = new iam.Role(stack, "Role", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
allow(role, ["s3:GetObject"], `${uploads}/*`);
allow(role, ["s3:PutObject"], `${clean}/*`);
allow(role, ["logs:CreateLogStream", "logs:PutLogEvents"], group.logGroupArn);
const sanitizer = new lambda.Function(stack, "Sanitizer", {
  runtime: lambda.Runtime.PROVIDED_AL2023, architecture: lambda.Architecture.X86_64, handler: "bootstrap", memorySize: 512,
  timeout: cdk.Duration.seconds(60), code: lambda.Code.fromAsset(process.env.FUNCTION_ZIP), role, logGroup: group,
  environment: { DESTINATION_BUCKET: name("clean") },
});
const invoke = new lambda.CfnPermission(stack, "Invoke", {
  action: "lambda:InvokeFunction", functionName: sanitizer.functionName, principal: "s3.amazonaws.com", sourceAccount: account,
  sourceArn: uploads,
});
const source = bucket("Uploads", "uploads").node.defaultChild;
source.notificationConfiguration = { lambdaConfigurations: [".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".avif"].map((value) => (
  { event: "s3:ObjectCreated:*", function: sanitizer.functionArn, filter: { s3Key: { rules: [{ name: "suffix", value }] } } })) };
source.addResourceDependency(invoke);
bucket("Clean", "clean");
const [userA, userB] = ["UserA", "UserB"].map((id) => new iam.User(stack, id));
allow(userA, ["s3:ListBucket"], uploads);
allow(userA, ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], `${uploads}/*`);
allow(userB, ["s3:ListBucket"], clean);
allow(userB, ["s3:GetObject"], `${clean}/*`);
