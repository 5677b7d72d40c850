"""Tasks of a job and what became of them."""
from dataclasses import dataclass
from typing import Optional

from ..http import Response
from .session import error_of


@dataclass(frozen=True)
class Task:
    bucket: str
    key: str
    version: Optional[str] = None
    # Set by a manifest that has versions, but none for this object.
    missing_version: bool = False


@dataclass(frozen=True)
class Result:
    task: Task
    succeeded: bool
    status: int
    code: str
    message: str


def result_of(task: Task, response: Response) -> Result:
    if response.ok:
        return Result(task, True, response.code, "", "Successful")
    code, message = error_of(response)
    return Result(task, False, response.code, code, message)


def refused(task: Task, status: int, code: str, message: str) -> Result:
    return Result(task, False, status, code, message)


def of_version(task: Task, **query: str) -> dict:
    return {**query, **({"versionId": task.version} if task.version else {})}
