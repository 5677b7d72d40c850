"""What S3 tells of all objects of a bucket at once: the rows of its live inventory table, and those of an inventory.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/metadata-tables-inventory-schema.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html
"""
from .sse import of_object
from .stored import is_object

_STATUS = {"AES256": "SSE-S3", "aws:kms": "SSE-KMS", "aws:kms:dsse": "DSSE-KMS", "SSE-C": "SSE-C", "NOT-SSE": "NOT-SSE"}

LIVE_COLUMNS = {
    "bucket": "VARCHAR", "key": "VARCHAR", "sequence_number": "VARCHAR", "version_id": "VARCHAR", "is_delete_marker": "BOOLEAN",
    "size": "BIGINT", "last_modified_date": "TIMESTAMP", "storage_class": "VARCHAR", "encryption_status": "VARCHAR",
    "is_bucket_key_enabled": "BOOLEAN", "kms_key_arn": "VARCHAR",
}


def live_rows(bucket) -> list:
    """One for each version and each delete marker; no status says that an object is not encrypted."""
    rows = []
    for key, index, _, stored in _versions(bucket):
        row = {
            "bucket": bucket.name, "key": key, "sequence_number": f"{index:032x}", "version_id": _version_id(bucket, stored),
            "is_delete_marker": not is_object(stored), "last_modified_date": stored.last_modified,
        }
        if is_object(stored):
            encryption = of_object(stored)
            status = _STATUS[encryption.algorithm]
            row |= {
                "size": stored.size, "storage_class": stored.storage_class, "encryption_status": None if status == "NOT-SSE" else status,
                "is_bucket_key_enabled": encryption.bucket_key if encryption.uses_kms else None, "kms_key_arn": encryption.key_arn,
            }
        rows.append(row)
    return rows


def inventory_rows(bucket) -> list:
    """The fields of an inventory of all versions; no key of KMS is among them."""
    rows = []
    for key, _, latest, stored in _versions(bucket):
        row = {
            "bucket": bucket.name, "key": key, "version_id": _version_id(bucket, stored) or "", "is_latest": latest,
            "is_delete_marker": not is_object(stored), "last_modified_date": stored.last_modified,
            "size": None, "storage_class": None, "encryption_status": None, "bucket_key_status": None,
        }
        if is_object(stored):
            encryption = of_object(stored)
            row |= {
                "size": stored.size, "storage_class": stored.storage_class, "encryption_status": _STATUS[encryption.algorithm],
                "bucket_key_status": ("ENABLED" if encryption.bucket_key else "DISABLED") if encryption.uses_kms else None,
            }
        rows.append(row)
    return rows


def _versions(bucket):
    for key in sorted(bucket.keys):
        versions = bucket.keys.getlist(key, default=[])
        for index, stored in enumerate(versions):
            yield key, index, index == len(versions) - 1, stored


def _version_id(bucket, stored):
    return str(stored.version_id) if bucket.versioning_status else None
