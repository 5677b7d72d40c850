"""Whether a bucket's policy lets S3 deliver server access logs into it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-general
"""
from typing import Optional

from .authorize import bucket_policy
from .evaluate import Request, decide_on_resource
from .principals import Principal

LOGGING = "logging.s3.amazonaws.com"


def may_deliver_logs(source, target_bucket, target_prefix: Optional[str]) -> bool:
    """moto compares texts, and breaks on a statement whose principal is everybody."""
    service = Principal("service", source.account_id, LOGGING, LOGGING, [])
    request = Request("s3:PutObject", f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}2026-01-01-00-00-00-0000000000000000", {
        "aws:sourceaccount": source.account_id,
        "aws:sourcearn": f"arn:aws:s3:::{source.name}",
        "aws:principalisawsservice": "true",
        "aws:securetransport": "true",
    })
    return decide_on_resource(service, request, bucket_policy(target_bucket), target_bucket.account_id, "bucket-policy").allowed
