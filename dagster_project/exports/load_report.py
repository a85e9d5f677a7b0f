"""What a load did, file by file: the values that the caller shows. No SQL."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["loaded", "unchanged", "refused"]


@dataclass(frozen=True)
class FileLoad:
    """What one file brought to one table.

    ``rows_read = rows_loaded + rows_unchanged + rows_quarantined`` always holds, and the file has
    ``rows_read + rows_for_others`` rows; a file that was refused or not read again counts none.

    :param rows_for_others: rows of the file that this table does not take: another table fed by the file
        does, or nothing in the mapping; ``message`` says how many the latter are and what.
    :param warnings: what the file lacks and what that changes, and columns that nothing reads and that may matter.
    :param shape: the delivery of the mapping that the file was taken for.
    """

    file_name: str
    table: str
    outcome: Outcome
    rows_read: int = 0
    rows_loaded: int = 0
    rows_unchanged: int = 0
    rows_quarantined: int = 0
    message: str = ""
    load_id: int | None = None
    rows_for_others: int = 0
    warnings: tuple[str, ...] = ()
    shape: str = ""


@dataclass(frozen=True)
class LoadReport:
    """What one source brought, in the order in which files were taken.

    A table that a file could feed and that got no row of it stands in the ledger only, as long as
    another table did.

    :param unrecognised: files that no mapping knows, and what else lies there; they were left alone.
    """

    source: str
    format: str
    files: tuple[FileLoad, ...]
    unrecognised: tuple[str, ...] = ()

    @property
    def found_nothing(self) -> bool:
        """Whether nothing at all lies in the landing folder."""
        return not self.files and not self.unrecognised

    @property
    def refused(self) -> tuple[FileLoad, ...]:
        """The files that were refused whole; nothing of them was loaded."""
        return tuple(file for file in self.files if file.outcome == "refused")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is to be known of the files, each with the file's name, once."""
        told = (f"{file.file_name}: {one}" for file in self.files for one in file.warnings)
        return tuple(dict.fromkeys(told))

    @property
    def rows_read(self) -> int:
        """Rows met in the files that were read."""
        return sum(file.rows_read for file in self.files)

    @property
    def rows_loaded(self) -> int:
        """New rows and new versions."""
        return sum(file.rows_loaded for file in self.files)

    @property
    def rows_unchanged(self) -> int:
        """Rows whose newest version was the same already."""
        return sum(file.rows_unchanged for file in self.files)

    @property
    def rows_quarantined(self) -> int:
        """Rows that are in ``raw.quarantine`` instead."""
        return sum(file.rows_quarantined for file in self.files)
