"""LambdaInvoke: the function answers for each task by itself.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
"""
import base64
import hashlib
import http.client
import itertools
import json
import secrets
from typing import Iterable, Iterator, Optional
from urllib.parse import quote, quote_plus, urlsplit

from ...settings import Settings
from ..jobs import Job
from ..permissions import may_invoke
from ..session import S3Session
from ..tasks import Result, Task, refused

_MINUTES_OF_LAMBDA = 15
# "Tasks with a temporary failure are redriven before the job completes"; how often, AWS does not say.
_MOST_TRIES = 3
_CODES = ("Succeeded", "TemporaryFailure", "PermanentFailure")


def run(job: Job, session: S3Session, parameters: dict, tasks: Iterable, settings: Settings) -> Iterator[Result]:
    """All once, and then those that failed for the time being, again."""
    waiting: list = []
    for batch in _batches(tasks, settings.lambdaBatchSize):
        for task, result in zip(batch, _invoke(job, session, parameters, batch, settings)):
            if result.code == "TemporaryFailure":
                waiting.append(task)
            else:
                yield result
    for attempt in range(2, _MOST_TRIES + 1):
        again, waiting = waiting, []
        for batch in _batches(iter(again), settings.lambdaBatchSize):
            if job.cancelled.is_set():
                return
            for task, result in zip(batch, _invoke(job, session, parameters, batch, settings)):
                if result.code == "TemporaryFailure" and attempt < _MOST_TRIES:
                    waiting.append(task)
                else:
                    yield result


def _batches(tasks: Iterable, size: int) -> Iterator[list]:
    tasks = iter(tasks)
    while batch := list(itertools.islice(tasks, size)):
        yield batch


def _invoke(job: Job, session: S3Session, parameters: dict, batch: list, settings: Settings) -> list:
    arn = parameters["FunctionArn"]
    if not may_invoke(session.principal, arn):
        message = f"User: {session.principal.arn} is not authorized to perform: lambda:InvokeFunction on resource: {arn}"
        return [refused(task, 403, "AccessDenied", message) for task in batch]
    if settings.lambdaEndpoint is None:
        return [refused(task, 404, "ResourceNotFoundException", f"Function not found: {arn} (no lambdaEndpoint is set)") for task in batch]
    event = _event(job, parameters, batch)
    status, headers, body = _post(settings.lambdaEndpoint, arn, event)
    if status != 200:
        code = (headers.get("x-amzn-errortype") or "ServiceException").split(":")[0]
        verdict = "TemporaryFailure" if status == 429 or status >= 500 else code
        return [refused(task, status, verdict, _message(body)) for task in batch]
    if headers.get("x-amz-function-error"):
        return [refused(task, 200, "PermanentFailure", f"Lambda returned function error: {body}") for task in batch]
    return _results(event, batch, body)


def _event(job: Job, parameters: dict, batch: list) -> dict:
    second = parameters.get("InvocationSchemaVersion", "1.0") == "2.0"
    tasks = [{
        # The same for every try of a task.
        "taskId": base64.b64encode(hashlib.sha256(f"{job.id}/{task.bucket}/{task.key}/{task.version}".encode()).digest()).decode(),
        "s3Key": quote_plus(task.key, safe="/"), "s3VersionId": task.version,
        **({"s3Bucket": task.bucket} if second else {"s3BucketArn": f"arn:aws:s3:::{task.bucket}"}),
    } for task in batch]
    invocation = base64.b64encode(secrets.token_bytes(24)).decode()
    described: dict = {"id": job.id}
    if second:
        described["userArguments"] = parameters.get("UserArguments", {})
    return {"invocationSchemaVersion": "2.0" if second else "1.0", "invocationId": invocation, "job": described, "tasks": tasks}


def _post(endpoint: str, arn: str, event: dict) -> tuple:
    url = urlsplit(endpoint)
    path = f"{url.path.rstrip('/')}/2015-03-31/functions/{quote(arn, safe='')}/invocations"
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=_MINUTES_OF_LAMBDA * 60)
    try:
        connection.request("POST", path, json.dumps(event), {"Content-Type": "application/json", "X-Amz-Invocation-Type": "RequestResponse"})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read().decode("utf-8", "replace")
    except OSError as error:
        return 503, {}, json.dumps({"message": f"the endpoint of functions does not answer: {error}"})
    finally:
        connection.close()


def _results(event: dict, batch: list, body: str) -> list:
    """Tasks that the answer leaves out are what it says of missing ones; an answer of another form fails them all."""
    try:
        answer = json.loads(body)
        if answer["invocationSchemaVersion"] != event["invocationSchemaVersion"] or answer["invocationId"] != event["invocationId"]:
            raise ValueError("the schema or the id is not that of the invocation")
        missing = answer.get("treatMissingKeysAs", "TemporaryFailure")
        by_id = {item["taskId"]: (item["resultCode"], item.get("resultString") or "") for item in answer["results"]}
        if missing not in _CODES or any(code not in _CODES for code, _ in by_id.values()):
            raise ValueError(f"a result code must be one of {', '.join(_CODES)}")
    except (ValueError, KeyError, TypeError) as error:
        return [refused(task, 200, "PermanentFailure", f"Lambda returned an invalid response: {error!r}") for task in batch]
    return [_result(task, by_id.get(sent["taskId"]), missing) for task, sent in zip(batch, event["tasks"])]


def _result(task: Task, found: Optional[tuple], missing: str) -> Result:
    code, text = found or (missing, "The function gave no result for this task")
    if code == "Succeeded":
        return Result(task, True, 200, "", text or "Successful")
    return refused(task, 200, code, text)


def _message(body: str) -> str:
    try:
        found = json.loads(body)
        return str(found.get("message") or found.get("Message") or body)
    except (ValueError, AttributeError):
        return body[:256]
