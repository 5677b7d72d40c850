"""What a job does to each object."""
from typing import Iterable, Iterator

from ...settings import Settings
from ..jobs import Job
from ..session import S3Session
from . import copy, invoke, restore, tags, update

_EACH = {
    "S3UpdateObjectEncryption": update.prepare, "S3PutObjectCopy": copy.prepare, "S3InitiateRestoreObject": restore.prepare,
    "S3PutObjectTagging": tags.prepare_put, "S3DeleteObjectTagging": tags.prepare_delete,
}


def run(job: Job, session: S3Session, tasks: Iterable, settings: Settings) -> Iterator:
    """The result of each task, as it comes."""
    parameters = job.spec["Operation"][job.operation]
    if job.operation == "LambdaInvoke":
        return invoke.run(job, session, parameters, tasks, settings)
    do = _EACH[job.operation](session, parameters, settings)
    return (do(task) for task in tasks)
