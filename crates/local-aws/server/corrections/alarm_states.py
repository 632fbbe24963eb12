"""CloudWatch: alarms are evaluated by themselves, each on its own metric.

ministack evaluates them when somebody calls PutMetricData, on the metric of that name of whatever function or queue,
and ignores periods, `DatapointsToAlarm` and `TreatMissingData`. Here all of them are looked at each second.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import threading
import time

SECONDS = 1

COMPARISONS = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}


def alarms_are_evaluated():
    from ministack.services import cloudwatch

    def evaluate(alarm):
        if not alarm.get("MetricName") or alarm.get("ComparisonOperator") not in COMPARISONS:
            return
        state, reason = judge(alarm, values_of(cloudwatch, alarm))
        before = alarm["StateValue"]
        if state == before:
            return
        alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
        cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
        if alarm.get("ActionsEnabled", True):
            cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
        cloudwatch._evaluate_parent_alarms(alarm)

    def watch():
        from ministack.core import responses

        while True:
            time.sleep(SECONDS)
            for account, region, _ in list(cloudwatch._alarms._data):
                responses._request_account_id.set(account)
                responses._request_region.set(region)
                cloudwatch._evaluate_all_alarms()
            depths_of_queues()

    cloudwatch._evaluate_alarm = evaluate
    threading.Thread(target=watch, daemon=True, name="alarms").start()


def values_of(cloudwatch, alarm):
    """The statistic of each period that counts, the newest first; None where there is no data."""
    dimensions = {item["Name"]: item["Value"] for item in alarm.get("Dimensions") or []}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    points = list(cloudwatch._metrics.get(key) or [])
    period, now = int(alarm.get("Period") or 60), time.time()
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    values = []
    for number in range(int(alarm.get("EvaluationPeriods") or 1)):
        end = now - number * period
        inside = [point for point in points if end - period < point["Timestamp"] <= end]
        values.append(cloudwatch._stat_value(cloudwatch._calc_stats(inside), statistic, inside) if inside else None)
    return values


def judge(alarm, values):
    threshold, missing = alarm.get("Threshold") or 0, alarm.get("TreatMissingData") or "missing"
    if missing == "ignore" and None in values:
        return alarm["StateValue"], ""
    breaches = COMPARISONS[alarm["ComparisonOperator"]]
    fill = {"breaching": True, "notBreaching": False}.get(missing)
    verdicts = [fill if value is None else breaches(value, threshold) for value in values]
    needed = int(alarm.get("DatapointsToAlarm") or len(values))
    if all(verdict is None for verdict in verdicts):
        return "INSUFFICIENT_DATA", "Insufficient Data: no datapoints were received"
    crossed = verdicts.count(True)
    what = f"{crossed} of the last {len(values)} datapoints {values} crossed the threshold ({threshold})"
    return ("ALARM" if crossed >= needed else "OK"), f"Threshold Crossed: {what}"


def depths_of_queues():
    """AWS/SQS tells each minute how many messages wait; here each second."""
    import sys

    from ministack.services import cloudwatch

    sqs = sys.modules.get("ministack.services.sqs")
    if not sqs:
        return
    now = time.time()
    for queue in list(sqs._queues.values()):
        visible = sum(message["visible_at"] <= now for message in queue["messages"])
        name = {"QueueName": queue["name"]}
        cloudwatch.record_metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", visible, "Count", name)
