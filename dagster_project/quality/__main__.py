"""``python -m dagster_project.quality``: the suites for other tools.

``context DIR`` writes the Great Expectations context that a run would make, to open with GX's own tools; ``sql DIR``
writes the SQL of every written check as a file of its own, for the linter.
"""

import sys
from pathlib import Path

from dagster_project.quality.context import write_context
from dagster_project.quality.suites import read_suites, written_sql

# Where the environment does not say otherwise; relative paths count from the folder of the process.
PLACES = {
    "EBBLINE_WAREHOUSE_DB": "data/warehouse/warehouse.duckdb",
    "EBBLINE_DATA_DOCS": "data_docs",
    "EBBLINE_VALIDATION_RESULTS": "results",
}


def main(command: str, folder: Path) -> None:
    """Do what the module says."""
    if command == "context":
        write_context(folder, read_suites(), variables=PLACES)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, sql in written_sql().items():
        (folder / f"{name}.sql").write_text(sql, encoding="utf-8")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["context" | "sql" as command, folder]:
            main(command, Path(folder))
        case _:
            sys.exit("usage: python -m dagster_project.quality context|sql DIR")
