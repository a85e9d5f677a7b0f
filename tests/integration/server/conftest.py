"""A small publication, a real ``ebbline serve`` on it, and clients in processes of their own."""

import json
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.locations import PROJECT_ROOT
from dagster_project.warehouse.durable_file import put_in_place
from dagster_project.warehouse.paths import WarehousePaths

TOKEN = "a-token-of-the-tests-0123456789"
# Only ends what hangs: a busy machine may need a minute to import all.
PATIENCE = 300.0


def swap_in(paths: WarehousePaths, publication: int) -> None:
    """Publish as a run does: a new read-only file, renamed over the last one."""
    paths.create()
    new = paths.root / "new.duckdb"
    with duckdb.connect() as con:
        con.execute(f"attach '{new}' as published")
        con.execute("use published")
        con.execute(
            "create table publication as"
            " select ?::bigint as id, timestamptz '2026-04-02 03:00:00+00' as built_at",
            [publication],
        )
        con.execute(
            "create table metrics as select ?::bigint as publication, 'churn_rate' as metric,"
            " 'all' as dimension, 0.02::double as value, 12.34::decimal(18, 2) as money,"
            " range as n from range(1000)",
            [publication],
        )
        con.execute("comment on table metrics is 'Every figure.'")
        con.execute("comment on column metrics.value is 'The figure.'")
        con.execute("create view churn_now as select value as churn_rate from metrics limit 1")
        con.execute("comment on view churn_now is 'Now.'")
        con.execute("use memory")
    put_in_place(new, paths.marts_db)


@dataclass
class Server:
    """A running server: its process, where it listens and what it has said."""

    process: "subprocess.Popen[str]"
    uri: str
    spoken: "queue.Queue[str]"
    heard: list[str] = field(default_factory=list)

    def wait_for(self, words: str) -> str:
        """Wait until it says something with these words."""
        while True:
            try:
                line = self.spoken.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(
                    f"it did not say {words!r} within {PATIENCE:.0f} s: {self.heard}"
                ) from None
            self.heard.append(line)
            if words in line:
                return line
            assert line, f"it ended without saying {words!r}: {self.heard}"

    def ask(self, *statements: str) -> list[Any]:
        """Ask as a client in a process of its own; the first answer is that of attaching."""
        return ask(self.uri, statements)


def ask(uri: str, statements: Sequence[str], token: str = TOKEN) -> list[Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.integration.server.asking", uri],
        input=json.dumps(list(statements)),
        env={**os.environ, "EBBLINE_SERVE_TOKEN": token},
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    answers: list[Any] = json.loads(ended.stdout)
    return answers


# Where the tests were started in the background, Ctrl-C is ignored by all that they start.
LISTENING_TO_CTRL_C = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from dagster_project.cli import main
main()
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def command(paths: WarehousePaths, port: int) -> list[str]:
    settings = paths.root.parent / "ebbline.yml"
    settings.write_text(
        f"sources: {{billing: {{format: stripe, path: x}}}}\nwarehouse: {paths.root}\n",
        encoding="utf-8",
    )
    ebbline = (sys.executable, "-c", LISTENING_TO_CTRL_C)
    return [*ebbline, "serve", "--config", str(settings), "--port", str(port)]


@contextmanager
def serving(paths: WarehousePaths) -> Iterator[Server]:
    """Serve until the block ends; its temporary files lie beside the warehouse."""
    temporary = paths.root.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    with _started(paths, temporary) as server:
        yield server


@contextmanager
def _started(paths: WarehousePaths, temporary: Path, tries: int = 5) -> Iterator[Server]:
    """Start it; where another program was quicker to take the port that was free, on another."""
    port = free_port()
    process = subprocess.Popen(
        command(paths, port),
        env={**os.environ, "EBBLINE_SERVE_TOKEN": TOKEN, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process, f"quack:127.0.0.1:{port}", queue.Queue())

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            server.spoken.put(line)
        server.spoken.put("")

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        try:
            server.wait_for("serving publication")
        except AssertionError:
            if tries == 1 or f"{port} is taken" not in "".join(server.heard):
                raise
            with _started(paths, temporary, tries - 1) as another:
                yield another
        else:
            yield server
    finally:
        process.kill()
        process.wait()
        listener.join()


@pytest.fixture
def paths(tmp_path: Path) -> WarehousePaths:
    """A warehouse with publication 1."""
    paths = WarehousePaths(tmp_path / "warehouse")
    swap_in(paths, 1)
    return paths


@pytest.fixture
def publish() -> Callable[[WarehousePaths, int], None]:
    return swap_in
