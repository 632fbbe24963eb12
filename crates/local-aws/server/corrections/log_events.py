"""CloudWatch Logs: FilterLogEvents goes on after a page, and its patterns choose.

ministack ends silently after `limit` events, ignores `logStreamNamePrefix`, lets a JSON pattern match everything,
ignores case, and knows neither quoted phrases nor `?term`.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import base64
import json
import re

MAX_EVENTS = 10000


def pages_go_on():
    from ministack.services import cloudwatch_logs as logs

    def filter_log_events(data):
        group = logs._resolve_log_group_name(data)
        if group not in logs._log_groups:
            message = f"The specified log group does not exist: {group}"
            return logs.error_response_json("ResourceNotFoundException", message, 400)
        try:
            after = position(data.get("nextToken"))
            matches = pattern(data.get("filterPattern", ""))
        except ValueError as error:
            return logs.error_response_json("InvalidParameterException", str(error), 400)
        limit = min(data.get("limit") or MAX_EVENTS, MAX_EVENTS)
        begin, end = data.get("startTime") or 0, data.get("endTime")
        prefix, names = data.get("logStreamNamePrefix"), data.get("logStreamNames")
        with logs._log_events_lock:
            found = sorted(
                (event["timestamp"], name, number, event)
                for name, stream in logs._log_groups[group]["streams"].items()
                if (not names or name in names) and (not prefix or name.startswith(prefix))
                for number, event in enumerate(stream["events"])
                if event["timestamp"] >= begin and (end is None or event["timestamp"] <= end)
                and (event["timestamp"], name, number) > after and matches(event.get("message", ""))
            )
        answer = {"events": [{**event, "logStreamName": name} for _, name, _, event in found[:limit]]}
        answer["searchedLogStreams"] = []
        if len(found) > limit:
            answer["nextToken"] = token(found[limit - 1][:3])
        return logs.json_response(answer)

    filter_before = logs._filter_log_events
    logs._filter_log_events = filter_log_events
    for table in vars(logs).values():
        if isinstance(table, dict):
            for name in [name for name, value in table.items() if value is filter_before]:
                table[name] = filter_log_events
    logs._compile_filter_pattern = pattern


def token(last):
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode()


def position(text):
    if not text:
        return (-1, "", -1)
    try:
        timestamp, name, number = json.loads(base64.urlsafe_b64decode(text))
        return (int(timestamp), str(name), int(number))
    except (ValueError, TypeError):
        raise ValueError("The specified nextToken is invalid.") from None


TERM = re.compile(r'([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))')


def pattern(text):
    """What says whether a message matches."""
    text = (text or "").strip()
    if text.startswith("{"):
        return json_pattern(text)
    terms = [(kind, (quoted or plain).replace('\\"', '"')) for kind, quoted, plain in TERM.findall(text)]
    wanted = [term for kind, term in terms if not kind]
    unwanted = [term for kind, term in terms if kind == "-"]
    either = [term for kind, term in terms if kind == "?"]

    def matches(message):
        return (
            all(term in message for term in wanted)
            and not any(term in message for term in unwanted)
            and (not either or any(term in message for term in either))
        )

    return matches


COMPARISON = re.compile(
    r"""\s*\(?\s*
    \$\.([\w.\[\]-]+)\s*  # the field
    (?:
        (=|!=|>=|<=|>|<)\s*("(?:[^"\\]|\\.)*"|[^\s)&|]+)
        | (IS\s+(?:NULL|TRUE|FALSE)|NOT\s+EXISTS)
    )
    \s*\)?\s*""",
    re.VERBOSE,
)


def json_pattern(text):
    """Comparisons of fields, joined by && or by ||."""
    inside = re.fullmatch(r"\{(.*)\}", text, re.DOTALL)
    joined = any if inside and "||" in inside[1] else all
    parts = re.split(r"&&|\|\|", inside[1]) if inside else [""]
    comparisons = [COMPARISON.fullmatch(part) for part in parts]
    if not all(comparisons) or ("&&" in text and "||" in text):
        raise ValueError("Invalid filter pattern")
    comparisons = [match.groups() for match in comparisons]

    def matches(message):
        try:
            fields = json.loads(message)
        except ValueError:
            return False
        return isinstance(fields, dict) and joined(holds(fields, *comparison) for comparison in comparisons)

    return matches


MISSING = object()


def holds(fields, path, operator, wanted, test):
    value = fields
    for name in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            value = value.get(name, MISSING) if isinstance(value, dict) else MISSING
    if test:
        test = " ".join(test.split())
        return value is {"IS NULL": None, "IS TRUE": True, "IS FALSE": False, "NOT EXISTS": MISSING}[test]
    if value is MISSING or isinstance(value, (dict, list)):
        return False
    if wanted.startswith('"') or operator in ("=", "!=") and not is_number(wanted):
        wanted = wanted.strip('"').replace('\\"', '"')
        same = re.fullmatch(".*".join(map(re.escape, wanted.split("*"))), text_of(value), re.DOTALL) is not None
        return same if operator == "=" else not same and operator == "!="
    if isinstance(value, bool) or not is_number(str(value)) or not is_number(wanted):
        return False
    value, wanted = float(value), float(wanted)
    return {
        "=": value == wanted, "!=": value != wanted, ">": value > wanted,
        "<": value < wanted, ">=": value >= wanted, "<=": value <= wanted,
    }[operator]


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value)


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False
