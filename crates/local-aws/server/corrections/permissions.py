"""Which permissions a call needs, under the names that IAM has for them.

ministack names several of Lambda's and SQS's actions wrongly, checks some against the wrong resource or none, and never
asks for `iam:PassRole` or for the right to tag what a call creates with tags.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import contextvars
import dataclasses
import json
import re
import urllib.parse

# Operations whose action has another name.
LAMBDA_NAMES = {
    "Invoke": "InvokeFunction",
    "InvokeAsync": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
    "GetLayerVersionByArn": "GetLayerVersion",
}
RENAMED = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
# Calls that also need the right to tag when they come with tags.
TAGGED = {
    "iam:CreateRole": "iam:TagRole",
    "iam:CreateUser": "iam:TagUser",
    "iam:CreatePolicy": "iam:TagPolicy",
    "lambda:CreateFunction": "lambda:TagResource",
    "lambda:CreateEventSourceMapping": "lambda:TagResource",
    "logs:CreateLogGroup": "logs:TagResource",
    "sqs:CreateQueue": "sqs:TagQueue",
    "sns:CreateTopic": "sns:TagResource",
    "cloudwatch:PutMetricAlarm": "cloudwatch:TagResource",
}
PASSES_ROLE = {"lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"}


@dataclasses.dataclass
class More:
    """What a call needs besides its own action."""

    action: str
    needs: list  # (action, resource, context)
    denied: tuple = None  # the need that was denied


more = contextvars.ContextVar("more", default=None)


def calls_need_what_they_need_on_aws():
    from ministack.core import iam_actions, iam_evaluator

    iam_actions._BOTOCORE_SERVICE_MAP.setdefault("lambda", ["lambda"])
    extract_action, extract_resource = iam_actions.extract_iam_action, iam_actions.extract_resource_arn
    enforce, deny = iam_evaluator.enforce, iam_actions.access_denied_response

    def lambda_action(method, path):
        name = iam_actions._match_rest_action("lambda", method, path)
        return LAMBDA_NAMES.get(name, name)

    def action_of(service, method, path, headers, body, params):
        more.set(None)
        if service == "lambda":
            # Neither a query parameter nor a header may name another action than the one that is done.
            name = lambda_action(method, path)
            action = name and f"lambda:{name}"
        else:
            action = extract_action(service, method, path, headers, body, params)
            action = RENAMED.get(action, action)
        if action in TAGGED or action in PASSES_ROLE:
            more.set(More(action, []))
        return action

    def resource_of(service, method, path, headers, body, params, region, account):
        resource = extract_resource(service, method, path, headers, body, params, region, account)
        if service == "lambda":
            resource = lambda_resource(resource, method, path, body, params, region, account)
        elif service == "iam":
            resource = iam_resource(resource, params, account)
        if more.get():
            content = read(headers, body, params)
            add_needs(more.get(), resource, content)
        return resource

    def enforce_all(key, action, service, region, resource_arn="*", service_context=None):
        denied = enforce(key, action, service, region, resource_arn=resource_arn, service_context=service_context)
        call = more.get()
        if denied is None and call and call.action == action:
            for need in call.needs:
                what, on, context = need
                denied = enforce(key, what, what.split(":")[0], region, resource_arn=on, service_context=context)
                if denied is not None:
                    call.denied = need
                    break
        return denied

    def denied_response(service, action, *arguments, **options):
        call = more.get()
        if call and call.denied and call.action == action:
            action, options["resource_arn"] = call.denied[0], call.denied[1]
        return deny(service, action, *arguments, **options)

    iam_actions._lambda_action = lambda_action
    iam_actions.extract_iam_action, iam_actions.extract_resource_arn = action_of, resource_of
    iam_evaluator.enforce, iam_actions.access_denied_response = enforce_all, denied_response


def read(headers, body, params):
    """The call's parameters; those of the query protocol are flat."""
    kind = headers.get("content-type", "")
    try:
        if "cbor" in kind:
            import cbor2

            return cbor2.loads(body)
        if "json" in kind or body[:1] == b"{":
            return json.loads(body)
    except ValueError:
        pass
    return {name: value[0] if isinstance(value, list) else value for name, value in params.items()}


def has_tags(content):
    return any(content.get(name) for name in ("Tags", "tags")) or any(
        re.match(r"(Tags?|Tags\.member|Tags\.entry)\.1\.", name, re.IGNORECASE) for name in content
    )


def add_needs(call, resource, content):
    if call.action in PASSES_ROLE and content.get("Role"):
        call.needs.append(("iam:PassRole", content["Role"], {"iam:PassedToService": "lambda.amazonaws.com"}))
    if call.action in TAGGED and has_tags(content):
        call.needs.append((TAGGED[call.action], resource, {}))


def lambda_resource(resource, method, path, body, params, region, account):
    parts = [part for part in path.split("/") if part]
    if method == "POST" and parts[1:] == ["functions"]:
        try:
            name = json.loads(body).get("FunctionName", "")
        except ValueError:
            name = ""
        return name if name.startswith("arn:") else f"arn:aws:lambda:{region}:{account}:function:{name}"
    qualifier = params.get("Qualifier")
    qualifier = qualifier[0] if isinstance(qualifier, list) and qualifier else qualifier
    if parts[-1:] == ["invocations"] and qualifier and len(resource.split(":")) == 7:
        return f"{resource}:{urllib.parse.unquote(qualifier)}"
    return resource


def iam_resource(resource, params, account):
    """With the path, as in the ARN of what exists, or of what is created."""
    from ministack.services import iam

    source = params.get("PolicySourceArn")
    if source:
        # The right to ask is of who is asked about; ministack asks for it on `*`.
        return source[0] if isinstance(source, list) else source
    kind, _, name = resource.partition(f"arn:aws:iam::{account}:")[2].partition("/")
    table = {"role": iam._roles, "user": iam._users, "group": iam._groups}.get(kind)
    if table is None:
        return resource
    there = table.get(name) or {}
    path = params.get("Path")
    path = (path[0] if isinstance(path, list) else path) or "/"
    return there.get("Arn") or f"arn:aws:iam::{account}:{kind}{path}{name}"
