"""The suites as they lie on disk, read without Great Expectations.

Importing GX takes seconds; listing what is checked must not. Only reading and checking the JSON
belongs here, running it does not.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from dagster_project.errors import EbblineError

Stage = Literal["raw", "marts"]
Severity = Literal["critical", "warning"]

STAGES: tuple[Stage, ...] = get_args(Stage)
EXPECTATIONS = Path(__file__).parents[2] / "expectations"

_SUITE_NAME = re.compile(r"(raw|marts)__([a-z][a-z0-9_]*)")
_CHECK_NAME = re.compile(r"[a-z][a-z0-9_]*")


class SuiteError(EbblineError):
    """The folder of expectations is not what it should be."""


@dataclass(frozen=True)
class CheckSpec:
    """One expectation, as it is listed before anything runs.

    :param suite: name of the suite, ``<stage>__<table>``.
    :param stage: the schema that is checked: ``raw`` before the transformation, ``marts`` after it.
    :param table: the table it guards, without schema.
    :param name: a claim in snake case, unique within its suite.
    :param severity: ``critical`` blocks the publication, ``warning`` informs.
    :param description: one sentence for a person.
    """

    suite: str
    stage: Stage
    table: str
    name: str
    severity: Severity
    description: str


@dataclass(frozen=True)
class Expectation:
    """One expectation of a suite.

    :param spec: what is listed of it.
    :param expectation_type: the GX type, such as ``expect_column_values_to_be_in_set``.
    :param kwargs: its GX arguments.
    :param needs: tables (``schema.table``) without which there is nothing to compare with.
    """

    spec: CheckSpec
    expectation_type: str
    kwargs: dict[str, Any]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """One suite: the expectations of one table.

    :param name: ``<stage>__<table>``.
    :param stage: schema of the table.
    :param table: the table, without schema.
    :param key: columns that name a row to a person.
    :param personal: columns whose values are never shown.
    :param expectations: in the order of the file.
    :param document: the JSON as read.
    """

    name: str
    stage: Stage
    table: str
    key: tuple[str, ...]
    personal: frozenset[str]
    expectations: tuple[Expectation, ...]
    document: dict[str, Any]

    @property
    def qualified_table(self) -> str:
        """The table with its schema, as people write it."""
        return f"{self.stage}.{self.table}"


def read_suites(folder: Path = EXPECTATIONS) -> tuple[Suite, ...]:
    """Read every suite of a context folder, in order of name.

    :param folder: the folder that holds ``great_expectations.yml``.
    :raises SuiteError: the folder is no context, holds no suite, or suites are malformed.
    """
    files = sorted((folder / "expectations").glob("*.json"))
    if not (folder / "great_expectations.yml").is_file() or not files:
        raise SuiteError(
            "no Great Expectations context with suites is here",
            where=str(folder),
            fix="the folder must hold great_expectations.yml and expectations/*.json",
        )
    suites: list[Suite] = []
    faults: list[str] = []
    for file in files:
        try:
            suites.append(_suite(file))
        except (KeyError, ValueError, TypeError) as error:
            faults.append(f"{file.name}: {type(error).__name__} {error}")
    if faults:
        raise SuiteError(
            "suites cannot be read",
            where=str(folder / "expectations"),
            evidence=faults,
            fix="docs/validation.md says what a suite holds",
        )
    return tuple(suites)


def list_checks(folder: Path = EXPECTATIONS) -> tuple[CheckSpec, ...]:
    """Return every expectation of every suite, without importing Great Expectations.

    :param folder: the folder that holds ``great_expectations.yml``.
    :raises SuiteError: as :func:`read_suites`.
    """
    return tuple(
        expectation.spec for suite in read_suites(folder) for expectation in suite.expectations
    )


def _suite(file: Path) -> Suite:
    document = json.loads(file.read_text(encoding="utf-8"))
    name = document["name"]
    parts = _SUITE_NAME.fullmatch(name)
    if parts is None or name != file.stem:
        raise ValueError(f"the name {name!r} must be <raw|marts>__<table> and that of the file")
    stage, table = cast(Stage, parts[1]), parts[2]
    expectations = tuple(
        _expectation(entry, suite=name, stage=stage, table=table)
        for entry in document["expectations"]
    )
    names = [expectation.spec.name for expectation in expectations]
    if len(set(names)) != len(names):
        raise ValueError("two expectations have one name")
    return Suite(
        name=name,
        stage=stage,
        table=table,
        key=tuple(document["meta"]["key"]),
        personal=frozenset(document["meta"].get("personal_columns", ())),
        expectations=expectations,
        document=document,
    )


def _expectation(entry: dict[str, Any], *, suite: str, stage: Stage, table: str) -> Expectation:
    name, severity = entry["meta"]["name"], entry["severity"]
    if not _CHECK_NAME.fullmatch(name):
        raise ValueError(f"the expectation's name {name!r} is not in snake case")
    if severity not in get_args(Severity):
        raise ValueError(f"{name}: severity {severity!r} is neither critical nor warning")
    if not entry["description"]:
        raise ValueError(f"{name}: the description is empty")
    return Expectation(
        spec=CheckSpec(
            suite=suite,
            stage=stage,
            table=table,
            name=name,
            severity=severity,
            description=entry["description"],
        ),
        expectation_type=entry["type"],
        kwargs=entry["kwargs"],
        needs=tuple(entry["meta"].get("needs", ())),
    )
