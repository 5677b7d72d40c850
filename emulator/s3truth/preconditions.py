"""Conditions of requests that copy or write.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
"""
import email.utils
from typing import Optional

from . import authorize
from .http import Response
from .object_call import ObjectCall
from .stored import find_object

_HOLD = "At least one of the pre-conditions you specified did not hold"


def on_source(call: ObjectCall, stored) -> Optional[Response]:
    """A matching ETag outweighs the date, as API_CopyObject.html says of both pairs."""
    header = call.request.header
    match, none_match = header("x-amz-copy-source-if-match"), header("x-amz-copy-source-if-none-match")
    since, before = header("x-amz-copy-source-if-modified-since"), header("x-amz-copy-source-if-unmodified-since")
    holds = True
    if match is not None:
        holds = _same(match, stored)
    elif before is not None:
        holds = not _modified_after(stored, before)
    if none_match is not None:
        holds = holds and not _same(none_match, stored)
    elif since is not None:
        holds = holds and _modified_after(stored, since)
    return None if holds else call.error("412 Precondition Failed", "PreconditionFailed", _HOLD)


def on_destination(call: ObjectCall) -> Optional[Response]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
    match, none_match = call.request.header("If-Match"), call.request.header("If-None-Match")
    if match is None and none_match is None:
        return None
    stored = find_object(call.bucket, call.key, None)
    if none_match is not None:
        if none_match != "*":
            return call.error("501 Not Implemented", "NotImplemented", "A header you provided implies functionality that is not implemented")
        return None if stored is None else call.error("412 Precondition Failed", "PreconditionFailed", _HOLD)
    # Comparing with what is there tells of it: "If-Match … requires the s3:GetObject permission".
    context = authorize.context_of(call.request, call.principal)
    refused = authorize.on_bucket(call.principal, "s3:GetObject", call.arn, context, call.bucket)
    if refused:
        return refused
    if stored is None:
        return call.missing()
    return None if _same(match, stored) else call.error("412 Precondition Failed", "PreconditionFailed", _HOLD)


def _same(etag: str, stored) -> bool:
    return etag == "*" or etag.strip('"') == stored.etag.strip('"')


def _modified_after(stored, date: str) -> bool:
    parsed = email.utils.parsedate_to_datetime(date)
    return stored.last_modified.replace(microsecond=0, tzinfo=parsed.tzinfo) > parsed
