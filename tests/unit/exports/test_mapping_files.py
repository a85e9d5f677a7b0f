"""A mapping file that cannot be followed is refused with its line, before any export is read."""

import re
from pathlib import Path

import pytest

from dagster_project.exports.mapping import (
    MappingError,
    available_formats,
    mapping_for,
    read_mapping,
)

GOOD = """format: mine
title: Mine
source: billing
deliveries:
  - table: customers
    files: [people*]
    columns:
      customer_id: id
      created_at: created
"""


def _written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.yml"
    file.write_text(text)
    return file


def test_a_sound_mapping_is_read(tmp_path: Path) -> None:
    assert read_mapping(_written(tmp_path, GOOD)).deliveries[0].table == "customers"


@pytest.mark.parametrize(
    ("wrong", "right", "line", "words"),
    [
        ("customers\n", "clients\n", 5, "not a canonical table"),
        ("      customer_id: id\n", "", 5, "requires customer_id"),
        ("created_at: created", "createdat: created", 5, "has no column createdat"),
        ("created_at: created", "created_at: {from: x, as: minor_units}", 5, "cannot be read as"),
        ("created_at: created", "created_at: {from: x, as: moon_phase}", 9, "Input should be"),
        ("created_at: created", "created_at: {from: x, value: y}", 9, "exactly one of"),
        ("source: billing", "source: sales", 3, "Input should be"),
        ("source: billing", "source: usage", 1, "belongs to billing"),
        ("title: Mine", "title: Mine\nsql: drop table", 3, "sql: unknown key"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, wrong: str, right: str, line: int, words: str
) -> None:
    file = _written(tmp_path, GOOD.replace(wrong, right))

    with pytest.raises(MappingError) as raised:
        read_mapping(file)

    assert f"mine.yml:{line}:" in str(raised.value)
    assert words in str(raised.value)


def test_what_is_not_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"mine\.yml:3: this is not YAML"):
        read_mapping(_written(tmp_path, "format: mine\ntitle: [\n"))


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="not YAML"):
        read_mapping(_written(tmp_path, "format: !!python/object/apply:os.getcwd []\n"))


def test_an_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(MappingError, match="stripe"):
        mapping_for("strip", "billing")


def test_a_format_of_another_source_is_refused() -> None:
    with pytest.raises(MappingError, match="format of support exports"):
        mapping_for("zendesk", "billing")


def test_no_mapping_tells_a_class_by_the_presence_of_an_id() -> None:
    guessed = [
        (mapping.format, delivery.table, name, field)
        for mapping in available_formats()
        for delivery in mapping.deliveries
        for name, rule in delivery.columns.items()
        for case in rule.cases
        for field, condition in (case.when or {}).items()
        if condition.present and re.search(r"(^|[_ .])id$", field.lower())
    ]
    assert guessed == []
