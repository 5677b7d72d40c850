"""S3 as a job calls it: the requests of its role, through the same front as everybody's."""
import io
import re
from typing import Optional
from urllib.parse import quote, urlencode

from ..http import Request, Response
from ..principals import Principal

_ELEMENT = re.compile(r"<(Code|Message)>(.*?)</\1>", re.S)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))


class S3Session:
    def __init__(self, front, principal: Principal):
        self._front = front
        self.principal = principal

    def send(self, method: str, bucket: str, key: str = "", query: Optional[dict] = None, headers: Optional[dict] = None,
             body: bytes = b"") -> Response:
        path = f"/{bucket}/{key}" if key else f"/{bucket}"
        return self._front.handle(Request(_environ(method, path, query or {}, headers or {}, body)), self.principal)


def _environ(method: str, path: str, query: dict, headers: dict, body: bytes) -> dict:
    raw_query = urlencode(query)
    raw = quote(path, safe="/~") + (f"?{raw_query}" if raw_query else "")
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1"), "QUERY_STRING": raw_query,
        "RAW_URI": raw, "REQUEST_URI": raw, "SCRIPT_NAME": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "CONTENT_LENGTH": str(len(body)),
        # Requests of services have no address of the caller: policies see aws:SourceIp as absent.
        "REMOTE_ADDR": "",
        "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=BATCHOPERATIONS/20260101/us-east-1/s3/aws4_request",
        "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }
    for name, value in headers.items():
        variable = name.upper().replace("-", "_")
        environ[variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"] = value
    return environ


def error_of(response: Response) -> tuple:
    """Code and message of an answer that is an error."""
    found = dict(_ELEMENT.findall(response.body.decode("utf-8", "replace")))
    message = found.get("Message", "")
    for entity, character in _ENTITIES:
        message = message.replace(entity, character)
    return found.get("Code", "InternalError"), message


def bucket_of(arn: str) -> str:
    return arn.split(":::", 1)[-1]
