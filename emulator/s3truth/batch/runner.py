"""Runs jobs, each in a thread of its own, as fast as the store answers."""
import threading
import time
import traceback
from typing import Iterable, Iterator

from . import generator, manifest, operations
from .jobs import Job, JobFailure
from .permissions import session_of_job
from .report import Report
from .session import S3Session
from ..settings import Settings
from .tasks import refused


class Runner:
    def __init__(self, s3, region: str, settings: Settings):
        self._s3, self._region, self._settings = s3, region, settings

    def start(self, job: Job) -> None:
        threading.Thread(target=self._run, args=(job,), name=f"job-{job.id}", daemon=True).start()

    def _run(self, job: Job) -> None:
        try:
            self._steps(job)
        except JobFailure as failure:
            job.fail(failure)
        except Exception as error:  # a defect of the local AWS: the job must end, and say so
            traceback.print_exc()
            job.fail(JobFailure("InternalError", f"the local AWS failed: {error!r}"))
        if job.cancelled.is_set():
            job.move("Cancelled")

    def _steps(self, job: Job) -> None:
        self._pace(job)
        job.move("Preparing")
        self._pace(job)
        session = S3Session(self._s3, session_of_job(job))
        tasks = self._prepare(job, session)
        if job.confirmation_required:
            job.move("Suspended")
            job.confirmed.wait()
        else:
            job.move("Ready")
        self._pace(job)
        if job.cancelled.is_set():
            return
        job.move("Active")
        report = Report(job, session, self._settings)
        try:
            self._work(job, session, tasks, report)
            if job.hopeless:
                job.move("Failing")
            elif not job.cancelled.is_set():
                job.move("Completing")
            self._pace(job)
            report.deliver()
        finally:
            report.close()
        if job.hopeless:
            raise JobFailure("TaskFailureThresholdExceeded", "More than half of the tasks failed, after at least 1,000 were run")
        job.move("Complete")

    def _prepare(self, job: Job, session: S3Session) -> Iterable:
        if "Manifest" in job.spec:
            tasks = manifest.read(job, session)
        else:
            tasks = generator.generate(job, session, self._s3, self._settings)
        job.total = len(tasks)
        if not tasks and self._settings.emptyManifest == "failed":
            raise JobFailure("InvalidManifest", "Manifest generation found no keys matching the filter criteria."
                             if "ManifestGenerator" in job.spec else "The manifest is empty")
        return tasks

    def _work(self, job: Job, session: S3Session, tasks: Iterable, report: Report) -> None:
        for result in operations.run(job, session, self._paced(job, tasks, report), self._settings):
            job.count(result.succeeded)
            report.add(result)

    def _paced(self, job: Job, tasks: Iterable, report: Report) -> Iterator:
        """The tasks that are to be run: none any more once the job is cancelled or hopeless."""
        for number, task in enumerate(tasks):
            if job.cancelled.is_set() or job.hopeless:
                return
            if task.missing_version:
                # https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-batch-operations.html
                job.count(False)
                report.add(refused(task, 400, "InvalidRequest", "Task failed due to missing VersionId"))
                continue
            if self._settings.taskPaceMilliseconds:
                job.cancelled.wait(self._settings.taskPaceMilliseconds / 1000)
            elif number % 20 == 19:
                time.sleep(0.0005)  # lets the threads that answer clients run
            yield task

    def _pace(self, job: Job) -> None:
        job.cancelled.wait(self._settings.statePaceMilliseconds / 1000)
