"""Which IAM actions an S3 request needs, and on what.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""
from typing import Optional

# Sub-resource in the query -> what IAM calls it, where its name is not regular.
_BUCKET = {
    "accelerate": "AccelerateConfiguration", "acl": "BucketAcl", "cors": "BucketCORS", "encryption": "EncryptionConfiguration",
    "intelligent-tiering": "IntelligentTieringConfiguration", "inventory": "InventoryConfiguration",
    "analytics": "AnalyticsConfiguration", "lifecycle": "LifecycleConfiguration", "location": "BucketLocation",
    "logging": "BucketLogging", "metrics": "MetricsConfiguration", "notification": "BucketNotification",
    "object-lock": "BucketObjectLockConfiguration", "ownershipControls": "BucketOwnershipControls", "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus", "publicAccessBlock": "BucketPublicAccessBlock",
    "replication": "ReplicationConfiguration", "requestPayment": "BucketRequestPayment", "tagging": "BucketTagging",
    "versioning": "BucketVersioning", "website": "BucketWebsite",
}
# Deleting these is the same action as putting them.
_DELETED_BY_PUT = {
    "cors", "encryption", "intelligent-tiering", "inventory", "analytics", "lifecycle", "metrics",
    "ownershipControls", "publicAccessBlock", "replication", "tagging",
}
_OBJECT = {"acl": "ObjectAcl", "tagging": "ObjectTagging", "retention": "ObjectRetention", "legal-hold": "ObjectLegalHold"}
_VERB = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "DELETE": "Delete", "POST": "Put"}


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/metadata-tables-permissions.html
_METADATA = {"POST": "Create", "GET": "Get", "DELETE": "Delete"}


def bucket_action(method: str, query: dict) -> str:
    if "metadataConfiguration" in query:
        return f"s3:{_METADATA[method]}BucketMetadataTableConfiguration"
    for name, resource in _BUCKET.items():
        if name in query:
            verb = "Put" if method == "DELETE" and name in _DELETED_BY_PUT else _VERB[method]
            return f"s3:{verb}{resource}"
    if "uploads" in query:
        return "s3:ListBucketMultipartUploads"
    if "versions" in query:
        return "s3:ListBucketVersions"
    if method in ("GET", "HEAD"):
        return "s3:ListBucket"
    return {"PUT": "s3:CreateBucket", "DELETE": "s3:DeleteBucket", "POST": "s3:PutObject"}[method]


def object_action(method: str, query: dict) -> str:
    version = "Version" if "versionId" in query else ""
    if "encryption" in query:
        return "s3:UpdateObjectEncryption"
    for name, resource in _OBJECT.items():
        if name in query:
            described = resource.replace("Object", f"Object{version}") if name in ("acl", "tagging") else resource
            return f"s3:{_VERB[method]}{described}"
    if "attributes" in query:
        return f"s3:GetObject{version}Attributes"
    if "restore" in query:
        return "s3:RestoreObject"
    if "uploadId" in query and method == "GET":
        return "s3:ListMultipartUploadParts"
    if "uploadId" in query and method == "DELETE":
        return "s3:AbortMultipartUpload"
    if method in ("GET", "HEAD"):
        return f"s3:GetObject{version}"
    return {"PUT": "s3:PutObject", "POST": "s3:PutObject", "DELETE": f"s3:DeleteObject{version}"}[method]


def copy_source(header: Optional[str]) -> Optional[tuple]:
    """Bucket, key and version of x-amz-copy-source, which is URL-encoded."""
    from urllib.parse import unquote

    if header is None:
        return None
    path, _, version = header.partition("?versionId=")
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    return bucket, key, version or None
