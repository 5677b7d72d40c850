"""UpdateObjectEncryption: another key for an object that stays where and what it is.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
"""
import re
from typing import Optional

import xmltodict

from . import authorize, keys
from .http import Request, Response
from .object_call import ObjectCall
from .reading import delete_marker
from .sse import ALGORITHM, KEY_ID, of_object, under_kms
from .stored import find_object

_KEY_ARN = re.compile(r"^arn:aws[a-zA-Z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$")

# The messages of the API's page.
_UNENCRYPTED = (
    "The UpdateObjectEncryption operation doesn't supported unencrypted source objects. Only source objects encrypted with "
    "SSE-S3 or SSE-KMS are supported."
)
_OTHER_TYPE = (
    "The UpdateObjectEncryption operation doesn't support source objects with the encryption type DSSE-KMS or SSE-C. Only source "
    "objects encrypted with SSE-S3 or SSE-KMS are supported."
)
_NOT_AN_ARN = (
    "Requests that modify an object's encryption type to SSE-KMS require a valid AWS KMS key Amazon Resource Name (ARN). Confirm "
    "that you have a correctly formatted KMS key ARN in your request, and then try again."
)
_FOREIGN_KEY = (
    "The AWS KMS key in the request must be owned by the same account as the bucket. Modify the request to specify a KMS key from "
    "the same account, and then try again."
)
_LOCKED = (
    "The encryption type for the specified object can't be updated because that object is protected by S3 Object Lock. If the "
    "object has a governance-mode retention period or a legal hold, you must first remove the Object Lock status on the object "
    "before you issue your UpdateObjectEncryption request. You can't use the UpdateObjectEncryption operation with objects that "
    "have an Object Lock compliance mode retention period applied to them."
)


def parse(request: Request) -> Optional[dict]:
    """The target, or None when the body is not one. A Bucket Key is off unless asked for."""
    try:
        target = xmltodict.parse(request.body, process_namespaces=False)["ObjectEncryption"]
        kms = target.get("SSE-KMS") or target.get("SSEKMS")
        return {"key": kms["KMSKeyArn"], "bucket_key": str(kms.get("BucketKeyEnabled", "false")).lower() == "true"}
    except (KeyError, TypeError, ValueError):
        return None


def condition_keys(target: dict) -> dict:
    """The service authorization reference lists the key id for this action; the value is in the body."""
    return {f"s3:{KEY_ID}": target["key"], f"s3:{ALGORITHM}": "aws:kms"}


def answer(call: ObjectCall, target: dict) -> Response:
    stored = find_object(call.bucket, call.key, call.version)
    if stored is None:
        return delete_marker(call) or call.missing()
    if not _KEY_ARN.match(target["key"]):
        return call.error("400 Bad Request", "InvalidRequest", _NOT_AN_ARN)
    if target["key"].split(":")[4] != call.bucket.account_id:
        return call.error("403 Forbidden", "AccessDenied", _FOREIGN_KEY)
    current = of_object(stored)
    if current.algorithm == "NOT-SSE":
        return call.error("400 Bad Request", "InvalidRequest", _UNENCRYPTED)
    if current.algorithm not in ("AES256", "aws:kms"):
        return call.error("400 Bad Request", "InvalidRequest", _OTHER_TYPE)
    if stored.is_locked(governance_bypass=False):
        return call.error("403 Forbidden", "AccessDenied", _LOCKED)
    wanted = under_kms("aws:kms", target["key"], target["bucket_key"], call.bucket_name, call.arn, call.region)
    refused = (
        authorize.on_key(call.principal, current, ["kms:Decrypt", "kms:ReEncryptFrom"], call.region)
        or authorize.on_key(call.principal, wanted, ["kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt", "kms:ReEncryptTo"], call.region)
    )
    if refused:
        return refused
    stored.truth_encryption = wanted
    keys.used(keys.find_key(wanted.key_arn, call.region))
    return Response("200 OK", [], b"")
