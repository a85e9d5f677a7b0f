"""Serving what readers see, publication after publication.

A publication replaces ``marts.duckdb`` by a rename, which an open file never notices. So the name is
looked at every second, and another file is opened beside the one served; then the server is stopped
and started on it, within milliseconds. Sessions of clients end with the publication they began on: no
session, and so no query, ever sees two.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dagster_project.server.guarded import GuardedMarts
from dagster_project.server.quack import Address, start, stop
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.serving import published_file


@dataclass(frozen=True)
class Served:
    """A publication that clients see from now on."""

    publication_id: int
    built_at: datetime
    address: Address


def serve(
    paths: WarehousePaths, address: Address, *, token: str, pause: float = 1.0
) -> Generator[Served, None, None]:
    """Serve the published marts until the generator is closed.

    :param token: what clients must know.
    :param pause: seconds between two looks at ``marts.duckdb``.
    :returns: each publication, once it is served.
    :raises EbblineError: nothing has been published yet, the port is taken, or the extension is
        missing.
    """
    file = published_file(paths)
    address.check_free()
    seen = _state(file)
    current = GuardedMarts(file)
    try:
        start(current.con, address, token)
        yield Served(current.publication_id, current.built_at, address)
        while True:
            time.sleep(pause)
            now = _state(file)
            # Deleted by hand, it comes back with the next publication; until then the last one stays.
            if now in (None, seen):
                continue
            coming = GuardedMarts(file)
            stop(current.con, address)
            current.close()
            current, seen = coming, now
            start(current.con, address, token)
            yield Served(current.publication_id, current.built_at, address)
    finally:
        stop(current.con, address)
        current.close()


def _state(file: Path) -> tuple[int, int, int] | None:
    """Return what tells one published file from another; None where there is none."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
