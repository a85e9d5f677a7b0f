"""What Great Expectations wants to find on disk, made from the suites for one run: nothing of it is kept or committed.

A file context: its settings, one JSON file a suite, an asset and a validation definition for each, one checkpoint a
stage. Ids come from names, so that the same suites always make the same files.
"""

import json
import uuid
from collections.abc import Collection, Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from dagster_project.quality.checks import Stage
from dagster_project.quality.suites import STAGES, Expectation, Suite

DATASOURCE = "warehouse"
BATCH = "whole_table"
SETTINGS = files(__package__) / "great_expectations.yml"

_NAMESPACE = uuid.UUID("6f1a6f5e-6a43-5a7b-9a51-0f4d6a1d7c11")


def write_context(
    folder: Path,
    suites: Collection[Suite],
    *,
    existing: Collection[str] | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write a context for GX into a folder.

    :param folder: made where it is missing; files of the same names are replaced.
    :param existing: the tables (``schema.table``) that there are: a suite without its table runs in no checkpoint, a
        check without what it needs is left out. None: all of them are there.
    :param variables: places (see ``great_expectations.yml``) where the environment names none.
    """
    for suite in suites:
        checks = [e for e in suite.expectations if _can_run(e, existing)]
        _write(folder / "expectations" / f"{suite.name}.json", _suite_document(suite, checks))
        _write(folder / "validation_definitions" / f"{suite.name}.json", _definition(suite))
    for stage in STAGES:
        chosen = [
            suite
            for suite in suites
            if suite.stage == stage and (existing is None or suite.qualified_table in existing)
        ]
        _write(folder / "checkpoints" / f"{stage}.json", _checkpoint(stage, chosen))
    settings = SETTINGS.read_text(encoding="utf-8")
    datasources = yaml.safe_dump(_datasources(suites), sort_keys=False)
    (folder / "great_expectations.yml").write_text(f"{settings}\n{datasources}", encoding="utf-8")
    # A run names every place itself; GX reads this file anew for every expectation.
    (folder / "config_variables.yml").write_text(yaml.safe_dump(dict(variables)), encoding="utf-8")


def _can_run(expectation: Expectation, existing: Collection[str] | None) -> bool:
    return existing is None or set(existing).issuperset(expectation.question.needs)


def _suite_document(suite: Suite, expectations: list[Expectation]) -> dict[str, Any]:
    return {
        "name": suite.name,
        "id": _id("suite", suite.name),
        "meta": {},
        "notes": None,
        "expectations": [
            {
                "id": _id("expectation", suite.name, expectation.spec.name),
                "type": expectation.question.expectation_type,
                "kwargs": dict(expectation.question.kwargs),
                "severity": expectation.spec.severity,
                "description": expectation.spec.description,
                "meta": {"name": expectation.spec.name},
            }
            for expectation in expectations
        ],
    }


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


def _checkpoint(stage: Stage, suites: list[Suite]) -> dict[str, Any]:
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


def _datasources(suites: Collection[Suite]) -> dict[str, Any]:
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


def _write(file: Path, document: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
