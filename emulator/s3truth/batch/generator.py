"""Manifests that S3 makes of a bucket and a filter.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/specify-batchjob-manifest.html
"""
import csv
import gzip
import hashlib
import io
import json
import time
from typing import Iterator, Optional
from urllib.parse import quote_plus

from .. import authorize
from ..sse import Encryption, of_object
from ..stored import find_bucket, is_object
from .jobs import Job, JobFailure
from .session import S3Session, bucket_of, error_of
from ..settings import Settings
from .tasks import Task

# S3's names of an encryption, by the member of the filter.
_ALGORITHMS = {"SSES3": "AES256", "SSEKMS": "aws:kms", "DSSEKMS": "aws:kms:dsse", "SSEC": "SSE-C", "NOTSSE": "NOT-SSE"}
FORMAT = "S3InventoryReport_CSV_20211130"


def generate(job: Job, session: S3Session, front, settings: Settings) -> list:
    spec = job.spec["ManifestGenerator"]["S3JobManifestGenerator"]
    name = bucket_of(spec["SourceBucket"])
    bucket = find_bucket(name)
    if bucket is None:
        raise JobFailure("InvalidManifest", f"The source bucket {name} does not exist")
    _check_owner(spec.get("ExpectedBucketOwner"), bucket, "ExpectedBucketOwner")
    _may_generate(session, name, bucket)
    with front.lock:
        tasks = list(_matching(name, bucket, spec.get("Filter", {}), settings.generatorVersions == "all"))
    if spec["EnableManifestOutput"]:
        job.generated = _write(job, session, spec["ManifestOutputLocation"], name, tasks)
    return tasks


def _check_owner(expected: Optional[str], bucket, member: str) -> None:
    if expected is not None and bucket.account_id != expected:
        raise JobFailure("AccessDenied", f"{member} {expected} does not own the bucket {bucket.name}")


def _may_generate(session: S3Session, name: str, bucket) -> None:
    refused = authorize.on_bucket(session.principal, "s3:PutInventoryConfiguration", f"arn:aws:s3:::{name}",
                                  authorize.context_of_service(session.principal), bucket)
    if refused is not None:
        raise JobFailure("AccessDenied", f"Manifest generation is forbidden: {error_of(refused)[1]}")


def _matching(name: str, bucket, filters: dict, all_versions: bool) -> Iterator[Task]:
    for key in sorted(bucket.keys):
        versions = bucket.keys.getlist(key, default=[])
        for stored in versions if all_versions else versions[-1:]:
            if is_object(stored) and _matches(stored, filters):
                # Under either reading a manifest of a versioned bucket says which version it means.
                version = stored.version_id if bucket.versioning_status else None
                yield Task(name, key, version)


def _matches(stored, filters: dict) -> bool:
    created = stored.last_modified.timestamp()
    after, before = filters.get("CreatedAfter"), filters.get("CreatedBefore")
    return not (
        (after is not None and created <= after.timestamp())
        or (before is not None and created >= before.timestamp())
        or ("ObjectSizeGreaterThanBytes" in filters and stored.size <= filters["ObjectSizeGreaterThanBytes"])
        or ("ObjectSizeLessThanBytes" in filters and stored.size >= filters["ObjectSizeLessThanBytes"])
        or ("MatchAnyStorageClass" in filters and stored.storage_class not in filters["MatchAnyStorageClass"])
        # Nothing replicates here.
        or filters.get("EligibleForReplication") is True
        or ("ObjectReplicationStatuses" in filters and "NONE" not in filters["ObjectReplicationStatuses"])
        or not _name_matches(stored.name, filters.get("KeyNameConstraint", {}))
        or not any(_encrypted(of_object(stored), one) for one in filters.get("MatchAnyObjectEncryption", [{}]))
    )


def _name_matches(key: str, constraint: dict) -> bool:
    return (
        all(key.startswith(text) for text in constraint.get("MatchAnyPrefix", []))
        and all(key.endswith(text) for text in constraint.get("MatchAnySuffix", []))
        and all(text in key for text in constraint.get("MatchAnySubstring", []))
    )


def _encrypted(encryption: Encryption, wanted: dict) -> bool:
    if not wanted:
        return True
    kind, details = next(iter(wanted.items()))
    return (
        encryption.algorithm == _ALGORITHMS[kind]
        and details.get("KmsKeyArn") in (None, encryption.key_arn)
        and details.get("BucketKeyEnabled") in (None, encryption.bucket_key)
    )


def _write(job: Job, session: S3Session, output: dict, source: str, tasks: list) -> dict:
    """The layout of an inventory; AWS does not document the names below the prefix."""
    bucket = bucket_of(output["Bucket"])
    base = "/".join(part for part in (output.get("ManifestPrefix", "").strip("/"), f"job-{job.id}") if part)
    target = find_bucket(bucket)
    if target is not None:
        _check_owner(output.get("ExpectedManifestBucketOwner"), target, "ExpectedManifestBucketOwner")
    headers = _encryption_headers(output.get("ManifestEncryption", {"SSES3": {}}))
    rows = _gzipped(tasks)
    data = f"{base}/data/{hashlib.sha1(rows).hexdigest()}.csv.gz"
    _put(session, bucket, data, rows, headers)
    document = json.dumps({
        "sourceBucket": source, "destinationBucket": output["Bucket"], "version": "2021-11-30",
        "creationTimestamp": str(int(time.time() * 1000)), "fileFormat": "CSV", "fileSchema": "Bucket, Key, VersionId",
        "files": [{"key": data, "size": len(rows), "MD5checksum": hashlib.md5(rows).hexdigest()}],
    }).encode()
    response = _put(session, bucket, f"{base}/manifest.json", document, headers)
    location = {"ObjectArn": f"{output['Bucket']}/{base}/manifest.json", "ETag": (response.header("ETag") or "").strip('"')}
    return {"Format": FORMAT, "Location": location}


def _gzipped(tasks: list) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed:
        text = io.TextIOWrapper(packed, encoding="utf-8", newline="")
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for task in tasks:
            writer.writerow([task.bucket, quote_plus(task.key, safe="/"), task.version or ""])
        text.flush()
        text.detach()
    return buffer.getvalue()


def _encryption_headers(encryption: dict) -> dict:
    if "SSEKMS" in encryption:
        return {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": encryption["SSEKMS"]["KeyId"]}
    return {"x-amz-server-side-encryption": "AES256"}


def _put(session: S3Session, bucket: str, key: str, body: bytes, headers: dict):
    response = session.send("PUT", bucket, key, headers=headers, body=body)
    if not response.ok:
        code, message = error_of(response)
        raise JobFailure(code, f"The generated manifest could not be written to {bucket}: {message}")
    return response
