"""Where the files of a warehouse lie. Names only; nothing here opens or creates a database."""

import re
from dataclasses import dataclass
from pathlib import Path

from dagster_project.errors import EbblineError

_PUBLICATION_FILE = re.compile(r"(\d{6,})\.duckdb")


@dataclass(frozen=True)
class WarehousePaths:
    """The files of one warehouse folder. The names are part of the public interface."""

    root: Path

    @property
    def warehouse_db(self) -> Path:
        """The working database: one writer, no readers."""
        return self.root / "warehouse.duckdb"

    @property
    def marts_db(self) -> Path:
        """The published marts: the only file that readers open."""
        return self.root / "marts.duckdb"

    @property
    def publications(self) -> Path:
        """The folder of kept publications."""
        return self.root / "publications"

    @property
    def hold(self) -> Path:
        """The file that says which publication readers keep until they are released from it."""
        return self.publications / "held"

    @property
    def report(self) -> Path:
        """The HTML report."""
        return self.root / "report" / "index.html"

    @property
    def data_docs(self) -> Path:
        """The folder of the Great Expectations Data Docs."""
        return self.root / "data_docs"

    @property
    def lock(self) -> Path:
        """The file that says who is writing."""
        return self.root / "warehouse.lock"

    @property
    def dbt_target(self) -> Path:
        """What dbt compiles and reports for this warehouse."""
        return self.root / "dbt_target"

    @property
    def logs(self) -> Path:
        """Logs of dbt runs."""
        return self.root / "logs"

    @property
    def spill(self) -> Path:
        """Where DuckDB puts what does not fit into memory."""
        return self.root / "spill"

    def publication_files(self) -> dict[int, Path]:
        """Return the files of the kept publications by id; none where there is no such folder."""
        if not self.publications.is_dir():
            return {}
        names = (
            (_PUBLICATION_FILE.fullmatch(path.name), path) for path in self.publications.iterdir()
        )
        return {int(match.group(1)): path for match, path in names if match}

    def create(self) -> None:
        """Make the folders that hold other files.

        :raises EbblineError: one cannot be made, or something else has its name.
        """
        unusable = sorted(set("?#;\n\r\0") & set(str(self.root)))
        if unusable:
            raise EbblineError(
                f"the warehouse folder's name holds {', '.join(map(repr, unusable))}, "
                "which DuckDB's drivers take for more than a name",
                where=str(self.root),
                fix="name another with --warehouse or with `warehouse` in the settings file",
            )
        for folder in (self.root, self.publications, self.report.parent):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise EbblineError(
                    f"the warehouse folder cannot be made: {error.strerror}",
                    where=str(folder),
                    fix="name another with --warehouse or with `warehouse` in the settings file",
                ) from error

        for folder in (self.logs, self.data_docs):
            _make_private(folder)

    def require(self) -> None:
        """Check that there is a warehouse, for what must not make one.

        :raises EbblineError: the folder holds neither a working database nor publications.
        """
        if not self.warehouse_db.exists() and not self.publication_files():
            raise EbblineError(
                "there is no warehouse in this folder",
                where=str(self.root),
                fix="name another with --warehouse; `ebbline run` makes a new one",
            )


def _make_private(folder: Path) -> None:
    """Make a folder whose pages quote rows of exports: for the owner's eyes only, like ``warehouse.duckdb``."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except PermissionError:
        return  # another user's, whose mode is that user's business
    except OSError as error:
        raise EbblineError(
            f"the warehouse folder cannot be made: {error.strerror}",
            where=str(folder),
            fix="name another with --warehouse or with `warehouse` in the settings file",
        ) from error
