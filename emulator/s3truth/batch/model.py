"""Requests of S3 Control, read and checked to the letter of the service model, and answers written by it."""
import datetime
import functools
import re
from typing import Optional
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from botocore.loaders import Loader
from botocore.model import ServiceModel

from ..shapes import Invalid, check_shape

NAMESPACE = "http://awss3control.amazonaws.com/doc/2018-08-20/"


@functools.lru_cache(maxsize=1)
def service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("s3control", "service-2"))


def read_body(operation: str, body: bytes) -> dict:
    """The members of a request that are in its body."""
    shape = service().operation_model(operation).input_shape
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise Invalid(f"the body is not XML: {error}") from error
    if _tag(root) != f"{operation}Request":
        raise Invalid(f"expected {operation}Request, got {_tag(root)}")
    members = {name: member for name, member in shape.members.items() if "location" not in member.serialization}
    return _read_members(members, root, operation + "Request")


def check(operation: str, values: dict) -> None:
    check_shape(service().operation_model(operation).input_shape, values, f"{operation}Request")


def write(operation: str, values: dict) -> bytes:
    shape = service().operation_model(operation).output_shape
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_write(shape, values, shape.name, True)}'.encode()


def _tag(element) -> str:
    return element.tag.rpartition("}")[2]


def _wire_name(name: str, shape) -> str:
    return shape.serialization.get("name", name)


def _read(shape, element, path: str):
    if shape.type_name == "structure":
        return _read_members(shape.members, element, path)
    if shape.type_name == "list":
        expected = shape.member.serialization.get("name", "member")
        for child in element:
            if _tag(child) != expected:
                raise Invalid(f"{path}: expected {expected}, got {_tag(child)}")
        return [_read(shape.member, child, f"{path}[{index}]") for index, child in enumerate(element)]
    if shape.type_name == "map":
        return _read_map(shape, element, path)
    if len(element):
        raise Invalid(f"{path}: expected text, got {_tag(element[0])}")
    return _read_text(shape, element.text or "", path)


def _read_members(members: dict, element, path: str) -> dict:
    by_tag = {_wire_name(name, member): (name, member) for name, member in members.items()}
    values: dict = {}
    for child in element:
        name, member = by_tag.get(_tag(child), (None, None))
        if name is None:
            raise Invalid(f"{path}: unknown member {_tag(child)}, known are {', '.join(sorted(by_tag))}")
        if name in values:
            raise Invalid(f"{path}.{name}: given twice")
        values[name] = _read(member, child, f"{path}.{name}")
    if not len(element) and (element.text or "").strip():
        raise Invalid(f"{path}: expected members, got text")
    return values


def _read_map(shape, element, path: str) -> dict:
    values: dict = {}
    for entry in element:
        parts = {_tag(child): child for child in entry}
        if _tag(entry) != "entry" or set(parts) != {"key", "value"}:
            raise Invalid(f"{path}: expected entries of a key and a value")
        key = parts["key"].text or ""
        if key in values:
            raise Invalid(f"{path}: the key {key} is given twice")
        values[key] = _read(shape.value, parts["value"], f"{path}.{key}")
    return values


def _read_text(shape, text: str, path: str):
    if shape.type_name == "boolean":
        if text not in ("true", "false"):
            raise Invalid(f"{path}: expected true or false, got {text!r}")
        return text == "true"
    if shape.type_name in ("integer", "long"):
        if not re.fullmatch(r"-?\d{1,19}", text):
            raise Invalid(f"{path}: expected a whole number, got {text!r}")
        return int(text)
    if shape.type_name == "timestamp":
        try:
            moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError as error:
            raise Invalid(f"{path}: expected an ISO 8601 time, got {text!r}") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
    return text


def _write(shape, value, tag: str, root: bool = False) -> str:
    attributes = f' xmlns="{NAMESPACE}"' if root else ""
    if shape.type_name == "structure":
        inner = "".join(
            _write(member, value[name], _wire_name(name, member))
            for name, member in shape.members.items() if value.get(name) is not None
        )
    elif shape.type_name == "list":
        inner = "".join(_write(shape.member, item, shape.member.serialization.get("name", "member")) for item in value)
    elif shape.type_name == "map":
        inner = "".join(
            f"<entry>{_write(shape.key, key, 'key')}{_write(shape.value, item, 'value')}</entry>" for key, item in value.items()
        )
    else:
        inner = escape(_text(shape, value))
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _text(shape, value) -> str:
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name == "timestamp":
        return moment_text(value)
    return str(value)


def moment_text(value: datetime.datetime) -> str:
    return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def query_value(operation: str, member: str, text: Optional[str]):
    """A member that is in the path or the query."""
    if text is None:
        return None
    return _read_text(service().operation_model(operation).input_shape.members[member], text, f"{operation}Request.{member}")
