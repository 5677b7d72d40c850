"""Serves the local AWS on the loopback interface: python -m s3truth [--port PORT] [--region REGION]"""
import argparse
import logging
import os
import signal
import sys
import threading
import traceback

# Before moto is imported: roles of Lambda functions attach policies that AWS manages.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

from .app import Application  # noqa: E402


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # keep-alive: thousands of small uploads over a few connections
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """werkzeug closes after each answer, for applications that leave a body unread; ours reads it all."""
        self.wfile.flush()  # 100 Continue, if that was asked for
        answer = {}

        def start_response(status, headers, exc_info=None) -> None:
            answer["status"], answer["headers"] = status, headers

        try:
            body = iter(self.server.app(self.make_environ(), start_response))
            first = next(body, b"")
        except Exception:
            traceback.print_exc()
            self.close_connection = True
            answer, body, first = {"status": "500 Internal Server Error", "headers": [("Content-Length", "0")]}, iter(()), b""
        code, _, reason = answer["status"].partition(" ")
        self.send_response(int(code), reason)
        for name, value in answer["headers"]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(first)
        for piece in body:
            self.wfile.write(piece)
        self.wfile.flush()

    def log_request(self, code="-", size="-") -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(prog="s3truth")
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input closes, with the parent")
    arguments = parser.parse_args()

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", arguments.port, Application(arguments.region), threaded=True, request_handler=Handler)
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    if arguments.watch_stdin:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    print(f"listening on http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
