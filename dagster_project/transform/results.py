"""What a dbt run reported, read from ``run_results.json``."""

import json
from pathlib import Path

from dagster_project.plural import counted


def failed_tests(run_results: Path) -> list[str]:
    """Return one line per failed test of a dbt run, with the number of offending rows.

    Empty where a model itself failed: then the tests say nothing about the data.
    """
    if not run_results.exists():
        return []
    results = json.loads(run_results.read_text())["results"]
    if any(result["status"] == "error" for result in results):
        return []
    return [
        f"{result['unique_id'].split('.')[2]}: {counted(result['failures'], 'row')}"
        for result in results
        if result["status"] == "fail"
    ]
