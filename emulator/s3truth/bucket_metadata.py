"""The metadata configuration of a bucket, which moto does not have, and whether S3 can write its tables.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketMetadataConfiguration.html
"""
from typing import Optional
from xml.sax.saxutils import escape

import xmltodict

from .evaluate import Request as Asked, decide_on_key
from .http import Request, Response, s3_error
from .keys import find_key, policy_of
from .principals import Principal

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_WRITERS = ("metadata.s3.amazonaws.com", "maintenance.s3tables.amazonaws.com")


def handle(request: Request, bucket, region: str) -> Response:
    if request.method == "POST":
        return _create(request, bucket)
    configuration = getattr(bucket, "truth_metadata", None)
    if request.method == "DELETE":
        bucket.truth_metadata = None
        return Response("204 No Content", [], b"")
    if configuration is None:
        return s3_error("404 Not Found", "MetadataConfigurationNotFound", "The metadata configuration does not exist", request.path)
    return _get(bucket, configuration, region)


def namespace_of(bucket) -> str:
    return "b_" + bucket.name.replace(".", "_")


def readable(bucket, region: str) -> Optional[str]:
    """Why there is no live inventory table to read, or None."""
    configuration = getattr(bucket, "truth_metadata", None)
    if configuration is None or _inventory(configuration).get("ConfigurationState") != "ENABLED":
        return "the bucket has no live inventory table"
    return _refused(_inventory(configuration), bucket.account_id, region)


def _create(request: Request, bucket) -> Response:
    try:
        configuration = xmltodict.parse(request.body)["MetadataConfiguration"]
        expiration = configuration["JournalTableConfiguration"]["RecordExpiration"]
        days = int(expiration.get("Days", 7))
        if expiration["Expiration"] not in ("ENABLED", "DISABLED") or days < 7 or _inventory(configuration).get("ConfigurationState") not in ("ENABLED", "DISABLED", None):
            raise ValueError("MetadataConfiguration")
    except (KeyError, TypeError, ValueError):
        return s3_error("400 Bad Request", "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
    if getattr(bucket, "truth_metadata", None) is not None:
        return s3_error("409 Conflict", "MetadataConfigurationConflict", "The bucket has a metadata configuration")
    bucket.truth_metadata = configuration
    return Response("200 OK", [], b"")


def _get(bucket, configuration: dict, region: str) -> Response:
    account = bucket.account_id
    tables = f"arn:aws:s3tables:{region}:{account}:bucket/aws-s3"
    expiration = configuration["JournalTableConfiguration"]["RecordExpiration"]
    inventory = _inventory(configuration)
    refused = _refused(inventory, account, region)
    status = getattr(bucket, "truth_metadata_status", "ACTIVE") if refused is None else "FAILED"
    error = "" if refused is None else f"<Error><ErrorCode>AccessDeniedCreatingResources</ErrorCode><ErrorMessage>{escape(refused)}</ErrorMessage></Error>"
    days = f"<Days>{expiration['Days']}</Days>" if "Days" in expiration else ""
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<GetBucketMetadataConfigurationResult xmlns="{_NAMESPACE}"><MetadataConfigurationResult>'
        f"<DestinationResult><TableBucketType>aws</TableBucketType><TableBucketArn>{tables}</TableBucketArn>"
        f"<TableNamespace>{escape(namespace_of(bucket))}</TableNamespace></DestinationResult>"
        f"<JournalTableConfigurationResult><TableStatus>{status}</TableStatus><TableName>journal</TableName>"
        f"<RecordExpiration><Expiration>{expiration['Expiration']}</Expiration>{days}</RecordExpiration></JournalTableConfigurationResult>"
        f"<InventoryTableConfigurationResult><ConfigurationState>{inventory.get('ConfigurationState', 'DISABLED')}</ConfigurationState>"
        f"<TableStatus>{status}</TableStatus>{error}<TableName>inventory</TableName></InventoryTableConfigurationResult>"
        "</MetadataConfigurationResult></GetBucketMetadataConfigurationResult>"
    )
    return Response("200 OK", [("Content-Type", "application/xml")], body.encode())


def _inventory(configuration: dict) -> dict:
    return configuration.get("InventoryTableConfiguration") or {}


def _refused(inventory: dict, account: str, region: str) -> Optional[str]:
    """Tables under a key are written by two services, which its policy has to admit.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-permissions.html
    """
    key_arn = (inventory.get("EncryptionConfiguration") or {}).get("KmsKeyArn")
    if key_arn is None:
        return None
    key = find_key(key_arn, region)
    if key is None or not key.enabled:
        return f"The key {key_arn} cannot be used"
    for name in _WRITERS:
        service = Principal("service", account, name, name, [])
        for action in ("kms:GenerateDataKey", "kms:Decrypt"):
            asked = Asked(action, key.arn, {
                "aws:principalisawsservice": "true", "aws:sourceaccount": account,
                "kms:encryptioncontext:aws:s3:arn": f"arn:aws:s3tables:{region}:{account}:bucket/aws-s3/table/00000000-0000-0000-0000-000000000000",
            })
            if not decide_on_key(service, asked, policy_of(key), key.account_id).allowed:
                return f"The policy of {key_arn} does not let {name} call {action}"
    return None
