"""CopyObject.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""
from typing import Optional
from xml.sax.saxutils import escape

from . import authorize, checksums, new_object, preconditions
from .archive import is_readable, unreadable
from .http import Response
from .object_call import ObjectCall, xml
from .s3_actions import copy_source
from .sparse import Segments, make_sparse, segments_of
from .sse import ALGORITHM, check_customer_key, of_object, requested, response_headers
from .stored import backend, find_bucket, find_object

COPY_CUSTOMER = "x-amz-copy-source-server-side-encryption-customer-"
MOST_BYTES = 5 * 1024 ** 3
_QUICK = 65536
_ONTO_ITSELF = (
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
    "storage class, website redirect location or encryption attributes."
)
_TOO_LARGE = f"The specified copy source is larger than the maximum allowable size for a copy source: {MOST_BYTES}"


def copy(call: ObjectCall) -> Response:
    encryption = requested(call.request, call.bucket, call.arn, call.region)
    refused = new_object.malformed(call) or new_object.forbidden(call, encryption) or readable_source(call) or preconditions.on_destination(call)
    if refused:
        return refused
    bucket_name, key, version = copy_source(call.request.header("x-amz-copy-source"))
    source = find_object(find_bucket(bucket_name), key, version)
    tags = _tags(call, source)
    refused = _illegal(call, source, version) or _may_tag(call, source, version, tags)
    if refused:
        return refused
    made = _make(call, source, encryption, tags)
    headers = [*response_headers(encryption)]
    if call.bucket.versioning_status:
        headers.append(("x-amz-version-id", made.version_id))
    if source.version_id != "null":
        headers.append(("x-amz-copy-source-version-id", source.version_id))
    return xml("CopyObjectResult", f"<ETag>{escape(made.etag)}</ETag><LastModified>{made.last_modified_ISO8601}</LastModified>"
               + checksum_elements(made), headers)


def readable_source(call: ObjectCall) -> Optional[Response]:
    """A copy reads its source with the same credentials, and on its conditions."""
    bucket_name, key, version = copy_source(call.request.header("x-amz-copy-source"))
    bucket = find_bucket(bucket_name)
    refused = source_permission(call, "s3:GetObjectVersion" if version else "s3:GetObject")
    if refused:
        return refused
    if bucket is None:
        return call.error("404 Not Found", "NoSuchBucket", "The specified bucket does not exist")
    stored = find_object(bucket, key, version)
    if stored is None:
        return call.error("404 Not Found", "NoSuchVersion", "The specified version does not exist.") if version else call.missing()
    if not is_readable(stored):
        return unreadable(call)
    encryption = of_object(stored)
    check_customer_key(call.request, encryption, COPY_CUSTOMER)
    return authorize.on_key(call.principal, encryption, ["kms:Decrypt"], call.region) or preconditions.on_source(call, stored)


def source_permission(call: ObjectCall, action: str) -> Optional[Response]:
    bucket_name, key, _ = copy_source(call.request.header("x-amz-copy-source"))
    context = authorize.context_of(call.request, call.principal)
    return authorize.on_bucket(call.principal, action, f"arn:aws:s3:::{bucket_name}/{key}", context, find_bucket(bucket_name))


def _illegal(call: ObjectCall, source, version: Optional[str]) -> Optional[Response]:
    if source.size > MOST_BYTES:
        return call.error("400 Bad Request", "InvalidRequest", _TOO_LARGE)
    onto_itself = source.name == call.key and source.bucket_name == call.bucket_name
    header = call.request.header
    changes = (
        header("x-amz-storage-class"), header(ALGORITHM), header("x-amz-metadata-directive") == "REPLACE",
        header("x-amz-website-redirect-location"), call.bucket.encryption, version and call.bucket.is_versioned,
    )
    return call.error("400 Bad Request", "InvalidRequest", _ONTO_ITSELF) if onto_itself and not any(changes) else None


def _tags(call: ObjectCall, source) -> dict:
    if call.request.header("x-amz-tagging-directive") == "REPLACE":
        return new_object.tags_of(call.request)
    return dict(backend().tagger.get_tag_dict_for_resource(source.arn))


def _may_tag(call: ObjectCall, source, version: Optional[str], tags: dict) -> Optional[Response]:
    """Tags that come along are read and written, under the actions for tags."""
    if not tags or call.request.header("x-amz-tagging-directive") == "REPLACE":
        return None
    return source_permission(call, "s3:GetObjectVersionTagging" if version else "s3:GetObjectTagging") or new_object.may(call, "s3:PutObjectTagging")


def _make(call: ObjectCall, source, encryption, tags: dict):
    header = call.request.header
    sparse = segments_of(source)
    made = new_object.add(call.bucket, call.key, b"" if sparse else source.value, header("x-amz-storage-class"), sparse.etag() if sparse else None)
    if sparse:
        make_sparse(made, Segments(sparse.runs))
    replaced = header("x-amz-metadata-directive") == "REPLACE"
    made.set_metadata(new_object.metadata_of(call.request) if replaced else dict(source.metadata))
    made.website_redirect_location = header("x-amz-website-redirect-location")
    new_object.set_tags(made, tags)
    new_object.set_acl(made, call.request)
    new_object.set_lock(made, new_object.lock_of(call.request), call.bucket)
    _set_checksum(made, source, header("x-amz-checksum-algorithm"))
    new_object.remember(made, encryption)
    new_object.notify(call.bucket, made, "s3:ObjectCreated:Copy")
    return made


def _set_checksum(made, source, asked: Optional[str]) -> None:
    """The algorithm of the source stays unless another is asked for; a copy is one part, and its checksum that of the whole."""
    made.checksum_algorithm = asked or source.checksum_algorithm or checksums.DEFAULT
    made.checksum_type = "FULL_OBJECT"
    same = made.checksum_algorithm == source.checksum_algorithm and source.checksum_type != "COMPOSITE"
    checksums.settle(source)
    if same and source.checksum_value:
        made.checksum_value = source.checksum_value
    else:
        made.truth_owes_checksum = made.checksum_algorithm


def checksum_elements(stored) -> str:
    owed = getattr(stored, "truth_owes_checksum", None)
    if owed == checksums.DEFAULT and stored.size > _QUICK and segments_of(stored) is None:
        return ""  # slow to compute, and to be had from HeadObject
    value = checksums.shown(stored)
    name = f"Checksum{stored.checksum_algorithm}"
    return f"<{name}>{value}</{name}><ChecksumType>{stored.checksum_type or 'FULL_OBJECT'}</ChecksumType>" if value else ""
