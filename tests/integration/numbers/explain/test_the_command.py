"""``ebbline explain`` as people call it: what it prints, how it ends, what it answers to a wrong question."""

import csv
import io
import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dagster_project.warehouse.paths import WarehousePaths


def explain(paths: WarehousePaths, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "dagster_project.cli", "explain", *arguments),
            *("--warehouse", str(paths.root)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def damaged(sample: WarehousePaths, tmp_path: Path) -> WarehousePaths:
    """The sample without the newest movement of somebody in the figures of March."""
    paths = WarehousePaths(tmp_path)
    shutil.copyfile(sample.marts_db, paths.marts_db)
    paths.marts_db.chmod(0o600)
    with duckdb.connect(str(paths.marts_db)) as con:
        con.execute(
            """
            delete from marts.fct_mrr_movements
            where (customer_id, movement_on) in (
                select customer_id, movement_on from marts.fct_mrr_movements
                where movement_on < date '2026-03-01' and movement_type = 'expansion'
                order by movement_on desc limit 1
            )
            """
        )
    return paths


def test_a_figure_ends_with_the_line_that_it_adds_up(sample: WarehousePaths) -> None:
    answer = explain(sample, "churn_rate", "2026-03", "--segment", "country=DE")
    last = answer.stdout.strip().splitlines()[-1]
    assert (answer.returncode, last.endswith("listed parts add up to the figure exactly")) == (
        0,
        True,
    )


def test_the_columns_of_the_csv_add_up_to_the_figure(sample: WarehousePaths) -> None:
    answer = explain(sample, "grr", "2026-03", "--format", "csv")
    figure = json.loads(explain(sample, "grr", "2026-03", "--format", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    sums = [sum(Decimal(row[name] or 0) for row in rows) for name in ("numerator", "denominator")]
    assert sums == [Decimal(figure["numerator"]), Decimal(figure["denominator"])]


def test_what_does_not_add_up_is_an_error(damaged: WarehousePaths) -> None:
    answer = explain(damaged, "mrr_opening", "2026-03")
    assert (answer.returncode, "do not add up to the figure" in answer.stdout) == (1, True)


def test_nobody_behind_a_figure_is_no_error(sample: WarehousePaths) -> None:
    assert explain(sample, "churn_rate", "2024", "--segment", "country=DE").returncode == 0


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (("churn", "2026-03"), "no metric is called 'churn'"),
        (("churn_rate", "2031-03"), "churn_rate is not published for 2031-03"),
        (("churn_rate", "2026-03", "--segment", "country=XX"), "country has no member 'XX'"),
        (("churn_rate", "2026-03", "--segment", "shoe=43"), "no dimension is called 'shoe'"),
        (("churn_rate", "March"), "'March' is not a period"),
        (("churn_rate", "2026-03", "--segment", "DE"), "'DE' is not a segment"),
    ],
)
def test_a_question_about_nothing_is_answered_with_what_there_is(
    sample: WarehousePaths, question: tuple[str, ...], said: str
) -> None:
    answer = explain(sample, *question)
    assert (answer.returncode, said in answer.stderr, "hint: " in answer.stderr) == (1, True, True)


def test_without_a_publication_the_command_says_so(tmp_path: Path) -> None:
    answer = explain(WarehousePaths(tmp_path), "churn_rate", "2026-03")
    assert (answer.returncode, "nothing has been published yet" in answer.stderr) == (1, True)
