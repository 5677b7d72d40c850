"""Objects in the Glacier classes: not readable until restored.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
"""
import datetime

import xmltodict

from .http import Response
from .object_call import ObjectCall
from .stored import find_object

ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")


def is_readable(stored) -> bool:
    return stored.storage_class not in ARCHIVED or (stored.expiry_date is not None and not is_being_restored(stored))


def is_being_restored(stored) -> bool:
    return getattr(stored, "truth_restoring", False)


def unreadable(call: ObjectCall) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (InvalidObjectState)"""
    return call.error("403 Forbidden", "InvalidObjectState", "The operation is not valid for the object's storage class")


def restore(call: ObjectCall, immediate: bool) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html"""
    stored = find_object(call.bucket, call.key, call.version)
    if stored is None:
        return call.missing()
    try:
        asked = xmltodict.parse(call.request.body)["RestoreRequest"] or {}
        days = int(asked["Days"])
    except Exception:  # expat has its own errors
        return call.error("400 Bad Request", "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
    tier = asked.get("Tier") or (asked.get("GlacierJobParameters") or {}).get("Tier", "Standard")
    if days < 1 or tier not in ("Standard", "Bulk", "Expedited"):
        return call.error("400 Bad Request", "InvalidArgument", "Days must be at least 1, and the tier one of Standard, Bulk and Expedited")
    if stored.storage_class not in ARCHIVED:
        return call.error("403 Forbidden", "InvalidObjectState", "Restore is not allowed for the object's current storage class")
    if tier == "Expedited" and stored.storage_class == "DEEP_ARCHIVE":
        return call.error("400 Bad Request", "InvalidArgument", "Expedited retrievals are not for S3 Glacier Deep Archive")
    if is_being_restored(stored):
        return call.error("409 Conflict", "RestoreAlreadyInProgress", "Object restore is already in progress")
    again = stored.expiry_date is not None
    stored.set_expiry(datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(days=days))
    stored.truth_restoring = not immediate and not again
    # moto would otherwise say that it goes on, and refuse to read.
    stored.status = "RESTORED"
    return Response("200 OK" if again else "202 Accepted", [], b"")


def show(stored, response: Response) -> None:
    if is_being_restored(stored):
        response.set_header("x-amz-restore", 'ongoing-request="true"')
