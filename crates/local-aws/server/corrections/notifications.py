"""S3: a trigger whose function does not exist, or does not let S3 start it, is refused, as one with a queue is.

ministack takes it, and starts the function without being allowed to.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html
"""


def triggers_are_checked():
    from ministack.services import s3

    validate, deliver = s3._validate_notification_configs, s3._deliver_event_to_lambda

    def validate_functions(configs, region, bucket="", skip=False):
        refused = validate(configs, region, bucket, skip)
        if refused or skip:
            return refused
        functions = [config["arn"] for config in configs if config["type"] == "lambda"]
        closed = [arn for arn in functions if not lets_in(arn, bucket)]
        if closed:
            message = "Unable to validate the following destination configurations"
            return s3._invalid_notification_config(f"{message}: {', '.join(closed)}")
        return None

    def deliver_if_allowed(arn, event, region):
        bucket = event["Records"][0]["s3"]["bucket"]["name"]
        if lets_in(arn, bucket):
            deliver(arn, event, region)
        else:
            s3.logger.warning("S3 notification: %s does not let %s start it", arn, bucket)

    s3._validate_notification_configs = validate_functions
    s3._deliver_event_to_lambda = deliver_if_allowed


def lets_in(arn, bucket):
    """Whether the policy of exactly this function, version or alias allows S3 to invoke it for this bucket."""
    from ministack.core import iam_evaluator
    from ministack.services import lambda_svc, s3

    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if not function or not config:
        return False
    base = lambda_svc._functions.get(config["FunctionName"]) or function
    owner = s3._bucket_owner_account(bucket)
    context = {"aws:sourcearn": f"arn:aws:s3:::{bucket}", "aws:sourceaccount": owner}
    allowed = False
    for statement in base["policy"]["Statement"]:
        if statement.get("Resource") != arn or not names_s3(statement.get("Principal")):
            continue
        actions = statement.get("Action")
        actions = actions if isinstance(actions, list) else [actions]
        if not any(iam_evaluator.fnmatch_iam("lambda:InvokeFunction", action) for action in actions):
            continue
        if not conditions_hold(statement.get("Condition") or {}, context):
            continue
        if statement.get("Effect") == "Deny":
            return False
        allowed = True
    return allowed


def names_s3(principal):
    services = principal.get("Service", []) if isinstance(principal, dict) else principal
    return "s3.amazonaws.com" in (services if isinstance(services, list) else [services]) or principal == "*"


def conditions_hold(conditions, context):
    """Those that a trigger's permission has: the bucket and its account."""
    from ministack.core.iam_evaluator import fnmatch_iam_cs

    for operator, keys in conditions.items():
        for key, wanted in keys.items():
            value = context.get(key.lower())
            wanted = wanted if isinstance(wanted, list) else [wanted]
            exact = operator in ("StringEquals", "ArnEquals")
            if value is None or not any(value == one if exact else fnmatch_iam_cs(value, one) for one in wanted):
                return False
    return True
