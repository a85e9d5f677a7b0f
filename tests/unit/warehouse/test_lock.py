"""One writer at a time, and what the second one is told."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.clock import FixedClock
from dagster_project.errors import WarehouseLockedError
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.lock import lock_holder, warehouse_lock
from dagster_project.warehouse.paths import WarehousePaths

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
HOLD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from dagster_project.clock import FixedClock
from dagster_project.warehouse.lock import warehouse_lock
from dagster_project.warehouse.paths import WarehousePaths
noon = FixedClock(datetime(2026, 4, 1, 12, tzinfo=UTC))
with warehouse_lock(WarehousePaths(Path(sys.argv[1])), noon, "holder"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def _holder(root: Path, seconds: float) -> subprocess.Popen[str]:
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None and program.stdout.readline() == "held\n"
    return program


@pytest.fixture
def paths(tmp_path: Path) -> WarehousePaths:
    return WarehousePaths(tmp_path)


def test_the_second_process_is_told_who_holds_the_warehouse_and_for_how_long(
    paths: WarehousePaths,
) -> None:
    holder = _holder(paths.root, 60)
    try:
        later = FixedClock(NOON + timedelta(minutes=5, seconds=7))
        with pytest.raises(WarehouseLockedError) as refused, warehouse_lock(paths, later, "second"):
            pass
        text = str(refused.value)
        assert f"holder (process {holder.pid} on " in text
        assert "for 0:05:07 (h:mm:ss)" in text
        assert refused.value.exit_code == 4  # told apart from other errors
    finally:
        holder.kill()
        holder.communicate()


def test_a_killed_holder_frees_the_warehouse_and_is_named_to_its_successor(
    paths: WarehousePaths,
) -> None:
    holder = _holder(paths.root, 60)
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with warehouse_lock(paths, FixedClock(NOON), "second") as lock:
        assert lock.taken_over_from is not None
        assert (lock.taken_over_from.owner, lock.taken_over_from.pid) == ("holder", holder.pid)


def test_a_holder_that_ended_in_order_leaves_nobody_to_take_over_from(
    paths: WarehousePaths,
) -> None:
    with warehouse_lock(paths, FixedClock(NOON), "first"):
        pass
    with warehouse_lock(paths, FixedClock(NOON), "second") as lock:
        assert lock.taken_over_from is None


def test_a_failure_inside_frees_the_warehouse(paths: WarehousePaths) -> None:
    with pytest.raises(ZeroDivisionError), warehouse_lock(paths, FixedClock(NOON), "first"):
        raise ZeroDivisionError
    assert lock_holder(paths) is None


def test_who_waits_gets_the_warehouse_as_soon_as_it_is_free(
    paths: WarehousePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = _holder(paths.root, 60)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            holder.kill()
            holder.communicate()

    monkeypatch.setattr("dagster_project.warehouse.lock.time.sleep", pause)
    with warehouse_lock(paths, FixedClock(NOON), "second", wait=timedelta(hours=1)) as lock:
        assert lock.holder.pid == os.getpid()
    assert len(pauses) == 3, "asked again after every pause, and not once more"
    assert max(pauses) <= 1, "seconds that a free warehouse is left waiting"


WRITE = """
import sys
from pathlib import Path
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
with open_warehouse(WarehousePaths(Path(sys.argv[1]))):
    print("open", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def orphan(paths: WarehousePaths) -> Iterator[subprocess.Popen[str]]:
    """What a killed run had started: it has the working database open until it is told to end."""
    paths.create()
    killed = {"owner": "ebbline run", "pid": 1, "host": "here", "started_at": NOON.isoformat()}
    paths.lock.write_text(json.dumps(killed))
    program = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(paths.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None and program.stdout.readline() == "open\n"
    yield program
    program.kill()
    program.communicate()


def test_who_comes_after_a_killed_run_waits_for_what_it_had_started(
    paths: WarehousePaths, orphan: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            orphan.communicate("end\n")

    monkeypatch.setattr("dagster_project.warehouse.lock.time.sleep", pause)
    with warehouse_lock(paths, FixedClock(NOON), "second"), open_warehouse(paths):
        assert orphan.returncode == 0
    assert len(pauses) == 2


def test_an_orphan_that_does_not_end_is_said_with_the_run_that_was_killed(
    paths: WarehousePaths, orphan: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagster_project.warehouse.lock.ORPHAN_PATIENCE", timedelta(0))
    with (
        pytest.raises(
            WarehouseLockedError, match="what it had started is still writing"
        ) as refused,
        warehouse_lock(paths, FixedClock(NOON), "second"),
    ):
        pass
    assert "killed: ebbline run (process 1 on here" in str(refused.value)


def test_who_waits_in_vain_is_told_so(paths: WarehousePaths) -> None:
    with (
        warehouse_lock(paths, FixedClock(NOON), "first"),
        pytest.raises(WarehouseLockedError, match=r"after waiting 1 s"),
        warehouse_lock(paths, FixedClock(NOON), "second", wait=timedelta(seconds=1)),
    ):
        pass


def test_one_process_cannot_hold_the_warehouse_twice(paths: WarehousePaths) -> None:
    with (
        warehouse_lock(paths, FixedClock(NOON), "first"),
        pytest.raises(WarehouseLockedError, match="another run holds this warehouse"),
        warehouse_lock(paths, FixedClock(NOON), "second"),
    ):
        pass


def test_a_program_started_inside_does_not_keep_the_lock_of_a_killed_run(
    paths: WarehousePaths,
) -> None:
    start_child = HOLD.replace(
        'print("held", flush=True)',
        'import subprocess\n    print(subprocess.Popen(["sleep", "60"]).pid, flush=True)',
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", start_child, str(paths.root), "60"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    child = int(holder.stdout.readline())
    try:
        holder.kill()
        holder.wait()
        with warehouse_lock(paths, FixedClock(NOON), "second") as lock:
            assert lock.taken_over_from is not None
    finally:
        os.kill(child, signal.SIGKILL)


def test_the_holder_can_be_asked_for_without_taking_the_lock(paths: WarehousePaths) -> None:
    assert lock_holder(paths) is None
    with warehouse_lock(paths, FixedClock(NOON), "first"):
        holder = lock_holder(paths)
        assert holder is not None and holder.owner == "first"
        assert holder.age(FixedClock(NOON + timedelta(hours=1))) == timedelta(hours=1)
    assert lock_holder(paths) is None


@pytest.mark.parametrize("text", ["", "{", "null", '{"owner": "x"}', '{"owner":"x","pid":"y"}'])
def test_a_torn_text_in_the_lock_file_stops_nobody(paths: WarehousePaths, text: str) -> None:
    paths.create()
    paths.lock.write_text(text)
    with warehouse_lock(paths, FixedClock(NOON), "first") as lock:
        assert lock.taken_over_from is None


def test_the_lock_file_says_in_plain_json_who_holds_it(paths: WarehousePaths) -> None:
    with warehouse_lock(paths, FixedClock(NOON), "first"):
        text = json.loads(paths.lock.read_text())
    assert text["owner"] == "first" and text["pid"] == os.getpid()
    assert text["started_at"] == "2026-04-01T12:00:00+00:00"
