"""Runs that are killed: how they are started, and what they leave for readers and the next run.

When and where they are killed is the business of each test, here and in ``tests/deep``.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb
import pytest

from dagster_project.exports.contract import TABLES
from dagster_project.locations import PROJECT_ROOT
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication_record import read_publication
from dagster_project.warehouse.quoting import quote_identifier
from dagster_project.warehouse.serving import open_marts
from tests.end_to_end.warm_runs import Command, Order, as_line

# What says when and in which order things were published, which no two warehouses share.
HISTORY = {
    "publication",
    "publication_history",
    "metric_versions",
    "source_coverage",
    "alert_incidents",
    "restatements",
}
PROC = Path("/proc/self/stat")
ORPHANS_MAY_TAKE = 60.0  # seconds for the kernel to end what lost its parent


@dataclass
class WarmRuns:
    """The program that has everything imported; see ``warm_runs``."""

    orders: IO[str]
    answers: IO[str]
    errors: Path

    def start(self, order: Order | Command) -> int:
        """Start a run; return its process id, which is that of its group and session too."""
        self.orders.write(as_line(order))
        self.orders.flush()
        return int(self.answers.readline())

    def said(self) -> str:
        """Return the end of what the runs wrote on their standard error."""
        return self.errors.read_text(encoding="utf-8", errors="replace")[-3000:]

    def ended(self) -> int:
        """Wait for the run; return its exit code, or minus the signal that ended it."""
        return int(self.answers.readline())


@pytest.fixture(scope="session")
def warm_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmRuns]:
    """Start the program; it runs one order after the other."""
    said = tmp_path_factory.mktemp("warm_runs") / "errors"
    plain = {key: value for key, value in os.environ.items() if not key.startswith("EBBLINE_")}
    with said.open("w") as errors:
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.warm_runs"],
            cwd=PROJECT_ROOT,
            env=plain,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert program.stdin is not None and program.stdout is not None
        assert program.stdout.readline() == "ready\n", said.read_text()
        yield WarmRuns(program.stdin, program.stdout, said)
        program.stdin.close()
        program.wait(timeout=60)
        program.stdout.close()


def kill(run: int, *, whole_group: bool) -> None:
    """Kill a run, with or without what it started; nothing happens where it has ended."""
    with suppress(ProcessLookupError):
        if whole_group:
            os.killpg(run, signal.SIGKILL)
        else:
            os.kill(run, signal.SIGKILL)


def is_there(run: int) -> bool:
    """Tell whether a run has not ended."""
    try:
        os.kill(run, 0)
    except ProcessLookupError:
        return False
    return True


def no_orphan_of(run: int) -> None:
    """Wait until nothing that a killed run started goes on.

    :raises AssertionError: something does; says what.
    """
    deadline = time.monotonic() + ORPHANS_MAY_TAKE
    while (orphans := alive_in_session(run)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert orphans == [], "the run was killed, and this went on"


def alive_in_session(session: int) -> list[str]:
    """Return the command lines of processes of a session that still run; the dead and unreaped do not count."""
    return [
        command
        for of_session, state, command in (_processes() if PROC.exists() else _listed_by_ps())
        if of_session == session and state not in "ZX"
    ]


def _processes() -> Iterator[tuple[int, str, str]]:
    for entry in PROC.parent.parent.iterdir():
        if not entry.name.isdigit():
            continue
        # It may have ended meanwhile.
        with suppress(FileNotFoundError, ProcessLookupError):
            state, _, _, session = (
                (entry / "stat").read_text().rpartition(")")[2].split(maxsplit=4)[:4]
            )
            yield int(session), state, (entry / "cmdline").read_text().replace("\0", " ")


def _listed_by_ps() -> Iterator[tuple[int, str, str]]:
    """Yield the same where there is no /proc (macOS): of a leader of a session, its group."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat=,command="], capture_output=True, text=True, check=True
    )
    for line in listed.stdout.splitlines():
        group, state, command = line.split(maxsplit=2)
        yield int(group), state[0], command


def look(paths: WarehousePaths, *, validated: bool = True) -> int:
    """Open what readers see and see it whole; return its publication id, 0 before the first.

    :param validated: whether the run that published it validated it too, and says so.
    """
    if not paths.marts_db.exists():
        return 0
    publication = read_publication(paths.marts_db)
    with open_marts(paths.marts_db) as con:
        rows = {
            table: con.execute(f"select count(*) from {quote_identifier(table)}").fetchall()[0][0]
            for (table,) in con.execute("select table_name from duckdb_tables()").fetchall()
        }
    assert rows.pop("publication") == 1
    assert rows.pop("metric_versions") > 0
    assert rows.pop("publication_history") > 0
    assert rows.pop("source_coverage") > 0
    assert rows == publication.row_counts, "every table, with all its rows"
    if validated:
        assert publication.validation["passed"] > 0, "the validation it passed is recorded"
    return publication.id


def end_state(paths: WarehousePaths) -> dict[str, list[tuple[object, ...]]]:
    """Return what readers see and what was loaded, without what depends on when it was."""
    state: dict[str, list[tuple[object, ...]]] = {}
    with open_marts(paths.marts_db) as con:
        for (table,) in con.execute("select table_name from duckdb_tables()").fetchall():
            if table not in HISTORY:
                state[table] = con.execute(
                    f"select columns(c -> c not in ('_load_id', '_loaded_at', 'loaded_at'))"
                    f" from {quote_identifier(table)} order by all"
                ).fetchall()
    with duckdb.connect(str(paths.warehouse_db), read_only=True) as con:
        state["raw.loads"] = con.execute(
            """
            select source, file_name, table_name, content_hash, rows_read, rows_loaded, rows_quarantined
            from raw.loads where outcome = 'loaded' order by all
            """
        ).fetchall()
        for name, table in TABLES.items():
            keys = ", ".join(map(quote_identifier, table.key))
            state[f"raw.{name}"] = con.execute(
                f"select {keys}, count(*) from raw.{quote_identifier(name)} group by all order by all"
            ).fetchall()
    return state
