"""Adds a statement to the policy of a bucket that denies plain HTTP to everybody, and says what the policy was.

Every other statement stays as it is.
https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-5
"""
import json
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# Of the 120 seconds of the step. For a while S3 may answer with what was there before.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
WAITS = [0, 1, 2, 4, 8, 15, 15]

HTTP = {"Bool": {"aws:SecureTransport": "false"}}


def handler(events, context):
    bucket, owner = events["BucketName"], events["ExpectedBucketOwner"]
    arn = f"arn:{events['Partition']}:s3:::{bucket}"
    s3 = boto3.client("s3")
    before = read(s3, bucket, owner)
    policy = json.loads(before) if before else {"Version": "2012-10-17", "Statement": []}
    if is_denied(before, arn):
        return {"Changed": "false", "Before": before, "After": before}
    statements = statements_of(policy)
    taken = {statement.get("Sid") for statement in statements}
    sid = next(name for name in ["DenyInsecureTransport"] + [f"DenyInsecureTransport{n}" for n in range(2, 99)] if name not in taken)
    policy["Statement"] = statements + [{
        "Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"], "Condition": HTTP,
    }]
    s3.put_bucket_policy(Bucket=bucket, ExpectedBucketOwner=owner, Policy=json.dumps(policy))
    right, after = settled(lambda: read(s3, bucket, owner), lambda found: is_denied(found, arn))
    if not right:
        raise RuntimeError(f"the policy of the bucket {bucket} has no such statement after the change: {after}; before it was {before}")
    return {"Changed": "true", "Before": before, "After": after}


def settled(look, is_right):
    """Whether it is right by now, and what it is, or why nobody could look. The change is made, so its record must not be lost."""
    found = None
    for wait in WAITS:
        time.sleep(wait)
        try:
            found = look()
        except (BotoCoreError, ClientError) as error:
            found = str(error)
            continue
        if is_right(found):
            return True, found
    return False, found


def read(s3, bucket, owner):
    try:
        return s3.get_bucket_policy(Bucket=bucket, ExpectedBucketOwner=owner)["Policy"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return ""


def is_denied(policy, arn):
    return bool(policy) and any(denies(statement, arn) for statement in statements_of(json.loads(policy)))


def statements_of(policy):
    return policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]


def denies(statement, arn):
    """Whether it is that statement, and nothing narrows it."""
    def listed(name):
        value = statement.get(name, [])
        return value if isinstance(value, list) else [value]

    return (
        statement.get("Effect") == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
        and any(action in ("s3:*", "*") for action in listed("Action"))
        and ({arn, f"{arn}/*"} <= set(listed("Resource")) or listed("Resource") == ["*"])
        and unconditional_but_for_http(statement.get("Condition", {}))
    )


def unconditional_but_for_http(condition):
    keys = [(operator, key) for operator, entries in condition.items() for key in entries]
    if keys != [("Bool", "aws:SecureTransport")]:
        return not keys
    return condition["Bool"]["aws:SecureTransport"] in ("false", False, ["false"], [False])
