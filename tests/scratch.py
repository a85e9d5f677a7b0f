"""Where tests write: in memory where there is room for it.

A build of small models is files for a fifth of its time: what dbt compiles, and DuckDB's own.
"""

import os
import shutil
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
MEMORY = Path("/proc/meminfo")
ROOM = 10 * 2**30  # several times what all tests write


def write_in_memory() -> None:
    """Make temporary files of this process and of those it starts in memory, unless somebody said where."""
    if "TMPDIR" not in os.environ and has_room():
        os.environ["TMPDIR"] = str(SHARED_MEMORY)
        tempfile.tempdir = None  # asked again at the next use


def has_room() -> bool:
    """Return whether a file system in memory is there (Linux), and enough of both."""
    if not (SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK) and MEMORY.exists()):
        return False
    lines = (line.split() for line in MEMORY.read_text(encoding="utf-8").splitlines())
    available = next((int(words[1]) * 1024 for words in lines if words[0] == "MemAvailable:"), 0)
    return min(available, shutil.disk_usage(SHARED_MEMORY).free) > ROOM
