"""PutBucketEncryption and GetBucketEncryption, with what moto drops.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
"""
from xml.sax.saxutils import escape

import xmltodict

from .http import Request, Response, s3_error
from .sse import default_of

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def put(request: Request, bucket) -> Response:
    """The call replaces the whole rule: what it leaves out is no longer set."""
    try:
        rule = xmltodict.parse(request.body, force_list=("EncryptionType",))["ServerSideEncryptionConfiguration"]["Rule"]
        if isinstance(rule, list):
            raise KeyError("Rule")
    except (KeyError, TypeError, ValueError):
        return s3_error("400 Bad Request", "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
    by_default = rule.get("ApplyServerSideEncryptionByDefault") or {"SSEAlgorithm": "AES256"}
    algorithm = by_default.get("SSEAlgorithm")
    if algorithm not in ("AES256", "aws:kms", "aws:kms:dsse"):
        return s3_error("400 Bad Request", "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
    if algorithm == "AES256" and by_default.get("KMSMasterKeyID"):
        return s3_error("400 Bad Request", "InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms")
    bucket.encryption = {"Rule": {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": rule.get("BucketKeyEnabled", "false")}}
    blocked = (rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType")
    bucket.truth_blocked = blocked
    return Response("200 OK", [], b"")


def get(bucket) -> Response:
    """A bucket that nobody configured is under SSE-S3, never unencrypted."""
    default = default_of(bucket)
    key = f"<KMSMasterKeyID>{escape(default['key'])}</KMSMasterKeyID>" if default["key"] else ""
    blocked = blocked_types(bucket)
    types = "".join(f"<EncryptionType>{escape(name)}</EncryptionType>" for name in blocked)
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ServerSideEncryptionConfiguration xmlns="{_NAMESPACE}"><Rule>'
        f"<ApplyServerSideEncryptionByDefault><SSEAlgorithm>{default['algorithm']}</SSEAlgorithm>{key}</ApplyServerSideEncryptionByDefault>"
        f"<BucketKeyEnabled>{str(default['bucket_key']).lower()}</BucketKeyEnabled>"
        + (f"<BlockedEncryptionTypes>{types}</BlockedEncryptionTypes>" if blocked else "")
        + "</Rule></ServerSideEncryptionConfiguration>"
    )
    return Response("200 OK", [("Content-Type", "application/xml")], body.encode())


def delete(bucket) -> Response:
    bucket.encryption = None
    bucket.truth_blocked = None
    return Response("204 No Content", [], b"")


def blocked_types(bucket) -> list:
    """Empty unless configured.

    New buckets of AWS block SSE-C since April 2026, in accounts and regions that a local server
    has no notion of; here a test says so itself.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
    """
    return getattr(bucket, "truth_blocked", None) or []
