"""GetObject, HeadObject and the parts of an object that have calls of their own.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""
import re
from typing import Optional
from xml.sax.saxutils import escape

from . import authorize, checksums
from .archive import is_readable, show as show_restore, unreadable
from .http import Response, call as pass_on, strip
from .object_call import ObjectCall, xml
from .sparse import segments_of
from .sse import CUSTOMER, check_customer_key, of_object, show
from .stored import backend, find_object, is_object

_STREAMED_FROM = 64 * 1024 * 1024


def read(call: ObjectCall) -> Response:
    request = call.request
    stored = find_object(call.bucket, call.key, call.version)
    if stored is None:
        return delete_marker(call) or pass_on(call.moto, request)
    encryption = of_object(stored)
    check_customer_key(request, encryption, CUSTOMER)
    if _decrypts(call, stored):
        refused = authorize.on_key(call.principal, encryption, ["kms:Decrypt"], call.region)
        if refused:
            return refused
    strip(request, CUSTOMER)
    if call.version == "null" and not call.bucket.is_versioned:
        # It is the only version, which moto's HEAD refuses to know: versioning-workflows.html
        request.drop_query("versionId")
    if "attributes" in request.query:
        return _attributes(call, stored)
    if request.method == "GET" and not is_readable(stored):
        return unreadable(call)
    if "partNumber" in request.query:
        response = _part(call, stored)
    elif segments_of(stored) and request.method == "GET":
        response = _ranged(call, stored, _range(request.header("Range"), stored.size), request.header("Range") is not None)
    else:
        response = pass_on(call.moto, request)
    if response.code >= 400:
        return response
    # moto has none for a 304.
    response.set_header("Last-Modified", stored.last_modified_RFC1123)
    _show_checksum(call, stored, response)
    show_restore(stored, response)
    return show(response, encryption)


def _decrypts(call: ObjectCall, stored) -> bool:
    """Reading does; of what HeadObject tells, only the checksum is encrypted.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (x-amz-checksum-mode)
    """
    if call.request.method == "HEAD":
        return call.request.header("x-amz-checksum-mode") == "ENABLED" and bool(stored.checksum_algorithm)
    return "attributes" not in call.request.query


def _show_checksum(call: ObjectCall, stored, response: Response) -> None:
    for name in [name for name, _ in response.headers if name.lower().startswith("x-amz-checksum-")]:
        response.set_header(name, None)
    if call.request.header("x-amz-checksum-mode") != "ENABLED" or response.code != 200:
        return
    value = checksums.shown(stored)
    if value is not None:
        response.set_header(f"x-amz-checksum-{stored.checksum_algorithm.lower()}", value)
        response.set_header("x-amz-checksum-type", stored.checksum_type or "FULL_OBJECT")


def _part(call: ObjectCall, stored) -> Response:
    """One part of the upload that the object came from; what was not uploaded in parts is its own first part.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (partNumber)
    """
    text = call.request.query["partNumber"]
    parts = _parts(stored)
    number = int(text) if text.isdigit() else 0
    if number < 1:
        return call.error("400 Bad Request", "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    if number > len(parts):
        return call.error("416 Requested Range Not Satisfiable", "InvalidPartNumber", "The requested partnumber is not satisfiable")
    start = sum(size for _, size, _ in parts[:number - 1])
    response = _ranged(call, stored, (start, start + parts[number - 1][1]), True)
    if response.ok and stored.multipart:
        response.set_header("x-amz-mp-parts-count", str(len(parts)))
    return response


def _parts(stored) -> list:
    """Number, size and the uploaded part, in order."""
    if not stored.multipart:
        return [(1, stored.size, None)]
    return [(number, stored.multipart.parts[number].size, stored.multipart.parts[number]) for number in stored.multipart.partlist]


def _ranged(call: ObjectCall, stored, bounds: Optional[tuple], partial: bool) -> Response:
    """moto answers the head, with the conditions; it would read all of a sparse body, and knows no parts of a GET."""
    method = call.request.method
    call.request.set_header("Range", None)
    call.request.environ["REQUEST_METHOD"] = "HEAD"
    call.request.drop_query("partNumber")
    response = pass_on(call.moto, call.request)
    if response.code != 200:
        return response
    if bounds is None:
        return call.error("416 Requested Range Not Satisfiable", "InvalidRange", "The requested range is not satisfiable")
    start, end = bounds
    response.set_header("Content-Length", str(end - start))
    if partial:
        response.status = "206 Partial Content"
        response.set_header("Content-Range", f"bytes {start}-{end - 1}/{stored.size}")
    content = segments_of(stored)
    if method == "HEAD":
        return response
    if content is None:
        response.body = stored.value[start:end]
    elif end - start > _STREAMED_FROM:
        response.stream(content.pieces(start, end), end - start)
    else:
        response.body = b"".join(content.pieces(start, end))
    return response


def _range(text: Optional[str], size: int) -> Optional[tuple]:
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", text or "")
    if match is None or match.group(0) == "bytes=-":
        return 0, size
    first, last = match.groups()
    if not first:
        return (max(size - int(last), 0), size) if int(last) else None
    return (int(first), min(int(last) + 1 if last else size, size)) if int(first) < size else None


def _attributes(call: ObjectCall, stored) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html"""
    wanted = {name.strip() for name in (call.request.header("x-amz-object-attributes") or "").split(",")}
    inner = ""
    if "ETag" in wanted:
        inner += f"<ETag>{escape(stored.etag.strip(chr(34)))}</ETag>"
    value = checksums.shown(stored) if "Checksum" in wanted else None
    if value is not None:
        name, kind = f"Checksum{stored.checksum_algorithm}", stored.checksum_type or "FULL_OBJECT"
        inner += f"<Checksum><{name}>{value.partition('-')[0]}</{name}><ChecksumType>{kind}</ChecksumType></Checksum>"
    if "ObjectParts" in wanted and stored.multipart:
        inner += _object_parts(call, stored)
    if "StorageClass" in wanted:
        inner += f"<StorageClass>{stored.storage_class}</StorageClass>"
    if "ObjectSize" in wanted:
        inner += f"<ObjectSize>{stored.size}</ObjectSize>"
    return xml("GetObjectAttributesResponse", inner, [("Last-Modified", stored.last_modified_RFC1123), *_version(stored)])


def _object_parts(call: ObjectCall, stored) -> str:
    """The parts one by one, where each has a checksum of its own."""
    parts = _parts(stored)
    after, most = (int(call.request.header(name) or default) for name, default in (("x-amz-part-number-marker", "0"), ("x-amz-max-parts", "1000")))
    page = [part for part in parts if part[0] > after][:most]
    more = bool(page) and page[-1][0] != parts[-1][0]
    inner = f"<PartsCount>{len(parts)}</PartsCount>"
    if stored.checksum_type != "COMPOSITE":
        return f"<ObjectParts>{inner}</ObjectParts>"
    inner += f"<PartNumberMarker>{after}</PartNumberMarker><NextPartNumberMarker>{page[-1][0] if page else after}</NextPartNumberMarker>"
    inner += f"<MaxParts>{most}</MaxParts><IsTruncated>{'true' if more else 'false'}</IsTruncated>"
    name = f"Checksum{stored.checksum_algorithm}"
    for number, size, part in page:
        inner += f"<Part><PartNumber>{number}</PartNumber><Size>{size}</Size><{name}>{part.checksum_value}</{name}></Part>"
    return f"<ObjectParts>{inner}</ObjectParts>"


def tags(call: ObjectCall) -> Response:
    """Of archived objects too, which moto refuses."""
    stored = find_object(call.bucket, call.key, call.version)
    if stored is None:
        return delete_marker(call) or call.missing()
    found = backend().tagger.get_tag_dict_for_resource(stored.arn)
    inner = "".join(f"<Tag><Key>{escape(key)}</Key><Value>{escape(value)}</Value></Tag>" for key, value in found.items())
    return xml("Tagging", f"<TagSet>{inner}</TagSet>", _version(stored))


def legal_hold(call: ObjectCall) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html"""
    stored = find_object(call.bucket, call.key, call.version)
    refused = _lockable(call, stored)
    if refused:
        return refused
    if stored.lock_legal_status is None:
        return _no_lock(call)
    return xml("LegalHold", f"<Status>{stored.lock_legal_status}</Status>")


def retention(call: ObjectCall) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html"""
    stored = find_object(call.bucket, call.key, call.version)
    refused = _lockable(call, stored)
    if refused:
        return refused
    if stored.lock_mode is None:
        return _no_lock(call)
    return xml("Retention", f"<Mode>{stored.lock_mode}</Mode><RetainUntilDate>{stored.lock_until}</RetainUntilDate>")


def _lockable(call: ObjectCall, stored) -> Optional[Response]:
    if stored is None:
        return delete_marker(call) or call.missing()
    if not call.bucket.object_lock_enabled:
        return call.error("400 Bad Request", "InvalidRequest", "Bucket is missing Object Lock Configuration")
    return None


def _no_lock(call: ObjectCall) -> Response:
    return call.error("404 Not Found", "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration")


def _version(stored) -> list:
    return [("x-amz-version-id", stored.version_id)] if stored.version_id != "null" else []


def delete_marker(call: ObjectCall) -> Optional[Response]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html"""
    versions = call.bucket.keys.getlist(call.key, default=[])
    found = next((one for one in versions if str(one.version_id) == call.version), None) if call.version else call.bucket.keys.get(call.key)
    if found is None or is_object(found):
        return None
    refused = (
        call.error("405 Method Not Allowed", "MethodNotAllowed", "The specified method is not allowed against this resource.")
        if call.version else call.missing()
    )
    refused.set_header("x-amz-delete-marker", "true")
    refused.set_header("x-amz-version-id", found.version_id)
    return refused
