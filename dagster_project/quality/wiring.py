"""What GX wants beside a suite: its asset, its validation definition, its checkpoint, and ids.

All of it follows from the suites, so it is derived and never written by hand: adding a suite file
is enough. ``python -m dagster_project.quality`` brings the committed folder up to date; a run does
the same to its copy. Ids come from names, so the same suites always give the same files.
"""

import json
import uuid
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from dagster_project.quality.suites import STAGES, Suite, read_suites

DATASOURCE = "warehouse"
BATCH = "whole_table"

_NAMESPACE = uuid.UUID("6f1a6f5e-6a43-5a7b-9a51-0f4d6a1d7c11")
_DATASOURCES_KEY = "fluent_datasources:"


def wire(folder: Path, *, only: Collection[str] | None = None) -> None:
    """Write assets, validation definitions, checkpoints and ids for the suites of a context folder.

    :param folder: the folder that holds ``great_expectations.yml``; changed in place.
    :param only: names of the suites that the checkpoints shall run; all where None.
    """
    suites = read_suites(folder)
    for suite in suites:
        _write_json(folder / "expectations" / f"{suite.name}.json", with_ids(suite.document))
        _write_json(folder / "validation_definitions" / f"{suite.name}.json", _definition(suite))
    for stage in STAGES:
        chosen = [s for s in suites if s.stage == stage and (only is None or s.name in only)]
        _write_json(folder / "checkpoints" / f"{stage}.json", _checkpoint(stage, chosen))
    config = folder / "great_expectations.yml"
    head = config.read_text(encoding="utf-8").split(_DATASOURCES_KEY)[0]
    config.write_text(head + yaml.safe_dump(_datasources(suites), sort_keys=False), "utf-8")


def with_ids(document: dict[str, Any]) -> dict[str, Any]:
    """Return a suite's JSON with the ids that GX asks of every suite and expectation."""
    suite = document["name"]
    expectations = [
        {**entry, "id": _id("expectation", suite, entry["meta"]["name"])}
        for entry in document["expectations"]
    ]
    return {**document, "expectations": expectations, "id": _id("suite", suite)}


def _definition(suite: Suite) -> dict[str, Any]:
    return {
        "name": suite.name,
        "id": _id("validation", suite.name),
        "data": {
            "datasource": {"name": DATASOURCE, "id": _id("datasource")},
            "asset": {"name": suite.name, "id": _id("asset", suite.name)},
            "batch_definition": {"name": BATCH, "id": _id("batch", suite.name)},
        },
        "suite": {"name": suite.name, "id": _id("suite", suite.name)},
    }


def _checkpoint(stage: str, suites: list[Suite]) -> dict[str, Any]:
    return {
        "name": stage,
        "id": _id("checkpoint", stage),
        "validation_definitions": [
            {"name": suite.name, "id": _id("validation", suite.name)} for suite in suites
        ],
        # Data Docs are built once after the run; the action would rewrite the index per suite.
        "actions": [],
        # No cell of the data on a page: the pages do not escape it, and persons stay off them. The failing
        # rows, keys only, stand with the check.
        "result_format": {"result_format": "SUMMARY", "partial_unexpected_count": 0},
    }


def _datasources(suites: tuple[Suite, ...]) -> dict[str, Any]:
    assets = {
        suite.name: {
            "type": "table",
            "id": _id("asset", suite.name),
            "schema_name": suite.stage,
            "table_name": suite.table,
            "batch_definitions": {BATCH: {"id": _id("batch", suite.name), "partitioner": None}},
        }
        for suite in suites
    }
    return {
        "fluent_datasources": {
            DATASOURCE: {
                "type": "sql",
                "id": _id("datasource"),
                "connection_string": "duckdb+ebbline:///${EBBLINE_WAREHOUSE_DB}",
                "create_temp_table": False,
                "assets": assets,
            }
        }
    }


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def _write_json(file: Path, document: dict[str, Any]) -> None:
    file.parent.mkdir(exist_ok=True)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
