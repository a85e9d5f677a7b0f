"""A webhook on loopback that can be told to fail, for whatever is notified."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """A receiver: what came in, and how it answers (the last one repeats).

    :param answers: statuses; 0 takes the message and hangs up without an answer.
    :param retry_after: the value of ``Retry-After`` in every answer; empty for none.
    :param slow: seconds before an answer.
    :param refuses: a text; a message that holds it is answered with 400, whatever ``answers`` says.
    :param fetched: the paths that were asked for with GET, as a heartbeat is.
    """

    url: str
    answers: list[int] = field(default_factory=lambda: [200])
    retry_after: str = ""
    slow: float = 0.0
    refuses: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    @property
    def web(self) -> str:
        """The address for whoever fetches."""
        return f"http://{self.url.split('/')[2]}"


@contextmanager
def receiving() -> Iterator[Webhook]:
    """Receive on a port of the kernel's choice until the block ends."""
    hook = Webhook(url="")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            hook.received.append(json.loads(self.rfile.read(length)))
            hook.keys.append(self.headers["Idempotency-Key"])
            answer = hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0]
            if hook.refuses and hook.refuses in json.dumps(hook.received[-1]):
                answer = 400
            time.sleep(hook.slow)
            if answer == 0:
                self.close_connection = True
                return
            self.send_response(answer)
            if hook.retry_after:
                self.send_header("Retry-After", hook.retry_after)
            self.end_headers()

        def do_GET(self) -> None:
            hook.fetched.append(self.path)
            self.send_response(hook.answers[0])
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    hook.url = f"json://127.0.0.1:{server.server_port}/hooks/T0KEN-of-the-channel"
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
