"""Things that take long to make and are only read: made once in a session of tests, for all its workers.

Who comes first makes it while the others wait; who wants to change it takes a copy.
"""

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SharedFolder:
    """A folder of the session, with one folder in it for each thing that is shared."""

    root: Path

    def made(self, name: str, make: Callable[[Path], object]) -> Path:
        """Return the folder ``name``, filled by ``make`` where nobody has filled it yet. Only to be read.

        :raises Exception: what ``make`` raises; the next who asks tries again.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        folder, whole = self.root / name, self.root / f"{name}.whole"
        with (self.root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not whole.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                whole.touch()
        return folder
