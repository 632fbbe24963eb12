"""Lambda: asynchronous events.

An event that meets a throttle goes back to the queue, for six hours unless the function says otherwise; only errors of
the function count as attempts. ministack gives up after three throttles. The configuration of an alias, and the
concurrency reserved for the function, hold for its aliases and versions, too; ministack forgets both there.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html

Waiting is scaled down, as ministack does for errors: AWS waits for a second to five minutes after a throttle.
"""

import contextvars
import random
import threading
import time

from . import destinations, metrics

THROTTLED_SECONDS = (0.2, 1.0)  # first and longest wait
MAX_AGE_SECONDS = 6 * 3600
MAX_RETRIES = 2


def events_outlive_throttles():
    from ministack.services import lambda_svc

    def invoke_async(record, event):
        delivery = Delivery(lambda_svc, record, event)
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(delivery.run,), daemon=True).start()

    lambda_svc.invoke_async_with_retry = invoke_async


class Delivery:
    def __init__(self, lambda_svc, record, event):
        self.service, self.record, self.event = lambda_svc, record, event
        self.accepted = time.monotonic()
        self.config = record.get("config") or record

    def run(self):
        service = self.service
        account, region = service._account_region_from_function_config(self.config)
        service._request_account_id.set(account)
        service._request_region.set(region)
        settings = self.settings()
        retries = settings.get("MaximumRetryAttempts")
        self.retries = MAX_RETRIES if retries is None else int(retries)
        self.max_age = int(settings.get("MaximumEventAgeInSeconds") or MAX_AGE_SECONDS)
        metrics.record_lambda(self.config, {"AsyncEventsReceived": 1})
        failure = self.until_done()
        if failure:
            metrics.record_lambda(self.config, {"AsyncEventsDropped": 1})
            destination = (settings.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination")
            if destination:
                destinations.deliver(self.config, destination, self.event, *failure)
            dead_letters = (self.config.get("DeadLetterConfig") or {}).get("TargetArn")
            if dead_letters:
                destinations.deliver_to_dead_letters(self.config, dead_letters, self.event)

    def settings(self):
        """The event-invoke configuration of the qualifier that was invoked."""
        parts = self.config.get("FunctionArn", "").split(":")
        function = self.service._functions.get(self.config.get("FunctionName")) or self.record
        return self.service._event_invoke_config(function, parts[7] if len(parts) > 7 else None) or {}

    def until_done(self):
        """None when the function has succeeded, else its last failure, why it is the last, and their number."""
        errors, throttles = 0, 0
        if self.service._reserved_concurrency(self.record, self.config) == 0:
            return {}, "ZeroReservedConcurrency", 0
        while True:
            result = self.service._execute_function(self.record, self.event)
            if not result.get("error"):
                return None
            if result.get("throttle"):
                first, longest = THROTTLED_SECONDS
                # Spread out: those that wait in step would all find the same one running.
                wait = min(first * 2**throttles, longest) * random.uniform(0.5, 1)
                throttles = min(throttles + 1, 16)
            else:
                errors += 1
                if errors > self.retries:
                    return result, "RetriesExhausted", errors
                longest = self.service._LAMBDA_ASYNC_RETRY_MAX_SECONDS
                wait = min(self.service._LAMBDA_ASYNC_RETRY_BASE_SECONDS * 2 ** (errors - 1), longest)
            if time.monotonic() + wait - self.accepted > self.max_age:
                return result, "EventAgeExceeded", errors
            time.sleep(wait)


def concurrency_is_the_functions():
    from ministack.services import lambda_svc

    reserved_of = lambda_svc._reserved_concurrency

    def reserved(record, config):
        return reserved_of(lambda_svc._functions.get(config.get("FunctionName")) or record, config)

    lambda_svc._reserved_concurrency = reserved


def triggers_name_their_qualifier():
    """A function that S3 starts by an alias is invoked as that alias. ministack invokes the version behind it."""
    from ministack.services import lambda_svc, s3

    def deliver(arn, event, region):
        if not s3._parse_delivery_notification_target("lambda", arn, region):
            return
        function, config, name = lambda_svc._get_func_record_for_ref(arn)
        if not function or not config:
            s3.logger.warning("S3 notification: Lambda function %s not found", name)
            return
        record = lambda_svc._execution_record_for_config(function, {**config, "FunctionArn": arn})
        lambda_svc.invoke_async_with_retry(record, event)

    s3._deliver_event_to_lambda = deliver
