"""Turns on the automatic rotation of a key, within a period, and says what it was.

https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
"""
import json
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# Of the 120 seconds of the step. For a while KMS may answer with what was there before.
# https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
WAITS = [0, 1, 2, 4, 8, 15, 15]

DEFAULT_DAYS = 365


def handler(events, context):
    key, days = events["KeyId"], int(events["RotationPeriodInDays"])
    kms = boto3.client("kms")
    before = read(kms, key)
    if is_rotated(before, days):
        return {"Changed": "false", "Before": json.dumps(before), "After": json.dumps(before)}
    # An SDK from before 2024 does not know periods, and needs none for the one that is the default.
    kms.enable_key_rotation(KeyId=key, **({} if days == DEFAULT_DAYS else {"RotationPeriodInDays": days}))
    right, after = settled(lambda: read(kms, key), lambda found: is_rotated(found, days))
    if not right:
        raise RuntimeError(f"the key {key} has {json.dumps(after)} after the change, not a rotation every {days} days; before it had {json.dumps(before)}")
    return {"Changed": "true", "Before": json.dumps(before), "After": json.dumps(after)}


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


def is_rotated(status, days):
    return status["KeyRotationEnabled"] and status["RotationPeriodInDays"] <= days


def read(kms, key):
    status = kms.get_key_rotation_status(KeyId=key)
    return {
        "KeyRotationEnabled": status["KeyRotationEnabled"],
        "RotationPeriodInDays": status.get("RotationPeriodInDays", DEFAULT_DAYS) if status["KeyRotationEnabled"] else 0,
    }
