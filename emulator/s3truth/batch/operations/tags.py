"""S3PutObjectTagging and S3DeleteObjectTagging.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-put-object-tagging.html
"""
from typing import Callable
from xml.sax.saxutils import escape

from ...settings import Settings
from ..session import S3Session
from ..tasks import of_version, result_of


def prepare_put(session: S3Session, parameters: dict, settings: Settings) -> Callable:
    tags = "".join(f"<Tag><Key>{escape(tag['Key'])}</Key><Value>{escape(tag['Value'])}</Value></Tag>" for tag in parameters["TagSet"])
    body = f"<Tagging><TagSet>{tags}</TagSet></Tagging>".encode()
    return lambda task: result_of(task, session.send("PUT", task.bucket, task.key, of_version(task, tagging=""), body=body))


def prepare_delete(session: S3Session, parameters: dict, settings: Settings) -> Callable:
    return lambda task: result_of(task, session.send("DELETE", task.bucket, task.key, of_version(task, tagging="")))
