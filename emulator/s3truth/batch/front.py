"""The API of S3 Batch Operations: /v20180820/jobs, whatever host the SDK makes of the account.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_AWS_S3_Control.html
"""
import base64
import re
from typing import Callable, Optional
from xml.sax.saxutils import escape

from ..http import Request, Response
from ..principals import Principal
from . import model, permissions
from .jobs import Job, JobStore
from .rules import BadJob, NotEmulated, check_job
from .runner import Runner
from ..settings import Settings

_PATH = re.compile(r"^/v20180820/jobs(?:/([^/]+)(?:/(status|priority|tagging))?)?$")
_MAX_TAGS = 50
_PAGE = 1000


class Refused(Exception):
    def __init__(self, status: str, code: str, message: str):
        super().__init__(message)
        self.response = error(status, code, message)


class BatchFront:
    def __init__(self, s3, region: str, settings: Settings):
        self._jobs = JobStore()
        self._region = region
        self._settings = settings
        self._runner = Runner(s3, region, settings)

    @staticmethod
    def serves(path: str) -> bool:
        return _PATH.match(path) is not None

    def handle(self, request: Request, principal: Principal) -> Response:
        try:
            return self._handle(request, principal)
        except Refused as refused:
            return refused.response
        except model.Invalid as invalid:
            return error("400 Bad Request", "BadRequestException", str(invalid))
        except BadJob as bad:
            return error("400 Bad Request", "InvalidRequest", str(bad))
        except NotEmulated as unknown:
            return error("501 Not Implemented", "NotImplemented", str(unknown))
        except permissions.Denied as denied:
            response = error("403 Forbidden", "AccessDenied", str(denied))
            response.set_header("x-emulator-denied-by", denied.by)
            return response

    def _handle(self, request: Request, principal: Principal) -> Response:
        account = request.header("x-amz-account-id") or ""
        if not re.fullmatch(r"\d{12}", account):
            raise model.Invalid(f"AccountId: expected twelve digits, got {account!r}")
        match = _PATH.match(request.path)
        job_id, part = match.groups() if match else (None, None)
        found = _ROUTES.get((request.method, job_id is not None, part))
        if found is None:
            raise Refused("405 Method Not Allowed", "MethodNotAllowed", f"{request.method} {request.path} is not an operation")
        name, action = found
        if job_id is None:
            return action(self, request, principal, account)
        job = self._jobs.get(account, job_id)
        permissions.check_on_job(principal, name, account, self._region, job_id, job)
        if job is None:
            self._missing(job_id)
        return action(self, request, job)

    def _missing(self, job_id: str) -> None:
        model.check("DescribeJob", {"AccountId": "0" * 12, "JobId": job_id})
        if self._settings.notFoundCode == "NoSuchJob":
            raise Refused("404 Not Found", "NoSuchJob", "The specified job does not exist.")
        raise Refused("400 Bad Request", "NotFoundException", "The specified job does not exist.")

    def _create(self, request: Request, principal: Principal, account: str) -> Response:
        spec = model.read_body("CreateJob", request.body)
        model.check("CreateJob", {"AccountId": account, **spec})
        check_job(spec)
        permissions.check_create(principal, spec, account, self._region)
        # The body as it was read: how an SDK orders or indents it does not matter.
        body = {name: value for name, value in spec.items() if name != "ClientRequestToken"}
        with self._jobs.lock:
            known = self._jobs.by_token(account, spec["ClientRequestToken"])
            if known is not None:
                if known[1] != body:
                    raise Refused("400 Bad Request", "IdempotencyException", "This client request token was used with other parameters")
                return answer("CreateJob", {"JobId": known[0]})
            job = Job(account, self._region, spec)
            self._jobs.add(job, spec["ClientRequestToken"], body)
        self._runner.start(job)
        return answer("CreateJob", {"JobId": job.id})

    def _list(self, request: Request, principal: Principal, account: str) -> Response:
        permissions.check_list(principal, account)
        statuses = request.query_all("jobStatuses")
        limit = model.query_value("ListJobs", "MaxResults", request.query.get("maxResults"))
        token = request.query.get("nextToken")
        values = {"AccountId": account, "JobStatuses": statuses, "MaxResults": limit, "NextToken": token}
        try:
            model.check("ListJobs", {name: value for name, value in values.items() if value is not None})
        except model.Invalid as invalid:
            raise Refused("400 Bad Request", "InvalidRequest", str(invalid)) from invalid
        jobs = [job for job in self._jobs.all(account) if not statuses or job.status in statuses]
        start = _start_of_page(token, jobs)
        page = jobs[start:start + (limit or _PAGE)]
        more = start + len(page) < len(jobs)
        following = base64.b64encode(page[-1].id.encode()).decode() if more else None
        return answer("ListJobs", {"Jobs": [job.listed() for job in page], "NextToken": following})

    def _describe(self, request: Request, job: Job) -> Response:
        return answer("DescribeJob", {"Job": job.described()})

    def _update_status(self, request: Request, job: Job) -> Response:
        wanted = request.query.get("requestedJobStatus")
        reason = request.query.get("statusUpdateReason")
        values = {"AccountId": job.account, "JobId": job.id, "RequestedJobStatus": wanted, "StatusUpdateReason": reason}
        model.check("UpdateJobStatus", {name: value for name, value in values.items() if value is not None})
        before = job.status
        if not (job.confirm(reason) if wanted == "Ready" else job.request_cancel(reason)):
            raise Refused("400 Bad Request", "JobStatusException", f"A job in the state {before} cannot become {wanted}")
        return answer("UpdateJobStatus", {"JobId": job.id, "Status": job.status, "StatusUpdateReason": reason})

    def _update_priority(self, request: Request, job: Job) -> Response:
        priority = model.query_value("UpdateJobPriority", "Priority", request.query.get("priority"))
        values = {"AccountId": job.account, "JobId": job.id, "Priority": priority}
        model.check("UpdateJobPriority", {name: value for name, value in values.items() if value is not None})
        if job.terminal:
            raise Refused("400 Bad Request", "BadRequestException", f"A job in the state {job.status} has no priority to change")
        job.priority = priority
        return answer("UpdateJobPriority", {"JobId": job.id, "Priority": priority})

    def _get_tags(self, request: Request, job: Job) -> Response:
        return answer("GetJobTagging", {"Tags": job.tags})

    def _put_tags(self, request: Request, job: Job) -> Response:
        values = model.read_body("PutJobTagging", request.body)
        model.check("PutJobTagging", {"AccountId": job.account, "JobId": job.id, **values})
        if len(values["Tags"]) > _MAX_TAGS:
            raise Refused("400 Bad Request", "TooManyTagsException", f"A job has at most {_MAX_TAGS} tags")
        job.tags = values["Tags"]
        return answer("PutJobTagging", {})

    def _delete_tags(self, request: Request, job: Job) -> Response:
        job.tags = []
        return answer("DeleteJobTagging", {})


def _start_of_page(token: Optional[str], jobs: list) -> int:
    if token is None:
        return 0
    try:
        last = base64.b64decode(token, validate=True).decode()
        return next(index for index, job in enumerate(jobs) if job.id == last) + 1
    except (ValueError, StopIteration):
        raise Refused("400 Bad Request", "InvalidNextTokenException", "The token is not one of a page of this list") from None


_ROUTES: dict[tuple, tuple[str, Callable]] = {
    ("POST", False, None): ("CreateJob", BatchFront._create),
    ("GET", False, None): ("ListJobs", BatchFront._list),
    ("GET", True, None): ("DescribeJob", BatchFront._describe),
    ("POST", True, "status"): ("UpdateJobStatus", BatchFront._update_status),
    ("POST", True, "priority"): ("UpdateJobPriority", BatchFront._update_priority),
    ("GET", True, "tagging"): ("GetJobTagging", BatchFront._get_tags),
    ("PUT", True, "tagging"): ("PutJobTagging", BatchFront._put_tags),
    ("DELETE", True, "tagging"): ("DeleteJobTagging", BatchFront._delete_tags),
}


def answer(operation: str, values: dict) -> Response:
    return Response("200 OK", [("Content-Type", "application/xml")], model.write(operation, values))


def error(status: str, code: str, message: str) -> Response:
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse xmlns="{model.NAMESPACE}"><Error><Code>{code}</Code>'
        f"<Message>{escape(message[:1024])}</Message></Error><RequestId>0000000000000000</RequestId></ErrorResponse>"
    )
    return Response(status, [("Content-Type", "application/xml")], body.encode())
