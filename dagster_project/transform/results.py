"""What a dbt run reported, read from ``run_results.json``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.plural import counted


@dataclass(frozen=True)
class FailedTest:
    """A dbt test that found rows.

    :ivar rows: how many it found.
    :ivar query: the compiled SQL that selects them.
    """

    rows: int
    query: str


def tests_that_failed(run_results: Path) -> dict[str, FailedTest]:
    """Return the tests of a dbt run that found rows, warnings among them, by dbt's id."""
    return {
        str(result["unique_id"]): FailedTest(
            int(result["failures"] or 0), str(result.get("compiled_code") or "")
        )
        for result in _results(run_results)
        if result["status"] in ("fail", "warn")
    }


def failed_tests(run_results: Path, names: Mapping[str, str]) -> list[str]:
    """Return one line per failed test of a dbt run, with the number of offending rows.

    Empty where a model itself failed: then the tests say nothing about the data.

    :param names: what tests are called, by dbt's id.
    """
    results = _results(run_results)
    if any(result["status"] == "error" for result in results):
        return []
    return [
        f"{names.get(result['unique_id'], result['unique_id'])}: {counted(result['failures'], 'row')}"
        for result in results
        if result["status"] == "fail"
    ]


def _results(run_results: Path) -> list[dict[str, Any]]:
    if not run_results.exists():
        return []
    found: list[dict[str, Any]] = json.loads(run_results.read_text())["results"]
    return found
