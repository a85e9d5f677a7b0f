"""A warehouse whose raw tables are written by hand and built by the real dbt project.

Loading raw rows, running dbt and asking questions belong here; what the answers should be is the
business of each test.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copyfile
from typing import Any, TypeAlias

import duckdb

from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.warehouse.quoting import quote_identifier
from tests.integration.dbt_process import dbt

Cell: TypeAlias = str | int | float | bool | date | datetime | Decimal | None
Rows: TypeAlias = list[tuple[Any, ...]]

FIRST_LOAD_AT = datetime(2025, 1, 1, 12, tzinfo=UTC)


class Warehouse:
    """One warehouse file: load raw rows, build models, ask questions."""

    def __init__(self, file: Path, target: Path, settings: Mapping[str, Cell]) -> None:
        """Create ``file`` with empty raw tables.

        :param target: dbt's target folder; shared between warehouses it saves parsing again.
        :param settings: dbt vars of every build.
        """
        self.file = file
        self.target = target
        self.settings = dict(settings)
        self.load_id = 0
        with duckdb.connect(str(self.file)) as con:
            ensure_raw_tables(con)

    @classmethod
    def of(cls, file: Path) -> "Warehouse":
        """Return a warehouse that is built already, to ask questions of."""
        warehouse = cls.__new__(cls)
        warehouse.file = file
        return warehouse

    def copied_to(self, file: Path) -> "Warehouse":
        """Return a warehouse of its own that begins as this one is now."""
        copy = Warehouse(file, self.target, self.settings)
        copyfile(self.file, file)
        copy.load_id = self.load_id
        return copy

    def load(self, table: str, rows: Iterable[Mapping[str, Cell]]) -> int:
        """Append ``rows`` as one load, a day after the one before, and return its load id."""
        self.load_id += 1
        loaded_at = FIRST_LOAD_AT + timedelta(days=self.load_id)
        with duckdb.connect(str(self.file)) as con:
            for number, row in enumerate(rows, start=1):
                values: dict[str, Cell] = {
                    "_load_id": self.load_id,
                    "_source_file": f"{table}-{self.load_id}.csv",
                    "_source_row": number,
                    "_loaded_at": loaded_at,
                    "_deleted": False,
                    **row,
                }
                columns = ", ".join(quote_identifier(name) for name in values)
                marks = ", ".join("?" for _ in values)
                con.execute(
                    f"insert into raw.{quote_identifier(table)} ({columns}) values ({marks})",
                    list(values.values()),
                )
        return self.load_id

    def build(self, *models: str, full_refresh: bool = False, **settings: Cell | list[str]) -> None:
        """Run ``models`` with everything above them, as the pipeline does."""
        done = dbt(
            "build",
            *("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"),
            *("--select", *[f"+{model}" for model in models]),
            *(["--full-refresh"] if full_refresh else []),
            warehouse_db=self.file,
            target=self.target,
            variables={**self.settings, **settings},
        )
        assert done.code == 0, done.output[-6000:]

    def rows(self, query: str) -> Rows:
        """Return what ``query`` selects."""
        with duckdb.connect(str(self.file)) as con:
            return con.execute(query).fetchall()
