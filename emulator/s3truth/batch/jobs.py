"""Jobs of S3 Batch Operations and their states.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-job-status.html
"""
import datetime
import threading
import time
import uuid
from typing import Optional

TERMINAL = ("Complete", "Cancelled", "Failed")
# A job of more failed than succeeded tasks fails, once so many were tried:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-job-status.html#batch-ops-job-status-failure
FAILURE_SAMPLE = 1000


class JobFailure(Exception):
    """Ends a job in Failed, with what DescribeJob then says."""

    def __init__(self, code: str, reason: str):
        super().__init__(reason)
        self.code, self.reason = code, reason[:256]


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


class Job:
    def __init__(self, account: str, region: str, spec: dict):
        self.id = str(uuid.uuid4())
        self.account, self.region, self.spec = account, region, spec
        self.arn = f"arn:aws:s3:{region}:{account}:job/{self.id}"
        self.priority = spec["Priority"]
        self.tags = list(spec.get("Tags", []))
        # Without the element a job waits: the CLI documents it of --no-confirmation-required.
        self.confirmation_required = spec.get("ConfirmationRequired", True)
        self.status = "New"
        self.created = now()
        self.terminated: Optional[datetime.datetime] = None
        self.suspended: Optional[datetime.datetime] = None
        self.status_reason: Optional[str] = None
        self.failures: list = []
        self.generated: Optional[dict] = None
        self.total: Optional[int] = None
        self.succeeded = self.failed = 0
        self._active_since: Optional[float] = None
        self._active_seconds = 0.0
        self.confirmed, self.cancelled = threading.Event(), threading.Event()
        self.lock = threading.Lock()

    @property
    def operation(self) -> str:
        return next(iter(self.spec["Operation"]))

    @property
    def terminal(self) -> bool:
        return self.status in TERMINAL

    def move(self, status: str) -> None:
        """To the next state, unless somebody cancelled: then only the cancelling goes on."""
        with self.lock:
            if self.terminal or (self.status == "Cancelling" and status not in ("Cancelled", "Failed")):
                return
            self._clock(status)
            self.status = status
            if status == "Suspended":
                self.suspended = now()
            if status in TERMINAL:
                self.terminated = now()

    def fail(self, failure: JobFailure) -> None:
        self.failures.append({"FailureCode": failure.code, "FailureReason": failure.reason})
        self.move("Failed")

    def request_cancel(self, reason: Optional[str]) -> bool:
        with self.lock:
            if self.terminal:
                return False
            self._clock("Cancelling")
            self.status, self.status_reason = "Cancelling", reason
        self.cancelled.set()
        self.confirmed.set()
        return True

    def confirm(self, reason: Optional[str]) -> bool:
        with self.lock:
            if self.status != "Suspended":
                return False
            self.status, self.status_reason = "Ready", reason
        self.confirmed.set()
        return True

    def count(self, succeeded: bool) -> None:
        with self.lock:
            if succeeded:
                self.succeeded += 1
            else:
                self.failed += 1

    @property
    def hopeless(self) -> bool:
        tried = self.succeeded + self.failed
        return tried >= FAILURE_SAMPLE and self.failed * 2 > tried

    def _clock(self, status: str) -> None:
        if self._active_since is not None:
            self._active_seconds += time.monotonic() - self._active_since
        self._active_since = time.monotonic() if status == "Active" else None

    def progress(self) -> dict:
        running = 0.0 if self._active_since is None else time.monotonic() - self._active_since
        return {
            "TotalNumberOfTasks": self.total or 0,
            "NumberOfTasksSucceeded": self.succeeded,
            "NumberOfTasksFailed": self.failed,
            "Timers": {"ElapsedTimeInActiveSeconds": int(self._active_seconds + running)},
        }

    def described(self) -> dict:
        with self.lock:
            shown = {name: self.spec[name] for name in ("Description", "Manifest", "ManifestGenerator", "Operation", "Report", "RoleArn") if name in self.spec}
            return {
                **shown,
                "JobId": self.id, "JobArn": self.arn, "Status": self.status, "Priority": self.priority,
                "ConfirmationRequired": self.confirmation_required, "CreationTime": self.created,
                "TerminationDate": self.terminated, "SuspendedDate": self.suspended,
                "SuspendedCause": "AwaitingConfirmation" if self.suspended else None,
                "StatusUpdateReason": self.status_reason, "FailureReasons": list(self.failures) or None,
                "ProgressSummary": self.progress(), "GeneratedManifestDescriptor": self.generated,
            }

    def listed(self) -> dict:
        with self.lock:
            return {
                "JobId": self.id, "Description": self.spec.get("Description"), "Operation": self.operation,
                "Priority": self.priority, "Status": self.status, "CreationTime": self.created,
                "TerminationDate": self.terminated, "ProgressSummary": self.progress(),
            }


class JobStore:
    """Newest first, as ListJobs answers. Finished jobs stay: AWS keeps them for 90 days."""

    def __init__(self):
        self._jobs: dict = {}
        self._tokens: dict = {}
        self.lock = threading.Lock()

    def add(self, job: Job, token: str, body) -> None:
        self._jobs[job.id] = job
        self._tokens[(job.account, token)] = (job.id, body)

    def by_token(self, account: str, token: str) -> Optional[tuple]:
        return self._tokens.get((account, token))

    def get(self, account: str, job_id: str) -> Optional[Job]:
        job = self._jobs.get(job_id)
        return job if job is not None and job.account == account else None

    def all(self, account: str) -> list:
        return [job for job in reversed(list(self._jobs.values())) if job.account == account]
