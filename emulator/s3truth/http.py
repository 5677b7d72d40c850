"""Requests and responses between the client, the overlay and moto."""
import io
import re
from typing import Callable, Iterable, Iterator, Optional
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode
from xml.sax.saxutils import escape


_FORM = ("application/x-www-form-urlencoded", "multipart/form-data")


class Request:
    """A request whose body has been read, and whose headers can be changed before moto sees it."""

    def __init__(self, environ: dict):
        self.environ = environ
        self.method = environ["REQUEST_METHOD"]
        self.query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        self.body = _read(environ)

    @property
    def path(self) -> str:
        raw = self.environ.get("RAW_URI") or self.environ.get("REQUEST_URI") or self.environ.get("PATH_INFO", "/")
        return unquote(raw.split("?", 1)[0])

    def query_all(self, name: str) -> list:
        """Every value of a parameter that may be repeated."""
        return parse_qs(self.environ.get("QUERY_STRING", ""), keep_blank_values=True).get(name, [])

    def drop_query(self, name: str) -> None:
        """For whoever answers next, and would take the parameter for its own."""
        self.query.pop(name, None)
        self.environ["QUERY_STRING"] = urlencode(self.query)
        for variable in ("RAW_URI", "REQUEST_URI"):
            if variable in self.environ:
                self.environ[variable] = self.environ[variable].split("?", 1)[0] + f"?{self.environ['QUERY_STRING']}"

    def move_bucket_to_path(self) -> None:
        """From the name of the host, as in http://bucket.localhost:4566/key.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
        """
        host = re.fullmatch(r"([a-z0-9][a-z0-9.-]+)\.localhost((?::\d+)?)", self.environ.get("HTTP_HOST", ""))
        if host is None:
            return
        self.environ["HTTP_HOST"] = f"localhost{host.group(2)}"
        for name in ("PATH_INFO", "RAW_URI", "REQUEST_URI"):
            if name in self.environ:
                self.environ[name] = f"/{host.group(1)}{self.environ[name]}"

    def header(self, name: str, default: Optional[str] = None) -> Optional[str]:
        if name.lower() in ("content-type", "content-length"):
            return self.environ.get(name.upper().replace("-", "_"), default)
        return self.environ.get("HTTP_" + name.upper().replace("-", "_"), default)

    def set_header(self, name: str, value: Optional[str]) -> None:
        variable = "HTTP_" + name.upper().replace("-", "_")
        if value is None:
            self.environ.pop(variable, None)
        else:
            self.environ[variable] = value

    def headers_like(self, prefix: str) -> list:
        start = "HTTP_" + prefix.upper().replace("-", "_")
        return [variable for variable in self.environ if variable.startswith(start)]


class Response:
    def __init__(self, status: str, headers: list, body: bytes):
        self.status = status
        self.headers = headers
        self.body = body
        self._stream: Optional[Iterator[bytes]] = None

    def stream(self, pieces: Iterator[bytes], length: int) -> None:
        """A body that is not held in memory."""
        self._stream = pieces
        self.set_header("Content-Length", str(length))

    @property
    def code(self) -> int:
        return int(self.status.split(" ", 1)[0])

    @property
    def ok(self) -> bool:
        return self.code < 300

    def header(self, name: str) -> Optional[str]:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def set_header(self, name: str, value: Optional[str]) -> None:
        self.headers = [(key, old) for key, old in self.headers if key.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def send(self, start_response: Callable, method: str) -> Iterable[bytes]:
        if method != "HEAD" and self.code not in (204, 304) and self._stream is None:
            self.set_header("Content-Length", str(len(self.body)))
        start_response(self.status, self.headers)
        if self._stream is not None:
            return self._stream
        return [] if method == "HEAD" else [self.body]


def call(app: Callable, request: Request) -> Response:
    """Passes the request on to moto and collects what it answers."""
    request.environ["wsgi.input"] = io.BytesIO(request.body)
    if request.method == "PUT" and request.environ.get("CONTENT_TYPE", "").startswith(_FORM):
        # The form parser of moto's web framework would eat the body; moto itself reads the header below.
        request.environ["HTTP_CONTENT_TYPE"] = request.environ.pop("CONTENT_TYPE")
    request.environ["CONTENT_LENGTH"] = str(len(request.body))
    request.environ.pop("HTTP_TRANSFER_ENCODING", None)
    captured = {}

    def start_response(status, headers, exc_info=None):
        captured["status"], captured["headers"] = status, list(headers)

    chunks = app(request.environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return Response(captured["status"], captured["headers"], body)


def strip(request: Request, prefix: str) -> None:
    """Drops the headers that start so: moto would make its own of them."""
    for variable in request.headers_like(prefix):
        request.environ.pop(variable, None)


def s3_error(status: str, code: str, message: str, resource: str = "", denied_by: Optional[str] = None) -> Response:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>"
        f"<Resource>{escape(resource)}</Resource><RequestId>0000000000000000</RequestId></Error>"
    )
    response = Response(status, [("Content-Type", "application/xml")], body.encode())
    if denied_by is not None:
        response.set_header("x-emulator-denied-by", denied_by)
    return response


def _read(environ: dict) -> bytes:
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked" or environ.get("wsgi.input_terminated"):
        length = environ.get("CONTENT_LENGTH")
        return environ["wsgi.input"].read() if not length else environ["wsgi.input"].read(int(length))
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return environ["wsgi.input"].read(length) if length else b""
