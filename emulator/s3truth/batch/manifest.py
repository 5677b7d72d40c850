"""Manifests that the user made, or an inventory.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/specify-batchjob-manifest.html
"""
import csv
import gzip
import io
import json
from typing import Optional
from urllib.parse import unquote_plus

from ..sse import of_object
from ..stored import find_bucket, find_object
from .jobs import Job, JobFailure
from .session import S3Session, bucket_of, error_of
from .tasks import Task

_CSV = "S3BatchOperations_CSV_20180820"


def read(job: Job, session: S3Session) -> list:
    spec = job.spec["Manifest"]
    location = spec["Location"]
    bucket, _, key = bucket_of(location["ObjectArn"]).partition("/")
    version = location.get("ObjectVersionId")
    body = _get(session, bucket, key, version, location["ETag"])
    if spec["Spec"]["Format"] != _CSV:
        return _inventory(session, body)
    stored = find_object(find_bucket(bucket), key, version)
    if stored is not None and of_object(stored).uses_kms:
        raise JobFailure("InvalidManifest", "A CSV manifest cannot be encrypted with SSE-KMS")
    return _rows(body, spec["Spec"]["Fields"])


def _get(session: S3Session, bucket: str, key: str, version: Optional[str], etag: Optional[str] = None) -> bytes:
    response = session.send("GET", bucket, key, query={"versionId": version} if version else {})
    if not response.ok:
        code, _ = error_of(response)
        verb = "forbidden" if response.code == 403 else "not possible"
        raise JobFailure(code, f"Reading the manifest is {verb}: {code}")
    if etag is not None and (response.header("ETag") or "").strip('"') != etag.strip('"'):
        raise JobFailure("InvalidManifest", f"The ETag of the manifest {key} is not {etag}: it was changed since")
    return response.body


def _rows(body: bytes, fields: list) -> list:
    """Without a header; every row has the fields that the job names."""
    if body.startswith(b"\xef\xbb\xbf"):
        raise JobFailure("InvalidManifest", "The manifest starts with a byte order mark: save it as UTF-8 without one")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JobFailure("InvalidManifest", f"The manifest is not UTF-8: {error.reason}") from error
    tasks = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        if not row:
            continue
        if len(row) != len(fields):
            raise JobFailure("InvalidManifest", f"Row {number} of the manifest has {len(row)} fields, expected {len(fields)}")
        tasks.append(_task(dict(zip(fields, row)), "VersionId" in fields))
    return tasks


def _task(row: dict, versioned: bool) -> Task:
    version = row.get("VersionId") or None
    return Task(row["Bucket"], unquote_plus(row["Key"]), version, missing_version=versioned and version is None)


def _inventory(session: S3Session, body: bytes) -> list:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html"""
    try:
        document = json.loads(body)
        fields = [name.strip() for name in document["fileSchema"].split(",")]
        files, bucket = document["files"], bucket_of(document["destinationBucket"])
    except (ValueError, KeyError, TypeError) as error:
        raise JobFailure("InvalidManifest", f"The manifest is not that of an inventory: {error!r}") from error
    if document.get("fileFormat") != "CSV" or fields[:2] != ["Bucket", "Key"]:
        raise JobFailure("InvalidManifest", "An inventory manifest must be CSV, with Bucket and Key as its first fields")
    tasks = []
    for file in files:
        packed = _get(session, bucket, file["key"], None)
        tasks += [task for task in _inventory_rows(gzip.decompress(packed), fields) if task is not None]
    return tasks


def _inventory_rows(body: bytes, fields: list) -> list:
    tasks: list = []
    for row in csv.reader(io.StringIO(body.decode("utf-8"))):
        named = dict(zip(fields, row))
        # Of every version: delete markers are no objects.
        tasks.append(None if named.get("IsDeleteMarker") == "true" else _task(named, "VersionId" in fields))
    return tasks
