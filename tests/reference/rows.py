"""The rows a reference calculation starts from: the canonical tables as typed, frozen values, and
the settings.

Only the columns that bear on a number are here. Names, units and meaning are those of CONTRACT.md.
Nothing in this folder imports ebbline or dbt, and nothing here calculates.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Customer:
    """One customer as exported. Attributes are ``None`` where the export leaves them empty."""

    customer_id: str
    created_at: datetime
    country: str | None = None
    region: str | None = None
    industry: str | None = None
    company_size: str | None = None
    segment: str | None = None
    acquisition_channel: str | None = None


@dataclass(frozen=True)
class Alias:
    """``customer_id`` is the same customer as ``same_as_customer_id``, which survives."""

    customer_id: str
    same_as_customer_id: str


@dataclass(frozen=True)
class Plan:
    """One plan: ``unit_amount`` (major units) for ``interval_count`` intervals."""

    plan_id: str
    unit_amount: Decimal
    currency: str = "USD"
    interval: str = "month"
    interval_count: int = 1
    product: str | None = None
    plan_name: str | None = None


@dataclass(frozen=True)
class Subscription:
    """One subscription; it carries trials, the end and the request to end, never money."""

    subscription_id: str
    customer_id: str
    started_at: datetime
    status: str | None = None
    trial_start_at: datetime | None = None
    trial_end_at: datetime | None = None
    cancel_requested_at: datetime | None = None
    cancel_at_period_end: bool | None = None
    ended_at: datetime | None = None
    cancellation_reason: str | None = None


@dataclass(frozen=True)
class SubscriptionPeriod:
    """Monthly value already given: ``mrr`` (major units) on the days ``[valid_from_on,
    valid_to_on)``.
    """

    subscription_id: str
    customer_id: str
    plan_id: str | None
    mrr: Decimal
    currency: str | None
    valid_from_on: date
    valid_to_on: date | None = None
    quantity: Decimal | None = None


@dataclass(frozen=True)
class SubscriptionItem:
    """Price x quantity while ``[valid_from_at, valid_to_at)`` holds; missing price terms are the
    plan's.
    """

    item_id: str
    subscription_id: str
    customer_id: str
    plan_id: str
    valid_from_at: datetime
    valid_to_at: datetime | None = None
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    currency: str | None = None
    interval: str | None = None
    interval_count: int | None = None
    discount: Decimal | None = None


@dataclass(frozen=True)
class InvoiceLine:
    """One line of an invoice; ``amount`` in major units, net of the discount that is told beside it, without
    tax.
    """

    line_id: str
    invoice_id: str
    invoice_status: str
    customer_id: str
    kind: str
    amount: Decimal
    currency: str
    issued_at: datetime
    subscription_id: str | None = None
    plan_id: str | None = None
    quantity: Decimal | None = None
    period_start_at: datetime | None = None
    period_end_at: datetime | None = None
    is_proration: bool | None = None
    discount_included: Decimal | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True)
class Order:
    """One line of an order."""

    order_id: str
    line_id: str
    customer_id: str
    ordered_at: datetime
    amount: Decimal
    currency: str
    status: str | None = None
    product_id: str | None = None
    product_category: str | None = None
    campaign: str | None = None


@dataclass(frozen=True)
class Books:
    """All rows of one company."""

    customers: tuple[Customer, ...] = ()
    aliases: tuple[Alias, ...] = ()
    plans: tuple[Plan, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    subscription_periods: tuple[SubscriptionPeriod, ...] = ()
    subscription_items: tuple[SubscriptionItem, ...] = ()
    invoice_lines: tuple[InvoiceLine, ...] = ()
    orders: tuple[Order, ...] = ()

    def __add__(self, other: "Books") -> "Books":
        """Return the rows of both."""
        return Books(
            **{
                name: getattr(self, name) + getattr(other, name)
                for name in self.__dataclass_fields__
            }
        )


@dataclass(frozen=True)
class Terms:
    """The settings that METRICS.md names, with its defaults. ``until`` is the last day covered.

    ``rates`` maps a currency to its rate per unit, or to dated rates (day from which each holds).
    """

    until: date
    timezone: str = "UTC"
    reporting: str = "USD"
    rates: dict[str, Decimal | dict[date, Decimal]] = field(default_factory=dict)
    recurring_from: str = "subscription_periods"
    usage_is_recurring: bool = False
    dunning_days: int = 30
    churn_recognition: str = "period_end"
    bridge_gap_days: int = 0
    gross_margin: Decimal = Decimal(1)
    same_day_orders_are_one: bool = True
    dimensions: tuple[str, ...] = (
        "country",
        "region",
        "industry",
        "company_size",
        "segment",
        "plan",
        "acquisition_channel",
    )
