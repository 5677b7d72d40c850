"""Jobs, allow lists and automated discovery of Macie, which moto does not have, and a session that is off until somebody enables it.

Requests are held to the service model. Nothing is inspected here: a job that runs goes on until it is cancelled.
"""
import json
import re
import uuid
from urllib.parse import unquote

from botocore.loaders import Loader
from botocore.model import ServiceModel
from moto.core.exceptions import JsonRESTError
from moto.macie2 import urls
from moto.macie2.models import MacieBackend
from moto.macie2.responses import MacieResponse
from moto.s3.models import s3_backends

from .json_requests import check_request

_PATHS = (
    "/jobs$", "/jobs/list$", "/jobs/(?P<id>[^/]+)$", "/tags/(?P<arn>.+)$", "/datasources/s3$", "/automated-discovery/configuration$", "/allow-lists$", "/allow-lists/(?P<id>[^/]+)$",
)
# https://docs.aws.amazon.com/macie/latest/APIReference/jobs-jobid.html
_CANCELLABLE = ("IDLE", "PAUSED", "RUNNING", "USER_PAUSED")


def mend() -> None:
    model = ServiceModel(Loader().load_service_model("macie2", "service-2"))
    for path in _PATHS:
        urls.url_paths[f"{{0}}{path}"] = MacieResponse.dispatch
    for name, operation, answer in (
        ("create_classification_job", "CreateClassificationJob", _create_job),
        ("describe_classification_job", "DescribeClassificationJob", _describe_job),
        ("list_classification_jobs", "ListClassificationJobs", _list_jobs),
        ("update_classification_job", "UpdateClassificationJob", _update_job),
        ("tag_resource", "TagResource", _tag),
        ("describe_buckets", "DescribeBuckets", _describe_buckets),
        ("get_automated_discovery_configuration", "GetAutomatedDiscoveryConfiguration", _get_discovery),
        ("update_automated_discovery_configuration", "UpdateAutomatedDiscoveryConfiguration", _update_discovery),
        ("create_allow_list", "CreateAllowList", _create_list),
        ("get_allow_list", "GetAllowList", _get_list),
        ("delete_allow_list", "DeleteAllowList", _delete_list),
    ):
        setattr(MacieResponse, name, _answered(answer, model.operation_model(operation)))
    _start_disabled()


def _start_disabled() -> None:
    """An account has no Macie until it is enabled, and then exactly one."""
    of_moto = MacieBackend.__init__

    def without_session(self, region_name: str, account_id: str):
        of_moto(self, region_name, account_id)
        self.macie_session = None

    disable = MacieResponse.disable_macie

    def enable_once(self):
        if self.macie_backend.macie_session:
            raise JsonRESTError("ConflictException", "Macie has already been enabled")
        body = json.loads(self.body or "{}")
        self.macie_backend.enable_macie(body.get("findingPublishingFrequency", "FIFTEEN_MINUTES"), body.get("status", "ENABLED"))
        return "{}"

    def disable_with_jobs(self):
        for what in ("jobs", "lists", "discovery"):
            _kept(self, what).clear()
        return disable(self)

    MacieBackend.__init__ = without_session
    MacieResponse.enable_macie = enable_once
    MacieResponse.disable_macie = disable_with_jobs
    session = MacieResponse.get_macie_session
    MacieResponse.get_macie_session = lambda self: _need_session(self) or session(self)


def _answered(answer, operation):
    names = re.findall(r"{(\w+)}", operation.http["requestUri"])

    def answered(self):
        _need_session(self)
        values = json.loads(self.body or "{}")
        parts = unquote(self.raw_path).split("/", 2)
        values.update({name: parts[2] for name in names})
        # What JSON has as null was left out.
        values = {name: value for name, value in values.items() if value is not None}
        if operation.input_shape is not None:
            check_request(operation.input_shape, values, "ValidationException")
        return json.dumps(answer(self, values))

    return answered


def _need_session(response) -> None:
    if not response.macie_backend.macie_session:
        raise JsonRESTError("AccessDeniedException", "Macie is not enabled.")


def _kept(response, what: str) -> dict:
    return response.macie_backend.__dict__.setdefault(f"s3truth_{what}", {})


def _found(response, what: str, identity: str) -> dict:
    found = _kept(response, what).get(identity)
    if found is None:
        raise JsonRESTError("ResourceNotFoundException", "The request failed because the specified resource doesn't exist.")
    return found


def _arn(response, kind: str, identity: str) -> str:
    return f"arn:aws:macie2:{response.region}:{response.current_account}:{kind}/{identity}"


def _invalid(message: str) -> JsonRESTError:
    return JsonRESTError("ValidationException", message)


def _create_job(response, request: dict) -> dict:
    jobs = _kept(response, "jobs")
    for job in jobs.values():
        if job["clientToken"] == request["clientToken"]:
            return {"jobArn": job["jobArn"], "jobId": job["jobId"]}
    scheduled = request["jobType"] == "SCHEDULED"
    if scheduled != ("scheduleFrequency" in request) or (not scheduled and "initialRun" in request):
        raise _invalid("scheduleFrequency and initialRun are for jobs of the type SCHEDULED, which need the former.")
    definition = request["s3JobDefinition"]
    if ("bucketDefinitions" in definition) == ("bucketCriteria" in definition):
        raise _invalid("Exactly one of bucketDefinitions and bucketCriteria is needed.")
    if not 1 <= request.get("samplingPercentage", 100) <= 100:
        raise _invalid("samplingPercentage must be 1 to 100.")
    for term in _terms(definition):
        if term["key"] == "OBJECT_KEY" and term["comparator"] != "STARTS_WITH":
            raise _invalid("OBJECT_KEY takes STARTS_WITH.")
        if term["key"] == "OBJECT_EXTENSION" and term["comparator"] not in ("EQ", "NE"):
            raise _invalid("OBJECT_EXTENSION takes EQ and NE.")
    for identity in request.get("allowListIds", []):
        _found(response, "lists", identity)
    identity = uuid.uuid4().hex
    jobs[identity] = {
        **request, "jobId": identity, "jobArn": _arn(response, "classification-job", identity), "tags": request.get("tags", {}),
        "jobStatus": "IDLE" if scheduled and not request.get("initialRun") else "RUNNING",
    }
    return {"jobArn": jobs[identity]["jobArn"], "jobId": identity}


def _terms(definition: dict) -> list:
    scoping = definition.get("scoping", {})
    return [term["simpleScopeTerm"] for block in scoping.values() for term in block.get("and", []) if "simpleScopeTerm" in term]


def _describe_job(response, request: dict) -> dict:
    return _found(response, "jobs", request["jobId"])


def _list_jobs(response, request: dict) -> dict:
    items = list(_kept(response, "jobs").values())
    for term in request.get("filterCriteria", {}).get("includes", []):
        if (term["key"], term["comparator"]) != ("name", "EQ"):
            raise _invalid(f"not known here: {term}")
        items = [job for job in items if job["name"] in term["values"]]
    return {"items": [{key: job[key] for key in ("jobId", "jobStatus", "jobType", "name")} for job in items]}


def _update_job(response, request: dict) -> dict:
    job = _found(response, "jobs", request["jobId"])
    if request["jobStatus"] != "CANCELLED" or job["jobStatus"] not in _CANCELLABLE:
        raise _invalid(f"A job that is {job['jobStatus']} does not become {request['jobStatus']}.")
    job["jobStatus"] = "CANCELLED"
    return {}


def _tag(response, request: dict) -> dict:
    arn = request["resourceArn"]
    job = _found(response, "jobs", arn.rsplit("/", 1)[1])
    if job["jobArn"] != arn:
        raise JsonRESTError("ResourceNotFoundException", f"There is no {arn}.")
    job["tags"].update(request["tags"])
    return {}


def _describe_buckets(response, request: dict) -> dict:
    names = request.get("criteria", {}).get("bucketName", {}).get("eq")
    buckets = s3_backends[response.current_account]["aws"].buckets
    return {"buckets": [{
        "accountId": response.current_account, "bucketName": name,
        "classifiableSizeInBytes": sum(key.size or 0 for _, key in bucket.keys.items()),
        "sizeInBytesCompressed": sum(key.size or 0 for name, key in bucket.keys.items() if name.endswith((".gz", ".gzip", ".zip"))),
    } for name, bucket in buckets.items() if names is None or name in names]}


def _get_discovery(response, request: dict) -> dict:
    return {"status": "DISABLED", **_kept(response, "discovery")}


def _update_discovery(response, request: dict) -> dict:
    _kept(response, "discovery").update(request)
    return {}


def _create_list(response, request: dict) -> dict:
    criteria = request["criteria"]
    if ("regex" in criteria) == ("s3WordsList" in criteria):
        raise _invalid("Exactly one of regex and s3WordsList is needed.")
    identity = uuid.uuid4().hex
    arn = _arn(response, "allow-list", identity)
    _kept(response, "lists")[identity] = {**request, "id": identity, "arn": arn, "status": {"code": "OK"}}
    return {"arn": arn, "id": identity}


def _get_list(response, request: dict) -> dict:
    return _found(response, "lists", request["id"])


def _delete_list(response, request: dict) -> dict:
    _found(response, "lists", request["id"])
    del _kept(response, "lists")[request["id"]]
    return {}
