"""The whole run, killed with signal 9 at moments spread over its length, and started again each time.

Every second time only the run itself is killed and not what it started: dbt must die with it. The seed of the
moments is printed.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

import duckdb
import pytest

from dagster_project import simulate
from dagster_project.exports.contract import TABLES
from dagster_project.locations import PROJECT_ROOT
from dagster_project.warehouse.connection import quote_identifier
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication_record import read_publication
from dagster_project.warehouse.serving import open_marts
from tests.end_to_end.command import Ebbline

# On average half a run for each kill: minutes on a quiet machine, many on a busy one.
pytestmark = [pytest.mark.xdist_group("killed"), pytest.mark.timeout(2400)]
KILLS = 50
SEED = 20260402
LAST_DAY = date(2026, 10, 31)
# What says when and in which order things were published, which no two warehouses share.
HISTORY = {"publication", "metric_versions", "alert_incidents", "restatements"}
ORPHANS_MAY_TAKE = 10.0  # seconds for the kernel to end what lost its parent


@dataclass
class WarmRuns:
    """The program that has everything imported; see ``warm_runs``."""

    orders: IO[str]
    answers: IO[str]

    def start(self, settings: Path, folder: Path, until: date) -> int:
        """Start a run; return its process id, which is that of its group and session too."""
        self.orders.write(json.dumps([str(settings), str(folder), until.isoformat()]) + "\n")
        self.orders.flush()
        return int(self.answers.readline())

    def ended(self) -> int:
        """Wait for the run; return its exit code, or minus the signal that ended it."""
        return int(self.answers.readline())


@pytest.fixture
def warm_runs(tmp_path: Path) -> Iterator[WarmRuns]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("EBBLINE_")}
    with (tmp_path / "errors").open("w") as errors:
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
        assert program.stdout.readline() == "ready\n", (tmp_path / "errors").read_text()
        yield WarmRuns(program.stdin, program.stdout)
        program.stdin.close()
        program.wait(timeout=60)
        program.stdout.close()


@dataclass(frozen=True)
class Exports:
    """A company whose usage export arrives in many files, one with every run."""

    settings: Path
    waiting: Path

    @property
    def _landing(self) -> Path:
        return self.settings.parent / "usage"

    def deliver(self, files: int) -> None:
        """Move the first files that have not arrived yet into the landing folder."""
        for file in sorted(self.waiting.iterdir())[:files]:
            file.rename(self._landing / file.name)

    @classmethod
    def simulated(cls, folder: Path, files: int) -> "Exports":
        """Make the company and cut its usage export into ``files`` files that wait."""
        simulate.run(12, 4, 7, "canonical", folder, end=LAST_DAY, flawed=False)
        (whole,) = (folder / "usage").iterdir()
        header, *rows = whole.read_text(encoding="utf-8").splitlines(keepends=True)
        whole.unlink()
        waiting = folder / "waiting"
        waiting.mkdir()
        for number in range(files):
            part = waiting / f"events-{number + 1:04}.csv"
            part.write_text(header + "".join(rows[number::files]), encoding="utf-8")
        return cls(folder / "ebbline.yml", waiting)


def _moments(longest: float, kills: int, chance: random.Random) -> list[float]:
    """Return seconds after the start: one in each of ``kills`` equal parts, in random order."""
    moments = [longest * (part + chance.random()) / kills for part in range(kills)]
    chance.shuffle(moments)
    return moments


def _alive_in_session(session: int) -> list[str]:
    """Return the command lines of processes of a session that still run; the dead and unreaped do not count."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, _, _, of_session = (
                (entry / "stat").read_text().rpartition(")")[2].split(maxsplit=4)[:4]
            )
            if int(of_session) == session and state not in "ZX":
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
    return found


def _look(paths: WarehousePaths) -> int:
    """Open what readers see and see it whole and validated; return its publication id, 0 before the first."""
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
    assert rows == publication.row_counts, "every table, with all its rows"
    assert publication.validation["passed"] > 0, "the validation it passed is recorded"
    return publication.id


def _end_state(paths: WarehousePaths) -> dict[str, list[tuple[object, ...]]]:
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


def test_kills_over_the_whole_run_end_where_an_undisturbed_run_ends(
    tmp_path: Path, warm_runs: WarmRuns, ebbline: Ebbline
) -> None:
    exports = Exports.simulated(tmp_path / "company", files=KILLS + 2)
    disturbed = WarehousePaths(tmp_path / "disturbed")
    chance = random.Random(SEED)

    # Two runs are let through: the first has more to do than any other, the second says how long one takes.
    longest = 0.0
    for _ in range(2):
        exports.deliver(1)
        began = time.monotonic()
        warm_runs.start(exports.settings, disturbed.root, LAST_DAY)
        assert warm_runs.ended() == 0, (tmp_path / "errors").read_text()
        longest = time.monotonic() - began
    sys.stdout.write(f"seed {SEED}; one run takes {longest:.1f} s; {KILLS} kills\n")

    killed, publications = 0, [_look(disturbed)]
    for number, moment in enumerate(_moments(longest, KILLS, chance)):
        exports.deliver(1)
        run = warm_runs.start(exports.settings, disturbed.root, LAST_DAY)
        time.sleep(moment)
        try:
            if number % 2:
                os.killpg(run, signal.SIGKILL)
            else:
                os.kill(run, signal.SIGKILL)
        except ProcessLookupError:  # it was quicker than the first
            pass
        code = warm_runs.ended()
        assert code in (0, -signal.SIGKILL), (tmp_path / "errors").read_text()
        killed += code != 0
        deadline = time.monotonic() + ORPHANS_MAY_TAKE
        while (orphans := _alive_in_session(run)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert orphans == [], f"killed after {moment:.2f} s, and this went on"
        publications.append(_look(disturbed))
    assert publications == sorted(publications), "readers are never taken back"
    assert killed > KILLS * 2 / 3, f"only {killed} runs were still there when their time came"

    ended = ebbline("run", "--config", exports.settings, "--warehouse", disturbed.root)
    assert ended.code == 0, ended.screen
    undisturbed = WarehousePaths(tmp_path / "undisturbed")
    warm_runs.start(exports.settings, undisturbed.root, LAST_DAY)
    assert warm_runs.ended() == 0, (tmp_path / "errors").read_text()
    assert _look(disturbed) > publications[0]
    assert disturbed.report.exists()
    one, other = _end_state(disturbed), _end_state(undisturbed)
    assert one.keys() == other.keys()
    assert [table for table in one if one[table] != other[table]] == []
