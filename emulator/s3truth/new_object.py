"""Writing an object version into moto's store, and what every way of writing shares."""
import datetime
import re
import secrets
import uuid
from typing import Optional
from urllib.parse import parse_qsl

from moto.s3 import notifications
from moto.s3.models import FakeKey, get_canned_acl

from . import authorize, bucket_encryption
from .http import Request, Response, s3_error
from .object_call import ObjectCall
from .sse import Encryption
from .stored import backend

SYSTEM_HEADERS = ("Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires")
STORAGE_CLASSES = (
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR",
)


def add(bucket, key: str, value: bytes, storage: Optional[str], etag: Optional[str] = None) -> FakeKey:
    """A new current version; where versioning is suspended it takes the place of the null version alone."""
    enabled, suspended = bucket.versioning_status == "Enabled", bucket.versioning_status == "Suspended"
    stored = FakeKey(
        name=key, value=value, account_id=bucket.account_id, region_name=bucket.region_name, storage=storage or "STANDARD", etag=etag,
        is_versioned=enabled or suspended, version_id=str(uuid.uuid4()) if enabled else "null", bucket_name=bucket.name,
    )
    existing = bucket.keys.getlist(key, default=[])
    if suspended:
        existing = [version for version in existing if version.version_id != "null"]
    bucket.keys.setlist(key, [*existing, stored] if enabled or suspended else [stored])
    return stored


def notify(bucket, stored, event: str) -> None:
    notifications.send_event(bucket.account_id, notifications.S3NotificationEvent(event), bucket, stored)


def remember(stored, encryption: Encryption) -> None:
    stored.truth_encryption = encryption
    stored.encryption = None
    if encryption.algorithm != "AES256":
        # "Objects encrypted by SSE-C or SSE-KMS have ETags that are not an MD5 digest of their object data":
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
        stored._etag = secrets.token_hex(16)


def metadata_of(request: Request) -> dict:
    found = {name: request.header(name) for name in SYSTEM_HEADERS if request.header(name)}
    if "aws-chunked" in found.get("Content-Encoding", ""):
        rest = [part.strip() for part in found["Content-Encoding"].split(",") if part.strip() != "aws-chunked"]
        found["Content-Encoding"] = ",".join(rest)
    for variable in request.headers_like("x-amz-meta-"):
        found[variable.removeprefix("HTTP_").replace("_", "-").lower()] = request.environ[variable]
    return {name: value for name, value in found.items() if value}


def tags_of(request: Request) -> dict:
    return dict(parse_qsl(request.header("x-amz-tagging") or "", keep_blank_values=True))


def set_tags(stored, tags: dict) -> None:
    tagger = backend().tagger
    tagger.delete_all_tags_for_resource(stored.arn)
    if tags:
        tagger.tag_resource(stored.arn, tagger.convert_dict_to_tags_input(tags))


def set_acl(stored, request: Request) -> None:
    """An object inherits none from its bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html"""
    stored.set_acl(get_canned_acl(request.header("x-amz-acl") or "private"))


def lock_of(request: Request) -> dict:
    return {
        "mode": request.header("x-amz-object-lock-mode"), "until": request.header("x-amz-object-lock-retain-until-date"),
        "hold": request.header("x-amz-object-lock-legal-hold"),
    }


def set_lock(stored, lock: dict, bucket) -> None:
    """What the request says, or the bucket's default retention: never that of a source."""
    stored.lock_mode, stored.lock_until, stored.lock_legal_status = lock["mode"], lock["until"], lock["hold"]
    if lock["mode"] is None and bucket.has_default_lock:
        stored.lock_mode, stored.lock_until = bucket.default_lock_mode, bucket.default_retention()


def malformed(call: ObjectCall) -> Optional[Response]:
    """Headers that S3 refuses on any new object."""
    storage, lock = call.request.header("x-amz-storage-class"), lock_of(call.request)
    if storage is not None and storage not in STORAGE_CLASSES:
        return call.error("400 Bad Request", "InvalidStorageClass", "The storage class you specified is not valid")
    if (lock["mode"] is None) != (lock["until"] is None):
        return call.error("400 Bad Request", "InvalidArgument", "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied")
    if any(lock.values()) and not call.bucket.object_lock_enabled:
        return call.error("400 Bad Request", "InvalidRequest", "Bucket is missing Object Lock Configuration")
    if lock["until"] is not None and not _is_future(lock["until"]):
        return call.error("400 Bad Request", "InvalidArgument", "The retain until date must be in the future!")
    return None


def _is_future(moment: str) -> bool:
    match = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)", moment)
    return match is not None and datetime.datetime.fromisoformat(match.group(1) + "+00:00") > datetime.datetime.now(datetime.timezone.utc)


def forbidden(call: ObjectCall, encryption: Encryption) -> Optional[Response]:
    """Beside s3:PutObject: the encryption, the key, and whatever the headers add to the object."""
    if encryption.algorithm == "SSE-C" and "SSE-C" in bucket_encryption.blocked_types(call.bucket):
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
        return s3_error("403 Forbidden", "AccessDenied", "This bucket has blocked the SSE-C encryption type", call.arn,
                        denied_by="bucket-encryption:BlockedEncryptionTypes")
    for action in _extra_actions(call.request):
        refused = may(call, action)
        if refused:
            return refused
    return authorize.on_key(call.principal, encryption, authorize.to_write(encryption), call.region)


def may(call: ObjectCall, action: str) -> Optional[Response]:
    return authorize.on_bucket(call.principal, action, call.arn, authorize.context_of(call.request, call.principal), call.bucket)


def _extra_actions(request: Request) -> list:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"""
    lock = lock_of(request)
    return [
        *(["s3:PutObjectTagging"] if request.header("x-amz-tagging") else []),
        *(["s3:PutObjectAcl"] if request.header("x-amz-acl") or request.headers_like("x-amz-grant-") else []),
        *(["s3:PutObjectRetention"] if lock["mode"] else []),
        *(["s3:PutObjectLegalHold"] if lock["hold"] else []),
    ]
