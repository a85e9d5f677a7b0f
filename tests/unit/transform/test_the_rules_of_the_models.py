"""Rules of the dbt models that a reader relies on, held by reading their files."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from dagster_project.locations import DBT_PROJECT
from dagster_project.transform.project import current_manifest

MODELS = DBT_PROJECT / "models"
FILES = {file.stem: file for file in sorted(MODELS.rglob("*.sql"))}
LONGEST = 120


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
        for ref in _refs(file) & FILES.keys()
        if order.index(later := _layer(ref)) > order.index(_layer(name))
    }
    assert backwards == {}


def test_staging_reads_one_table_and_joins_nothing_but_the_ids_of_merged_customers() -> None:
    joined = re.compile(r"join (?!customer_ids\b|aliases\b)\w+")
    read = re.compile(r"(?:newest_version\(|source\('raw', )'(\w+)'")
    staging = {
        name: file.read_text(encoding="utf-8")
        for name, file in FILES.items()
        if _layer(name) == "staging" and name != "stg_billing__loads"
    }
    assert {name for name, text in staging.items() if joined.search(text)} == set()
    assert {ref for name in staging for ref in _refs(FILES[name])} == {"stg_billing__customer_ids"}
    assert {name for name, text in staging.items() if len(set(read.findall(text))) > 1} == set()


def test_the_newest_version_of_a_raw_table_is_found_in_one_model() -> None:
    found = Counter(
        table
        for file in FILES.values()
        for table in set(re.findall(r"newest_version\('(\w+)'", file.read_text(encoding="utf-8")))
    )
    assert {table: count for table, count in found.items() if count > 1} == {}


def test_an_instant_becomes_text_in_one_way() -> None:
    """Two engines write one differently, and keys made of it would not meet."""
    written = re.compile(r"cast\((\w+\.)?\w+_at as (\{\{ *dbt\.type_string|varchar|string|text)")
    assert [
        name for name, file in FILES.items() if written.search(file.read_text(encoding="utf-8"))
    ] == []


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


def test_what_a_model_by_day_is_computed_from_says_its_days() -> None:
    """Of an input that says none nothing would ever differ, and what is kept would stay as it was."""
    nodes = json.loads(current_manifest(DBT_PROJECT).read_text(encoding="utf-8"))["nodes"]
    meta = {node["name"]: node["config"].get("meta", {}) for node in nodes.values()}
    says_its_days = {
        name
        for name, of in meta.items()
        if of.keys() & {"incremental_by_day", "fingerprinted_by_day"}
    }
    inputs = {
        name: set(of["incremental_by_day"]["inputs"])
        for name, of in meta.items()
        if "incremental_by_day" in of
    }
    assert inputs
    assert {name: rest for name, of in inputs.items() if (rest := of - says_its_days)} == {}
