"""Delivers the inventories of a bucket: S3 takes up to two days for the first, and here somebody says when.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
"""
import datetime
import hashlib
import json
import tempfile
from typing import Optional

import duckdb

from .authorize import bucket_policy
from .evaluate import Request, decide_on_key, decide_on_resource
from .keys import find_key, policy_of
from .object_tables import inventory_rows
from .principals import Principal
from .sse import Encryption, default_of
from .stored import backend, find_bucket

_SERVICE = "s3.amazonaws.com"
_COLUMNS = {
    "bucket": "VARCHAR", "key": "VARCHAR", "version_id": "VARCHAR", "is_latest": "BOOLEAN", "is_delete_marker": "BOOLEAN", "size": "BIGINT",
    "last_modified_date": "TIMESTAMP", "storage_class": "VARCHAR", "encryption_status": "VARCHAR", "bucket_key_status": "VARCHAR",
}


def deliver(name: str, at: datetime.datetime, region: str) -> list:
    """Every inventory that is enabled, to where the policies let it. Gives back what was delivered, or why not."""
    source = find_bucket(name)
    if source is None:
        raise ValueError(f"no bucket {name}")
    return [_deliver(source, one, at, region) for one in source.inventory_configs.values() if str(one.is_enabled).lower() == "true"]


def _deliver(source, configuration, at: datetime.datetime, region: str) -> dict:
    where = configuration.destination["S3BucketDestination"]
    if where["Format"] != "Parquet":
        raise ValueError(f"only Parquet is made here, not {where['Format']}")
    target = find_bucket(where["Bucket"].split(":::", 1)[-1])
    base = "/".join(part for part in (where.get("Prefix", "").strip("/"), source.name, configuration.id) if part)
    refused = _refused(source, target, f"{base}/data/x", region)
    if refused is not None:
        return {"id": configuration.id, "refused": refused}
    rows = inventory_rows(source)  # moto remembers no other choice than all versions, and the deployer holds it to that
    content = _parquet(rows)
    data = f"{base}/data/{hashlib.md5(content).hexdigest()}.parquet"
    snapshot = at.strftime("%Y-%m-%d-%H-%M")
    manifest = json.dumps({"sourceBucket": source.name, "destinationBucket": where["Bucket"], "fileFormat": "Parquet", "files": [{"key": data}]}).encode()
    folder = f"{base}/{at.strftime('%Y-%m-%dT%H-%MZ')}"
    for key, body in (
        (data, content), (f"{folder}/manifest.json", manifest), (f"{folder}/manifest.checksum", hashlib.md5(manifest).hexdigest().encode()),
        (f"{base}/hive/dt={snapshot}/symlink.txt", f"s3://{target.name}/{data}\n".encode()),
    ):
        stored = backend().put_object(target.name, key, body)
        default = default_of(target)
        stored.truth_encryption = Encryption(default["algorithm"], default["key"], default["bucket_key"], context_arn=target.arn)
    return {"id": configuration.id, "snapshot": snapshot, "rows": len(rows)}


def _refused(source, target, key: str, region: str) -> Optional[str]:
    """The policies of the destination and of its key have to admit S3 for this source, or nothing arrives, and nobody is told."""
    if target is None:
        return "the destination does not exist"
    service = Principal("service", source.account_id, _SERVICE, _SERVICE, [])
    context = {
        "aws:sourceaccount": source.account_id, "aws:sourcearn": f"arn:aws:s3:::{source.name}", "s3:x-amz-acl": "bucket-owner-full-control",
        "aws:principalisawsservice": "true", "aws:securetransport": "true",
    }
    put = Request("s3:PutObject", f"arn:aws:s3:::{target.name}/{key}", context)
    if not decide_on_resource(service, put, bucket_policy(target), target.account_id, "bucket-policy").allowed:
        return f"the policy of {target.name} does not let S3 put the inventory"
    default = default_of(target)
    if default["algorithm"] == "AES256":
        return None
    kms_key = find_key(default["key"], region) if default["key"] else None
    if kms_key is None or not decide_on_key(service, Request("kms:GenerateDataKey", kms_key.arn, context), policy_of(kms_key), kms_key.account_id).allowed:
        return f"the key of {target.name} does not let S3 encrypt the inventory"
    return None


def _parquet(rows: list) -> bytes:
    database = duckdb.connect()
    database.execute(f"CREATE TABLE rows ({', '.join(f'{name} {kind}' for name, kind in _COLUMNS.items())})")
    for row in rows:
        database.execute(f"INSERT INTO rows VALUES ({', '.join('?' for _ in _COLUMNS)})", [row.get(name) for name in _COLUMNS])
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        database.execute(f"COPY rows TO '{file.name}' (FORMAT parquet, COMPRESSION snappy)")
        with open(file.name, "rb") as content:
            return content.read()
