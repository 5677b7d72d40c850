"""Decides whether a request to S3 may proceed: identity policies, bucket policy, and the key."""
import datetime
import json
import time
from typing import Optional

from . import keys
from .evaluate import Decision, Request as Asked, decide_on_resource
from .http import Request, Response, s3_error
from .principals import Principal
from .sse import ALGORITHM, BUCKET_KEY, CUSTOMER, KEY_ID, Encryption

# Headers that are condition keys of their own name.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
_HEADER_KEYS = (
    "x-amz-acl", "x-amz-copy-source", "x-amz-metadata-directive", "x-amz-storage-class", "x-amz-content-sha256",
    ALGORITHM, KEY_ID, CUSTOMER + "algorithm", BUCKET_KEY,
)
_QUERY_KEYS = {"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys", "versionId": "s3:versionid"}


def has_expired(query: dict) -> bool:
    """Whether a presigned URL is too old. Its signature is not checked: the server knows no secrets.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    """
    try:
        signed = datetime.datetime.strptime(query["X-Amz-Date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
        return time.time() > signed.timestamp() + int(query["X-Amz-Expires"])
    except (KeyError, ValueError):
        return False


def bucket_policy(bucket) -> Optional[dict]:
    if bucket is None or bucket.policy is None:
        return None
    text = bucket.policy.decode() if isinstance(bucket.policy, bytes) else bucket.policy
    return json.loads(text)


def context_of(request: Request, principal: Principal) -> dict:
    """Condition keys as the request says: the bucket's default is applied after authorization.

    The server speaks plain HTTP on the loopback interface and says TLS 1.2, as AWS would see it;
    two headers let a test say otherwise.
    """
    plain = request.header("X-Testbed-Plain-Http") == "1"
    context = {**keys.identity_context(principal), "aws:securetransport": "false" if plain else "true"}
    if not plain:
        context["s3:tlsversion"] = request.header("X-Testbed-Tls-Version", "1.2")
    if request.environ.get("REMOTE_ADDR", "127.0.0.1"):
        context["aws:sourceip"] = request.environ.get("REMOTE_ADDR", "127.0.0.1")
    if not principal.anonymous:
        context["s3:authtype"] = "REST-QUERY-STRING" if "X-Amz-Signature" in request.query else "REST-HEADER"
        context["s3:signatureversion"] = "AWS4-HMAC-SHA256"
    for name in _HEADER_KEYS:
        value = request.header(name)
        if value is not None:
            context[f"s3:{name}"] = value
    for name, key in _QUERY_KEYS.items():
        if name in request.query:
            context[key] = request.query[name]
    return context


def context_of_service(principal: Principal) -> dict:
    """Of a call that S3 makes for a role, where there is no HTTP request to look at."""
    return {**keys.identity_context(principal), "aws:securetransport": "true", "s3:tlsversion": "1.2"}


def on_bucket(principal: Principal, action: str, resource: str, context: dict, bucket) -> Optional[Response]:
    """None when allowed, or the answer that refuses."""
    owner = bucket.account_id if bucket is not None else principal.account
    context = {**context, "aws:resourceaccount": owner, "s3:resourceaccount": owner}
    decision = decide_on_resource(principal, Asked(action, resource, context), bucket_policy(bucket), owner, "bucket-policy")
    return None if decision.allowed else refusal(principal, action, resource, decision)


def on_key(principal: Principal, encryption: Encryption, actions: list, region: str) -> Optional[Response]:
    """The KMS half, with the caller's credentials, as S3 asks for it."""
    if not encryption.uses_kms:
        return None
    key = keys.usable_key(encryption.key_arn, region)
    for action in actions:
        decision = keys.may_use_through_s3(principal, key, [action], encryption.context_arn, region)
        if decision is not None:
            return refusal(principal, action, key.arn, decision)
    return None


def to_write(encryption: Encryption) -> list:
    """A PUT needs a data key; under a Bucket Key, S3 may verify that with kms:Decrypt.

    Documented for replication and log delivery, and read here as true of every PUT: what passes
    here passes there under either reading.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    return ["kms:GenerateDataKey", "kms:Decrypt"] if encryption.bucket_key else ["kms:GenerateDataKey"]


def refusal(principal: Principal, action: str, resource: str, decision: Decision) -> Response:
    """AWS's words. The header that names the statement is ours: AWS does not say."""
    kind = decision.by.split(":", 1)[0]
    policy = "an identity-based policy" if kind == "identity-policy" else "a resource-based policy"
    reason = (
        f"with an explicit deny in {policy}" if decision.explicit
        else f"because no {'identity' if kind == 'identity-policy' else 'resource'}-based policy allows the {action} action"
    )
    who = "Anonymous" if principal.anonymous else principal.arn
    message = f'User: {who} is not authorized to perform: {action} on resource: "{resource}" {reason}'
    return s3_error("403 Forbidden", "AccessDenied", message, resource, denied_by=decision.by)
