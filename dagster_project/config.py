"""``ebbline.yml`` as typed, checked settings.

What the keys mean and their defaults are part of the public interface. This module reads and checks; it
opens no database and asks no clock of its own.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    ByteSize,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagster_project.clock import Clock
from dagster_project.config_sections import (
    DIMENSIONS,
    Age,
    Billing,
    Calendar,
    CurrencySettings,
    Ingest,
    ManyQuietHours,
    NotifyTarget,
    PipelineAlerts,
    PlannedPeriod,
    Publish,
    Purchases,
    Reconciliation,
    RecurringShape,
    Section,
    Source,
    Sources,
    Usage,
    crossing,
)
from dagster_project.errors import SettingsError, likeliest_of
from dagster_project.yaml_document import Lines, faults_of, read_yaml

__all__ = [
    "DEFAULT_FILE",
    "DIMENSIONS",
    "Age",
    "Billing",
    "Calendar",
    "CurrencySettings",
    "Environment",
    "Ingest",
    "NotifyTarget",
    "PipelineAlerts",
    "PlannedPeriod",
    "Publish",
    "Purchases",
    "Reconciliation",
    "RecurringShape",
    "Settings",
    "Source",
    "Sources",
    "Usage",
    "load_settings",
    "settings_file",
]

DEFAULT_FILE = Path("ebbline.yml")


class Settings(Section):
    """All settings of one warehouse."""

    sources: Sources
    warehouse: Path = Path("data/warehouse")
    # What builds the models; Spark where one machine is too small for them. Changes no number.
    engine: Literal["duckdb", "spark"] = "duckdb"
    # Whose numbers these are, as the report says it.
    company: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    # What was planned, by metric and period; the report compares with it. Changes no number.
    plan: dict[str, dict[PlannedPeriod, Decimal]] = Field(default_factory=dict)
    calendar: Calendar = Calendar()
    currency: CurrencySettings = CurrencySettings()
    billing: Billing = Billing()
    purchases: Purchases = Purchases()
    usage: Usage = Usage()
    dimensions: tuple[str, ...] = DIMENSIONS
    reconciliation: Reconciliation = Reconciliation()
    ingest: Ingest = Ingest()
    publish: Publish = Publish()
    red_lines: Literal["default"] | list[dict[str, Any]] = "default"
    notify: tuple[NotifyTarget, ...] = ()
    # Hours in which only pages are sent, unless a target has its own; all else waits for their end.
    quiet_hours: ManyQuietHours = ()
    # Of what is wrong with the pipeline itself: stale sources, refused files, runs that did not come.
    pipeline_alerts: PipelineAlerts = PipelineAlerts()
    # Fetched when a run has ended well; ``${NAME}`` stands for an environment variable.
    heartbeat: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    # How long after the last one a run is missing; None never asks.
    run_due_after: Age = timedelta(hours=30)
    as_of: date | None = Field(default=None, exclude=True)
    # Where each key is written: the file, and the line of every key.
    _file: Path | None = PrivateAttr(default=None)
    _lines: Lines = PrivateAttr(default_factory=dict)

    def written_at(self, *key: str | int) -> str:
        """Return file and line of a key, such as ``ebbline.yml:12``; empty where no file says it."""
        while key and key not in self._lines:
            key = key[:-1]
        return f"{self._file}:{self._lines[key]}" if key else ""

    @field_validator("dimensions")
    @classmethod
    def _known_dimensions(cls, dimensions: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(dimensions) - set(DIMENSIONS))
        if unknown:
            named = likeliest_of(unknown[0], DIMENSIONS, ", ".join(DIMENSIONS))
            raise ValueError(f"unknown: {', '.join(unknown)}; {named}")
        if len(set(dimensions)) < len(dimensions):
            raise ValueError("a dimension is named twice")
        return dimensions

    def crossed(self) -> list[list[str]]:
        """Return what the red lines cross, each once; what cannot be crossed is left to those who check."""
        found: set[tuple[str, ...]] = set()
        for entry in () if self.red_lines == "default" else self.red_lines:
            segments = entry.get("segments")
            named = segments if isinstance(segments, list | dict) else [segments]
            asked = [str(name).split("+") for name in named if "+" in str(name)]
            asked += [entry["by"]] if isinstance(entry.get("by"), list) else []
            for names in asked:
                with suppress(ValueError):
                    found.add(crossing(map(str, names)))
        return [list(names) for names in sorted(found) if set(names) <= set(self.dimensions)]

    def today(self, clock: Clock) -> date:
        """Return the day on which this run stands: ``as_of`` where given, else the clock's, in the zone."""
        return self.as_of or clock.now().astimezone(ZoneInfo(self.calendar.timezone)).date()

    def until_on(self, clock: Clock) -> date:
        """Return the last day that may be covered by the clock; how far the exports go is ``exports.coverage``'s."""
        if isinstance(self.calendar.until, date):
            return self.calendar.until
        return self.today(clock) - timedelta(days=1)

    def as_of_at(self) -> datetime | None:
        """Return the last instant of ``as_of`` in the zone, as UTC; None when the newest state is wanted."""
        if self.as_of is None:
            return None
        zone = ZoneInfo(self.calendar.timezone)
        next_day = datetime.combine(self.as_of + timedelta(days=1), time(), tzinfo=zone)
        return next_day.astimezone(UTC) - timedelta(microseconds=1)

    def numbers(self) -> dict[str, Any]:
        """Return the settings that change numbers, as JSON values. No path and no secret is among them."""
        document: dict[str, Any] = self.model_dump(
            mode="json",
            exclude={
                "sources",
                "warehouse",
                "engine",
                "company",
                "plan",
                "ingest",
                "publish",
                "notify",
                "quiet_hours",
                "pipeline_alerts",
                "heartbeat",
                "run_due_after",
            },
        )
        return document

    def fingerprint(self) -> str:
        """Return a SHA-256 over :meth:`numbers`: equal fingerprints, equal meaning of every number."""
        return hashlib.sha256(json.dumps(self.numbers(), sort_keys=True).encode()).hexdigest()

    def dbt_vars(
        self,
        clock: Clock,
        recurring_from: RecurringShape,
        *,
        until: date | None = None,
        covered: Mapping[str, date] = MappingProxyType({}),
    ) -> dict[str, Any]:
        """Return the variables of a dbt run; every date a model needs is among them.

        :param recurring_from: the shape that is present, where the setting says ``auto``.
        :param until: the last day covered by the exports; None for all that the clock allows.
        :param covered: the last day covered by each source that goes less far.
        """
        as_of_at = self.as_of_at()
        return {
            "timezone": self.calendar.timezone,
            "until": (until or self.until_on(clock)).isoformat(),
            "covered": {source: day.isoformat() for source, day in covered.items()},
            "as_of": as_of_at.isoformat(sep=" ") if as_of_at else None,
            "reporting_currency": self.currency.reporting,
            "currency_rates": self.currency.rows(),
            "recurring_from": recurring_from,
            "usage_is_recurring": self.billing.usage_is_recurring,
            "dunning_days": self.billing.dunning_days,
            "churn_recognition": self.billing.churn_recognition,
            "bridge_gap_days": self.billing.bridge_gap_days,
            "gross_margin": f"{self.billing.gross_margin:f}",
            "discounts": self.billing.discounts,
            "same_day_orders_are_one": self.purchases.same_day_orders_are_one,
            "key_events": sorted(self.usage.key_events),
            "max_share_of_invoices": self.reconciliation.max_share_of_invoices,
            "max_share_of_money": self.reconciliation.max_share_of_money,
            "max_share_of_strangers": self.reconciliation.max_share_of_strangers,
            "dimensions": list(self.dimensions),
            "crossed": self.crossed(),
        }


# Less is too little to build anything.
_LEAST_MEMORY = 100 * 1000**2


class Environment(BaseSettings):
    """What the environment says: overrides for the Dagster UI and the daemon, and what dbt's profile reads."""

    model_config = SettingsConfigDict(env_prefix="EBBLINE_", env_ignore_empty=True)

    config: Path = DEFAULT_FILE
    landing: str | None = None
    warehouse: Path | None = None
    as_of: date | None = None
    until: date | None = None
    dbt_memory_limit: Annotated[ByteSize, Field(ge=_LEAST_MEMORY)] | None = None


def settings_file() -> Path:
    """Return the settings file that holds where none is named: ``EBBLINE_CONFIG``, else ``ebbline.yml`` here."""
    return Path(os.environ.get("EBBLINE_CONFIG") or DEFAULT_FILE)


def load_settings(
    config: Path | None = None,
    *,
    landing: str | Path | None = None,
    warehouse: Path | None = None,
    as_of: date | None = None,
    until: date | None = None,
) -> Settings:
    """Read and check a settings file; arguments win over the environment, which wins over the file.

    :param config: the file; default ``EBBLINE_CONFIG``, else ``ebbline.yml`` in the working folder.
    :param landing: a folder or URL whose ``billing``, ``support`` and ``usage`` become the source paths.
    :param warehouse: the warehouse folder.
    :param as_of: rebuild the state as it was known at the end of this day.
    :param until: the last day covered.
    :raises SettingsError: the file is missing, is not YAML, or says something unknown; names the line.
    """
    try:
        environment = Environment()
    except ValidationError as error:
        raise SettingsError(
            "an environment variable cannot be read",
            evidence=[
                f"EBBLINE_{str(e['loc'][0]).upper()}: "
                + (
                    f"{e['input']!r} is not an amount of memory such as 4GB"
                    if e["type"].startswith("byte_size")
                    else e["msg"].removeprefix("Value error, ")
                )
                for e in error.errors()
            ],
        ) from error
    file = config or environment.config
    document, lines = _read(file)
    settings = _check(document, lines, file)
    base = file.resolve().parent
    landing = landing if landing is not None else environment.landing
    sources = {
        name: source.model_copy(update={"path": _located(source, name, base, landing)})
        for name, source in settings.sources.named().items()
    }
    until = until or environment.until
    calendar = settings.calendar.model_copy(update={"until": until} if until else {})
    return settings.model_copy(
        update={
            "sources": Sources(**sources),
            # Absolute: dbt is a process of its own with a working folder of its own.
            "warehouse": (
                warehouse or environment.warehouse or base / settings.warehouse
            ).resolve(),
            "calendar": calendar,
            "as_of": as_of or environment.as_of,
        }
    )


def _located(source: Source, name: str, base: Path, landing: str | Path | None) -> str:
    """Return where a source's files lie: below ``landing`` where given, else relative to the file."""
    if landing is not None:
        place = str(landing)
        return (
            f"{place.rstrip('/')}/{name}" if "://" in place else str(Path(place).resolve() / name)
        )
    path = _expanded(source.path, name)
    return path if "://" in path else str(base / path)


_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def _expanded(path: str, name: str) -> str:
    """Return a path with its environment variables (``${NAME}``) in place.

    :raises SettingsError: one of them is not set.
    """
    missing = [one for one in _VARIABLE.findall(path) if not os.environ.get(one)]
    if missing:
        raise SettingsError(
            f"environment variable {', '.join(missing)} is not set",
            where=f"sources.{name}.path",
            fix="set it, or write the path itself",
        )
    return _VARIABLE.sub(lambda match: os.environ[match[1]], path)


def _read(file: Path) -> tuple[dict[str, Any], Lines]:
    """Return the document and the line of every key in it."""
    try:
        document, lines = read_yaml(file, SettingsError, "the settings file")
    except FileNotFoundError:
        raise SettingsError(
            "there is no settings file",
            where=str(file),
            fix="name one with --config, or start from ebbline.yml of the project",
        ) from None
    if not isinstance(document, dict):
        raise SettingsError("the settings file holds no settings", where=f"{file}:1")
    return document, lines


def _check(document: dict[str, Any], lines: Lines, file: Path) -> Settings:
    if "as_of" in document:
        raise SettingsError(
            "'as_of' is not a setting", where=f"{file}:{lines[('as_of',)]}", fix="use --as-of DATE"
        )
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        faults = faults_of(error, lines, Settings)
        raise SettingsError(
            "the settings cannot be followed",
            where=f"{file}:{faults[0].line}",
            evidence=[f"{file}:{fault.line}: {fault}" for fault in faults],
            fix="see docs/settings.md for every key and its default",
        ) from None
    settings._file, settings._lines = file, lines
    return settings
