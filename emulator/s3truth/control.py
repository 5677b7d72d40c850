"""The control of the local AWS, under /_s3truth/: what a test plants and chooses.

GET and PUT /_s3truth/batch      the settings, see settings.py
POST /_s3truth/unencrypted       {"bucket", "key", "versionId"?}: as if stored before January 2023
POST /_s3truth/sparse            {"bucket", "key", "size", "versionId"?, "seed"?, "checksum"?}: gives a stored object that size without its bytes
POST /_s3truth/modified          {"bucket", "key", "versionId"?, "lastModified"}: another date, for filters by date
POST /_s3truth/restored          {"bucket", "key", "versionId"?}: ends a restore that is under way
POST /_s3truth/events            an event of an AWS service, as EventBridge has it: PutEvents takes none of theirs
POST /_s3truth/inventory        {"bucket", "at"?}: delivers the inventories of a bucket, as S3 does once a day or a week
POST /_s3truth/metadata         {"bucket", "status"}: how far S3 is with the live inventory table of a bucket
GET /_s3truth/notifications      what topics published, and who subscribes by mail
"""
import datetime
import json
from typing import Callable

from . import events, inventory
from .http import Request, Response
from .settings import Settings
from .sparse import Segments, make_sparse
from .sse import Encryption
from .stored import find_bucket, find_object

PREFIX = "/_s3truth/"
_PART = 100 * 1024 ** 2


class Control:
    def __init__(self, s3, settings: Settings, region: str):
        self._s3, self._settings, self._region = s3, settings, region

    def handle(self, request: Request) -> Response:
        try:
            return self._handle(request)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return _json("400 Bad Request", {"error": f"{type(error).__name__}: {error}"})

    def _handle(self, request: Request) -> Response:
        name = request.path.removeprefix(PREFIX)
        values = json.loads(request.body) if request.body else {}
        if name == "batch" and request.method in ("GET", "PUT"):
            self._settings.change(values)
            return _json("200 OK", self._settings.shown())
        if name == "events" and request.method == "POST":
            return _json("200 OK", {"rules": events.deliver(values)})
        if name == "notifications" and request.method == "GET":
            return _json("200 OK", {"notifications": events.published()})
        if name == "inventory" and request.method == "POST":
            at = datetime.datetime.fromisoformat(values["at"].replace("Z", "+00:00")) if "at" in values else datetime.datetime.now(datetime.timezone.utc)
            with self._s3.lock:
                return _json("200 OK", {"delivered": inventory.deliver(values["bucket"], at, self._region)})
        if name == "metadata" and request.method == "POST":
            find_bucket(values["bucket"]).truth_metadata_status = values["status"]
            return _json("200 OK", {})
        plant = _PLANTS.get(name)
        if plant is None or request.method != "POST":
            return _json("404 Not Found", {"error": f"{request.method} {request.path} is not of the control"})
        with self._s3.lock:
            plant(_object(values), values)
        return _json("200 OK", {})


def _unencrypted(stored, values: dict) -> None:
    stored.truth_encryption = Encryption("NOT-SSE")


def _sparse(stored, values: dict) -> None:
    """Its ETag is that of an upload of many parts, as an object above 5 GB can only have come."""
    size = int(values["size"])
    if size < 0:
        raise ValueError(f"size must be at least 0, got {size}")
    segments = Segments([(str(values.get("seed", "sparse")), 0, size)])
    make_sparse(stored, segments)
    stored._etag = segments.etag() + (f"-{-(-size // _PART)}" if size > 5 * 1024 ** 3 else "")
    stored.checksum_value, stored.checksum_type, stored.checksum_algorithm = None, "FULL_OBJECT", values.get("checksum")
    stored.truth_owes_checksum = values.get("checksum")


def _modified(stored, values: dict) -> None:
    moment = datetime.datetime.fromisoformat(values["lastModified"].replace("Z", "+00:00"))
    stored.last_modified = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)


def _restored(stored, values: dict) -> None:
    stored.truth_restoring = False


_PLANTS: dict[str, Callable] = {"unencrypted": _unencrypted, "sparse": _sparse, "modified": _modified, "restored": _restored}


def _object(values: dict):
    stored = find_object(find_bucket(values["bucket"]), values["key"], values.get("versionId"))
    if stored is None:
        raise ValueError(f"no object {values['key']} in the bucket {values['bucket']}")
    return stored


def _json(status: str, value: dict) -> Response:
    return Response(status, [("Content-Type", "application/json")], json.dumps(value).encode())
