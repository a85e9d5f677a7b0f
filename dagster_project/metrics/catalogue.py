"""What a metric is, as the YAML beside its column says it under ``config: meta: metric``.

A metric is a column of a period mart: a table with grain, period, dimension and member. Everything that must
know which metrics there are asks here: red lines, restatements, explain and why, the docs. The tall table
``metrics`` is made of the same entries (``dbt/macros/metrics.sql``).

A signal (``config: meta: signal``) is a figure of such a mart that red lines watch and nobody decomposes: of health,
risk, support and use.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal

from dagster_project.errors import EbblineError
from dagster_project.locations import DBT_PROJECT
from dagster_project.transform.project import current_manifest

_COLUMN = re.compile(r"[a-z]\w*")
TRAILING = "_12m"
"""Ends the name of what compares with twelve months earlier: the figure of its name over that span."""


class Unit(StrEnum):
    """How a value is written, and what a sensible line for it looks like."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"  # a fraction of a whole, 0 to 1
    RATIO = "ratio"  # a fraction that may exceed 1, such as NDR
    DAYS = "days"
    HOURS = "hours"
    POINTS = "points"  # of 100


@dataclass(frozen=True)
class Metric:
    """A column of a period mart, and what is said of it.

    :ivar column: the metric's name: the column's, everywhere.
    :ivar table: the mart, without schema.
    :ivar label: the words used in messages.
    :ivar description: a sentence; the column's own.
    :ivar numerator, denominator: columns of the same mart, or sums of some (``a + b - c``, ``12 * a``); the
        denominator is empty for an amount or a count.
    :ivar rounded: ``cents`` where the value is rounded to the cent; else empty.
    :ivar formula: how the value is made, in words.
    :ivar better: whether a higher or a lower value is good; ``neither``.
    :ivar is_headline: whether people quote it: its restatement is told.
    :ivar rows: the table whose rows it is decomposed into; empty for a signal.
    :ivar sources: the sources that its mart descends from in dbt's graph: it closes a period that all of them cover.
    :ivar also_called: names that other tools give it; only to be pointed to the right one.
    :ivar sample_column: the column of the same mart that counts the customers the value speaks of.
    :ivar subject: what it is about: ``recurring``, ``purchases``, ``support`` or ``health``.
    :ivar follows_losses: whether it moves because of the customers lost in the same period.
    :ivar is_damage: whether its worst periods are the damage that red lines of its subject shall tell of early.
    :ivar told_beside: its place among the figures told beside any other of its subject that crossed a line; 0: none.
    :ivar monthly: the ready views that have it (``revenue``, ``churn``; ``revenue_by_member``: only where members
        stand), and what its value there speaks of: ``summed``, ``at_month_start``, ``at_month_end`` or ``of_month``.
    """

    column: str
    table: str
    label: str
    unit: Unit
    description: str
    numerator: str
    denominator: str
    rounded: str
    formula: str
    better: Literal["higher", "lower", "neither"]
    is_headline: bool
    rows: str
    sample_column: str
    also_called: tuple[str, ...] = ()
    sources: tuple[str, ...] = ("billing",)
    subject: str = "recurring"
    follows_losses: bool = False
    is_damage: bool = False
    told_beside: int = 0
    monthly: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_rate(self) -> bool:
        """Whether it has a denominator."""
        return bool(self.denominator)

    @property
    def is_trailing(self) -> bool:
        """Whether it compares with twelve months earlier."""
        return self.column.endswith(TRAILING)

    @property
    def columns(self) -> frozenset[str]:
        """The columns of its mart that it is made of."""
        return frozenset(_COLUMN.findall(f"{self.numerator} {self.denominator}"))


def read_catalogue(
    manifest: Path, kind: Literal["metric", "signal"] = "metric"
) -> dict[str, Metric]:
    """Return every metric of a dbt project by its name, mart by mart in the order of the columns.

    :param manifest: what dbt made of the project.
    :param kind: what is looked for: metrics, or signals.
    :raises EbblineError: a metric lacks what must be said of it, or two marts have one of the same name.
    """
    found_nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    nodes = [node for node in found_nodes if node["resource_type"] == "model"]
    models = {node["unique_id"]: node for node in nodes}
    found: dict[str, Metric] = {}
    problems: list[str] = []
    # As in `metrics`: recurring revenue before purchases.
    for node in sorted(
        nodes, key=lambda node: ("/purchases/" in node["original_file_path"], node["name"])
    ):
        for column in node["columns"].values():
            said = column["config"].get("meta", {}).get(kind)
            if said is None:
                continue
            name = column["name"]
            if name in found:
                problems.append(
                    f"{node['name']}.{name}: {found[name].table} has a metric of this name"
                )
                continue
            try:
                of_mart = node["config"]["meta"][f"all_{kind}s"]
                sources = sources_needed(models, node["unique_id"])
                found[name] = _metric(of_mart, node, column, said, sources)
            except (KeyError, ValueError) as error:
                problems.append(f"{node['name']}.{name}: {_missing(error)}")
    if problems:
        raise EbblineError(
            "the catalogue of metrics cannot be read",
            where=str(manifest),
            evidence=problems,
            fix=f"docs/extending.md says what stands under `meta: {kind}`",
        )
    return found


def sources_needed(models: Mapping[str, Mapping[str, Any]], model: str) -> tuple[str, ...]:
    """Return the sources whose staging models a model descends from, billing first, as the macro of that name does.

    :param models: every model of dbt's manifest, by its id.
    :param model: the id of the one that is asked about.
    """
    seen: set[str] = set()
    waiting, found = [model], {"billing"}
    while waiting:
        asked = waiting.pop()
        if asked in seen or asked not in models:
            continue
        seen.add(asked)
        fqn = models[asked]["fqn"]
        if "staging" in fqn:
            found.add(fqn[-2])
        waiting += models[asked]["depends_on"]["nodes"]
    return tuple(sorted(found))


def _metric(
    of_mart: Mapping[str, Any],
    node: Mapping[str, Any],
    column: Mapping[str, Any],
    said: Mapping[str, Any],
    sources: tuple[str, ...],
) -> Metric:
    name, numerator, denominator = (
        column["name"],
        said.get("numerator"),
        said.get("denominator", ""),
    )
    better = said["better"]
    if better not in ("higher", "lower", "neither"):
        raise ValueError(f"better is {better!r}, not higher, lower or neither")
    description = column["description"].strip()
    made_of = (
        f"{_bracketed(numerator or name)} / {_bracketed(denominator)}" if denominator else numerator
    )
    return Metric(
        column=name,
        table=node["name"],
        label=said["label"],
        unit=Unit(said["unit"]),
        description=description,
        numerator=numerator or name,
        denominator=denominator,
        rounded=said.get("rounded", ""),
        formula=said.get("formula") or made_of or description.rstrip("."),
        better=better,
        is_headline=bool(said.get("headline", False)),
        rows=of_mart.get("rows", ""),
        sample_column=said.get("sample") or of_mart["sample"],
        also_called=tuple(said.get("also_called", ())),
        sources=sources,
        subject=of_mart["subject"],
        follows_losses=bool(said.get("follows_losses", False)),
        is_damage=bool(said.get("damage", False)),
        told_beside=int(said.get("told_beside", 0)),
        monthly=said.get("monthly", {}),
    )


def _bracketed(terms: str) -> str:
    return f"({terms})" if " " in terms else terms


def _missing(error: KeyError | ValueError) -> str:
    return f"{error.args[0]} is not said" if isinstance(error, KeyError) else str(error)


class _Catalogue(Mapping[str, Metric]):
    """A catalogue of this installation, read when somebody first asks for a metric."""

    def __init__(self, read: Callable[[], dict[str, Metric]]) -> None:
        self._read = read

    def __getitem__(self, name: str) -> Metric:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


@cache
def installed() -> dict[str, Metric]:
    """Return the metrics of the dbt project of this installation."""
    return read_catalogue(current_manifest(DBT_PROJECT))


@cache
def _signals() -> dict[str, Metric]:
    return read_catalogue(current_manifest(DBT_PROJECT), "signal")


def _watched() -> dict[str, Metric]:
    return {**installed(), **_signals()}


CATALOGUE: Mapping[str, Metric] = _Catalogue(installed)
WATCHED: Mapping[str, Metric] = _Catalogue(_watched)
"""What red lines may watch: the metrics, and then the signals."""


def headlines(metrics: Mapping[str, Metric] = CATALOGUE) -> tuple[str, ...]:
    """Return the metrics that people quote. What they are made of changes with them and would only repeat them."""
    return tuple(name for name, metric in metrics.items() if metric.is_headline)


def called(name: str, metrics: Mapping[str, Metric] = CATALOGUE) -> str | None:
    """Return the metric that other tools call ``name``; None where none is."""
    asked = name.casefold().replace(" ", "_").replace("-", "_")
    for metric in metrics.values():
        if asked == metric.column or asked in metric.also_called:
            return metric.column
    return None
