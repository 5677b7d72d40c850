"""UpdateObjectEncryption: another key for an object that stays where and what it is.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
"""
import re
from typing import Optional

import xmltodict

from . import authorize, keys
from .http import Request, Response, s3_error
from .principals import Principal
from .sse import ALGORITHM, KEY_ID, of_object, under_kms

_KEY_ARN = re.compile(r"^arn:aws[a-zA-Z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$")


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


def update(principal: Principal, target: dict, stored, bucket, object_arn: str, region: str) -> Response:
    if not _KEY_ARN.match(target["key"]):
        return s3_error("400 Bad Request", "InvalidArgument", "KMSKeyArn must be the full ARN of a KMS key")
    current = of_object(stored)
    # Only SSE-S3 and SSE-KMS objects can be updated, and not under a lock.
    if current.algorithm not in ("AES256", "aws:kms"):
        return s3_error("400 Bad Request", "InvalidRequest", f"Objects encrypted with {current.algorithm} can't be updated")
    if stored.is_locked(governance_bypass=False):
        return s3_error("403 Forbidden", "AccessDenied", "Access Denied because object protected by object lock.")
    wanted = under_kms("aws:kms", target["key"], target["bucket_key"], bucket.name, object_arn, region)
    refused = (
        authorize.on_key(principal, current, ["kms:Decrypt", "kms:ReEncryptFrom"], region)
        or authorize.on_key(principal, wanted, ["kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt", "kms:ReEncryptTo"], region)
    )
    if refused:
        return refused
    stored.truth_encryption = wanted
    keys.used(keys.find_key(wanted.key_arn, region))
    return Response("200 OK", [], b"")
