"""The suites as people write them: ``expectations/<stage>/<table>.yml``, read without Great Expectations.

Importing GX takes seconds; listing what is checked must not. Only reading and checking the YAML belongs here. What
every table is asked without being told is ``standard``'s business, what GX makes of a suite ``context``'s.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dagster_project.errors import EbblineError
from dagster_project.locations import EXPECTATIONS
from dagster_project.quality.checks import (
    Check,
    CheckSpec,
    Question,
    Severity,
    Stage,
    accepted_values,
    agrees_with,
    between,
    no_rows,
    references,
)
from dagster_project.quality.contracts import TableContract, mart_contracts, raw_contracts
from dagster_project.quality.standard import not_emptied, standard_checks
from dagster_project.yaml_document import Fault, Lines, faults_of, read_yaml

STAGES: tuple[Stage, ...] = get_args(Stage)

_TABLE = re.compile(r"[a-z][a-z0-9_]*")
_QUALIFIED = r"^[a-z_]+\.[a-z][a-z0-9_]*$"
_NAME = r"^[a-z][a-z0-9_]*$"


class SuiteError(EbblineError):
    """The folder of expectations is not what it should be."""


@dataclass(frozen=True)
class Expectation:
    """One check of a suite: what is listed of it, what GX is asked, and whether nobody wrote it."""

    spec: CheckSpec
    question: Question
    is_standard: bool = False


@dataclass(frozen=True)
class Suite:
    """The checks of one table.

    :param key: columns that name a row to a person.
    :param personal: columns whose values are never shown.
    :param expectations: the standard ones first, then those of the file, in its order.
    """

    stage: Stage
    table: str
    key: tuple[str, ...]
    personal: frozenset[str]
    expectations: tuple[Expectation, ...]

    @property
    def name(self) -> str:
        """What GX and the pages call the suite."""
        return f"{self.stage}__{self.table}"

    @property
    def qualified_table(self) -> str:
        """The table with its schema, as people write it."""
        return f"{self.stage}.{self.table}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Column = Annotated[str, Field(pattern=_NAME)]
_OtherTable = Annotated[str, Field(pattern=_QUALIFIED)]
_Text = Annotated[str, Field(min_length=1)]


class _Values(_Strict):
    column: _Column
    values: Annotated[tuple[str | int, ...], Field(min_length=1)]


class _Between(_Strict):
    column: _Column
    min: int | float | None = None
    max: int | float | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> "_Between":
        if self.min is None and self.max is None:
            raise ValueError("say min, max or both")
        return self


class _References(_Strict):
    column: _Column
    table: _OtherTable
    to: _Column | None = None
    where_exported: bool = False


class _WrittenCheck(_Strict):
    """One entry under ``checks``: one of the five forms, and what a person is told."""

    description: _Text
    severity: Severity
    needs: tuple[_OtherTable, ...] = ()
    sql: _Text | None = None
    accepted_values: _Values | None = None
    between: _Between | None = None
    references: _References | None = None
    agrees_with: _OtherTable | None = None

    @model_validator(mode="after")
    def _has_one_form(self) -> "_WrittenCheck":
        forms = (
            self.sql,
            self.accepted_values,
            self.between,
            self.references,
            self.agrees_with,
        )
        if sum(form is not None for form in forms) != 1:
            raise ValueError("say one of: sql, accepted_values, between, references, agrees_with")
        if self.sql is not None and "{batch}" not in self.sql:
            raise ValueError("the SQL does not name {batch}, the table that is checked")
        return self

    def question(self, key: tuple[str, ...], metrics_of: Mapping[str, tuple[str, ...]]) -> Question:
        """Return what GX is asked.

        :param key: the columns that identify a row.
        :param metrics_of: the columns that are metrics, by mart (``marts.<table>``).
        """
        if self.agrees_with is not None:
            return agrees_with(self.agrees_with, metrics_of[self.agrees_with])
        if self.accepted_values is not None:
            return accepted_values(self.accepted_values.column, self.accepted_values.values)
        if self.between is not None:
            return between(self.between.column, self.between.min, self.between.max)
        if self.references is not None:
            other = self.references
            return references(
                other.column,
                other.table,
                other.to or other.column,
                shown=key,
                where_exported=other.where_exported,
            )
        assert self.sql is not None, "one form is given"
        return no_rows(self.sql, self.needs)


class _SuiteFile(_Strict):
    """A suite file. A raw table or mart of the contract needs none where the standard checks are enough."""

    key: tuple[_Column, ...] = ()
    personal: tuple[_Column, ...] = ()
    never_emptied: bool = False
    without: dict[_Column, _Text] = Field(default_factory=dict)
    checks: dict[_Column, _WrittenCheck] = Field(default_factory=dict)


def read_suites(folder: Path = EXPECTATIONS) -> tuple[Suite, ...]:
    """Return the suite of every table of the contracts and of every file, in order of name.

    :param folder: holds ``raw/*.yml`` and ``marts/*.yml``.
    :raises SuiteError: no suites are here, or some are malformed; all of them are named.
    """
    return _installed() if folder == EXPECTATIONS else _read_folder(folder)


@cache
def _installed() -> tuple[Suite, ...]:
    """Return the suites of this installation, which a process reads once."""
    return _read_folder(EXPECTATIONS)


def _read_folder(folder: Path) -> tuple[Suite, ...]:
    files = {
        (stage, file.stem): file for stage in STAGES for file in (folder / stage).glob("*.yml")
    }
    if not files:
        raise SuiteError(
            "no suites are here",
            where=str(folder),
            fix="the folder must hold raw/*.yml and marts/*.yml",
        )
    contracts: dict[tuple[Stage, str], TableContract] = {
        **{("raw", table): contract for table, contract in raw_contracts().items()},
        **{("marts", table): contract for table, contract in mart_contracts().items()},
    }
    metrics_of = {f"{stage}.{table}": one.metrics for (stage, table), one in contracts.items()}
    suites, faults = [], []
    for stage, table in sorted({*files, *contracts}):
        try:
            written, lines = _read(files.get((stage, table)))
            suites.append(
                _suite(stage, table, written, lines, contracts.get((stage, table)), metrics_of)
            )
        except _FaultySuiteError as error:
            faults += [f"{stage}/{table}.yml:{fault.line}: {fault}" for fault in error.faults]
        except SuiteError as error:
            line = error.where.removeprefix(str(files[(stage, table)]))
            faults.append(f"{stage}/{table}.yml{line}: {error.what}")
    if faults:
        raise SuiteError(
            "suites cannot be read",
            where=str(folder),
            evidence=faults,
            fix="docs/validation.md says what a suite holds",
        )
    return tuple(suites)


def list_checks(folder: Path = EXPECTATIONS) -> tuple[CheckSpec, ...]:
    """Return every check of every suite, without importing Great Expectations.

    :raises SuiteError: as :func:`read_suites`.
    """
    return tuple(
        expectation.spec for suite in read_suites(folder) for expectation in suite.expectations
    )


def personal_columns(folder: Path = EXPECTATIONS) -> frozenset[str]:
    """Return every column that some suite calls personal: what is never shown, whatever table it was taken from.

    :raises SuiteError: as :func:`read_suites`.
    """
    return frozenset[str]().union(*(suite.personal for suite in read_suites(folder)))


def written_sql(folder: Path = EXPECTATIONS) -> dict[str, str]:
    """Return the SQL that people wrote, by ``<stage>__<table>.<check>``, with the table in place of ``{batch}``."""
    return {
        f"{stage}__{file.stem}.{name}": check.sql.replace("{batch}", f"{stage}.{file.stem}")
        for stage in STAGES
        for file in sorted((folder / stage).glob("*.yml"))
        for name, check in _read(file)[0].checks.items()
        if check.sql is not None
    }


class _FaultySuiteError(Exception):
    """A suite file that says something it must not; gathered with those of the others."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(map(str, faults)))


def _suite(
    stage: Stage,
    table: str,
    written: _SuiteFile,
    lines: Lines,
    contract: TableContract | None,
    metrics_of: Mapping[str, tuple[str, ...]],
) -> Suite:
    def faulty(key: str, message: str) -> _FaultySuiteError:
        return _FaultySuiteError([Fault(lines.get((key,), 1), key, message)])

    if not _TABLE.fullmatch(table):
        raise faulty("", "a file is called like its table, in snake case")
    key = written.key or (contract.key if contract else ())
    if not key:
        raise faulty("key", "name the columns that identify a row")
    if contract is not None and set(written.key) == set(contract.key):
        raise faulty("key", "it is that of the contract; leave it out")
    standard = {
        check.name: check
        for check in (standard_checks(stage, table, replace(contract, key=key)) if contract else ())
    }
    unknown = sorted(written.without.keys() - standard.keys())
    if unknown:
        raise faulty("without", f"no standard check of this table is called {', '.join(unknown)}")
    for name, check in written.checks.items():
        if check.agrees_with is not None and not metrics_of.get(check.agrees_with):
            raise faulty("checks", f"{name}: {check.agrees_with} has no metrics")
    own = [
        Check(name, check.severity, check.description, check.question(key, metrics_of))
        for name, check in written.checks.items()
    ]
    if written.never_emptied:
        own.append(not_emptied(table))
    replaced = {check.name for check in own} | written.without.keys()
    checks = [*(c for c in standard.values() if c.name not in replaced), *own]
    if not checks:
        raise faulty("checks", "nothing is checked")
    suite = f"{stage}__{table}"
    return Suite(
        stage=stage,
        table=table,
        key=key,
        personal=frozenset(written.personal),
        expectations=tuple(
            Expectation(
                CheckSpec(suite, stage, table, check.name, check.severity, check.description),
                check.question,
                is_standard=check.name not in replaced,
            )
            for check in checks
        ),
    )


def _read(file: Path | None) -> tuple[_SuiteFile, Lines]:
    if file is None:
        return _SuiteFile(), {}
    document, lines = read_yaml(file, SuiteError, "the suite")
    try:
        return _SuiteFile.model_validate({} if document is None else document), lines
    except ValidationError as error:
        raise _FaultySuiteError(faults_of(error, lines, _SuiteFile)) from None
