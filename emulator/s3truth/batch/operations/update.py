"""S3UpdateObjectEncryption: one UpdateObjectEncryption for each task.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-update-encryption.html
"""
from typing import Callable
from xml.sax.saxutils import escape

from ...settings import Settings
from ..session import S3Session
from ..tasks import Result, Task, of_version, result_of


def prepare(session: S3Session, parameters: dict, settings: Settings) -> Callable:
    target = parameters["ObjectEncryption"]["SSEKMS"]
    # A Bucket Key is off unless the job asks for one, whatever the bucket's default is.
    bucket_key = "true" if target.get("BucketKeyEnabled") else "false"
    body = (
        f"<ObjectEncryption><SSE-KMS><KMSKeyArn>{escape(target['KMSKeyArn'])}</KMSKeyArn>"
        f"<BucketKeyEnabled>{bucket_key}</BucketKeyEnabled></SSE-KMS></ObjectEncryption>"
    ).encode()

    def update(task: Task) -> Result:
        return result_of(task, session.send("PUT", task.bucket, task.key, of_version(task, encryption=""), body=body))
    return update
