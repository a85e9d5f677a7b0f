"""Which files make another version of the code: all that shape a number, and no others."""

from pathlib import Path

import pytest

from dagster_project.warehouse.code_version import code_version


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("dbt/models/marts/revenue/metrics.sql", True),
        ("dbt/models/marts/revenue/metrics.yml", True),
        ("dbt/macros/incremental/by_day.sql", True),
        ("dbt/tests/revenue/closing_is_the_next_opening.sql", True),
        ("dbt/seeds/benchmarks.csv", True),
        ("dagster_project/exports/values.py", True),
        ("dagster_project/exports/mappings/stripe.yml", True),
        ("dagster_project/config.py", True),
        ("dagster_project/config_sections.py", True),
        ("dagster_project/red_lines/default_rules.yml", True),
        ("dagster_project/numbers/restatements.py", True),
        ("dagster_project/quality/standard.py", True),
        ("dagster_project/transform/parsed.py", True),
        ("dagster_project/defs/transform.py", True),
        ("dagster_project/warehouse/published_coverage.py", True),
        ("dagster_project/warehouse/ready_views.py", True),
        ("dagster_project/yaml_document.py", True),
        ("expectations/marts/metrics.yml", True),
        ("dagster_project/screens/run.py", False),
        ("docs/METRICS.md", False),
    ],
)
def test_a_file_that_shapes_a_number_makes_another_version(
    tmp_path: Path, file: str, counts: bool
) -> None:
    before = code_version(tmp_path)
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text("x", encoding="utf-8")
    after = code_version(tmp_path)
    assert (after.fingerprint != before.fingerprint) is counts
    assert code_version(tmp_path) == after
