"""DeleteObjects, which answers for each object by itself.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""
from typing import Callable
from xml.sax.saxutils import escape

import xmltodict

from . import authorize
from .http import Request, Response, call, s3_error
from .principals import Principal

_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def delete(request: Request, principal: Principal, bucket, name: str, moto: Callable) -> Response:
    """moto deletes what is allowed; the answer is a 200 also when nothing was."""
    try:
        wanted = xmltodict.parse(request.body, force_list=("Object",))["Delete"]
        objects = [(item, item["Key"]) for item in wanted["Object"]]
    except Exception:  # expat has its own errors, and a missing element is a KeyError or a TypeError
        return s3_error("400 Bad Request", "MalformedXML", _MALFORMED)
    context = authorize.context_of(request, principal)
    allowed, errors, deniers = [], "", []
    for item, key in objects:
        action = "s3:DeleteObjectVersion" if item.get("VersionId") else "s3:DeleteObject"
        refused = authorize.on_bucket(principal, action, f"arn:aws:s3:::{name}/{key}", context, bucket)
        if refused is None:
            allowed.append(item)
            continue
        deniers.append(refused.header("x-emulator-denied-by") or "")
        version = f"<VersionId>{escape(item['VersionId'])}</VersionId>" if item.get("VersionId") else ""
        errors += f"<Error><Key>{escape(key)}</Key>{version}<Code>AccessDenied</Code><Message>{_message(refused)}</Message></Error>"
    if not errors:
        return call(moto, request)
    response = _remaining(request, wanted, allowed, moto)
    if response.ok:
        response.body = response.body.replace(b"</DeleteResult>", errors.encode() + b"</DeleteResult>")
        response.set_header("x-emulator-denied-by", ",".join(deniers))
    return response


def _remaining(request: Request, wanted: dict, allowed: list, moto: Callable) -> Response:
    if not allowed:
        empty = f'<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="{_NAMESPACE}"></DeleteResult>'
        return Response("200 OK", [("Content-Type", "application/xml")], empty.encode())
    request.body = xmltodict.unparse({"Delete": {**wanted, "Object": allowed}}).encode()
    # They are those of the whole list.
    for variable in (*request.headers_like("x-amz-checksum-"), *request.headers_like("Content-MD5")):
        request.environ.pop(variable, None)
    return call(moto, request)


def _message(refused: Response) -> str:
    return refused.body.decode().split("<Message>", 1)[1].split("</Message>", 1)[0]
