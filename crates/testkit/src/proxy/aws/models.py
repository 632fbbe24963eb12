"""Checks requests against botocore's models: a request a line in, a verdict a line out.

A request is read back into the operation's input: which one it is, its members from path, query, headers and body in the
protocol of the service. Then each member is held against its shape.
"""

import functools
import json
import re
import sys
import unicodedata
import urllib.parse
import xml.etree.ElementTree

import botocore.loaders
import botocore.model

LOADER = botocore.loaders.Loader()


class Wrong(Exception):
    pass


@functools.cache
def service(name):
    return botocore.model.ServiceModel(LOADER.load_service_model(name, "service-2"), name)


# Patterns are Java's: \w is ASCII, \p{L} is not known to Python.


@functools.cache
def category(letter):
    """The characters of a Unicode category, as they stand in a class."""
    ranges, start = [], None
    for code in range(0x110001):
        inside = code < 0x110000 and unicodedata.category(chr(code)).startswith(letter)
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = None
    return "".join(ranges)


@functools.cache
def compiled(pattern):
    return re.compile(re.sub(r"\\p\{(\w+)\}", lambda found: category(found[1]), pattern), re.ASCII)


# Which operation


def uri(operation):
    path, _, query = operation.http["requestUri"].partition("?")
    return path, {part.partition("=")[0]: part.partition("=")[2] for part in query.split("&") if part}


def path_labels(template, path):
    pattern = re.sub(r"\\\{(\w+)(\\\+)?\\\}", lambda f: f"(?P<{f[1]}>{'.+' if f[2] else '[^/]+'})", re.escape(template))
    found = re.fullmatch(pattern, path) or re.fullmatch(pattern + "/", path)
    return found and {name: urllib.parse.unquote(value) for name, value in found.groupdict().items()}


def located(shape, location):
    members = shape.members.items() if shape else ()
    return [(name, member) for name, member in members if member.serialization.get("location") == location]


def by_http(model, request):
    """The operation whose method, path, fixed query and required members are those of the request."""
    path, _, query = request["target"].partition("?")
    query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    best = None
    for name in model.operation_names:
        operation = model.operation_model(name)
        if operation.deprecated or operation.http["method"] != request["method"]:
            continue
        template, fixed = uri(operation)
        labels = path_labels(template, path)
        if labels is None or any(query.get(key, None) != value for key, value in fixed.items()):
            continue
        shape = operation.input_shape
        required = shape.required_members if shape else []
        needed = [
            (m.serialization["name"] in (query if kind == "querystring" else request["headers"]))
            for kind in ("querystring", "header")
            for n, m in located(shape, kind)
            if n in required
        ]
        if not all(needed):
            continue
        # `x-id` names the operation where the rest does not tell; it is no member.
        score = (query.get("x-id") == name, len(fixed) + len(needed))
        if best is None or score > best[0]:
            best = score, operation, labels, fixed
    if best is None:
        raise Wrong(f"no operation looks like {request['method']} {request['target']}")
    _, operation, labels, fixed = best
    return operation, labels, {key: value for key, value in query.items() if key not in fixed and key != "x-id"}


# What it says


def text_value(shape, text, where):
    if shape.type_name in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", text):
            raise Wrong(f"{where}: {text!r} is no number")
        return int(text)
    if shape.type_name == "boolean":
        if text not in ("true", "false"):
            raise Wrong(f"{where}: {text!r} is no boolean")
        return text == "true"
    return text


def read_http(operation, labels, query, request):
    shape, found = operation.input_shape, {}
    if shape is None:
        return found
    for name, member in located(shape, "uri"):
        found[name] = text_value(member, labels[member.serialization["name"]], name)
    for name, member in located(shape, "querystring"):
        key = member.serialization["name"]
        if key in query:
            found[name] = text_value(member, query.pop(key), name)
    for key in query:
        if not key.lower().startswith("x-amz-"):
            raise Wrong(f"{key}: no such parameter in the query")
    for name, member in located(shape, "header"):
        key = member.serialization["name"].lower()
        if key in request["headers"]:
            value = request["headers"][key]
            found[name] = value.split(",") if member.type_name == "list" else text_value(member, value, name)
    for name, member in located(shape, "headers"):
        start = member.serialization["name"].lower()
        found[name] = {key[len(start) :]: value for key, value in request["headers"].items() if key.startswith(start)}
    return found


def read_xml(shape, element, where):
    if shape.type_name == "structure":
        found, known = {}, {}
        for name, member in shape.members.items():
            tag = member.serialization.get("name", name)
            if member.serialization.get("xmlAttribute"):
                continue
            known[tag] = name
            children = [child for child in element if local(child.tag) == tag]
            if not children:
                continue
            if member.type_name == "list" and member.serialization.get("flattened"):
                item = f"{where}.{name}"
                found[name] = [read_xml(member.member, child, item) for child in children]
            else:
                found[name] = read_xml(member, children[0], f"{where}.{name}")
        for child in element:
            if local(child.tag) not in known:
                raise Wrong(f"{where}: no such member: {local(child.tag)}")
        return found
    if shape.type_name == "list":
        return [read_xml(shape.member, child, where) for child in element]
    return text_value(shape, element.text or "", where)


def local(tag):
    return tag.rpartition("}")[2]


def read_query(shape, fields, prefix):
    """Takes what belongs to the shape out of the fields."""
    if shape.type_name == "structure":
        found = {}
        for name, member in shape.members.items():
            value = read_query(member, fields, f"{prefix}.{member.serialization.get('name', name)}".lstrip("."))
            if value is not None:
                found[name] = value
        return found if found or not prefix else None
    if shape.type_name == "list":
        found = []
        while True:
            value = read_query(shape.member, fields, f"{prefix}.member.{len(found) + 1}")
            if value is None:
                break
            found.append(value)
        # An empty list is written as its bare name.
        return found if found or fields.pop(prefix, None) == "" else None
    value = fields.pop(prefix, None)
    return value if value is None else text_value(shape, value, prefix)


def read(request):
    model, body = service(request["service"]), bytes.fromhex(request["body"])
    protocol = model.metadata["protocol"]
    if protocol == "query":
        fields = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        operation = model.operation_model(fields.pop("Action"))
        fields.pop("Version")
        found = read_query(operation.input_shape, fields, "") if operation.input_shape else {}
        if fields:
            raise Wrong(f"no such parameters: {', '.join(fields)}")
        return operation, found or {}
    if protocol == "json":
        return model.operation_model(request["operation"]), json.loads(body)
    if protocol == "smithy-rpc-v2-cbor":
        import cbor2

        return model.operation_model(request["operation"]), cbor2.loads(body)
    operation, labels, query = by_http(model, request)
    found = read_http(operation, labels, query, request)
    shape = operation.input_shape
    payload = shape and shape.serialization.get("payload")
    if payload and shape.members[payload].type_name == "structure" and body:
        if protocol == "rest-xml":
            try:
                element = xml.etree.ElementTree.fromstring(body)
            except xml.etree.ElementTree.ParseError as error:
                raise Wrong(f"the body is no XML: {error}")
            found[payload] = read_xml(shape.members[payload], element, payload)
        else:
            found[payload] = json.loads(body)
    elif payload and shape.members[payload].type_name == "string":
        found[payload] = body.decode()
    elif not payload and body and protocol == "rest-json":
        found |= json.loads(body)
    return operation, found


# Whether AWS takes it


def check(shape, value, where):
    rules = shape.metadata
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            raise Wrong(f"{where}: not a structure")
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        for key in value:
            if key not in shape.members and key not in names:
                raise Wrong(f"{where}: no such member: {key}")
        for name in shape.required_members:
            if name not in value and shape.members[name].serialization.get("name") not in value:
                raise Wrong(f"{where}: {name} is required")
        for key, member in value.items():
            name = key if key in shape.members else names[key]
            if member is not None:
                check(shape.members[name], member, f"{where}.{name}".lstrip("."))
        return
    sized = {"string": "characters", "blob": "bytes", "list": "items", "map": "entries"}.get(shape.type_name)
    if shape.type_name in ("integer", "long") and (isinstance(value, bool) or not isinstance(value, int)):
        raise Wrong(f"{where}: {value!r} is no whole number")
    if shape.type_name == "boolean" and not isinstance(value, bool):
        raise Wrong(f"{where}: {value!r} is no boolean")
    if shape.type_name == "string" and not isinstance(value, str):
        raise Wrong(f"{where}: {value!r} is no text")
    if sized or shape.type_name in ("integer", "long"):
        size = len(value) if sized else value
        what = f"{size} {sized}" if sized else size
        if "min" in rules and size < rules["min"]:
            raise Wrong(f"{where}: {what}, and at least {rules['min']} are demanded")
        if "max" in rules and size > rules["max"]:
            raise Wrong(f"{where}: {what}, and at most {rules['max']} are allowed")
    if shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            raise Wrong(f"{where}: {value!r} is none of {', '.join(shape.enum)}")
        if "pattern" in rules and not compiled(rules["pattern"]).fullmatch(value):
            raise Wrong(f"{where}: {value!r} must satisfy regular expression pattern: {rules['pattern']}")
    elif shape.type_name == "list":
        for index, item in enumerate(value):
            check(shape.member, item, f"{where}[{index}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            check(shape.key, key, f"{where} (key)")
            check(shape.value, item, f"{where}[{key!r}]")


def verdict(request):
    operation = None
    try:
        operation, found = read(request)
        if operation.input_shape:
            check(operation.input_shape, found, "")
    except Wrong as wrong:
        return {"operation": operation.name if operation else request["operation"], "problem": str(wrong)}
    return {"operation": operation.name, "problem": None}


for line in sys.stdin:
    print(json.dumps(verdict(json.loads(line))), flush=True)
