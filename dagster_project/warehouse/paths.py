"""Where the files of a warehouse lie. Names only; nothing here opens or creates a database."""

from dataclasses import dataclass
from pathlib import Path


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

    def create(self) -> None:
        """Make the folders that hold other files."""
        for folder in (self.root, self.publications, self.report.parent, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
