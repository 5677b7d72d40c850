"""S3InitiateRestoreObject: done when the restore has begun, not when the object can be read.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-initiate-restore-object.html
"""
from typing import Callable

from ...settings import Settings
from ..session import S3Session
from ..tasks import of_version, result_of


def prepare(session: S3Session, parameters: dict, settings: Settings) -> Callable:
    tier = parameters["GlacierJobTier"].capitalize()
    body = (
        f"<RestoreRequest><Days>{parameters['ExpirationInDays']}</Days><GlacierJobParameters><Tier>{tier}</Tier>"
        "</GlacierJobParameters></RestoreRequest>"
    ).encode()
    return lambda task: result_of(task, session.send("POST", task.bucket, task.key, of_version(task, restore=""), body=body))
