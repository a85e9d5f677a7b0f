"""Rules of the dbt models that a reader relies on, held by reading their files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from dagster_project.locations import DBT_PROJECT

MODELS = DBT_PROJECT / "models"
FILES = {file.stem: file for file in sorted(MODELS.rglob("*.sql"))}
LONGEST = 120
# What incremental models remember of earlier runs: read by those of every layer.
MEMORY = {"int_incremental_days", "int_incremental_loads"}
# Staging reads one table and joins nothing but the ids of merged customers. These look up what vendors keep of a row in
# another table, or in a row that it names.
LOOKED_UP = {
    "stg_billing__credit_notes": "customer and currency of the invoice",
    "stg_billing__customers": "the day they first bought, for who only buys",
    "stg_billing__invoice_lines": "status, customer, currency and days of the invoice or credit note",
    "stg_billing__line_discounts": "currency of the line, how long a coupon lasts",
    "stg_billing__line_taxes": "currency of the line, whether prices of the invoice include it",
    "stg_billing__order_totals": "what was paid back",
    "stg_billing__orders": "what was paid of the order",
    "stg_billing__payments": "the invoice that lists the payment",
    "stg_billing__plans": "name of the product",
    "stg_support__tickets": "times, tags and answers, each a table of its own with some vendors",
    "stg_support__users": "the organisation joined last",
    "stg_usage__events": "customer of the user, number of the feature, whether a later version came",
    "stg_usage__sessions": "customer of the user",
}


def _refs(file: Path) -> set[str]:
    return set(re.findall(r"ref\('(\w+)'\)", file.read_text(encoding="utf-8")))


def _layer(name: str) -> str:
    return FILES[name].relative_to(MODELS).parts[0]


def _described() -> Iterator[tuple[str, dict[str, Any]]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in sorted(MODELS.rglob("*.yml")):
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
        yield from ((model["name"], model) for model in document.get("models", ()))


def test_no_model_is_longer_than_two_screens() -> None:
    lines = {name: file.read_text(encoding="utf-8").count("\n") for name, file in FILES.items()}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_no_model_reads_one_of_a_later_layer() -> None:
    order = ("staging", "intermediate", "marts")
    backwards = {
        name: later
        for name, file in FILES.items()
        for ref in (_refs(file) & FILES.keys()) - MEMORY
        if order.index(later := _layer(ref)) > order.index(_layer(name))
    }
    assert backwards == {}


def test_staging_joins_nothing_but_what_its_rows_lack() -> None:
    joined = re.compile(r"join (?!customer_ids\b|aliases\b)\w+")
    joining = {
        name
        for name, file in FILES.items()
        if _layer(name) == "staging" and joined.search(file.read_text(encoding="utf-8"))
    }
    assert joining == LOOKED_UP.keys()


def test_every_model_and_some_column_of_it_is_described() -> None:
    described = dict(_described())
    silent = {
        name
        for name, model in described.items()
        if not any(column.get("description") for column in model.get("columns", ()))
        or not model["description"].startswith("One row per")
    }
    assert (FILES.keys() - described.keys(), silent) == (set(), set())


def test_a_model_begins_with_what_it_reads_and_lays_its_steps_out_alike() -> None:
    blank = re.compile(r"as \(\n\n|\n\n\)")
    assert [
        name for name, file in FILES.items() if blank.search(file.read_text(encoding="utf-8"))
    ] == []
