"""The lock that lets one run at a time write to a warehouse.

The lock is ``flock(2)`` on an open file: the kernel frees it when its owner ends, however it ends,
so a killed run never leaves the warehouse shut. The text inside the file only says who holds it.
DuckDB's own lock guards single connections; this one guards a whole run, between whose steps nobody
has the database open. Only the lock belongs here; what is done under it does not.
"""

import fcntl
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dagster_project.clock import Clock
from dagster_project.errors import WarehouseLockedError
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths

_POLL_SECONDS = 0.1
# A killed run can leave a child (dbt) that still writes; it ends by itself once nobody reads its
# output.
ORPHAN_PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True)
class LockHolder:
    """Who holds, or last held, the lock.

    :ivar owner: what it was taken for, such as ``ebbline run``.
    :ivar started_at: when it was taken, UTC.
    """

    owner: str
    pid: int
    host: str
    started_at: datetime

    def age(self, clock: Clock) -> timedelta:
        """Return for how long the lock has been held."""
        return clock.now() - self.started_at

    def __str__(self) -> str:
        since = f"{self.started_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"{self.owner} (process {self.pid} on {self.host}, since {since})"


@dataclass(frozen=True)
class WarehouseLock:
    """The lock, held. ``taken_over_from`` is the dead owner it was taken over from, if any."""

    holder: LockHolder
    taken_over_from: LockHolder | None


@contextmanager
def warehouse_lock(
    paths: WarehousePaths, clock: Clock, owner: str, *, wait: timedelta = timedelta(0)
) -> Iterator[WarehouseLock]:
    """Hold the warehouse for the length of a ``with`` block.

    Forked children share the lock until they end; programs started by this process do not.

    :param owner: what it is taken for; shown to whoever comes second.
    :param wait: for how long to wait for another owner before giving up.
    :raises WarehouseLockedError: another process holds it; says who, and for how long already.
    """
    paths.create()
    # Never truncated on opening: the text may be the living owner's.
    with paths.lock.open("a+", encoding="utf-8") as file:
        _acquire(file.fileno(), paths, clock, wait)
        dead = _read_holder(paths)
        holder = LockHolder(owner, os.getpid(), platform.node(), clock.now())
        if dead is not None:
            _await_orphan(paths, dead)
        _write_holder(file.fileno(), holder)
        try:
            yield WarehouseLock(holder, dead)
        finally:
            # Emptied, not removed: a second process may already wait on this very file.
            os.ftruncate(file.fileno(), 0)


def lock_holder(paths: WarehousePaths) -> LockHolder | None:
    """Return who holds the warehouse at this moment, or None when it is free."""
    if not paths.lock.exists():
        return None
    with paths.lock.open(encoding="utf-8") as file:
        if _try_flock(file.fileno(), fcntl.LOCK_SH):
            return None
        return _read_holder(paths)


def _try_flock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _acquire(descriptor: int, paths: WarehousePaths, clock: Clock, wait: timedelta) -> None:
    deadline = time.monotonic() + wait.total_seconds()
    while not _try_flock(descriptor, fcntl.LOCK_EX):
        if time.monotonic() >= deadline:
            raise _locked(paths, clock, wait)
        time.sleep(_POLL_SECONDS)


def _locked(paths: WarehousePaths, clock: Clock, wait: timedelta) -> WarehouseLockedError:
    holder = _read_holder(paths)
    evidence = []
    if holder is not None:
        seconds = max(0, int(holder.age(clock).total_seconds()))
        evidence.append(f"held by {holder}, for {timedelta(seconds=seconds)} (h:mm:ss)")
    waited = f" after waiting {wait.total_seconds():.0f} s" if wait else ""
    return WarehouseLockedError(
        f"another run holds this warehouse{waited}",
        where=str(paths.lock),
        evidence=evidence,
        fix="wait for it to end; readers need no lock, they belong on marts.duckdb",
    )


def _await_orphan(paths: WarehousePaths, dead: LockHolder) -> None:
    """Wait until no child of a killed run has the working database open any more."""
    deadline = time.monotonic() + ORPHAN_PATIENCE.total_seconds()
    while True:
        try:
            with open_warehouse(paths):
                return
        except WarehouseLockedError as error:
            if time.monotonic() >= deadline:
                raise WarehouseLockedError(
                    "a run was killed and what it had started is still writing",
                    where=error.where,
                    evidence=[f"killed: {dead}", *(f"still writing: {e}" for e in error.evidence)],
                    fix="end that process, then start again",
                ) from error
        time.sleep(_POLL_SECONDS)


def _write_holder(descriptor: int, holder: LockHolder) -> None:
    os.ftruncate(descriptor, 0)
    text = {
        "owner": holder.owner,
        "pid": holder.pid,
        "host": holder.host,
        "started_at": holder.started_at.isoformat(),
    }
    os.write(descriptor, (json.dumps(text) + "\n").encode())


def _read_holder(paths: WarehousePaths) -> LockHolder | None:
    """Return what the lock file says; None when it is empty or half-written."""
    try:
        text = json.loads(paths.lock.read_text(encoding="utf-8"))
        started_at = datetime.fromisoformat(text["started_at"]).astimezone(UTC)
        return LockHolder(str(text["owner"]), int(text["pid"]), str(text["host"]), started_at)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
