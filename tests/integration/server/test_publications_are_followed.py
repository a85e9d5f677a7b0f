"""What clients see while publications come, and how a server ends."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytest.importorskip("duckdb_extension_quack", reason="the extra `serve` is not installed")

from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.server.asking import answer, connected
from tests.integration.server.conftest import PATIENCE, TOKEN, Server, serving

Publish = Callable[[WarehousePaths, int], None]
BOTH = "select min(p.id), max(p.id), min(m.publication), max(m.publication) from metrics m, publication p"
ENDLESS = 10**9


def counting(rows: int) -> str:
    """Return a question that takes as long as counting so many thousands of rows."""
    return f"select count(*) from range(1000) a, range({rows}) b where (a.range * b.range) % 7 = 1"


def taking(seconds: float, con: duckdb.DuckDBPyConnection, server: Server) -> str:
    """Return a question that takes about so long on this machine as it is now."""
    rows, took = 1_000, 0.0
    while took < seconds / 20:
        rows *= 4
        began = time.monotonic()
        asked(con, server, counting(rows))
        took = time.monotonic() - began
    return counting(int(rows * seconds / took))


def asked(con: duckdb.DuckDBPyConnection, server: Server, question: str) -> tuple[str, Any]:
    """Ask in a session of its own."""
    quoted = question.replace("'", "''")
    return answer(con, f"from quack_query('{server.uri}', '{quoted}', token = '{TOKEN}')")


def attach(con: duckdb.DuckDBPyConnection, server: Server) -> None:
    con.execute(f"attach '{server.uri}' as r (token '{TOKEN}')")


def test_a_new_publication_is_served_within_seconds(
    paths: WarehousePaths, publish: Publish
) -> None:
    with serving(paths) as server:
        publish(paths, 2)
        server.wait_for("serving publication 2")
        assert server.ask("select id from r.publication")[1] == ["rows", [[2]]]


def test_a_session_never_changes_over_to_another_publication(
    paths: WarehousePaths, publish: Publish
) -> None:
    with serving(paths) as server, connected() as con:
        attach(con, server)
        first = answer(con, "select id from r.publication")
        publish(paths, 2)
        server.wait_for("serving publication 2")
        then = answer(con, "select id from r.publication")
        con.execute("detach r")
        attach(con, server)
        assert (first, then[0], answer(con, "select id from r.publication")) == (
            ("rows", [(1,)]),
            "refused",
            ("rows", [(2,)]),
        )


def test_no_answer_mixes_two_publications(paths: WarehousePaths, publish: Publish) -> None:
    seen: set[object] = set()
    with serving(paths) as server:
        done = threading.Event()

        def read() -> None:
            with connected() as con:
                while not done.is_set():
                    kind, rows = asked(con, server, BOTH)
                    if kind == "rows":
                        seen.update(rows)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for publication in range(2, 6):
            publish(paths, publication)
            server.wait_for(f"serving publication {publication}")
            time.sleep(0.3)
        done.set()
        for reader in readers:
            reader.join()
    assert seen >= {(n,) * 4 for n in (1, 5)}
    assert seen <= {(n,) * 4 for n in range(1, 6)}


def test_a_query_that_is_running_ends_on_its_own_publication(
    paths: WarehousePaths, publish: Publish
) -> None:
    answers: list[tuple[str, object]] = []
    with serving(paths) as server, connected() as con:
        question = f"select id, ({taking(6, con, server)}) > 0 from publication"
        reader = threading.Thread(target=lambda: answers.append(asked(con, server, question)))
        reader.start()
        time.sleep(0.5)
        publish(paths, 2)
        server.wait_for("serving publication 2")
        assert reader.is_alive(), "the question was too short to be running"
        reader.join()
    assert answers == [("rows", [(1, True)])]


def test_a_deleted_file_leaves_the_last_publication_served(
    paths: WarehousePaths, publish: Publish
) -> None:
    with serving(paths) as server:
        paths.marts_db.unlink()
        time.sleep(2)
        assert server.ask("select id from r.publication")[1] == ["rows", [[1]]]
        publish(paths, 2)
        server.wait_for("serving publication 2")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("busy", [False, True])
def test_it_ends_cleanly(paths: WarehousePaths, by: signal.Signals, busy: bool) -> None:
    with serving(paths) as server, connected() as con:
        reader = threading.Thread(target=lambda: asked(con, server, counting(ENDLESS)))
        if busy:
            reader.start()
            time.sleep(1)
        server.process.send_signal(by)
        server.wait_for("stopped serving")
        ended = server.process.wait(timeout=PATIENCE)
        if busy:
            reader.join()
    assert (ended, list((paths.root.parent / "temporary").iterdir())) == (0, [])


def test_the_token_is_never_shown(paths: WarehousePaths) -> None:
    with serving(paths) as server:
        server.ask("from r.metrics")
        server.process.terminate()
        server.process.wait()
        server.wait_for("stopped serving")
    assert TOKEN not in "".join(server.heard)


def test_the_client_of_the_documentation_reads(paths: WarehousePaths, tmp_path: Path) -> None:
    page = Path(__file__).parents[3].joinpath("docs", "serve.md").read_text(encoding="utf-8")
    example = page.split("```python\n", 1)[1].split("```", 1)[0]
    with serving(paths) as server:
        script = tmp_path / "client.py"
        script.write_text(example.replace("quack:127.0.0.1:9494", server.uri), encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, script],
            env={"EBBLINE_SERVE_TOKEN": TOKEN, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (ended.returncode, "0.02" in ended.stdout) == (0, True), ended.stderr
