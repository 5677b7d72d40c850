"""Buckets and object versions in moto's store."""
from typing import Optional

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends


def backend():
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def find_bucket(name: str):
    return backend().buckets.get(name)


def is_object(stored) -> bool:
    """Not a delete marker."""
    return hasattr(stored, "set_metadata")


def find_object(bucket, key: str, version: Optional[str]):
    """The stored object, or None for what is not there, a delete marker included."""
    found = None
    if bucket is None:
        return None
    if version is None:
        found = bucket.keys.get(key)
    else:
        for candidate in bucket.keys.getlist(key, default=[]):
            if str(candidate.version_id) == version:
                found = candidate
    return found if is_object(found) else None
