"""S3 in front of moto: who may, what an object is encrypted with, and what moto gets wrong of it."""
import base64
import hashlib
import json
import threading
from typing import Callable, Optional

from . import archive, authorize, bucket_encryption, bucket_metadata, copying, delete_many, multipart, new_object, preconditions, reading, update_encryption
from .conditions import unknown_operators
from .evaluate import statements
from .http import Request, Response, call, s3_error, strip
from .keys import KmsError
from .object_call import ObjectCall
from .principals import Principal
from .s3_actions import bucket_action, object_action
from .settings import Settings
from .sse import ALGORITHM, BUCKET_KEY, CUSTOMER, KEY_ID, BadRequest, requested, show
from .stored import find_bucket, find_object

_SUBRESOURCES = {"acl", "tagging", "retention", "legal-hold", "restore"}
# moto answers these with the object, or reads it: past the key, and under the wrong permission.
_NOT_EMULATED = {"GET": {"restore", "select", "torrent"}, "HEAD": _SUBRESOURCES, "POST": {"select"}}


class S3Front:
    def __init__(self, moto: Callable, region: str, settings: Settings):
        self._moto = moto
        self._region = region
        self._settings = settings
        self._uploads: dict = {}
        # moto changes its lists in several steps, and what we add has to land on the same object.
        self.lock = threading.RLock()

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
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
        owner = request.header("x-amz-expected-bucket-owner")
        if bucket is not None and owner is not None and owner != bucket.account_id:
            return s3_error("403 Forbidden", "AccessDenied", "Access Denied", request.path)
        if key:
            return self._object(ObjectCall(request, principal, bucket, bucket_name, key, self._region, self._moto, self._uploads))
        return self._bucket(request, principal, bucket, bucket_name)

    def _bucket(self, request: Request, principal: Principal, bucket, name: str) -> Response:
        if request.method == "POST" and "delete" in request.query:
            with self.lock:
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
            with self.lock:
                if request.method == "PUT":
                    return bucket_encryption.put(request, bucket)
                return bucket_encryption.delete(bucket) if request.method == "DELETE" else bucket_encryption.get(bucket)
        if "metadataConfiguration" in request.query and bucket is not None:
            with self.lock:
                return bucket_metadata.handle(request, bucket, self._region)
        if request.method == "PUT" and "policy" in request.query:
            malformed = _malformed_policy(request)
            if malformed:
                return malformed
        with self.lock:
            return call(self._moto, request)

    def _object(self, asked: ObjectCall) -> Response:
        request, query = asked.request, asked.request.query
        if _NOT_EMULATED.get(request.method, set()) & query.keys():
            return asked.error("501 Not Implemented", "NotImplemented", "This sub-resource is not emulated")
        context = authorize.context_of(request, asked.principal)
        action = object_action(request.method, query)
        target = None
        if action == "s3:UpdateObjectEncryption":
            target = update_encryption.parse(request)
            if target is None:
                return asked.error("400 Bad Request", "MalformedXML", "The XML you provided was not well-formed")
            context.update(update_encryption.condition_keys(target))
        refused = authorize.on_bucket(asked.principal, action, asked.arn, context, asked.bucket)
        if refused:
            return refused
        if asked.bucket is None:
            return call(self._moto, request)
        if "uploadId" in query and self._upload_of_another(asked):
            return asked.error("404 Not Found", "NoSuchUpload", "The specified upload does not exist.")
        with self.lock:
            if target is not None:
                return update_encryption.answer(asked, target)
            return self._answer(asked)

    def _answer(self, asked: ObjectCall) -> Response:
        method, query = asked.request.method, asked.request.query
        whole = not _SUBRESOURCES & query.keys()
        if method in ("GET", "HEAD") and "uploadId" not in query:
            for name, answer in _PARTS_OF_OBJECT.items():
                if name in query:
                    return answer(asked)
            if whole:
                return reading.read(asked)
        if method == "PUT" and whole:
            if "uploadId" in query:
                _check_md5(asked.request)
                return multipart.part(asked)
            return copying.copy(asked) if asked.request.header("x-amz-copy-source") else _put(asked)
        if method == "POST" and "uploads" in query:
            return multipart.begin(asked)
        if method == "POST" and "uploadId" in query:
            return multipart.complete(asked)
        if method == "POST" and "restore" in query:
            return archive.restore(asked, self._settings.restore == "immediate")
        return call(self._moto, asked.request)

    @staticmethod
    def _upload_of_another(asked: ObjectCall) -> bool:
        """moto writes to the key that the upload was begun for, whatever key was authorized."""
        upload = asked.bucket.multiparts.get(asked.request.query["uploadId"])
        return upload is not None and upload.key_name != asked.key


_PARTS_OF_OBJECT = {"tagging": reading.tags, "retention": reading.retention, "legal-hold": reading.legal_hold}


def _put(asked: ObjectCall) -> Response:
    request = asked.request
    _check_md5(request)
    encryption = requested(request, asked.bucket, asked.arn, asked.region)
    refused = new_object.malformed(asked) or new_object.forbidden(asked, encryption) or preconditions.on_destination(asked)
    if refused:
        return refused
    strip(request, CUSTOMER)
    for name in (ALGORITHM, KEY_ID, BUCKET_KEY):
        request.set_header(name, None)
    response = call(asked.moto, request)
    if not response.ok:
        return response
    stored = find_object(asked.bucket, asked.key, response.header("x-amz-version-id"))
    new_object.remember(stored, encryption)
    if not request.header("x-amz-acl") and not request.headers_like("x-amz-grant-"):
        new_object.set_acl(stored, request)  # moto gives it that of the bucket
    response.set_header("ETag", stored.etag)
    return show(response, encryption)


def _malformed_policy(request: Request) -> Optional[Response]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (MalformedPolicy)"""
    try:
        found = [name for statement in statements(json.loads(request.body)) for name in unknown_operators(statement.get("Condition", {}))]
    except (ValueError, AttributeError):
        return s3_error("400 Bad Request", "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'")
    return s3_error("400 Bad Request", "MalformedPolicy", f"Invalid Condition type: {found[0]}") if found else None


def _check_md5(request: Request) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (Content-MD5)"""
    given = request.header("Content-MD5")
    streamed = "aws-chunked" in (request.header("Content-Encoding") or "")
    if given and not streamed and base64.b64encode(hashlib.md5(request.body).digest()).decode() != given:
        raise BadRequest("BadDigest", "The Content-MD5 you specified did not match what we received.")
