"""S3PutObjectCopy: one CopyObject for each task, with what CopyObject does to an object.

Its storage class is STANDARD unless given, its ACL private, its date new, and no lock comes along; tags do.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-copy-object.html
"""
import datetime
import email.utils
from typing import Callable
from urllib.parse import quote, urlencode

from ...settings import Settings
from ..model import moment_text
from ..session import S3Session, bucket_of
from ..tasks import Result, Task, refused, result_of

_METADATA = {
    "CacheControl": "cache-control", "ContentDisposition": "content-disposition", "ContentEncoding": "content-encoding",
    "ContentLanguage": "content-language", "ContentType": "content-type",
}
_ALGORITHMS = {"AES256": "AES256", "KMS": "aws:kms"}


def prepare(session: S3Session, parameters: dict, settings: Settings) -> Callable:
    bucket, prefix = bucket_of(parameters["TargetResource"]), parameters.get("TargetKeyPrefix")
    fixed = _headers(parameters, settings)

    def copy(task: Task) -> Result:
        source = quote(f"{task.bucket}/{task.key}", safe="/") + (f"?versionId={task.version}" if task.version else "")
        target = f"{prefix}/{task.key}" if prefix else task.key
        response = session.send("PUT", bucket, target, headers={**fixed, "x-amz-copy-source": source})
        if response.code == 412:
            return refused(task, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        return result_of(task, response)
    return copy


def _headers(parameters: dict, settings: Settings) -> dict:
    metadata = parameters.get("NewObjectMetadata", {})
    given = {
        "x-amz-storage-class": parameters.get("StorageClass"),
        "x-amz-acl": parameters.get("CannedAccessControlList"),
        "x-amz-metadata-directive": _directive(parameters, metadata, settings),
        "x-amz-server-side-encryption": _algorithm(parameters, metadata),
        "x-amz-server-side-encryption-aws-kms-key-id": parameters.get("SSEAwsKmsKeyId"),
        # Left out, the bucket's setting holds: it is "not set" and not false.
        "x-amz-server-side-encryption-bucket-key-enabled": "true" if parameters.get("BucketKeyEnabled") else None,
        "x-amz-checksum-algorithm": parameters.get("ChecksumAlgorithm"),
        "x-amz-website-redirect-location": parameters.get("RedirectLocation"),
        "x-amz-object-lock-legal-hold": parameters.get("ObjectLockLegalHoldStatus"),
        "x-amz-object-lock-mode": parameters.get("ObjectLockMode"),
        "x-amz-object-lock-retain-until-date": _moment(parameters.get("ObjectLockRetainUntilDate")),
        "x-amz-copy-source-if-modified-since": _date(parameters.get("ModifiedSinceConstraint")),
        "x-amz-copy-source-if-unmodified-since": _date(parameters.get("UnModifiedSinceConstraint")),
    }
    if "NewObjectTagging" in parameters:
        given["x-amz-tagging-directive"] = "REPLACE"
        given["x-amz-tagging"] = urlencode({tag["Key"]: tag["Value"] for tag in parameters["NewObjectTagging"]})
    for member, header in _METADATA.items():
        given[header] = metadata.get(member)
    given["expires"] = _date(metadata.get("HttpExpiresDate"))
    for name, value in metadata.get("UserMetadata", {}).items():
        given[f"x-amz-meta-{name}"] = value
    return {name: value for name, value in given.items() if value is not None}


def _algorithm(parameters: dict, metadata: dict):
    if "SSEAlgorithm" in metadata:
        return _ALGORITHMS[metadata["SSEAlgorithm"]]
    return "aws:kms" if "SSEAwsKmsKeyId" in parameters else None


def _directive(parameters: dict, metadata: dict, settings: Settings) -> str:
    """Without one, new metadata replaces the old; whether an algorithm alone is metadata is not documented."""
    if "MetadataDirective" in parameters:
        return parameters["MetadataDirective"]
    described = set(metadata) - {"SSEAlgorithm"}
    return "REPLACE" if described or (metadata and settings.newObjectMetadata == "wipe") else "COPY"


def _date(moment):
    return None if moment is None else email.utils.format_datetime(moment.astimezone(datetime.timezone.utc), usegmt=True)


def _moment(moment):
    return None if moment is None else moment_text(moment)
