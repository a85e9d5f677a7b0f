"""Files that are wholly there or not there at all, also after a power cut.

Only the moves that publications need: put a finished file in place, and copy one in place. Nothing
here knows what is inside a file.
"""

import os
import shutil
from pathlib import Path

READ_ONLY = 0o444


def put_in_place(finished: Path, place: Path, *, mode: int = READ_ONLY) -> None:
    """Give ``finished`` its mode and rename it to ``place`` (same folder), durably."""
    _fsync_file(finished)
    finished.chmod(mode)
    finished.replace(place)
    fsync_folder(place.parent)


def copy_in_place(source: Path, place: Path) -> None:
    """Replace ``place`` by a copy of ``source``, times and mode included, in one rename.

    A copy rather than a hard link: a program that opens ``place`` for writing must not change
    ``source``.
    """
    temporary = place.with_name(place.name + ".tmp")
    temporary.unlink(missing_ok=True)
    shutil.copyfile(source, temporary)
    shutil.copystat(source, temporary)
    put_in_place(temporary, place, mode=source.stat().st_mode & READ_ONLY)


def looks_same(one: Path, other: Path) -> bool:
    """Tell whether two files have equal size and time, as :func:`copy_in_place` leaves them."""
    try:
        a, b = one.stat(), other.stat()
    except FileNotFoundError:
        return False
    return (a.st_size, a.st_mtime_ns) == (b.st_size, b.st_mtime_ns)


def fsync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fsync_file(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
