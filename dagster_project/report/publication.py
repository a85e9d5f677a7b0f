"""Which numbers these are: the publication and the settings it was made with."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from dagster_project.report.wording import NONE


@dataclass(frozen=True)
class Publication:
    """Which numbers these are.

    :param built_at: UTC.
    :param settings: the settings that change numbers, as published.
    """

    id: str
    built_at: datetime
    until: date | None
    as_of: date | None
    settings: dict[str, Any]
    validation: dict[str, Any]
    input_files: int

    @property
    def checks(self) -> str:
        """How many checks of the validation passed, such as ``311 of 312``; empty when not told."""
        if not {"checks", "passed"} <= self.validation.keys():
            return ""
        return f"{self.validation['passed']} of {self.validation['checks']}"

    @property
    def is_finished(self) -> bool:
        """Whether the settings name the last day: no export can be late for a finished data set."""
        return str(self.settings.get("calendar", {}).get("until", "yesterday")) != "yesterday"

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return str(self.settings.get("currency", {}).get("reporting", ""))

    def flat_settings(self) -> list[tuple[str, str]]:
        """Return the settings by their full name: ``billing.dunning_days``, ``30``."""
        return list(_flat("", self.settings))


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [
            pair
            for key, inner in value.items()
            for pair in _flat(f"{name}.{key}" if name else str(key), inner)
        ]
    if isinstance(value, list):
        return [(name, ", ".join(str(entry) for entry in value) or NONE)]
    return [(name, NONE if value in ({}, None) else str(value))] if name else []


def read_publication(con: duckdb.DuckDBPyConnection) -> Publication | None:
    """Return the publication that is open."""
    row = con.execute(
        "select id, built_at, until, as_of, settings, validation, json_array_length(input_files) from publication"
    ).fetchone()
    if row is None:
        return None
    return Publication(
        str(row[0]), row[1], row[2], row[3], json.loads(row[4]), json.loads(row[5]), row[6]
    )
