"""Sets the default encryption of a bucket, all of it, and says what it was.

PutBucketEncryption replaces the whole rule: an algorithm alone would take the key, the Bucket Key and the block
of SSE-C away. Of what is there it keeps the types that are blocked.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html

The SDK that Systems Manager has may be older than BlockedEncryptionTypes, and would leave the block out without
a word. So the body is written and read here, and the SDK does the rest.
"""
import base64
import hashlib
import json
import time
import xml.etree.ElementTree as tree
from xml.sax.saxutils import escape

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# Of the 120 seconds of the step. For a while S3 may answer with what was there before.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
WAITS = [0, 1, 2, 4, 8, 15, 15]

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def handler(events, context):
    bucket, owner = events["BucketName"], events["ExpectedBucketOwner"]
    s3 = boto3.client("s3")
    before = read(s3, bucket, owner)
    wanted = set_right(before, events)
    if wanted == before:
        return {"Changed": "false", "Before": json.dumps(before), "After": json.dumps(before)}
    write(s3, bucket, owner, wanted)
    right, after = settled(lambda: read(s3, bucket, owner), lambda found: found == wanted)
    if not right:
        raise RuntimeError(f"the bucket {bucket} has {json.dumps(after)} after the change, not {json.dumps(wanted)}; before it had {json.dumps(before)}")
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


def set_right(before, events):
    """What is there, where it is allowed, and otherwise the first of what is."""
    algorithms, keys = events["AllowedSSEAlgorithms"], events["ApprovedKMSKeyArns"]
    # Where nobody says what is allowed, nothing but the block of SSE-C is asked for.
    algorithms = algorithms or [before["SSEAlgorithm"] or "AES256"]
    algorithm = before["SSEAlgorithm"] if before["SSEAlgorithm"] in algorithms else algorithms[0]
    key = before["KMSMasterKeyID"]
    # A bucket may name its key by the id.
    if keys and key not in keys + [arn.split("/")[-1] for arn in keys]:
        key = keys[0]
    on = events["EnableBucketKey"] == "true" and algorithm == "aws:kms"
    blocked = [kind for kind in before["BlockedEncryptionTypes"] if kind != "NONE"]
    if events["BlockSSEC"] == "true" and "SSE-C" not in blocked:
        blocked.append("SSE-C")
    return {
        "SSEAlgorithm": algorithm,
        "KMSMasterKeyID": key,
        # DSSE-KMS has none.
        "BucketKeyEnabled": on or (before["BucketKeyEnabled"] and algorithm != "aws:kms:dsse"),
        "BlockedEncryptionTypes": blocked or before["BlockedEncryptionTypes"],
    }


def read(s3, bucket, owner):
    """The first rule, as S3 has it."""
    bodies = []

    def keep(http_response, **_):
        bodies.append(http_response.content)

    s3.meta.events.register("after-call.s3.GetBucketEncryption", keep)
    try:
        s3.get_bucket_encryption(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        # A bucket from before 2023 may have none.
        if error.response["Error"]["Code"] != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        return {"SSEAlgorithm": "", "KMSMasterKeyID": "", "BucketKeyEnabled": False, "BlockedEncryptionTypes": []}
    finally:
        s3.meta.events.unregister("after-call.s3.GetBucketEncryption", keep)
    rule = tree.fromstring(bodies[-1])
    return {
        "SSEAlgorithm": (texts(rule, "SSEAlgorithm") + [""])[0],
        "KMSMasterKeyID": (texts(rule, "KMSMasterKeyID") + [""])[0],
        "BucketKeyEnabled": texts(rule, "BucketKeyEnabled") == ["true"],
        "BlockedEncryptionTypes": texts(rule, "EncryptionType"),
    }


def texts(rule, name):
    return [(node.text or "").strip() for node in rule.iter() if node.tag.split("}")[-1] == name]


def write(s3, bucket, owner, wanted):
    key = f"<KMSMasterKeyID>{escape(wanted['KMSMasterKeyID'])}</KMSMasterKeyID>" if wanted["KMSMasterKeyID"] else ""
    kinds = "".join(f"<EncryptionType>{escape(kind)}</EncryptionType>" for kind in wanted["BlockedEncryptionTypes"])
    blocked = f"<BlockedEncryptionTypes>{kinds}</BlockedEncryptionTypes>" if kinds else ""
    body = (
        f'<ServerSideEncryptionConfiguration xmlns="{NAMESPACE}"><Rule><ApplyServerSideEncryptionByDefault>'
        f"<SSEAlgorithm>{escape(wanted['SSEAlgorithm'])}</SSEAlgorithm>{key}</ApplyServerSideEncryptionByDefault>"
        f"<BucketKeyEnabled>{str(wanted['BucketKeyEnabled']).lower()}</BucketKeyEnabled>{blocked}"
        "</Rule></ServerSideEncryptionConfiguration>"
    ).encode()

    def replace(params, **_):
        params["body"] = body
        if "Content-MD5" in params["headers"]:
            params["headers"]["Content-MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()

    s3.meta.events.register("before-call.s3.PutBucketEncryption", replace)
    try:
        s3.put_bucket_encryption(Bucket=bucket, ExpectedBucketOwner=owner, ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}],  # replaced
        })
    finally:
        s3.meta.events.unregister("before-call.s3.PutBucketEncryption", replace)
