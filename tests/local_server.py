"""A small HTTP server on this machine, for tests of clients: it speaks what it is told to speak."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson


@dataclass(frozen=True)
class Asked:
    """A request as it came; `path` with its query. Headers are found in any case."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What goes back; `seconds` is how long it takes."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0


def json_answer(said: object, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(status, orjson.dumps(said), {"Content-Type": "application/json; charset=utf-8"})


@contextmanager
def serve(answer: Callable[[Asked], Answer]) -> Iterator[str]:
    """Serve until the block ends; gives the address."""
    stopped = threading.Event()

    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = answer(Asked(self.command, self.path, self.headers, body))
            # A slow answer is cut short when the test is over.
            if said.seconds and stopped.wait(said.seconds):
                self.close_connection = True
                return
            try:
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                if said.status != 204:
                    self.send_header("Content-Length", str(len(said.body)))
                self.end_headers()
                self.wfile.write(said.body)
            except OSError:
                # The client did not wait for it.
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  http.server asks for them

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Connection)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()
