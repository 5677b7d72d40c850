"""KMS keys as S3 sees them: their state, their policy, and the last time they were used."""
import datetime
import json
import time
from typing import Optional

from moto.core import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends

from .evaluate import Decision, Request, decide_on_key
from .principals import Principal

SECONDS_A_DAY = 86400


class KmsError(Exception):
    """What S3 answers when KMS refuses a key."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


def find_key(reference: str, region: str, account: str = DEFAULT_ACCOUNT_ID):
    """A key by id, ARN, alias or alias ARN; None when there is none."""
    if reference.startswith("arn:"):
        _, _, _, region, account, reference = reference.split(":", 5)
        reference = reference.removeprefix("key/")
    backend = kms_backends[account][region]
    key = backend.keys.get(reference)
    if key is not None:
        return key
    for candidate in backend.keys.values():
        if reference in candidate.aliases:
            return candidate
    return None


def managed_s3_key(region: str, account: str = DEFAULT_ACCOUNT_ID):
    """The AWS managed key aws/s3, made on first use as AWS does."""
    backend = kms_backends[account][region]
    for key in backend.keys.values():
        if "alias/aws/s3" in key.aliases:
            return key
    # Whoever has the S3 permission may use it, through S3 only.
    # https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
    policy = {
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "AllowThroughS3", "Effect": "Allow", "Principal": {"AWS": "*"},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:CallerAccount": account, "kms:ViaService": f"s3.{region}.amazonaws.com"}},
        }],
    }
    key = backend.create_key(policy=json.dumps(policy), key_usage="ENCRYPT_DECRYPT", key_spec="SYMMETRIC_DEFAULT",
                             description="Default key that protects my S3 objects", tags=[])
    key.key_manager = "AWS"
    backend.create_alias(key.id, "alias/aws/s3")
    return key


def usable_key(reference: str, region: str):
    """The key, or the error of KMS as S3 passes it on.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
    """
    key = find_key(reference, region)
    if key is None:
        raise KmsError("KMS.NotFoundException", f"Invalid keyId {reference}")
    if key.key_state == "PendingDeletion":
        raise KmsError("KMS.KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if not key.enabled or key.key_state == "Disabled":
        raise KmsError("KMS.DisabledException", f"{key.arn} is disabled.")
    # moto keeps no usage where the request named none.
    if key.key_spec != "SYMMETRIC_DEFAULT" or key.key_usage not in (None, "ENCRYPT_DECRYPT"):
        raise KmsError("KMS.InvalidKeyUsageException", f"{key.arn} is not a symmetric encryption key.")
    return key


def may_use_through_s3(principal: Principal, key, actions: list, context_arn: str, region: str) -> Optional[Decision]:
    """The first refusal among the KMS calls that S3 makes with the caller's credentials, or None."""
    for action in actions:
        decision = decide_on_key(principal, Request(action, key.arn, {
            **identity_context(principal),
            "kms:viaservice": f"s3.{region}.amazonaws.com",
            "kms:calleraccount": principal.account,
            "kms:encryptioncontext:aws:s3:arn": context_arn,
            "kms:encryptioncontextkeys": ["aws:s3:arn"],
        }), policy_of(key), key.account_id)
        if not decision.allowed:
            return decision
    used(key)
    return None


def policy_of(key) -> dict:
    return json.loads(key.policy) if isinstance(key.policy, str) else key.policy


def used(key) -> None:
    key.truth_last_used = time.time()


def idle_days(key) -> int:
    """kms:TrailingDaysWithoutKeyUsage; for a key never used, since its creation, which is our reading."""
    return int((time.time() - getattr(key, "truth_last_used", key.creation_date)) // SECONDS_A_DAY)


def identity_context(principal: Principal) -> dict:
    """Global condition keys that every request has, and those about the principal.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    now = datetime.datetime.now(datetime.timezone.utc)
    context = {
        "aws:principalisawsservice": "false",
        "aws:currenttime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(now.timestamp())),
    }
    if principal.anonymous:
        return {**context, "aws:principaltype": "Anonymous"}
    context |= {
        "aws:principalarn": principal.principal_arn,
        "aws:principalaccount": principal.account,
        "aws:principaltype": {"root": "Account", "role": "AssumedRole", "user": "User"}[principal.kind],
    }
    if principal.kind == "user":  # only users of IAM have a name
        context["aws:username"] = principal.arn.rpartition("/")[2]
    return context
