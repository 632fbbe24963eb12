"""CloudWatch: the metrics that AWS makes by itself.

ministack counts direct invocations only, and asynchronous ones as successes before they ran. Here every invocation
counts where it ends, whatever started it, and a log line in the embedded metric format makes its metrics.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import time

NAMESPACE = "AWS/Lambda"


def invocations_are_counted():
    from ministack.services import lambda_svc

    dispatch = lambda_svc._execute_function_dispatch

    def counted(record, config, event, request_id, started):
        result = dispatch(record, config, event, request_id, started)
        failed = bool(isinstance(result, dict) and result.get("error"))
        record_lambda(config, {"Invocations": 1, "Errors": int(failed)})
        record_lambda(config, {"Duration": (time.time() - started) * 1000}, "Milliseconds")
        return result

    def throttle(function_name, duration_ms, error, throttle):
        # What the callers count besides is counted above.
        if throttle:
            record_lambda({"FunctionName": function_name}, {"Throttles": 1})

    lambda_svc._execute_function_dispatch = counted
    lambda_svc._emit_lambda_metrics = throttle


def record_lambda(config, values, unit="Count"):
    """With the dimensions that AWS has: the function, and what of it was invoked."""
    from ministack.services import cloudwatch

    name = config.get("FunctionName", "")
    parts = config.get("FunctionArn", "").split(":")
    resource = f"{name}:{parts[7]}" if len(parts) > 7 else name
    for dimensions in ({"FunctionName": name}, {"FunctionName": name, "Resource": resource}):
        for metric, value in values.items():
            cloudwatch.record_metric(NAMESPACE, metric, value, unit, dimensions)


def log_lines_make_metrics():
    from ministack.services import cloudwatch_logs

    append = cloudwatch_logs._append_log_events

    def append_and_count(stream, events):
        append(stream, events)
        for event in events:
            message = event.get("message", "")
            if '"_aws"' in message:
                record_embedded(message)

    cloudwatch_logs._append_log_events = append_and_count


def record_embedded(message):
    from ministack.services import cloudwatch

    try:
        fields = json.loads(message)
        directives = fields["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for names in directive.get("Dimensions", [[]]):
            dimensions = {name: str(fields[name]) for name in names if name in fields}
            for metric in directive.get("Metrics", []):
                values = fields.get(metric.get("Name"))
                for value in values if isinstance(values, list) else [values]:
                    if isinstance(value, (int, float)) and not isinstance(value, bool):
                        unit = metric.get("Unit", "None")
                        cloudwatch.record_metric(directive["Namespace"], metric["Name"], value, unit, dimensions)
