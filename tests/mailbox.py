"""A mail server on loopback that can be told to refuse: as much of SMTP as a sender needs."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Mailbox:
    """What came in, and the answers to a whole message (the last one repeats)."""

    port: int = 0
    answers: list[str] = field(default_factory=lambda: ["250 taken"])
    received: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The server as a target."""
        return f"mailto://127.0.0.1:{self.port}?from=ebbline@example.com&to=oncall@example.com&mode=insecure"


@contextmanager
def receiving_mail() -> Iterator[Mailbox]:
    """Receive on a port of the kernel's choice until the block ends."""
    mailbox = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 loopback")
            for line in self.rfile:
                verb = line.split(b" ")[0].strip().upper()
                if verb == b"DATA":
                    self._say("354 go on")
                    self._take()
                elif verb == b"QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _take(self) -> None:
            lines = []
            for line in self.rfile:
                if line == b".\r\n":
                    break
                lines.append(line.removeprefix(b"."))
            answer = mailbox.answers.pop(0) if len(mailbox.answers) > 1 else mailbox.answers[0]
            if answer.startswith("250"):
                message = message_from_bytes(b"".join(lines), policy=policy.default)
                mailbox.received.append(message)
            self._say(answer)

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    mailbox.port = server.server_address[1]
    try:
        yield mailbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
