"""CloudWatch alarms: found by tag, described whole."""

import json


def alarms_are_found_by_tag():
    """The tagging service finds alarms by their tags, as on AWS. ministack keeps their tags and does not
    look among them."""
    from ministack.services import cloudwatch, tagging

    def collect():
        for arn, tags in cloudwatch._resource_tags.items():
            yield arn, [{"Key": key, "Value": value} for key, value in tags.items()]

    tagging._COLLECTORS.setdefault("cloudwatch", collect)


def alarms_are_described_whole():
    """DescribeAlarms tells everything about an alarm in XML too, as Terraform asks for it. ministack does so
    in CBOR and JSON alone, so Terraform would see every alarm drift."""
    from ministack.services import cloudwatch
    from xml.sax.saxutils import escape

    describe, parameter = cloudwatch._describe_alarms, cloudwatch._p

    def xml(key, value):
        if isinstance(value, dict):
            return "".join(f"<{name}>{xml(name, item)}</{name}>" for name, item in value.items() if item is not None)
        if isinstance(value, list):
            return "".join(f"<member>{xml(key, item)}</member>" for item in value)
        if isinstance(value, bool):
            return str(value).lower()
        return escape(cloudwatch._ts_iso(value) if key.endswith("Timestamp") else str(value))

    def whole(params, data, is_cbor, is_json=False):
        if is_cbor or is_json:
            return describe(params, data, is_cbor, is_json)
        asked = {name: parameter(params, name) for name in ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")}
        for name in ("AlarmNames", "AlarmTypes"):
            items = [parameter(params, f"{name}.member.{number}") for number in range(1, 101)]
            asked[name] = [item for item in items if item]
        asked = {name: value for name, value in asked.items() if value}
        status, _, body = describe({}, asked, False, True)
        if status != 200:
            return describe(params, data, is_cbor, is_json)
        answer = xml("", json.loads(body))
        return cloudwatch._xml(200, "DescribeAlarmsResponse", f"<DescribeAlarmsResult>{answer}</DescribeAlarmsResult>")

    cloudwatch._describe_alarms = whole
