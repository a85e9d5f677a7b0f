"""MetricFlow, asked as a tool would ask it, answers with the figures of the marts.

Its small sibling: ``integration/metrics/test_the_semantic_layer.py``.
"""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dagster_project.locations import DBT_PROJECT
from tests.sample import WholeRun

ASKED = ("churn_rate", "mrr_closing", "ndr_12m", "arpa", "ltv", "customers_new")
Figures = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dbt project, since MetricFlow writes into the folder that it works in."""
    copy = tmp_path_factory.mktemp("mf") / "dbt"
    shutil.copytree(DBT_PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    return copy


def answered(project: Path, database: Path, grain: str, ending: str) -> Figures:
    """Return what MetricFlow answers, by period and metric."""
    out, here = project.parent / f"{grain}.csv", Path(sys.executable)
    names = [f"{name}{ending}" for name in ASKED]
    environment = {
        **os.environ,
        "EBBLINE_WAREHOUSE_DB": str(database),
        "DBT_PROFILES_DIR": str(project),
    }
    query = ("query", "--metrics", ",".join(names), "--group-by", f"metric_time__{grain}")
    for command in (
        [str(here.with_name("dbt")), "--quiet", "parse"],
        [str(here.with_name("mf")), *query, "--csv", str(out)],
    ):
        subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    with out.open(encoding="utf-8") as file:
        return {
            (row[f"metric_time__{grain}"][:10], name.removesuffix(ending)): row[name]
            for row in csv.DictReader(file)
            for name in names
        }


@pytest.mark.parametrize(
    ("grain", "ending"), [("month", ""), ("quarter", "_quarterly"), ("year", "_yearly")]
)
def test_its_figures_are_those_of_the_marts(
    whole_sample: WholeRun, project: Path, tmp_path: Path, grain: str, ending: str
) -> None:
    database = tmp_path / "warehouse.duckdb"
    shutil.copy(whole_sample.paths.warehouse_db, database)
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            "select period_start, metric, value from marts.metrics"
            " where grain = ? and dimension = 'all' and list_contains(?, metric)",
            [grain, list(ASKED)],
        ).fetchall()
    found = answered(project, database, grain, ending)
    differing = {
        (start, metric): (value, said)
        for start, metric, value in rows
        for said in [found.get((str(start), metric))]
        if not (
            (value is None and said in ("", None))
            or (value is not None and said and float(said) == pytest.approx(value, rel=1e-9))
        )
    }
    assert (len(rows) > 0, differing) == (True, {})
