"""The completion report.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html
"""
import csv
import hashlib
import io
import json
import tempfile
from urllib.parse import quote_plus

from ..stored import find_bucket
from .jobs import Job, JobFailure, now
from .model import moment_text
from .session import S3Session, bucket_of
from ..settings import Settings
from .tasks import Result

_SCHEMA = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"
_IN_MEMORY = 1024 * 1024
_UNDELIVERED = "The job report could not be written to your report bucket. Please check your permissions."


class Report:
    """Rows go to a file beside memory: a job may have more tasks than the server has room."""

    def __init__(self, job: Job, session: S3Session, settings: Settings):
        self._job, self._session, self._settings = job, session, settings
        self._wanted = job.spec["Report"]
        self._files = {}
        self._any = False

    def add(self, result: Result) -> None:
        self._any = True
        if not self._wanted["Enabled"] or (result.succeeded and self._wanted["ReportScope"] == "FailedTasksOnly"):
            return
        status = "succeeded" if result.succeeded else "failed"
        if status not in self._files:
            self._files[status] = io.TextIOWrapper(tempfile.SpooledTemporaryFile(_IN_MEMORY), encoding="utf-8", newline="")
        task = result.task
        outcome = [result.code, result.status] if self._settings.reportColumns == "schema" else [result.status, result.code]
        csv.writer(self._files[status], lineterminator="\n").writerow(
            [task.bucket, quote_plus(task.key, safe="/"), task.version or "", status, *outcome, result.message])

    def deliver(self) -> None:
        """Written if at least one task was run, also of a job that was cancelled or has failed."""
        if not self._wanted["Enabled"] or not self._any:
            return
        base = "/".join(part for part in (self._wanted.get("Prefix", "").strip("/"), f"job-{self._job.id}") if part)
        results = []
        for status in sorted(self._files, reverse=True):
            rows = self._rows(status)
            key = f"{base}/results/{hashlib.sha1(rows).hexdigest()}.csv"
            self._put(key, rows)
            results.append({"TaskExecutionStatus": status, "Bucket": self._bucket, "MD5Checksum": hashlib.md5(rows).hexdigest(), "Key": key})
        document = json.dumps({
            "Format": self._wanted["Format"], "ReportCreationDate": moment_text(now()), "Results": results, "ReportSchema": _SCHEMA,
        }).encode()
        self._put(f"{base}/manifest.json", document)
        self._put(f"{base}/manifest.json.md5", hashlib.md5(document).hexdigest().encode())

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    @property
    def _bucket(self) -> str:
        return bucket_of(self._wanted["Bucket"])

    def _rows(self, status: str) -> bytes:
        text = self._files[status]
        text.flush()
        text.buffer.seek(0)
        return text.buffer.read()

    def _put(self, key: str, body: bytes) -> None:
        bucket = find_bucket(self._bucket)
        owner = self._wanted.get("ExpectedBucketOwner")
        foreign = bucket is not None and owner is not None and bucket.account_id != owner
        # Object Lock with a default retention "on the destination bucket is not supported": troubleshooting-batch-operations.html
        locked = bucket is not None and bucket.has_default_lock
        # "Completion reports are always encrypted with Amazon S3 managed keys (SSE-S3)"
        response = None if foreign or locked else self._session.send(
            "PUT", self._bucket, key, headers={"x-amz-server-side-encryption": "AES256"}, body=body)
        if response is None or not response.ok:
            raise JobFailure("JobReportUndelivered", _UNDELIVERED)
