"""dbt's events as Dagster's: at once where they need nothing else, the rest once dbt lets go of the database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from dagster_project.defs.table_metadata import table_metadata
from dagster_project.plural import counted
from dagster_project.quality import personal_columns
from dagster_project.runs import FailedCheck, StageReport
from dagster_project.transform.results import FailedTest, tests_that_failed
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.first_rows import as_text, first_rows
from dagster_project.warehouse.introspection import all_columns
from dagster_project.warehouse.paths import WarehousePaths


@dataclass
class DbtEvents:
    """dbt's events on their way to Dagster: what is known at once goes on at once, while dbt still runs.

    :ivar made: the tables and views that were made; their rows can be counted once dbt lets go of the database.
    :ivar failed: the tests that found rows; the rows are fetched then too.
    """

    report: StageReport
    nodes: Mapping[tuple[str, str], Mapping[str, Any]]
    key_of_output: Mapping[str, dg.AssetKey]
    publication_id: int
    made: list[dg.AssetKey] = field(default_factory=list)
    failed: list[dg.AssetCheckResult] = field(default_factory=list)

    def live(self, events: Iterable[Any]) -> Iterator[Any]:
        """Yield what needs nothing but the event."""
        for event in events:
            if isinstance(event, dg.Output):
                key = self.key_of_output[event.output_name]
                self.made.append(key)
                yield dg.Output(
                    value=None,
                    output_name=event.output_name,
                    metadata={
                        **event.metadata,
                        "dagster/column_schema": _described_columns(self._node(key)),
                        "publication_id": self.publication_id,
                    },
                )
            elif isinstance(event, dg.AssetCheckResult) and not event.passed:
                self.failed.append(event)
            else:
                self.report.checks_passed += isinstance(event, dg.AssetCheckResult)
                yield event

    def afterwards(
        self, paths: WarehousePaths, run_results: Path, *, is_there: bool = True
    ) -> list[Any]:
        """Return the tests that failed with their rows, and how many rows each table has.

        A list: while somebody looks at the first of them, the database must not be open.

        :param is_there: whether the warehouse holds what was built; another engine brings it only if all went well.
        """
        with open_warehouse(paths, read_only=True) as con:
            found = self._failures(con if is_there else None, run_results)
            if not is_there:
                return found
            columns = all_columns(con)
            for key in self.made:
                node = self._node(key)
                if node["config"]["materialized"] == "view":
                    continue
                schema, table = key.path
                shape = table_metadata(
                    con, schema, table, columns[schema, table], _descriptions(node)
                )
                self.report.made(key.to_user_string(), shape)
                found.append(dg.AssetObservation(asset_key=key, metadata=shape))
        return found

    def _failures(self, con: duckdb.DuckDBPyConnection | None, run_results: Path) -> list[Any]:
        if not self.failed:
            return []
        tests, personal = tests_that_failed(run_results), personal_columns()
        return [self._with_rows(con, event, tests, personal) for event in self.failed]

    def _with_rows(
        self,
        con: duckdb.DuckDBPyConnection | None,
        event: dg.AssetCheckResult,
        tests: Mapping[str, FailedTest],
        personal: frozenset[str],
    ) -> dg.AssetCheckResult:
        assert event.asset_key is not None, "a dbt test is a check of a model"
        unique_id = (
            dg.MetadataValue.text("") if event.metadata is None else event.metadata["unique_id"]
        )
        test = tests.get(str(unique_id.value))
        rows = []
        if test is not None and con is not None:
            rows = as_text(first_rows(con, test.query, hidden=personal))
        self.report.failed_checks.append(
            FailedCheck(
                asset=event.asset_key.to_user_string(),
                check=str(event.check_name),
                critical=event.severity is dg.AssetCheckSeverity.ERROR,
                suite="dbt",
                message="" if test is None else f"{counted(test.rows, 'row')} of the test's query",
                observed="" if test is None else str(test.rows),
                failing_rows=tuple(rows),
            )
        )
        return event._replace(
            metadata={**(event.metadata or {}), "failing_rows": dg.MetadataValue.json(rows)}
        )

    def _node(self, key: dg.AssetKey) -> Mapping[str, Any]:
        schema, table = key.path
        return self.nodes[schema, table]


def _descriptions(node: Mapping[str, Any]) -> dict[str, str]:
    return {name: column["description"] for name, column in node["columns"].items()}


def _described_columns(node: Mapping[str, Any]) -> dg.TableSchema:
    """Return the columns that a model's YAML describes."""
    return dg.TableSchema(
        [
            dg.TableColumn(name, column.get("data_type") or "?", description=column["description"])
            for name, column in node["columns"].items()
        ]
    )
