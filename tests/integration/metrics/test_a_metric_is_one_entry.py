"""What a metric is stands once, beside its column: one added to a mart and its YAML is known everywhere."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dagster_project.config import Settings, Source, Sources
from dagster_project.locations import DBT_PROJECT
from dagster_project.metrics import CATALOGUE, Metric, Unit, catalogue, headlines
from dagster_project.metrics.catalogue import read_catalogue
from dagster_project.metrics.page import PAGE, page
from dagster_project.metrics.semantic import semantic_layer
from dagster_project.metrics.words import glossary
from dagster_project.numbers.formulas import formula_of, formulas_of
from dagster_project.numbers.recurring import RECURRING_FORMULAS
from dagster_project.quality.contracts import mart_contracts
from dagster_project.red_lines.rules import load_rules
from dagster_project.warehouse.ready_views import create_ready_views
from tests.documents import snippets
from tests.integration.dbt_process import dbt

MARTS = (
    "mart_churn_periods", "mart_revenue_periods", "mart_repeat_rate", "mart_purchase_periods",
)  # fmt: skip
ADDED = {
    "name": "expansion_rate",
    "data_type": "double",
    "description": "mrr_expansion / mrr_opening, a fraction.",
    "config": {
        "meta": {
            "metric": {
                "label": "expansion rate",
                "unit": "share",
                "numerator": "mrr_expansion",
                "denominator": "mrr_opening",
                "better": "higher",
                "headline": True,
                "follows_losses": True,
                "monthly": {"churn": "of_month"},
            }
        }
    },
}
_PERIOD = {
    "grain": ("varchar", "month"),
    "period_start": ("date", "2026-01-01"),
    "period_end": ("date", "2026-02-01"),
    "is_complete": ("boolean", True),
    "covered_until": ("date", "2026-01-31"),
    "dimension": ("varchar", "all"),
    "member": ("varchar", "all"),
}
# One month: 1,000 at opening, 200 more of those who stayed.
_REVENUE = {
    **dict.fromkeys(
        ("customers_opening", "customers_closing", "customers_retained"), ("bigint", 10)
    ),
    **dict.fromkeys(
        (
            "customers_lost", "customers_new", "customers_reactivated", "upgrades", "downgrades",
            "customers_lost_voluntary", "customers_lost_involuntary", "opening_0", "opening_1",
            "opening_2", "lost_0", "lost_1", "lost_2",
        ),
        ("bigint", 0),
    ),
    "mrr_opening": ("decimal(18, 2)", 1000),
    "mrr_expansion": ("decimal(18, 2)", 200),
    "mrr_closing": ("decimal(18, 2)", 1200),
    **dict.fromkeys(
        (
            "mrr_new", "mrr_reactivation", "mrr_contraction", "mrr_churn", "fx", "transfer_in",
            "transfer_out", "mrr_kept", "mrr_kept_at_most", "mrr_opening_12m", "mrr_kept_12m",
            "mrr_kept_at_most_12m", "mrr_churn_voluntary", "mrr_churn_involuntary",
        ),
        ("decimal(18, 2)", 0),
    ),
}  # fmt: skip
_MOVED = {"movement_type": ("varchar", "expansion"), "amount": ("decimal(18, 2)", 200)}
_PURCHASES = {
    **dict.fromkeys(
        (
            "buyers_to_date", "repeat_buyers_to_date", "buyers", "returning_buyers", "purchases",
            "repeat_purchases", "days_between",
        ),
        ("integer", 0),
    ),
    **dict.fromkeys(("amount", "repeat_amount", "repeat_customer_amount"), ("decimal(18, 2)", 0)),
}  # fmt: skip


@dataclass(frozen=True)
class Built:
    """A copy of the project with one metric more: what its ``metrics`` holds, and its manifest."""

    metrics: list[tuple[Any, ...]]
    manifest: Path
    project: Path


def _add_a_metric(project: Path) -> None:
    """Edit one model and its YAML."""
    folder = project / "models" / "marts" / "retention"
    model, described = folder / "mart_churn_periods.sql", folder / "mart_churn_periods.yml"
    sql = model.read_text(encoding="utf-8")
    (shown,) = [block.text.strip() for block in snippets("sql") if "{{" in block.text]
    column = f"{shown}\n    from figures"
    model.write_text(re.sub(r"\n    from figures", f",\n        {column}", sql), encoding="utf-8")
    document = yaml.safe_load(described.read_text(encoding="utf-8"))
    document["models"][0]["columns"].append(ADDED)
    described.write_text(yaml.safe_dump(document), encoding="utf-8")


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, tuple[str, Any]]) -> None:
    listed = ", ".join(f"{column} {kind}" for column, (kind, _) in columns.items())
    con.execute(f"create table intermediate.{name} ({listed})")
    places = ", ".join("?" for _ in columns)
    con.execute(
        f"insert into intermediate.{name} values ({places})",
        [value for _, value in columns.values()],
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = tmp_path_factory.mktemp("one_metric_more")
    project, database, target = root / "dbt", root / "warehouse.duckdb", root / "target"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    _add_a_metric(project)
    with duckdb.connect(str(database)) as con:
        con.execute("create schema intermediate")
        _table(con, "int_period_figures", {**_PERIOD, **_REVENUE})
        _table(con, "int_movement_figures", {**_PERIOD, **_MOVED})
        _table(con, "int_purchase_figures", {**_PERIOD, **_PURCHASES})
    ended = dbt(
        "run",
        *("--select", *MARTS, "metrics"),
        warehouse_db=database,
        target=target,
        variables={},
        project=project,
        write_json=True,
    )
    assert ended.code == 0, ended.output
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute("from marts.metrics order by metric").fetchall()
    return Built(rows, target / "manifest.json", project)


@pytest.fixture
def installed(built: Built, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Metric]]:
    """The copy in the place of the installed project."""
    monkeypatch.setattr(catalogue, "current_manifest", lambda _: built.manifest)
    catalogue.installed.cache_clear()
    yield read_catalogue(built.manifest)
    catalogue.installed.cache_clear()


def test_it_is_in_the_tall_table_with_the_sums_it_is_made_of(built: Built) -> None:
    (row,) = [row for row in built.metrics if row[0] == "expansion_rate"]
    assert (row[1], row[2], *map(float, row[-3:])) == ("share", "month", 200, 1000, 0.2)


def test_the_tall_table_holds_exactly_the_catalogue(built: Built) -> None:
    assert {row[0] for row in built.metrics} == read_catalogue(built.manifest).keys()


def test_a_sum_with_a_factor_and_a_sign_is_decomposed_too() -> None:
    figures = {"mrr_closing": Decimal(5), "mrr_contraction": Decimal(3), "mrr_churn": Decimal(2)}
    known = {**figures, "mrr_expansion": Decimal(4), "mrr_opening": Decimal(10)}
    made = {name: RECURRING_FORMULAS[name].of(known) for name in ("arr", "net_mrr_churn_rate")}
    assert made == {
        "arr": {"numerator": 60},
        "net_mrr_churn_rate": {"numerator": 1, "denominator": 10},
    }


def test_a_red_line_may_name_it(installed: dict[str, Metric]) -> None:
    rule = {
        "name": "expands",
        "description": "Expansion is small.",
        "metric": "expansion_rate",
        "when": "below",
        "line": 0.1,
        "severity": "warning",
    }
    settings = Settings(sources=Sources(billing=Source(path="x")), red_lines=[rule])
    added = next(rule for rule in load_rules(settings) if rule.name == "expands")
    said = (added.subject.unit, added.subject.sample_column, added.subject.follows_losses)
    assert said == (Unit.SHARE, "customers_opening", True)


def test_explain_knows_what_it_is_made_of(installed: dict[str, Metric]) -> None:
    figures = ("mrr_expansion", "mrr_opening")
    parts = formulas_of(installed, "fct_mrr_movements", figures)["expansion_rate"]
    one = parts.of({"mrr_expansion": Decimal(3), "mrr_opening": Decimal(5)})
    assert (one, formula_of("expansion_rate")) == (
        {"numerator": Decimal(3), "denominator": Decimal(5)},
        "mrr_expansion / mrr_opening",
    )


def test_the_semantic_layer_the_glossary_and_the_contract_have_it(
    built: Built, installed: dict[str, Metric]
) -> None:
    described = glossary(installed)["expansion_rate"]
    assert described == "expansion rate: expansion MRR ÷ MRR at opening."
    assert "\n- name: expansion_rate_quarterly\n" in semantic_layer(installed)
    assert mart_contracts(built.project)["mart_churn_periods"].columns["expansion_rate"] == "DOUBLE"


def test_a_ready_view_has_it(built: Built, installed: dict[str, Metric]) -> None:
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as mine")
        columns = mart_contracts(built.project)["mart_churn_periods"].columns
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        con.execute(f"create table mine.mart_churn_periods ({listed})")
        create_ready_views(con, "mine")
        shown = con.execute("describe mine.churn_now").fetchall()
    assert ("expansion_rate_of_month", "DOUBLE") in [row[:2] for row in shown]


def test_its_restatement_is_told_and_the_page_of_metrics_has_it(
    installed: dict[str, Metric],
) -> None:
    assert "expansion_rate" in headlines()
    assert "| **`expansion_rate`** | expansion rate | share | higher |" in page(installed)


def test_the_page_of_all_metrics_is_that_of_the_catalogue() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "say `make metrics-page`"


def test_every_metric_is_described_as_a_sentence() -> None:
    assert [name for name, metric in CATALOGUE.items() if len(metric.description) < 10] == []
