"""S3 in front of moto: who may, what an object is encrypted with, and what moto gets wrong of it."""
import base64
import hashlib
import json
import secrets
import threading
from typing import Callable, Optional

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from . import authorize, bucket_encryption, delete_many, update_encryption
from .conditions import unknown_operators
from .evaluate import statements
from .http import Request, Response, call, s3_error
from .keys import KmsError
from .principals import Principal
from .s3_actions import bucket_action, copy_source, object_action
from .sse import (
    ALGORITHM, BUCKET_KEY, CUSTOMER, KEY_ID, BadRequest, Encryption, customer_key_md5, of_object, requested, response_headers,
)

COPY_CUSTOMER = "x-amz-copy-source-server-side-encryption-customer-"
_ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")
_SUBRESOURCES = {"acl", "tagging", "retention", "legal-hold", "restore"}
# moto answers these with the object, or reads it: past the key, and under the wrong permission.
_NOT_EMULATED = {"GET": {"retention", "restore", "select", "torrent"}, "HEAD": _SUBRESOURCES, "POST": {"select"}}


class S3Front:
    def __init__(self, moto: Callable, region: str):
        self._moto = moto
        self._region = region
        self._uploads: dict = {}
        # moto changes its lists in several steps, and what we add has to land on the same object.
        self._lock = threading.RLock()

    def handle(self, request: Request, principal: Principal) -> Response:
        try:
            return self._handle(request, principal)
        except BadRequest as error:
            return s3_error(error.status, error.code, error.message, request.path)
        except KmsError as error:
            return s3_error("400 Bad Request", error.code, error.message, request.path)

    def _handle(self, request: Request, principal: Principal) -> Response:
        if authorize.has_expired(request.query):
            return s3_error("403 Forbidden", "AccessDenied", "Request has expired", request.path)
        bucket_name, _, key = request.path.lstrip("/").partition("/")
        if not bucket_name:
            context = authorize.context_of(request, principal)
            return authorize.on_bucket(principal, "s3:ListAllMyBuckets", "*", context, None) or call(self._moto, request)
        bucket = find_bucket(bucket_name)
        if key:
            return self._object(request, principal, bucket, bucket_name, key)
        return self._bucket(request, principal, bucket, bucket_name)

    def _bucket(self, request: Request, principal: Principal, bucket, name: str) -> Response:
        if request.method == "POST" and "delete" in request.query:
            with self._lock:
                return delete_many.delete(request, principal, bucket, name, self._moto)
        context = authorize.context_of(request, principal)
        action = bucket_action(request.method, request.query)
        # The root of the account can always undo a policy that locks everybody out:
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
        rescue = principal.kind == "root" and action in ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
        refused = None if rescue else authorize.on_bucket(principal, action, f"arn:aws:s3:::{name}", context, bucket)
        if refused:
            return refused
        if "encryption" in request.query and bucket is not None:
            with self._lock:
                if request.method == "PUT":
                    return bucket_encryption.put(request, bucket)
                return bucket_encryption.delete(bucket) if request.method == "DELETE" else bucket_encryption.get(bucket)
        if request.method == "PUT" and "policy" in request.query:
            malformed = _malformed_policy(request)
            if malformed:
                return malformed
        with self._lock:
            return call(self._moto, request)

    def _object(self, request: Request, principal: Principal, bucket, bucket_name: str, key: str) -> Response:
        arn = f"arn:aws:s3:::{bucket_name}/{key}"
        if _NOT_EMULATED.get(request.method, set()) & request.query.keys():
            return s3_error("501 Not Implemented", "NotImplemented", "This sub-resource is not emulated", arn)
        context = authorize.context_of(request, principal)
        action = object_action(request.method, request.query)
        target = None
        if action == "s3:UpdateObjectEncryption":
            target = update_encryption.parse(request)
            if target is None:
                return s3_error("400 Bad Request", "MalformedXML", "The XML you provided was not well-formed", arn)
            context.update(update_encryption.condition_keys(target))
        refused = authorize.on_bucket(principal, action, arn, context, bucket)
        if refused:
            return refused
        if bucket is None:
            return call(self._moto, request)
        if "uploadId" in request.query and self._upload_of_another(request.query["uploadId"], bucket, key):
            return s3_error("404 Not Found", "NoSuchUpload", "The specified upload does not exist.", arn)
        if target is not None:
            return self._update(request, principal, bucket, key, arn, target)
        if request.method in ("GET", "HEAD") and not _SUBRESOURCES & request.query.keys() and "uploadId" not in request.query:
            return self._read(request, principal, bucket, key)
        if request.method == "PUT" and not _SUBRESOURCES & request.query.keys():
            return self._part(request, principal, bucket) if "uploadId" in request.query else self._write(request, principal, bucket, key, arn)
        if request.method == "POST" and "uploads" in request.query:
            return self._begin_upload(request, principal, bucket, arn)
        if request.method == "POST" and "uploadId" in request.query:
            return self._complete_upload(request, principal, bucket, key)
        with self._lock:
            return call(self._moto, request)

    @staticmethod
    def _upload_of_another(upload_id: str, bucket, key: str) -> bool:
        """moto writes to the key that the upload was begun for, whatever key was authorized."""
        upload = bucket.multiparts.get(upload_id)
        return upload is not None and upload.key_name != key

    def _update(self, request: Request, principal: Principal, bucket, key: str, arn: str, target: dict) -> Response:
        with self._lock:
            stored = find_object(bucket, key, request.query.get("versionId"))
            if stored is None:
                return s3_error("404 Not Found", "NoSuchKey", "The specified key does not exist.", arn)
            return update_encryption.update(principal, target, stored, bucket, arn, self._region)

    def _read(self, request: Request, principal: Principal, bucket, key: str) -> Response:
        with self._lock:
            stored = find_object(bucket, key, request.query.get("versionId"))
            if stored is None:
                return _delete_marker(bucket, key, request) or call(self._moto, request)
            encryption = of_object(stored)
            _check_customer_key(request, encryption, CUSTOMER)
            if _decrypts(request, stored):
                refused = authorize.on_key(principal, encryption, ["kms:Decrypt"], self._region)
                if refused:
                    return refused
            _strip(request, CUSTOMER)
            response = call(self._moto, request)
        if response.code >= 400:
            return response
        # moto has another format of it for GetObjectAttributes, and none for a 304.
        response.set_header("Last-Modified", stored.last_modified_RFC1123)
        return _with_encryption(response, encryption)

    def _write(self, request: Request, principal: Principal, bucket, key: str, arn: str) -> Response:
        source = copy_source(request.header("x-amz-copy-source"))
        _check_md5(request)
        with self._lock:
            encryption = requested(request, bucket, arn, self._region)
            blocked = self._blocked(encryption, bucket, arn)
            if blocked:
                return blocked
            refused = authorize.on_key(principal, encryption, authorize.to_write(encryption), self._region)
            if refused:
                return refused
            if source is not None:
                refused = self._may_copy(request, principal, source)
                if refused:
                    return refused
            explicit = request.header(ALGORITHM) is not None
            _strip(request, CUSTOMER)
            _strip(request, COPY_CUSTOMER)
            for name in (KEY_ID, BUCKET_KEY):
                request.set_header(name, None)
            # For moto the algorithm only tells whether a copy onto itself changes something.
            request.set_header(ALGORITHM, "AES256" if explicit else None)
            response = call(self._moto, request)
            if not response.ok:
                return response
            stored = find_object(bucket, key, response.header("x-amz-version-id"))
            _remember(stored, encryption)
            _with_encryption(response, encryption)
            if source is None:
                response.set_header("ETag", stored.etag)
            else:
                response.body = _replace_etag(response.body, stored.etag)
            return response

    def _may_copy(self, request: Request, principal: Principal, source: tuple) -> Optional[Response]:
        """A copy reads its source with the same credentials, and on its conditions."""
        bucket_name, key, version = source
        bucket = find_bucket(bucket_name)
        arn = f"arn:aws:s3:::{bucket_name}/{key}"
        action = "s3:GetObjectVersion" if version else "s3:GetObject"
        refused = authorize.on_bucket(principal, action, arn, authorize.context_of(request, principal), bucket)
        if refused:
            return refused
        stored = find_object(bucket, key, version) if bucket is not None else None
        if stored is None:
            return None  # moto says what is missing
        if stored.storage_class in _ARCHIVED and 'ongoing-request="false"' not in stored.response_dict.get("x-amz-restore", ""):
            # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (InvalidObjectState)
            return s3_error("403 Forbidden", "InvalidObjectState", "The operation is not valid for the object's storage class", arn)
        encryption = of_object(stored)
        _check_customer_key(request, encryption, COPY_CUSTOMER)
        refused = authorize.on_key(principal, encryption, ["kms:Decrypt"], self._region)
        if refused:
            return refused
        if_match, if_none = request.header("x-amz-copy-source-if-match"), request.header("x-amz-copy-source-if-none-match")
        differs = if_match is not None and if_match.strip('"') != stored.etag.strip('"')
        same = if_none is not None and if_none.strip('"') == stored.etag.strip('"')
        if differs or same:
            return s3_error("412 Precondition Failed", "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", arn)
        return None

    def _begin_upload(self, request: Request, principal: Principal, bucket, arn: str) -> Response:
        with self._lock:
            encryption = requested(request, bucket, arn, self._region)
            blocked = self._blocked(encryption, bucket, arn)
            refused = blocked or authorize.on_key(principal, encryption, authorize.to_write(encryption), self._region)
            if refused:
                return refused
            for name in (ALGORITHM, KEY_ID, BUCKET_KEY):
                request.set_header(name, None)
            _strip(request, CUSTOMER)
            response = call(self._moto, request)
            if response.ok:
                upload = response.body.decode().split("<UploadId>", 1)[1].split("</UploadId>", 1)[0]
                self._uploads[upload] = encryption
                _with_encryption(response, encryption)
            return response

    def _part(self, request: Request, principal: Principal, bucket) -> Response:
        """A part is encrypted with the data key of the upload, which S3 has to decrypt.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
        """
        _check_md5(request)
        source = copy_source(request.header("x-amz-copy-source"))
        with self._lock:
            encryption = self._uploads.get(request.query["uploadId"], Encryption("AES256"))
            if encryption.algorithm == "SSE-C" and customer_key_md5(request, CUSTOMER) != encryption.customer_key_md5:
                raise BadRequest("InvalidRequest", "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.")
            refused = authorize.on_key(principal, encryption, ["kms:Decrypt"], self._region)
            if refused is None and source is not None:
                refused = self._may_copy(request, principal, source)
            if refused:
                return refused
            _strip(request, CUSTOMER)
            _strip(request, COPY_CUSTOMER)
            response = call(self._moto, request)
        return _with_encryption(response, encryption) if response.ok else response

    def _complete_upload(self, request: Request, principal: Principal, bucket, key: str) -> Response:
        with self._lock:
            upload = request.query["uploadId"]
            encryption = self._uploads.get(upload, Encryption("AES256"))
            refused = authorize.on_key(principal, encryption, ["kms:Decrypt"], self._region)
            if refused:
                return refused
            _strip(request, CUSTOMER)
            response = call(self._moto, request)
            if response.ok and b"<Error>" not in response.body:
                self._uploads.pop(upload, None)
                stored = find_object(bucket, key, response.header("x-amz-version-id"))
                if stored is not None:
                    stored.truth_encryption = encryption
                    stored.encryption = None
                _with_encryption(response, encryption)
            return response

    def _blocked(self, encryption: Encryption, bucket, arn: str) -> Optional[Response]:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html"""
        if encryption.algorithm == "SSE-C" and "SSE-C" in bucket_encryption.blocked_types(bucket):
            return s3_error("403 Forbidden", "AccessDenied", "This bucket has blocked the SSE-C encryption type", arn,
                            denied_by="bucket-encryption:BlockedEncryptionTypes")
        return None


def _malformed_policy(request: Request) -> Optional[Response]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (MalformedPolicy)"""
    try:
        found = [name for statement in statements(json.loads(request.body)) for name in unknown_operators(statement.get("Condition", {}))]
    except (ValueError, AttributeError):
        return s3_error("400 Bad Request", "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'")
    return s3_error("400 Bad Request", "MalformedPolicy", f"Invalid Condition type: {found[0]}") if found else None


def find_bucket(name: str):
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    return backend.buckets.get(name)


def find_object(bucket, key: str, version: Optional[str]):
    """The stored object, or None for what is not there, a delete marker included."""
    found = None
    if version is None:
        found = bucket.keys.get(key)
    else:
        for candidate in bucket.keys.getlist(key, default=[]):
            if str(candidate.version_id) == version:
                found = candidate
    return found if hasattr(found, "set_metadata") else None


def _decrypts(request: Request, stored) -> bool:
    """Reading does; of what HeadObject tells, only the checksum is encrypted.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (x-amz-checksum-mode)
    """
    if request.method == "HEAD":
        return request.header("x-amz-checksum-mode") == "ENABLED" and bool(stored.checksum_value)
    return "attributes" not in request.query


def _delete_marker(bucket, key: str, request: Request) -> Optional[Response]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html"""
    version = request.query.get("versionId")
    versions = bucket.keys.getlist(key, default=[])
    found = next((one for one in versions if str(one.version_id) == version), None) if version else bucket.keys.get(key)
    if found is None:
        return None
    refused = (
        s3_error("405 Method Not Allowed", "MethodNotAllowed", "The specified method is not allowed against this resource.", key) if version
        else s3_error("404 Not Found", "NoSuchKey", "The specified key does not exist.", key)
    )
    refused.set_header("x-amz-delete-marker", "true")
    refused.set_header("x-amz-version-id", found.version_id)
    return refused


def _remember(stored, encryption: Encryption) -> None:
    stored.truth_encryption = encryption
    stored.encryption = None
    if encryption.algorithm != "AES256":
        # "Objects encrypted by SSE-C or SSE-KMS have ETags that are not an MD5 digest of their object data":
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
        stored._etag = secrets.token_hex(16)


def _with_encryption(response: Response, encryption: Encryption) -> Response:
    for name in (ALGORITHM, KEY_ID, BUCKET_KEY):
        response.set_header(name, None)
    for name, value in response_headers(encryption):
        response.set_header(name, value)
    return response


def _check_customer_key(request: Request, encryption: Encryption, prefix: str) -> None:
    digest = customer_key_md5(request, prefix)
    if encryption.algorithm == "SSE-C":
        if digest is None:
            raise BadRequest("InvalidRequest", "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.")
        if digest != encryption.customer_key_md5:
            raise BadRequest("AccessDenied", "Access Denied", "403 Forbidden")
    elif digest is not None:
        raise BadRequest("InvalidRequest", "The encryption parameters are not applicable to this object.")


def _check_md5(request: Request) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (Content-MD5)"""
    given = request.header("Content-MD5")
    streamed = "aws-chunked" in (request.header("Content-Encoding") or "")
    if given and not streamed and base64.b64encode(hashlib.md5(request.body).digest()).decode() != given:
        raise BadRequest("BadDigest", "The Content-MD5 you specified did not match what we received.")


def _strip(request: Request, prefix: str) -> None:
    for variable in request.headers_like(prefix):
        request.environ.pop(variable, None)


def _replace_etag(body: bytes, etag: str) -> bytes:
    import re

    return re.sub(rb"<ETag>.*?</ETag>", b"<ETag>" + etag.replace('"', "&quot;").encode() + b"</ETag>", body, count=1)
