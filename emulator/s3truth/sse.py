"""How an object is encrypted: what a request asks for, what the bucket's default makes of it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
"""
import base64
import hashlib
from dataclasses import dataclass
from typing import Optional

from . import keys
from .http import Request, Response

ALGORITHM = "x-amz-server-side-encryption"
KEY_ID = "x-amz-server-side-encryption-aws-kms-key-id"
BUCKET_KEY = "x-amz-server-side-encryption-bucket-key-enabled"
CUSTOMER = "x-amz-server-side-encryption-customer-"
KMS_ALGORITHMS = ("aws:kms", "aws:kms:dsse")


class BadRequest(Exception):
    def __init__(self, code: str, message: str, status: str = "400 Bad Request"):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class Encryption:
    algorithm: str  # AES256, aws:kms, aws:kms:dsse, SSE-C, or NOT-SSE as before January 2023
    key_arn: Optional[str] = None
    bucket_key: bool = False
    customer_key_md5: Optional[str] = None
    context_arn: str = ""  # the encryption context that KMS sees

    @property
    def uses_kms(self) -> bool:
        return self.algorithm in KMS_ALGORITHMS


def requested(request: Request, bucket, object_arn: str, region: str) -> Encryption:
    """What an upload will be encrypted with."""
    customer = customer_key_md5(request, CUSTOMER)
    algorithm = request.header(ALGORITHM)
    if customer is not None:
        if algorithm is not None:
            raise BadRequest("InvalidArgument", "Server Side Encryption with Customer provided key is incompatible with the encryption method specified")
        return Encryption("SSE-C", customer_key_md5=customer)
    default = default_of(bucket)
    key_id = request.header(KEY_ID)
    if algorithm is None:
        if key_id is not None:
            raise BadRequest("InvalidArgument", "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms")
        algorithm, key_id = default["algorithm"], default["key"]
    elif algorithm not in ("AES256", *KMS_ALGORITHMS):
        raise BadRequest("InvalidArgument", "The encryption method specified is not supported")
    elif algorithm == "AES256" and key_id is not None:
        raise BadRequest("InvalidArgument", "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms")
    if algorithm == "AES256":
        return Encryption("AES256")
    return under_kms(algorithm, key_id, _wants_bucket_key(request, default, algorithm), bucket.name, object_arn, region)


def under_kms(algorithm: str, key_id: Optional[str], bucket_key: bool, bucket_name: str, object_arn: str, region: str) -> Encryption:
    # "If you specify aws:kms but do not provide a key id, Amazon S3 uses the AWS managed key":
    # not the bucket's. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
    key = keys.usable_key(key_id, region) if key_id else keys.managed_s3_key(region)
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html: with a Bucket Key the
    # context is the bucket, and DSSE has none.
    return Encryption(algorithm, key.arn, bucket_key, context_arn=f"arn:aws:s3:::{bucket_name}" if bucket_key else object_arn)


def _wants_bucket_key(request: Request, default: dict, algorithm: str) -> bool:
    if algorithm != "aws:kms":
        return False
    asked = request.header(BUCKET_KEY)
    return default["bucket_key"] if asked is None else asked.lower() == "true"


def default_of(bucket) -> dict:
    """SSE-S3 since January 2023, whatever the bucket says.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """
    if not bucket.encryption:
        return {"algorithm": "AES256", "key": None, "bucket_key": False}
    rule = bucket.encryption["Rule"]
    by_default = rule["ApplyServerSideEncryptionByDefault"]
    return {
        "algorithm": by_default["SSEAlgorithm"],
        "key": by_default.get("KMSMasterKeyID"),
        "bucket_key": str(rule.get("BucketKeyEnabled", "false")).lower() == "true",
    }


def customer_key_md5(request: Request, prefix: str) -> Optional[str]:
    """Checks the three SSE-C headers, and keeps the digest, never the key.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
    """
    algorithm, key, digest = (request.header(prefix + name) for name in ("algorithm", "key", "key-md5"))
    if algorithm is None and key is None:
        return None
    if algorithm != "AES256" or key is None:
        raise BadRequest("InvalidArgument", "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key and algorithm.")
    material = base64.b64decode(key)
    computed = base64.b64encode(hashlib.md5(material).digest()).decode()
    if len(material) != 32 or (digest is not None and digest != computed):
        raise BadRequest("InvalidArgument", "The calculated MD5 hash of the key did not match the hash that was provided.")
    return computed


def check_customer_key(request: Request, encryption: Encryption, prefix: str) -> None:
    """Reading an SSE-C object takes the key it was written with, and reading another takes none."""
    digest = customer_key_md5(request, prefix)
    if encryption.algorithm == "SSE-C":
        if digest is None:
            raise BadRequest("InvalidRequest", "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.")
        if digest != encryption.customer_key_md5:
            raise BadRequest("AccessDenied", "Access Denied", "403 Forbidden")
    elif digest is not None:
        raise BadRequest("InvalidRequest", "The encryption parameters are not applicable to this object.")


def of_object(stored) -> Encryption:
    """What a stored object is encrypted with; objects that moto made by itself are under SSE-S3."""
    return getattr(stored, "truth_encryption", None) or Encryption("AES256")


def response_headers(encryption: Encryption) -> list:
    if encryption.algorithm == "NOT-SSE":
        return []
    if encryption.algorithm == "SSE-C":
        return [(CUSTOMER + "algorithm", "AES256"), (CUSTOMER + "key-MD5", encryption.customer_key_md5 or "")]
    found = [(ALGORITHM, encryption.algorithm)]
    if encryption.key_arn:
        found.append((KEY_ID, encryption.key_arn))
    if encryption.bucket_key:
        found.append((BUCKET_KEY, "true"))
    return found


def show(response: Response, encryption: Encryption) -> Response:
    for name in (ALGORITHM, KEY_ID, BUCKET_KEY):
        response.set_header(name, None)
    for name, value in response_headers(encryption):
        response.set_header(name, value)
    return response
