"""Turns on the automatic rotation of a key, within a period, and says what it was.

https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
"""
import json

import boto3

DEFAULT_DAYS = 365


def handler(events, context):
    key, days = events["KeyId"], int(events["RotationPeriodInDays"])
    kms = boto3.client("kms")
    before = read(kms, key)
    if before["KeyRotationEnabled"] and before["RotationPeriodInDays"] <= days:
        return {"Changed": "false", "Before": json.dumps(before), "After": json.dumps(before)}
    # An SDK from before 2024 does not know periods, and needs none for the one that is the default.
    kms.enable_key_rotation(KeyId=key, **({} if days == DEFAULT_DAYS else {"RotationPeriodInDays": days}))
    after = read(kms, key)
    if not after["KeyRotationEnabled"] or after["RotationPeriodInDays"] > days:
        raise RuntimeError(f"the key {key} has {json.dumps(after)} after the change, not a rotation every {days} days")
    return {"Changed": "true", "Before": json.dumps(before), "After": json.dumps(after)}


def read(kms, key):
    status = kms.get_key_rotation_status(KeyId=key)
    return {
        "KeyRotationEnabled": status["KeyRotationEnabled"],
        "RotationPeriodInDays": status.get("RotationPeriodInDays", DEFAULT_DAYS) if status["KeyRotationEnabled"] else 0,
    }
