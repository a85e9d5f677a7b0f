"""Running the suites of one stage against the working database.

What GX wants to find on disk is made in the warehouse folder, for this run alone. Talking to GX itself is left to
``great_expectations_run``, what a suite holds to the files in expectations/.
"""

import shutil
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from dagster_project.exports.contract import TABLES
from dagster_project.quality.checks import Stage
from dagster_project.quality.context import write_context
from dagster_project.quality.failing_rows import failing_rows
from dagster_project.quality.results import CheckpointRun, CheckResult, ValidationReport
from dagster_project.quality.suites import (
    Expectation,
    Suite,
    SuiteError,
    read_suites,
)
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.introspection import tables_of
from dagster_project.warehouse.paths import WarehousePaths

# Where tables lie that expectations need.
_SCHEMAS = ("raw", "staging", "intermediate", "marts", "ops")


def validate(
    paths: WarehousePaths,
    stage: Stage,
    *,
    tables: Collection[str] | None = None,
    suites: Sequence[Suite] | None = None,
) -> ValidationReport:
    """Check the tables of one schema of ``warehouse.duckdb``, reading only.

    Nobody may hold the database open for writing meanwhile. A table that a suite guards and that
    does not exist fails every expectation of the suite.

    :param paths: the warehouse.
    :param stage: ``raw`` before the transformation, ``marts`` after it.
    :param tables: check only these tables (names without schema); all where None.
    :param suites: those to choose from; where None, those of ``expectations/``.
    :raises SuiteError: the suites cannot be read, or a table has none.
    :raises WarehouseLockedError: another process is writing.
    """
    chosen = _chosen(read_suites() if suites is None else suites, stage, tables)
    # Imported here: GX costs seconds, and whoever only lists checks must not pay them.
    from dagster_project.quality.great_expectations_run import run_checkpoint

    started = time.perf_counter()
    with open_warehouse(paths, read_only=True) as con:
        existing = _tables(con)
        never_loaded = _never_loaded(con, existing)
    asked = [suite for suite in map(never_loaded.less, chosen) if suite.expectations]
    ran = CheckpointRun()
    if any(suite.qualified_table in existing for suite in asked):
        ran = run_checkpoint(_new_context(paths, asked, existing), stage, paths)
    with open_warehouse(paths, read_only=True) as con:
        findings = _Findings(con, existing, never_loaded, ran)
        results = tuple(
            findings.result(suite, expectation)
            for suite in chosen
            for expectation in suite.expectations
        )
    return ValidationReport(results, ran.docs_index, time.perf_counter() - started)


@dataclass(frozen=True)
class _NeverLoaded:
    """The raw tables that hold no row and of which the ledger knows none: two thirds of those of the contract.

    The standard checks speak of rows and of the ledger, so none can break there. What a person wrote is asked
    everywhere: it may be that a table must not be empty.
    """

    tables: frozenset[str]

    def answers(self, suite: Suite, expectation: Expectation) -> bool:
        """Tell whether a check holds without being asked."""
        return expectation.is_standard and suite.qualified_table in self.tables

    def less(self, suite: Suite) -> Suite:
        """Return the suite without the checks that need not be asked."""
        left = tuple(one for one in suite.expectations if not self.answers(suite, one))
        return replace(suite, expectations=left)


@dataclass(frozen=True)
class _Findings:
    """Everything from which the result of one expectation follows."""

    con: duckdb.DuckDBPyConnection
    existing: frozenset[str]
    never_loaded: _NeverLoaded
    ran: CheckpointRun

    def result(self, suite: Suite, expectation: Expectation) -> CheckResult:
        spec, page = expectation.spec, self.ran.pages.get(suite.name)
        if suite.qualified_table not in self.existing:
            message = f"table {suite.qualified_table} does not exist"
            return CheckResult(spec, False, "no table", (), message, page)
        if self.never_loaded.answers(suite, expectation):
            message = f"no row of {suite.qualified_table} was ever read, and it holds none"
            return CheckResult(spec, True, "no row", (), message, page)
        absent = sorted(set(expectation.question.needs) - self.existing)
        if absent:
            message = f"nothing to compare with yet: {', '.join(absent)} does not exist"
            return CheckResult(spec, True, "nothing to compare with", (), message, page)
        outcome = self.ran.outcomes[suite.name, spec.name]
        if outcome.passed:
            return CheckResult(spec, True, outcome.observed, (), spec.description, page)
        message = f"{suite.qualified_table}, {spec.name}: {outcome.observed}. {spec.description}"
        rows = failing_rows(self.con, suite, expectation)
        return CheckResult(spec, False, outcome.observed, rows, message, page)


def _chosen(
    suites: Sequence[Suite], stage: Stage, tables: Collection[str] | None
) -> tuple[Suite, ...]:
    of_stage = tuple(suite for suite in suites if suite.stage == stage)
    if tables is None:
        return of_stage
    unknown = sorted(set(tables) - {suite.table for suite in of_stage})
    if unknown:
        raise SuiteError(
            "tables without a suite cannot be validated",
            where=stage,
            evidence=unknown,
            fix=f"add expectations/{stage}/<table>.yml, or leave the table out",
        )
    return tuple(suite for suite in of_stage if suite.table in tables)


def _tables(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    return frozenset(f"{schema}.{table}" for schema in _SCHEMAS for table in tables_of(con, schema))


def _never_loaded(con: duckdb.DuckDBPyConnection, existing: frozenset[str]) -> _NeverLoaded:
    if "raw.loads" not in existing:
        return _NeverLoaded(frozenset())
    read = con.execute("select distinct table_name from raw.loads where rows_read > 0").fetchall()
    others = existing & {f"raw.{table}" for table in TABLES.keys() - {table for (table,) in read}}
    return _NeverLoaded(
        frozenset(table for table in others if not con.table(table).limit(1).fetchall())
    )


def _new_context(paths: WarehousePaths, suites: Sequence[Suite], existing: frozenset[str]) -> Path:
    """Write the context of this run beside the warehouse and return its folder."""
    work = paths.root / "quality"
    context = work / "context"
    shutil.rmtree(context, ignore_errors=True)
    for suite in suites:
        # Data Docs show the last run; older ones are in the publications.
        shutil.rmtree(work / "results" / suite.name, ignore_errors=True)
    write_context(context, suites, existing=existing)
    return context
