"""Multipart uploads: what they begin with, their parts, and the object that they end in.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""
import hashlib
import re
from dataclasses import dataclass, field
from typing import Optional
from xml.sax.saxutils import escape

import xmltodict

from . import authorize, checksums, new_object, preconditions
from .copying import COPY_CUSTOMER, checksum_elements, readable_source
from .http import Response, call as pass_on, strip
from .object_call import ObjectCall, xml
from .s3_actions import copy_source
from .sparse import Segments, make_sparse, segments_of
from .sse import CUSTOMER, BadRequest, Encryption, customer_key_md5, requested, response_headers
from .stored import backend, find_bucket, find_object

_LEAST_PART, _MOST_PART = 5 * 1024 ** 2, 5 * 1024 ** 3
_MOST_PARTS = 10_000
_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"


@dataclass
class Upload:
    """Beside what moto keeps of it."""

    encryption: Encryption = field(default_factory=lambda: Encryption("AES256"))
    checksum: Optional[str] = None
    checksum_type: str = "COMPOSITE"
    lock: dict = field(default_factory=lambda: {"mode": None, "until": None, "hold": None})
    redirect: Optional[str] = None


def begin(call: ObjectCall) -> Response:
    encryption = requested(call.request, call.bucket, call.arn, call.region)
    refused = new_object.malformed(call) or new_object.forbidden(call, encryption)
    if refused:
        return refused
    header = call.request.header
    algorithm = header("x-amz-checksum-algorithm")
    kind = header("x-amz-checksum-type") or ("FULL_OBJECT" if algorithm in checksums.FULL_OBJECT else "COMPOSITE")
    if algorithm is not None and algorithm not in checksums.KNOWN:
        return call.error("501 Not Implemented", "NotImplemented", f"The checksum {algorithm} is not emulated")
    canned = header("x-amz-acl")
    begun = backend().create_multipart_upload(
        call.bucket_name, call.key, new_object.metadata_of(call.request), header("x-amz-storage-class") or "STANDARD",
        new_object.tags_of(call.request), new_object.get_canned_acl(canned) if canned else None, None, None)
    call.uploads[begun.id] = Upload(encryption, algorithm, kind, new_object.lock_of(call.request), header("x-amz-website-redirect-location"))
    shown = [("x-amz-checksum-algorithm", algorithm), ("x-amz-checksum-type", kind)] if algorithm else []
    return xml("InitiateMultipartUploadResult",
               f"<Bucket>{escape(call.bucket_name)}</Bucket><Key>{escape(call.key)}</Key><UploadId>{begun.id}</UploadId>",
               [*response_headers(encryption), *shown])


def part(call: ObjectCall) -> Response:
    """A part is encrypted with the data key of the upload, which S3 has to decrypt.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    """
    upload = call.uploads.get(call.request.query["uploadId"], Upload())
    if upload.encryption.algorithm == "SSE-C" and customer_key_md5(call.request, CUSTOMER) != upload.encryption.customer_key_md5:
        raise BadRequest("InvalidRequest", "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.")
    refused = authorize.on_key(call.principal, upload.encryption, ["kms:Decrypt"], call.region)
    if refused:
        return refused
    if call.request.header("x-amz-copy-source") is not None:
        response = _copied_part(call, upload)
    else:
        strip(call.request, CUSTOMER)
        response = pass_on(call.moto, call.request)
    if response.ok:
        for name, value in response_headers(upload.encryption):
            response.set_header(name, value)
    return response


def _copied_part(call: ObjectCall, upload: Upload) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html"""
    number = call.request.query.get("partNumber", "")
    begun = call.bucket.multiparts.get(call.request.query["uploadId"])
    if begun is None:
        return _no_upload(call)
    if not number.isdigit() or not 1 <= int(number) <= _MOST_PARTS:
        return call.error("400 Bad Request", "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    refused = readable_source(call)
    if refused:
        return refused
    bucket_name, key, version = copy_source(call.request.header("x-amz-copy-source"))
    source = find_object(find_bucket(bucket_name), key, version)
    bounds = _range(call.request.header("x-amz-copy-source-range"), source.size)
    if bounds is None:
        return call.error("400 Bad Request", "InvalidArgument", f"Range specified is not valid for source object of size: {source.size}")
    start, end = bounds
    if end - start > _MOST_PART:
        return call.error("400 Bad Request", "InvalidRequest", f"The specified copy source is larger than the maximum allowable size for a copy source: {_MOST_PART}")
    strip(call.request, COPY_CUSTOMER)
    made = _set_part(begun, int(number), source, start, end)
    made.checksum_algorithm = upload.checksum
    if upload.checksum:
        made.checksum_value = checksums.text(upload.checksum, _pieces(made))
    headers = [("x-amz-copy-source-version-id", source.version_id)] if source.version_id != "null" else []
    return xml("CopyPartResult", f"<ETag>{escape(made.etag)}</ETag><LastModified>{made.last_modified_ISO8601}</LastModified>"
               + (f"<Checksum{upload.checksum}>{made.checksum_value}</Checksum{upload.checksum}>" if upload.checksum else ""), headers)


def _range(text: Optional[str], size: int) -> Optional[tuple]:
    if text is None:
        return 0, size
    match = re.fullmatch(r"bytes=(\d+)-(\d+)", text)
    if match is None or not int(match.group(1)) <= int(match.group(2)) < size:
        return None
    return int(match.group(1)), int(match.group(2)) + 1


def _set_part(begun, number: int, source, start: int, end: int):
    sparse = segments_of(source)
    made = begun.set_part(number, b"" if sparse else source.value[start:end])
    if sparse:
        cut = Segments(sparse.cut(start, end))
        make_sparse(made, cut)
        made._etag = cut.etag()
    return made


def _pieces(stored) -> list:
    sparse = segments_of(stored)
    return sparse.fingerprint() if sparse else [stored.value]


def complete(call: ObjectCall) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html"""
    upload_id = call.request.query["uploadId"]
    begun = call.bucket.multiparts.get(upload_id)
    if begun is None:
        return _completed_before(call, upload_id)
    upload = call.uploads.get(upload_id, Upload())
    refused = authorize.on_key(call.principal, upload.encryption, ["kms:Decrypt"], call.region) or preconditions.on_destination(call)
    if refused:
        return refused
    parts, refused = _chosen(call, begun, upload)
    if refused:
        return refused
    made = _join(call, begun, parts)
    owed = _set_checksum(call, made, parts, upload)
    if owed is not None:
        # As nothing was written yet that anybody could have seen.
        call.bucket.keys.getlist(call.key).remove(made)
        return owed
    made.website_redirect_location = upload.redirect
    made.set_metadata(dict(begun.metadata))
    made.multipart = begun
    begun.partlist = [number for number, _ in parts]
    new_object.set_tags(made, begun.tags or {})
    made.set_acl(begun.acl or new_object.get_canned_acl("private"))
    new_object.set_lock(made, upload.lock, call.bucket)
    made.truth_encryption = upload.encryption
    made.truth_upload = upload_id
    dict.pop(call.bucket.multiparts, upload_id)
    call.uploads.pop(upload_id, None)
    new_object.notify(call.bucket, made, "s3:ObjectCreated:CompleteMultipartUpload")
    return _result(call, made)


def _chosen(call: ObjectCall, begun, upload: Upload) -> tuple:
    """The parts that the request lists, in order, or what is wrong with the list."""
    try:
        listed = xmltodict.parse(call.request.body, force_list=("Part",))["CompleteMultipartUpload"]["Part"]
        wanted = [(int(item["PartNumber"]), item["ETag"].strip('"'), item.get(f"Checksum{upload.checksum}")) for item in listed]
    except Exception:  # expat has its own errors, and a missing element is a KeyError or a TypeError
        return [], call.error("400 Bad Request", "MalformedXML", _MALFORMED)
    numbers = [number for number, _, _ in wanted]
    if numbers != sorted(set(numbers)):
        return [], call.error("400 Bad Request", "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.")
    parts = []
    for number, etag, checksum in wanted:
        found = begun.parts.get(number)
        if found is None or found.etag.strip('"') != etag or (checksum is not None and checksum != _checksum_of_part(found, upload)):
            return [], call.error("400 Bad Request", "InvalidPart", "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
        parts.append((number, found))
    if any(found.size < _LEAST_PART for _, found in parts[:-1]):
        return [], call.error("400 Bad Request", "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    size, given = sum(found.size for _, found in parts), call.request.header("x-amz-mp-object-size")
    if given is not None and given != str(size):
        return [], call.error("400 Bad Request", "InvalidRequest", f"The provided 'x-amz-mp-object-size' header value {given} does not match what was computed: {size}")
    return parts, None


def _checksum_of_part(found, upload: Upload) -> str:
    if not found.checksum_value:
        found.checksum_value = checksums.text(upload.checksum, _pieces(found))
    return found.checksum_value


def _join(call: ObjectCall, begun, parts: list):
    etag = hashlib.md5(b"".join(bytes.fromhex(found.etag.strip('"')) for _, found in parts)).hexdigest() + f"-{len(parts)}"
    if not any(segments_of(found) for _, found in parts):
        return new_object.add(call.bucket, call.key, b"".join(found.value for _, found in parts), begun.storage, etag)
    made = new_object.add(call.bucket, call.key, b"", begun.storage, etag)
    make_sparse(made, Segments([run for _, found in parts for run in (segments_of(found).runs if segments_of(found) else [found.value])]))
    return made


def _set_checksum(call: ObjectCall, made, parts: list, upload: Upload) -> Optional[Response]:
    if upload.checksum is None:
        return None
    made.checksum_algorithm, made.checksum_type, made.checksum_parts = upload.checksum, upload.checksum_type, len(parts)
    if upload.checksum_type == "COMPOSITE":
        made.checksum_value = checksums.composite(upload.checksum, [_checksum_of_part(found, upload) for _, found in parts])
    else:
        made.truth_owes_checksum = upload.checksum
    given = call.request.header(f"x-amz-checksum-{upload.checksum.lower()}")
    if given is None:
        return None
    if given.partition("-")[0] != (checksums.shown(made) or "").partition("-")[0]:
        return call.error("400 Bad Request", "BadDigest", f"The {upload.checksum} you specified did not match the calculated checksum.")
    return None


def _completed_before(call: ObjectCall, upload_id: str) -> Response:
    """Asking again gives the same answer."""
    for stored in reversed(call.bucket.keys.getlist(call.key, default=[])):
        if getattr(stored, "truth_upload", None) == upload_id:
            return _result(call, stored)
    return _no_upload(call)


def _no_upload(call: ObjectCall) -> Response:
    return call.error("404 Not Found", "NoSuchUpload", "The specified upload does not exist.")


def _result(call: ObjectCall, made) -> Response:
    version = [("x-amz-version-id", made.version_id)] if call.bucket.versioning_status else []
    return xml("CompleteMultipartUploadResult",
               f"<Location>http://{escape(call.bucket_name)}.s3.amazonaws.com/{escape(call.key)}</Location><Bucket>{escape(call.bucket_name)}</Bucket>"
               f"<Key>{escape(call.key)}</Key><ETag>{escape(made.etag)}</ETag>{checksum_elements(made)}",
               [*response_headers(made.truth_encryption), *version])
