"""Which files make another version of the code: all that shape a number, and no others."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.locations import PROJECT_ROOT
from dagster_project.warehouse.code_version import code_version

# What counted files import and what shapes no number: words, names, paths, records of what was published, locks.
_COMPUTES_NOTHING = {
    *("absent", "errors", "garbage", "locations", "plural", "shown"),
    *(
        "defs.check_evaluations",
        "defs.dbt_events",
        "defs.freshness",
        "defs.resources",
        "defs.table_metadata",
    ),
    "numbers.provenance",
    *(
        f"warehouse.{name}"
        for name in (
            *("attachment", "code_version", "durable_file", "first_rows", "hold", "input_state"),
            *(
                "introspection",
                "leftovers",
                "lock",
                "metric_versions",
                "paths",
                "publication_history",
            ),
            *("publication_ledger", "publication_record", "published_comments", "quoting"),
            *("serving", "transaction"),
        )
    ),
}


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
        ("dagster_project/clock.py", True),
        ("dagster_project/config_sections.py", True),
        ("dagster_project/red_lines/default_rules.yml", True),
        ("dagster_project/numbers/restatements.py", True),
        ("dagster_project/quality/standard.py", True),
        ("dagster_project/transform/parsed.py", True),
        ("dagster_project/defs/transform.py", True),
        ("dagster_project/warehouse/published_coverage.py", True),
        ("dagster_project/warehouse/connection.py", True),
        ("dagster_project/warehouse/ready_views.py", True),
        ("dagster_project/warehouse/schema/migrations.py", True),
        ("dbt/profiles.yml", True),
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


def test_what_a_counted_file_imports_counts_too_or_computes_nothing() -> None:
    counted = set(code_version().files)
    imported = {
        module
        for file in counted
        if file.endswith(".py")
        for module in _imported(PROJECT_ROOT / file)
    }
    missing = {
        module
        for module in imported
        if f"dagster_project/{module.replace('.', '/')}.py" not in counted
    }
    assert missing == _COMPUTES_NOTHING


def _imported(file: Path) -> Iterator[str]:
    """Yield the modules of ebbline that a file imports, without the name of the package."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(
            "dagster_project"
        ):
            continue
        for name in (node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)):
            module = name.removeprefix("dagster_project").removeprefix(".")
            if (PROJECT_ROOT / "dagster_project" / f"{module.replace('.', '/')}.py").is_file():
                yield module
