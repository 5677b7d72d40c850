"""The application: S3 and KMS through their fronts, every other service as moto has it."""
from typing import Callable

from moto.iam.access_control import PermissionResult
from moto.kms.responses import KmsResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from . import around, athena, athena_queries, config, events, glue, log_queries, macie
from .batch.front import BatchFront
from .control import PREFIX, Control
from .http import Request, Response, call
from .kms_front import KmsFront
from .log_delivery import may_deliver_logs
from .principals import access_key_of, principal_of
from .s3_front import S3Front
from .settings import Settings
from .sts_front import StsFront


class Application:
    def __init__(self, region: str):
        _leave_authorization_to_us()
        for service in (around, athena, config, events, glue, log_queries, macie):
            service.mend()
        moto = DomainDispatcherApplication(create_backend_app)
        self._moto = moto
        settings = Settings()
        self._s3 = S3Front(moto, region, settings)
        athena_queries.mend(self._s3)
        self._batch = BatchFront(self._s3, region, settings)
        self._control = Control(self._s3, settings, region)
        self._fronts = {"s3": self._s3, "kms": KmsFront(moto, region), "sts": StsFront(moto)}

    def __call__(self, environ: dict, start_response: Callable):
        # Whoever answers: a body that is left unread would be taken for the next request of the connection.
        request = Request(environ)
        service = _service_of(environ)
        path = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX):
            return self._control.handle(request).send(start_response, request.method)
        batch = service == "s3" and self._batch.serves(path)
        if service not in ("s3", "kms", "sts") or path.startswith("/moto-api") or (path.startswith("/v20180820/") and not batch):
            return call(self._moto, request).send(start_response, request.method)
        if service == "s3" and not batch:
            request.move_bucket_to_path()
        principal = principal_of(access_key_of(environ.get("HTTP_AUTHORIZATION", ""), request.query.get("X-Amz-Credential", "")))
        front = self._batch if batch else self._fronts[service]
        response: Response = front.handle(request, principal)
        return response.send(start_response, request.method)


def _service_of(environ: dict) -> str:
    """From the signature, as moto finds it; unsigned requests are for S3, the only public service here."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if "Credential=" in authorization:
        scope = authorization.split("Credential=", 1)[1].split(",", 1)[0].split("/")
        return scope[3] if len(scope) > 3 else "s3"
    if "X-Amz-Credential" in environ.get("QUERY_STRING", ""):
        return "s3"
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    return "other" if target or form else "s3"


def _leave_authorization_to_us() -> None:
    """moto denies on every conditional Deny, and on key policies that it cannot evaluate."""
    FakeBucket.get_permission = lambda self, action, resource: PermissionResult.PERMITTED
    FakeBucket._log_permissions_enabled_policy = may_deliver_logs
    KmsResponse._validate_key_policy = lambda self, key_id, action: None
    _leave_archives_to_us()
    _keep_versions_while_suspended()


def _leave_archives_to_us() -> None:
    """moto takes what is said about an archived object, its ACL for one, to be as unreadable as the object."""
    of_moto = S3Response._get_key
    S3Response._get_key = lambda self, validate_storage_class=True: of_moto(self, validate_storage_class=False)


def _keep_versions_while_suspended() -> None:
    """moto drops every version of a key that is written while versioning is suspended: S3 only the null version.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html
    """
    of_moto = S3Backend.put_object

    def put_object(self, bucket_name: str, key_name: str, *values, **named):
        bucket = self.get_bucket(bucket_name)
        if bucket.versioning_status != "Suspended":
            return of_moto(self, bucket_name, key_name, *values, **named)
        kept = [version for version in bucket.keys.getlist(key_name, default=[]) if version.version_id != "null"]
        dict.__setitem__(bucket.keys, key_name, [])  # moto closes the content of what it drops
        stored = of_moto(self, bucket_name, key_name, *values, **named)
        stored._is_versioned = True
        dict.__setitem__(bucket.keys, key_name, [*kept, stored])
        return stored

    S3Backend.put_object = put_object
