"""Lambda: where failed asynchronous events go.

A destination exists, and the function's role may send there: else it is refused, and what cannot be delivered later is
lost and counted. ministack takes and serves any, and its record says the same whatever happened.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import hashlib
import json
import time
import uuid

from . import metrics

ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}
SERVICES = {"sqs": "SQS", "sns": "SNS"}


def destinations_are_checked():
    from ministack.services import lambda_svc

    put = lambda_svc._put_event_invoke_config

    def put_event_invoke_config(name, qualifier, data):
        function = lambda_svc._functions.get(name)
        for wanted in (data.get("DestinationConfig") or {}).values():
            arn = (wanted or {}).get("Destination")
            refused = function and arn and problem(function["config"], arn)
            if refused:
                return lambda_svc.error_response_json("InvalidParameterValueException", refused, 400)
        return put(name, qualifier, data)

    lambda_svc._put_event_invoke_config = put_event_invoke_config


def problem(config, arn):
    """Why nothing can be sent there; None for what can, and for services that are not looked at."""
    service = arn.split(":")[2] if arn.count(":") >= 5 else ""
    if service not in ACTIONS:
        return None
    if target(arn) is None:
        return f"The destination ARN {arn} is invalid."
    if not role_may(config.get("Role", ""), ACTIONS[service], arn):
        action = ACTIONS[service].split(":")[1]
        return f"The provided execution role does not have permissions to call {action} on {SERVICES[service]}"
    return None


def target(arn):
    from ministack.services import sns, sqs

    return sqs._queue_by_arn(arn) if ":sqs:" in arn else sns._topics.get(arn)


def role_may(role, action, resource):
    from ministack.core import iam_evaluator

    account, name = role.split(":")[4] if role.count(":") >= 5 else "", role.rsplit("/", 1)[-1]
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/function", principal_type="AssumedRole",
        principal_account=account, action=action, resource_arn=resource, region=resource.split(":")[3],
        service_context={}, principal_keys={},
    )
    return iam_evaluator.evaluate(context, iam_evaluator._gather_role_policies(name, account)).decision == "Allow"


def deliver(config, arn, event, result, condition, attempts):
    """Sends the record of an event that failed."""
    body = json.dumps(record(config, event, result, condition, attempts))
    send(config, arn, body)


def deliver_to_dead_letters(config, arn, event):
    """A dead-letter queue gets the event as it came."""
    send(config, arn, json.dumps(event))


def send(config, arn, body):
    from ministack.services import lambda_svc, sns, sqs

    reason = problem(config, arn)
    if reason or arn.split(":")[2] not in ACTIONS:
        lambda_svc.logger.warning("%s: %s", arn, reason or "no such destination here")
        metrics.record_lambda(config, {"DestinationDeliveryFailures": 1})
        return
    if ":sns:" in arn:
        sns._fanout(arn, str(uuid.uuid4()), body, "", "", {})
        return
    queue, now = target(arn), time.time()
    message = {
        "id": str(uuid.uuid4()), "body": body, "md5": hashlib.md5(body.encode()).hexdigest(), "receipt_handle": None,
        "sent_at": now, "visible_at": now + sqs.queue_delay(queue), "receive_count": 0,
    }
    sqs._ensure_msg_fields(message)
    queue["messages"].append(message)
    lambda_svc.esm_wake.set()


def record(config, event, result, condition, attempts):
    now = time.time()
    arn = config.get("FunctionArn", "")
    answer = {
        "version": "1.0",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(now)) + f"{int(now * 1000) % 1000:03}Z",
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": arn if arn.count(":") > 6 else f"{arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event,
    }
    if condition == "ZeroReservedConcurrency":
        return answer
    if result.get("throttle"):
        answer["responseContext"] = {"statusCode": 429}
        return answer
    executed = config.get("Version", "$LATEST")
    answer["responseContext"] = {"statusCode": 200, "executedVersion": executed, "functionError": "Unhandled"}
    answer["responsePayload"] = result.get("body")
    return answer
