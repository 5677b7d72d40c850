"""A request about one object, with all that answering it takes."""
from dataclasses import dataclass
from typing import Callable, Optional

from .http import Request, Response, s3_error
from .principals import Principal


@dataclass
class ObjectCall:
    request: Request
    principal: Principal
    bucket: object
    bucket_name: str
    key: str
    region: str
    moto: Callable
    uploads: dict  # multipart uploads under way, by id

    @property
    def arn(self) -> str:
        return f"arn:aws:s3:::{self.bucket_name}/{self.key}"

    @property
    def version(self) -> Optional[str]:
        return self.request.query.get("versionId")

    def error(self, status: str, code: str, message: str) -> Response:
        return s3_error(status, code, message, self.arn)

    def missing(self) -> Response:
        if self.version:
            return self.error("404 Not Found", "NoSuchVersion", "The specified version does not exist.")
        return self.error("404 Not Found", "NoSuchKey", "The specified key does not exist.")


def xml(root: str, inner: str, headers: Optional[list] = None) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inner}</{root}>'
    return Response("200 OK", [("Content-Type", "application/xml"), *(headers or [])], body.encode())
