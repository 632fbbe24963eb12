"""Lambda: a queue as the source of a function's events.

The mapping is refused when the function's role may not read the queue, when a message would come back before the
function can be done with it, and when there is one already; a batch fails as a whole when the function names a message
that is not in it. ministack takes all of these.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from . import destinations

NEEDED = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def mappings_are_checked():
    from ministack.services import lambda_svc, sqs

    create = lambda_svc._create_esm

    def create_mapping(data):
        queue = sqs._queue_by_arn(data.get("EventSourceArn", ""))
        function, config, _ = lambda_svc._get_func_record_for_ref(data.get("FunctionName", ""))
        refused = queue and config and problem(lambda_svc, data, queue, config)
        return refused or create(data)

    lambda_svc._create_esm = create_mapping


def problem(lambda_svc, data, queue, config):
    def invalid(message):
        return lambda_svc.error_response_json("InvalidParameterValueException", message, 400)

    source = data["EventSourceArn"]
    for action in NEEDED:
        if not destinations.role_may(config.get("Role", ""), f"sqs:{action}", source):
            return invalid(f"The function execution role does not have permissions to call {action} on SQS")
    visible, timeout = int(queue["attributes"].get("VisibilityTimeout", 30)), int(config.get("Timeout", 3))
    if visible < timeout:
        return invalid(
            f"Queue visibility timeout: {visible} seconds is less than Function timeout: {timeout} seconds"
        )
    for mapping in lambda_svc._esms.values():
        same = mapping["EventSourceArn"] == source and mapping["FunctionName"] == config["FunctionName"]
        qualifier = mapping.get("Qualifier") or ""
        if same and qualifier == (data["FunctionName"].partition(f"{config['FunctionName']}:")[2]):
            message = (
                f"An event source mapping with event source {source} and function {data['FunctionName']} already exists. "
                f"Please update or delete the existing mapping with UUID {mapping['UUID']}"
            )
            return lambda_svc.error_response_json("ResourceConflictException", message, 409)
    return None


def batches_fail_whole():
    from ministack.services import lambda_svc

    execute = lambda_svc._execute_function_dispatch

    def checked(record, config, event, request_id, started):
        result = execute(record, config, event, request_id, started)
        records = event.get("Records") if isinstance(event, dict) else None
        body = result.get("body") if isinstance(result, dict) else None
        of_queue = isinstance(records, list) and records and records[0].get("eventSource") == "aws:sqs"
        if of_queue and isinstance(body, dict) and body.get("batchItemFailures"):
            ids = {message.get("messageId") for message in records}
            if any(failure.get("itemIdentifier") not in ids for failure in body["batchItemFailures"]):
                body["batchItemFailures"] = [{"itemIdentifier": id} for id in sorted(ids)]
        return result

    lambda_svc._execute_function_dispatch = checked
