"""What is promised of every table that a suite looks at: its columns with their types, and its key.

Raw tables are promised by ``exports.contract``, marts by the YAML beside their models, which dbt enforces. Both are
read without dbt; what is expected on top of that is written in ``expectations/``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dagster_project.exports.contract import LINEAGE, TABLES
from dagster_project.locations import DBT_PROJECT
from dagster_project.yaml_document import YAML_IN_C

# dbt's names of types that DuckDB calls otherwise.
_DUCKDB_NAMES = {"string": "varchar"}


@dataclass(frozen=True)
class TableContract:
    """What a table holds.

    :param columns: types as DuckDB names them, by column, in order.
    :param key: the columns that identify a row; of a raw table, all versions of it.
    :param also: columns that stand beside those of the contract, whose types are not looked at.
    :param required: columns that are never empty.
    :param allowed: the values that a column may hold, by column.
    :param metrics: the columns that the catalogue of metrics has.
    """

    columns: Mapping[str, str]
    key: tuple[str, ...]
    also: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()


def raw_contracts() -> dict[str, TableContract]:
    """Return the contract of every raw table, by its name."""
    return {
        table.name: TableContract(
            columns={column.name: column.kind.sql_type for column in table.columns},
            key=table.key,
            also=tuple(name for name, _ in LINEAGE),
            required=tuple(c.name for c in table.required if not c.from_tables),
            allowed={column.name: column.allowed for column in table.columns if column.allowed},
        )
        for table in TABLES.values()
    }


def mart_contracts(dbt_project: Path = DBT_PROJECT) -> dict[str, TableContract]:
    """Return the contract of every mart, by its name; the key is that of its test of a key."""
    models: list[dict[str, Any]] = []
    for file in sorted((dbt_project / "models" / "marts").rglob("*.yml")):
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=YAML_IN_C)
        models += document.get("models", ())
    return {model["name"]: _mart_contract(model) for model in models}


def _mart_contract(model: dict[str, Any]) -> TableContract:
    columns = {
        column["name"]: _DUCKDB_NAMES.get(column["data_type"], column["data_type"]).upper()
        for column in model["columns"]
    }
    metrics = tuple(
        column["name"]
        for column in model["columns"]
        if "metric" in column.get("config", {}).get("meta", {})
    )
    for test in model.get("data_tests", ()):
        if isinstance(test, dict) and "one_row_per" in test:
            key = tuple(test["one_row_per"]["arguments"]["columns"])
            return TableContract(columns, key, metrics=metrics)
    unique = [
        c["name"]
        for c in model["columns"]
        if {"primary_key", "unique"} & set(map(str, c.get("data_tests", ())))
    ]
    return TableContract(columns, tuple(unique[:1]))
