"""Where exports lie: the files of a landing folder, in order, each at hand as a local file.

Listing only; URLs are ``remote.py``, and what a file means is decided in ``matching.py``.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from dagster_project.errors import InputRefusedError
from dagster_project.exports.profile import form_of


@dataclass(frozen=True)
class LandingFile:
    """One file of a landing zone.

    :param name: relative to the source's folder, with forward slashes.
    :param location: the local path, or the path inside the remote file system.
    :param version: what a remote landing zone calls this state of the file (an ETag, a generation); None
        where only the content can tell.
    :param modified_at: when it was last written, as the landing zone says; None where it does not.
    :param instead: what lies there in place of a file (a folder, a named pipe), in words; None for a file.
    """

    name: str
    location: str
    size_bytes: int
    version: str | None = None
    instead: str | None = None
    modified_at: datetime | None = None


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key under which part-2 comes before part-10 and dates in names sort."""
    parts = re.split(r"(\d+)", name)
    return tuple((1, int(p), p) if p.isdigit() else (0, 0, p) for p in parts if p)


class Landing(Protocol):
    """A landing zone, wherever it lies."""

    def files(self) -> tuple[LandingFile, ...]:
        """Return every file, in natural order of the names."""

    def at_hand(self, file: LandingFile) -> AbstractContextManager[Path]:
        """Give the file as a local path for the length of a ``with`` block."""

    def version_at_hand(self, file: LandingFile) -> str | None:
        """Return the version of what was last at hand, None where there is no telling."""


class LocalLanding:
    """A folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> tuple[LandingFile, ...]:
        """Return every file below the folder, hidden ones left out, in natural order.

        What somebody may take for a file and is none (a folder named like one, a link that is not followed,
        a pipe) is among them, and says what it is.

        :raises InputRefusedError: there is no such folder, or it or one below it cannot be read.
        """
        if not self._folder.is_dir():
            there = self._folder.exists()
            raise InputRefusedError(
                "the landing path is not a folder"
                if there
                else "the landing folder does not exist",
                where=str(self._folder),
                fix="name the folder that holds the files under sources in the settings"
                if there
                else "correct the path under sources in the settings, or make the folder",
            )
        found = []
        for parent, folders, names in os.walk(self._folder, onerror=_refuse_folder):
            folders[:] = [folder for folder in folders if not folder.startswith(".")]
            taken_for_files = [
                one for one in folders if form_of(one) or Path(parent, one).is_symlink()
            ]
            found += [
                self._listed(Path(parent, name))
                for name in (*names, *taken_for_files)
                if not name.startswith(".")
            ]
        return tuple(sorted(found, key=lambda file: natural_key(file.name)))

    def _listed(self, path: Path) -> LandingFile:
        name = _spelled(path.relative_to(self._folder).as_posix())
        try:
            state = path.stat()
        except OSError as error:
            return LandingFile(name, str(path), 0, instead=_link_that_fails(error))
        return LandingFile(
            name,
            str(path),
            state.st_size,
            instead=_instead_of_a_file(path, state),
            modified_at=_written_at(state.st_mtime),
        )

    @contextmanager
    def at_hand(self, file: LandingFile) -> Iterator[Path]:
        """Give the file under a name that no reader can take for a pattern or a URL.

        :raises InputRefusedError: it is no file, or a link to a place outside of the landing folder, or may not
            be read.
        """
        if file.instead is not None:
            raise _no_file(file, file.instead)
        target = Path(file.location).resolve()
        if not target.is_relative_to(self._folder.resolve()):
            # Whoever may write here must not make ebbline read, and quote, what else it can read.
            raise InputRefusedError(
                "this is a link that leads out of the landing folder",
                where=file.name,
                fix="copy the file into the folder",
            )
        try:
            # Without waiting: what was a file when it was listed may be a pipe by now.
            opened = os.open(target, os.O_RDONLY | os.O_NONBLOCK)
            try:
                instead = _instead_of_a_file(target, os.fstat(opened))
            finally:
                os.close(opened)
        except OSError as error:
            raise InputRefusedError(
                f"the file cannot be read: {error.strerror}",
                where=file.name,
                fix="let the user that runs ebbline read it",
            ) from error
        if instead is not None:
            raise _no_file(file, instead)
        known = form_of(file.name)
        ending = known[1].value if known else "bin"
        with TemporaryDirectory(prefix="ebbline-") as folder:
            link = Path(folder, f"input.{ending}")
            link.symlink_to(target)
            yield link

    def version_at_hand(self, file: LandingFile) -> str | None:
        """A local file is known by its content, which is cheap to read."""
        return None


def _written_at(seconds: float) -> datetime | None:
    """Return a time of change as an instant; None for one that no calendar holds."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _instead_of_a_file(path: Path, state: os.stat_result) -> str | None:
    """Return in words what lies at a path in place of a file, None for a file."""
    mode = state.st_mode
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return "a link to a folder, which is not followed" if path.is_symlink() else "a folder"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _link_that_fails(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "a link to a file that does not exist"
    return f"a link that cannot be followed: {error.strerror}"


def _no_file(file: LandingFile, instead: str) -> InputRefusedError:
    return InputRefusedError(
        f"this is {instead}; a file was expected",
        where=file.name,
        fix="put the file itself there, or take this out of the landing folder",
    )


def _refuse_folder(error: OSError) -> None:
    """Refuse a folder that cannot be listed: it would look like one without files."""
    raise InputRefusedError(
        f"the landing folder cannot be read: {error.strerror}",
        where=str(error.filename),
        fix="let the user that runs ebbline read it",
    ) from error


def _spelled(name: str) -> str:
    """Return a name as it can be shown and kept: bytes that are no UTF-8 as their escapes."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")
