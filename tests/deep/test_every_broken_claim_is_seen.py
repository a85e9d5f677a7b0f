"""Great Expectations itself, asked for every expectation after what it claims was broken.

In each round a suite keeps one expectation, and one warehouse is broken in all these ways at once: some tens of
validations instead of five hundred. What is broken for one is not read by another. That each expectation
holds before and fails by its own breakage alone is shown in test_no_expectation_is_one_that_cannot_fail.py.
"""

import re
from dataclasses import dataclass, replace

import pytest

from dagster_project.quality import validate
from dagster_project.quality.checks import Stage
from dagster_project.quality.suites import STAGES, Expectation, Suite, read_suites
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.quality.breakages import breakage

_TABLE_NAME = re.compile(r"\b(?:raw|staging|intermediate|marts|ops)\.\w+")


@dataclass(frozen=True)
class Break:
    """One expectation, and what breaks it."""

    suite: Suite
    expectation: Expectation

    @property
    def sql(self) -> str:
        return breakage(self.suite, self.expectation.spec.name)

    @property
    def changes(self) -> set[str]:
        """The tables that breaking it may change."""
        return set(_TABLE_NAME.findall(self.sql))

    @property
    def reads(self) -> set[str]:
        """The tables from which it is judged."""
        query = self.expectation.question.kwargs.get("unexpected_rows_query", "")
        return {self.suite.qualified_table, *_TABLE_NAME.findall(query)}

    def disturbs(self, other: "Break") -> bool:
        return (
            self.suite.name == other.suite.name
            or bool(self.changes & (other.reads | other.changes))
            or bool(other.changes & self.reads)
        )


def _rounds(stage: Stage) -> list[list[Break]]:
    """Spread all expectations of a stage over as few rounds as go without one disturbing another."""
    rounds: list[list[Break]] = []
    for suite in read_suites():
        for expectation in suite.expectations if suite.stage == stage else ():
            new = Break(suite, expectation)
            for others in rounds:
                if not any(new.disturbs(other) for other in others):
                    others.append(new)
                    break
            else:
                rounds.append([new])
    return rounds


ROUNDS = [
    pytest.param(stage, broken, id=f"{stage}-{number}")
    for stage in STAGES
    for number, broken in enumerate(_rounds(stage))
]


@pytest.mark.parametrize(("stage", "broken"), ROUNDS)
def test_it_is_refused_with_its_severity(
    warehouse: WarehousePaths, stage: Stage, broken: list[Break]
) -> None:
    with open_warehouse(warehouse) as con:
        for one in broken:
            con.execute(one.sql)
    suites = [replace(one.suite, expectations=(one.expectation,)) for one in broken]
    report = validate(warehouse, stage, suites=suites)
    refused = {
        result.spec
        for result in (*report.critical_failures, *report.warnings)
        if "could not be evaluated" not in result.observed
    }
    assert {one.expectation.spec for one in broken} - refused == set()
