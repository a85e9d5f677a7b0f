"""The sections of ``ebbline.yml``: what may be written under each key, and its default.

What the whole file means is ``config``'s business.
"""

import re
from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

DIMENSIONS = (
    "country",
    "region",
    "industry",
    "company_size",
    "segment",
    "plan",
    "acquisition_channel",
)


def crossing(dimensions: Iterable[str]) -> tuple[str, ...]:
    """Return several dimensions that are crossed in the one order in which they are named: the plan first.

    :raises ValueError: one of them is unknown, or there are fewer than two.
    """
    named = set(dimensions)
    if unknown := sorted(named - set(DIMENSIONS)):
        raise ValueError(f"there is no dimension {', '.join(map(repr, unknown))}")
    if len(named) < 2:
        raise ValueError("takes two dimensions or more")
    return tuple(sorted(named, key=lambda name: (name != "plan", DIMENSIONS.index(name))))


RecurringShape = Literal["subscription_periods", "subscription_items", "invoice_lines"]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", to_upper=True)]
# The bound belongs to that of amounts in exports/contract/: their product fits decimal(18, 2).
Rate = Annotated[Decimal, Field(gt=0, le=100_000, max_digits=18, decimal_places=9)]


class Section(BaseModel):
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
        raise ValueError(f"{given!r} is not a length of time such as 36h or 3 days")
    if not timedelta() < found <= _GREATEST_AGE:
        raise ValueError(f"{given!r} is not between an hour and ten years")
    return found


Age = Annotated[timedelta | None, BeforeValidator(_age)]


def _file_mode(mode: object) -> object:
    """Return a mode as its four digits; YAML reads ``0440`` as an octal number."""
    if isinstance(mode, int) and not isinstance(mode, bool):
        return f"{mode:04o}"
    return mode


class Source(Section):
    """One source of exports: whose format, and the folder or URL where the files lie.

    ``${NAME}`` in the path stands for an environment variable.

    ``max_age`` is how old its newest export may be before on-call is told; None never asks. What follows it says how
    these exports write what could be read in two ways, which tables are full dumps, and of which all rows of a
    record (the lines of an invoice) come together.
    """

    format: str = "canonical"
    path: str
    max_age: Age = timedelta(days=3)
    decimal: Literal[".", ","] | None = None
    dates: Annotated[str, AfterValidator(_order_of_dates)] | None = None
    zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    ends: Literal["inclusive", "exclusive"] | None = None
    full: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()

    @property
    def is_remote(self) -> bool:
        """Whether the path is a URL."""
        return "://" in self.path


SourceName = Literal["billing", "support", "usage"]


class Sources(Section):
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


class Calendar(Section):
    """The zone in which an instant becomes a date, and the last day covered."""

    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    until: Literal["yesterday"] | date = "yesterday"


class CurrencySettings(Section):
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


class Billing(Section):
    """How recurring revenue is read from billing exports (METRICS.md, section 1)."""

    recurring_from: Literal["auto"] | RecurringShape = "auto"
    usage_is_recurring: bool = False
    dunning_days: Annotated[int, Field(ge=0, le=3650)] = 30
    churn_recognition: Literal["period_end", "cancel_request"] = "period_end"
    bridge_gap_days: Annotated[int, Field(ge=0, le=3650)] = 0
    gross_margin: Annotated[Decimal, Field(gt=0, le=1, decimal_places=6)] = Decimal("1.0")
    discounts: Literal["as_billed", "lasting_only"] = "as_billed"


class Purchases(Section):
    """What counts as one purchase (METRICS.md, section 5)."""

    same_day_orders_are_one: bool = True


class Usage(Section):
    """What of use counts as having met the product's value (METRICS.md, section 6)."""

    # Names of events. Without any, every event that names a feature is one.
    key_events: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()


class Reconciliation(Section):
    """How much may differ between what the vendor says and what was understood before nothing is published.

    ``max_share_of_strangers`` only warns: rows of support and use that belong to no customer whom billing knows.
    """

    max_share_of_invoices: Annotated[float, Field(ge=0, le=1)] = 0.05
    max_share_of_money: Annotated[float, Field(ge=0, le=1)] = 0.02
    max_share_of_strangers: Annotated[float, Field(ge=0, le=1)] = 0.2


class Ingest(Section):
    """Limits of what an export may get wrong."""

    max_quarantined_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    publish_when_refused: bool = False


class Publish(Section):
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


Severity = Literal["warning", "page"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def _time_of_day(given: Any) -> Any:
    """Return ``22:00`` as a time of day; YAML reads it as the number of minutes, 1320."""
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 24 * 60:
        return time(given // 60, given % 60)
    return time() if given == "24:00" else given


TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]


class QuietHours(Section):
    """Hours in which only some severities are sent; all else waits for their end.

    ``days`` are those on which they begin; ``zone`` is that of the calendar where none is given. Hours that end when
    they begin are a whole day.
    """

    begin: TimeOfDay = Field(alias="from")
    to: TimeOfDay
    zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS
    passes: tuple[Severity, ...] = ("page",)


# Whose an alert is, and where it says what to do.
Owner = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Runbook = Annotated[str, StringConstraints(pattern=r"^https?://\S{1,300}$")]


class PipelineAlerts(Section):
    """What holds for every incident of the pipeline: whose it is, and when it is told again because nobody is at it."""

    # Open so long without acknowledgement: told again, as a page. None never is.
    escalate_after: Age = None
    owner: Owner | None = None
    runbook: Runbook | None = None


def _one_or_more(given: Any) -> Any:
    return [given] if isinstance(given, dict) else [] if given == "never" else given


ManyQuietHours = Annotated[tuple[QuietHours, ...], BeforeValidator(_one_or_more)]


class NotifyTarget(Section):
    """An Apprise URL and the severities sent to it. ``${NAME}`` stands for an environment variable.

    ``quiet_hours`` of its own are in place of those of the whole; ``never`` has none.
    """

    url: str
    severities: tuple[Severity, ...] = ("warning", "page")
    quiet_hours: ManyQuietHours | None = None
