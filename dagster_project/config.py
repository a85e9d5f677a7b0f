"""``ebbline.yml`` as typed, checked settings.

What the keys mean and their defaults are part of the public interface. This module reads and checks; it
opens no database and asks no clock of its own.
"""

import hashlib
import json
import os
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagster_project.clock import Clock
from dagster_project.errors import SettingsError, did_you_mean
from dagster_project.yaml_document import Lines, read_yaml

DIMENSIONS = (
    "country",
    "region",
    "industry",
    "company_size",
    "segment",
    "plan",
    "acquisition_channel",
)
RecurringShape = Literal["subscription_periods", "subscription_items", "invoice_lines"]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", to_upper=True)]
# The bound belongs to that of amounts in exports/contract/: their product fits decimal(18, 2).
Rate = Annotated[Decimal, Field(gt=0, le=100_000, max_digits=18, decimal_places=9)]
DEFAULT_FILE = Path("ebbline.yml")


class _Section(BaseModel):
    """A part of the file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone such as 'Europe/Berlin'")
    return name


def _order_of_dates(said: str) -> str:
    if said not in ("day_first", "month_first") and "%" not in said:
        raise ValueError(
            f"{said!r} is neither day_first, month_first nor a pattern such as '%d %b %Y'"
        )
    return said


_AGE = re.compile(r"(\d+) ?(h|hours?|d|days?|w|weeks?)")
_AGE_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_GREATEST_AGE = timedelta(days=3650)


def _age(given: Any) -> Any:
    """Return ``36h``, ``3 days``, ``1w`` or a number of days as a length of time; null and ``never`` as None."""
    if given is None or given == "never":
        return None
    if isinstance(given, timedelta):
        return given
    match = _AGE.fullmatch(given.strip()) if isinstance(given, str) else None
    if match is not None:
        found = min(int(match[1]), 10**6) * _AGE_UNITS[match[2][0]]
    elif isinstance(given, int) and not isinstance(given, bool):
        found = timedelta(days=min(max(given, 0), 10**6))
    else:
        raise ValueError(f"{given!r} is no length of time such as 36h or 3 days")
    if not timedelta() < found <= _GREATEST_AGE:
        raise ValueError(f"{given!r} is not between an hour and ten years")
    return found


Age = Annotated[timedelta | None, BeforeValidator(_age)]


def _file_mode(mode: object) -> object:
    """Return a mode as its four digits; YAML reads ``0440`` as an octal number."""
    if isinstance(mode, int) and not isinstance(mode, bool):
        return f"{mode:04o}"
    return mode


class Source(_Section):
    """One source of exports: whose format, and the folder or URL where the files lie.

    ``${NAME}`` in the path stands for an environment variable.

    ``max_age`` is how old its newest export may be before on-call is told; None never asks. What follows it says how
    these exports write what could be read in two ways, and which tables are full dumps.
    """

    format: str = "canonical"
    path: str
    max_age: Age = timedelta(days=3)
    decimal: Literal[".", ","] | None = None
    dates: Annotated[str, AfterValidator(_order_of_dates)] | None = None
    zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    ends: Literal["inclusive", "exclusive"] | None = None
    full: tuple[str, ...] = ()

    @property
    def is_remote(self) -> bool:
        """Whether the path is a URL."""
        return "://" in self.path


class Sources(_Section):
    """Where exports come from. Billing is the one that must be given."""

    billing: Source
    support: Source | None = None
    usage: Source | None = None

    def named(self) -> dict[str, Source]:
        """Return the given sources by name, in the order in which they are read."""
        given = {
            "billing": self.billing,
            "support": self.support,
            "usage": self.usage,
        }
        return {name: source for name, source in given.items() if source is not None}


class Calendar(_Section):
    """The zone in which an instant becomes a date, and the last day covered."""

    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    until: Literal["yesterday"] | date = "yesterday"


class CurrencySettings(_Section):
    """The reporting currency and what one unit of every other currency is worth in it.

    A rate is a number (constant) or a mapping of dates to numbers (the rate from that day on).
    """

    reporting: Currency = "USD"
    rates: dict[Currency, Rate | dict[date, Rate]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _reporting_is_one(self) -> "CurrencySettings":
        rate = self.rates.get(self.reporting)
        if rate is not None and rate != 1:
            raise ValueError(f"{self.reporting} is the reporting currency: its rate is 1")
        empty = [currency for currency, rate in self.rates.items() if rate == {}]
        if empty:
            raise ValueError(f"no rate is given for {', '.join(empty)}")
        return self

    def rows(self) -> list[dict[str, str | None]]:
        """Return the rates as rows of ``int_currency_rates``: currency, valid_from, rate."""
        rows: list[dict[str, str | None]] = [
            {"currency": self.reporting, "valid_from": None, "rate": "1"}
        ]
        for currency, rate in sorted(self.rates.items()):
            if currency == self.reporting:
                continue
            if isinstance(rate, dict):
                # The earliest rate also holds before its date: history must not lose its value.
                for position, day in enumerate(sorted(rate)):
                    start = day.isoformat() if position else None
                    rows.append(
                        {"currency": currency, "valid_from": start, "rate": f"{rate[day]:f}"}
                    )
            else:
                rows.append({"currency": currency, "valid_from": None, "rate": f"{rate:f}"})
        return rows


class Billing(_Section):
    """How recurring revenue is read from billing exports (METRICS.md, section 1)."""

    recurring_from: Literal["auto"] | RecurringShape = "auto"
    usage_is_recurring: bool = False
    dunning_days: Annotated[int, Field(ge=0, le=3650)] = 30
    churn_recognition: Literal["period_end", "cancel_request"] = "period_end"
    bridge_gap_days: Annotated[int, Field(ge=0, le=3650)] = 0
    gross_margin: Annotated[Decimal, Field(gt=0, le=1, decimal_places=6)] = Decimal("1.0")
    discounts: Literal["as_billed", "lasting_only"] = "as_billed"


class Purchases(_Section):
    """What counts as one purchase (METRICS.md, section 5)."""

    same_day_orders_are_one: bool = True


class Usage(_Section):
    """What of use counts as having met the product's value (METRICS.md, section 6)."""

    # Names of events. Without any, every event that names a feature is one.
    key_events: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()


class Reconciliation(_Section):
    """How much may differ between what the vendor says and what was understood before nothing is published.

    ``max_share_of_strangers`` only warns: rows of support and use that belong to no customer whom billing knows.
    """

    max_share_of_invoices: Annotated[float, Field(ge=0, le=1)] = 0.05
    max_share_of_money: Annotated[float, Field(ge=0, le=1)] = 0.02
    max_share_of_strangers: Annotated[float, Field(ge=0, le=1)] = 0.2


class Ingest(_Section):
    """Limits of what an export may get wrong."""

    max_quarantined_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    publish_when_refused: bool = False


class Publish(_Section):
    """What of a publication is kept and shown, to whom, and from which change on a restatement is an alert."""

    keep: Annotated[int, Field(ge=1, le=10_000)] = 10
    # None: nobody is told. Changes no number.
    restatement_threshold: Annotated[float, Field(ge=0)] | None = 0.05
    # Where people find the report; messages link to it in place of the path.
    report_url: Annotated[str, StringConstraints(pattern=r"^https?://\S{1,500}$")] | None = None
    # Names, e-mail addresses, owners and comments: columns that dbt marks as personal.
    personal_data: bool = False
    file_mode: Annotated[Literal["0400", "0440", "0444"], BeforeValidator(_file_mode)] = "0444"

    def mode(self) -> int:
        """Return the mode of published files."""
        return int(self.file_mode, 8)


PlannedPeriod = Annotated[
    str, BeforeValidator(str), StringConstraints(pattern=r"^\d{4}(-\d{2}|-Q[1-4])?$")
]


class NotifyTarget(_Section):
    """An Apprise URL and the severities sent to it. ``${NAME}`` stands for an environment variable."""

    url: str
    severities: tuple[Literal["warning", "page"], ...] = ("warning", "page")


class Settings(_Section):
    """All settings of one warehouse."""

    sources: Sources
    warehouse: Path = Path("data/warehouse")
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
    # Fetched when a run has ended well; ``${NAME}`` stands for an environment variable.
    heartbeat: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    # How long after the last one a run is missing; None never asks.
    run_due_after: Age = timedelta(hours=30)
    as_of: date | None = Field(default=None, exclude=True)

    @field_validator("dimensions")
    @classmethod
    def _known_dimensions(cls, dimensions: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(dimensions) - set(DIMENSIONS))
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)}; known: {', '.join(DIMENSIONS)}")
        if len(set(dimensions)) < len(dimensions):
            raise ValueError("a dimension is named twice")
        return dimensions

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
                "company",
                "plan",
                "ingest",
                "publish",
                "notify",
                "heartbeat",
                "run_due_after",
            },
        )
        return document

    def fingerprint(self) -> str:
        """Return a SHA-256 over :meth:`numbers`: equal fingerprints, equal meaning of every number."""
        return hashlib.sha256(json.dumps(self.numbers(), sort_keys=True).encode()).hexdigest()

    def dbt_vars(
        self, clock: Clock, recurring_from: RecurringShape, *, until: date | None = None
    ) -> dict[str, Any]:
        """Return the variables of a dbt run; every date a model needs is among them.

        :param recurring_from: the shape that is present, where the setting says ``auto``.
        :param until: the last day covered by the exports; None for all that the clock allows.
        """
        as_of_at = self.as_of_at()
        return {
            "timezone": self.calendar.timezone,
            "until": (until or self.until_on(clock)).isoformat(),
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
        }


def _amount_of_memory(text: str) -> str:
    """Return an amount that DuckDB takes for ``memory_limit``."""
    match = _MEMORY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no amount of memory such as 4GB")
    if float(match[1]) * _MEMORY_UNITS[match[2].lower()] < _LEAST_MEMORY:
        raise ValueError(f"{text} is too little to build anything; give at least 100MB")
    return text


_MEMORY_UNITS = {
    f"{letter}{base}b": (1000 if not base else 1024) ** power
    for power, letter in enumerate("kmgt", start=1)
    for base in ("", "i")
}
_MEMORY = re.compile(rf"(\d+(?:\.\d+)?) *({'|'.join(_MEMORY_UNITS)})", re.IGNORECASE)
_LEAST_MEMORY = 100 * 1000**2


class Environment(BaseSettings):
    """What the environment says: overrides for the Dagster UI and the daemon, and what dbt's profile reads."""

    model_config = SettingsConfigDict(env_prefix="EBBLINE_", env_ignore_empty=True)

    config: Path = DEFAULT_FILE
    landing: str | None = None
    warehouse: Path | None = None
    as_of: date | None = None
    until: date | None = None
    dbt_memory_limit: Annotated[str, AfterValidator(_amount_of_memory)] | None = None


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
                f"EBBLINE_{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}"
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
        return Settings.model_validate(document)
    except ValidationError as error:
        problems = []
        for problem in error.errors():
            path = problem["loc"]
            while path and path not in lines:  # pydantic adds the names of union branches
                path = path[:-1]
            name = ".".join(str(part) for part in path) or str(problem["loc"][0])
            message = problem["msg"]
            if problem["type"] == "extra_forbidden":
                close = did_you_mean(str(problem["loc"][-1]), _keys_at(problem["loc"][:-1]))
                message = f"unknown key{close and f'; {close}'}"
            if problem["type"] == "missing":
                message = f"{problem['loc'][-1]!r} is missing"
            problems.append((lines.get(path, 1), f"{name}: {message}"))
        problems = sorted(dict.fromkeys(problems))
        raise SettingsError(
            "the settings cannot be followed",
            where=f"{file}:{problems[0][0]}",
            evidence=[f"{file}:{line}: {text}" for line, text in problems],
            fix="see docs/settings.md for every key and its default",
        ) from None


def _keys_at(path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the settings know at a place; none where it is no section."""
    section: type[BaseModel] = Settings
    for part in path:
        field = section.model_fields.get(str(part))
        kinds = [] if field is None else [field.annotation, *get_args(field.annotation)]
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not inner:
            return []
        section = inner[0]
    return list(section.model_fields)
