"""The canonical tables: what every export is turned into, column by column.

Only the contract itself belongs here (names, kinds, keys, enumerations, companions), no SQL that loads
and no vendor's name. A vendor's shape is a mapping in ``mappings/``; the DDL made from this contract is
in ``raw_tables.py``.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Source = Literal["billing", "support", "usage"]
SOURCES: tuple[Source, ...] = ("billing", "support", "usage")


class Kind(StrEnum):
    """What a column holds; decides its SQL type and how text becomes a value."""

    TEXT = "text"
    INSTANT = "instant"
    DATE = "date"
    MONEY = "money"
    PRICE = "price"
    QUANTITY = "quantity"
    FRACTION = "fraction"
    SCORE = "score"
    INTEGER = "integer"
    BOOLEAN = "boolean"

    @property
    def sql_type(self) -> str:
        """The DuckDB type of a raw column of this kind."""
        return _SQL_TYPES[self]

    @property
    def below(self) -> int | None:
        """The bound that a value of this kind stays below, above and beneath zero; None where the type is enough."""
        return _BELOW.get(self)


_SQL_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.INSTANT: "TIMESTAMP WITH TIME ZONE",
    Kind.DATE: "DATE",
    Kind.MONEY: "DECIMAL(18,2)",
    Kind.PRICE: "DECIMAL(18,6)",
    Kind.QUANTITY: "DECIMAL(18,6)",
    Kind.FRACTION: "DECIMAL(9,8)",
    Kind.SCORE: "DECIMAL(9,3)",
    Kind.INTEGER: "INTEGER",
    Kind.BOOLEAN: "BOOLEAN",
}


# dbt converts and adds in decimal(18, 2), which holds less than 10^16 (dbt/macros/money.sql): an amount below 10^11
# times a rate of at most 10^5 (``config.Rate``) is less. A quantity is bound by its type alone: its products are
# computed in integers of 38 digits, and what is wider than those is named by a dbt test.
_BELOW = {Kind.MONEY: 10**11, Kind.PRICE: 10**11, Kind.QUANTITY: 10**12}
# A hundred years of days; twelve times as many months are still a date and a 32-bit integer.
_INTERVALS_BELOW = 36_526


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    :param required: a row without it is quarantined.
    :param allowed: the enumeration, lower case; empty = anything.
    :param from_tables: tables that may bring it instead; dbt joins them (see :class:`Table`).
    :param below: a bound narrower than that of the kind.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    allowed: tuple[str, ...] = ()
    from_tables: tuple[str, ...] = ()
    below: int | None = None

    @property
    def bound(self) -> int | None:
        """The bound that values stay below, above and beneath zero; None where the type is enough."""
        return self.below or self.kind.below


UPDATED_AT = Column("updated_at", Kind.INSTANT)
"""A record's own version: of two rows with one key the later is the newer, whichever file came first."""


@dataclass(frozen=True)
class Table:
    """One canonical table; every one ends with :data:`UPDATED_AT`.

    :param key: the columns that identify a row; the same key later is a newer version of it.
    :param companion_of: the canonical table this one completes, for vendors that spread it over files.
    :param numbered: the part of the key that not every vendor has: where it is empty, rows that are alike in
        the rest of the key are different rows, told apart by their number.
    """

    name: str
    source: Source
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    companion_of: str | None = None
    numbered: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", (*self.columns, UPDATED_AT))

    @property
    def content(self) -> tuple[str, ...]:
        """The columns whose change makes another version of a row."""
        return tuple(name for name in self.column_names if name != UPDATED_AT.name)

    def column(self, name: str) -> Column:
        """Return the column called ``name``.

        :raises KeyError: the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the canonical columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns without which a row means nothing."""
        return tuple(column for column in self.columns if column.required)


INTERVALS = ("day", "week", "month", "quarter", "year")
USAGES = ("licensed", "metered")
PRICINGS = ("per_unit", "tiered", "package", "flat")
TAX_BEHAVIORS = ("exclusive", "inclusive")
DURATIONS = ("once", "repeating", "forever")
DISPUTE_STATUSES = ("open", "won", "lost")
OFFERS = ("discount", "free_period", "loyalty", "referral", "gift", "call", "other")
INVOICE_STATUSES = ("draft", "open", "paid", "void", "uncollectible")


def _text(*names: str, required: bool = False, allowed: tuple[str, ...] = ()) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.TEXT, required, allowed) for name in names)


def _need(
    name: str,
    kind: Kind = Kind.TEXT,
    *,
    allowed: tuple[str, ...] = (),
    or_from: tuple[str, ...] = (),
) -> Column:
    return Column(name, kind, True, allowed, or_from)


def _may(
    name: str,
    kind: Kind = Kind.TEXT,
    *,
    allowed: tuple[str, ...] = (),
    below: int | None = None,
) -> Column:
    return Column(name, kind, False, allowed, below=below)


_ALL = (
    Table(
        "customers",
        "billing",
        (
            _need("customer_id"),
            _need("created_at", Kind.INSTANT, or_from=("orders", "order_totals")),
            *_text(
                "name",
                "email",
                "country",
                "region",
                "industry",
                "company_size",
                "segment",
                "acquisition_channel",
                "acquisition_campaign",
                "account_owner",
            ),
        ),
        ("customer_id",),
    ),
    Table(
        "customer_aliases",
        "billing",
        (_need("customer_id"), _need("same_as_customer_id")),
        ("customer_id",),
    ),
    Table(
        "plans",
        "billing",
        (
            _need("plan_id"),
            _may("product"),
            _may("plan_name"),
            _may("unit_amount", Kind.PRICE),
            _may("currency"),
            _may("interval", allowed=INTERVALS),
            _may("interval_count", Kind.INTEGER, below=_INTERVALS_BELOW),
            _may("tier", Kind.INTEGER),
            _may("usage", allowed=USAGES),
            _may("pricing", allowed=PRICINGS),
            _may("tax_behavior", allowed=TAX_BEHAVIORS),
        ),
        ("plan_id",),
    ),
    Table(
        "subscriptions",
        "billing",
        (
            _need("subscription_id"),
            _need("customer_id"),
            _may("status"),
            _need("started_at", Kind.INSTANT),
            _may("trial_start_at", Kind.INSTANT),
            _may("trial_end_at", Kind.INSTANT),
            _may("cancel_requested_at", Kind.INSTANT),
            _may("cancel_at_period_end", Kind.BOOLEAN),
            _may("ended_at", Kind.INSTANT),
            _may("cancellation_reason"),
            _may("cancellation_comment"),
        ),
        ("subscription_id",),
    ),
    Table(
        "subscription_periods",
        "billing",
        (
            _need("subscription_id"),
            _need("customer_id"),
            _may("plan_id"),
            _may("quantity", Kind.QUANTITY),
            _need("mrr", Kind.MONEY),
            _may("currency"),
            _need("valid_from_on", Kind.DATE),
            _may("valid_to_on", Kind.DATE),
        ),
        ("subscription_id", "plan_id", "valid_from_on"),
    ),
    Table(
        "subscription_items",
        "billing",
        (
            _need("item_id"),
            _need("subscription_id"),
            _need("customer_id"),
            _need("plan_id"),
            _may("quantity", Kind.QUANTITY),
            _may("unit_amount", Kind.PRICE),
            _may("currency"),
            _may("interval", allowed=INTERVALS),
            _may("interval_count", Kind.INTEGER, below=_INTERVALS_BELOW),
            _may("discount", Kind.FRACTION),
            _need("valid_from_at", Kind.INSTANT),
            _may("valid_to_at", Kind.INSTANT),
        ),
        ("item_id", "valid_from_at"),
    ),
    Table(
        "invoice_lines",
        "billing",
        (
            _need("line_id"),
            _need("invoice_id"),
            _need("invoice_status", allowed=INVOICE_STATUSES, or_from=("invoices", "credit_notes")),
            _need("customer_id", or_from=("invoices", "credit_notes")),
            _may("subscription_id"),
            _may("plan_id"),
            _need("kind", allowed=("recurring", "one_off", "usage", "tax", "credit")),
            _may("quantity", Kind.QUANTITY),
            _need("amount", Kind.MONEY),
            _may("discount_included", Kind.MONEY),
            _need("currency", or_from=("invoices", "credit_notes")),
            _may("in_minor_units", Kind.BOOLEAN),
            _may("period_start_at", Kind.INSTANT),
            _may("period_end_at", Kind.INSTANT),
            _may("is_proration", Kind.BOOLEAN),
            _need("issued_at", Kind.INSTANT, or_from=("invoices", "credit_notes")),
            _may("paid_at", Kind.INSTANT),
        ),
        ("invoice_id", "line_id"),
    ),
    Table(
        "payments",
        "billing",
        (
            _need("payment_id"),
            _need("customer_id"),
            _may("invoice_id"),
            _may("intent_id"),
            _need("status", allowed=("succeeded", "failed", "refunded", "disputed")),
            _may("failure_code"),
            _need("amount", Kind.MONEY),
            _may("refunded_amount", Kind.MONEY),
            _need("currency"),
            _need("attempted_at", Kind.INSTANT),
        ),
        ("payment_id",),
    ),
    Table(
        "orders",
        "billing",
        (
            _need("order_id"),
            _may("line_id"),
            _need("customer_id", or_from=("order_totals",)),
            _need("ordered_at", Kind.INSTANT, or_from=("order_totals",)),
            _may("status"),
            _may("product_id"),
            _may("product_name"),
            _may("product_category"),
            _may("quantity", Kind.QUANTITY),
            _need("amount", Kind.MONEY),
            _need("currency", or_from=("order_totals",)),
            _may("campaign"),
        ),
        ("order_id", "line_id"),
        numbered="line_id",
    ),
    Table(
        "tickets",
        "support",
        (
            _need("ticket_id"),
            _may("customer_id"),
            *_text("organization_id", "user_id"),
            _need("created_at", Kind.INSTANT),
            _may("first_response_at", Kind.INSTANT),
            _may("solved_at", Kind.INSTANT),
            _may("status"),
            _may("channel"),
            _may("priority"),
            _may("category"),
            _may("is_complaint", Kind.BOOLEAN),
            _may("reopens", Kind.INTEGER),
        ),
        ("ticket_id",),
    ),
    Table(
        "ratings",
        "support",
        (
            _need("rating_id"),
            _may("customer_id"),
            *_text("organization_id", "user_id"),
            _may("ticket_id"),
            _need("kind", allowed=("csat", "nps", "ces")),
            _need("score", Kind.SCORE),
            _may("scale_max", Kind.SCORE),
            _need("rated_at", Kind.INSTANT),
            _may("comment"),
        ),
        ("rating_id",),
    ),
    Table(
        "contacts",
        "support",
        (
            _need("contact_id"),
            _need("customer_id"),
            _need("contacted_at", Kind.INSTANT),
            _may("channel"),
            _may("direction", allowed=("inbound", "outbound")),
            _may("campaign"),
        ),
        ("contact_id",),
    ),
    Table(
        "events",
        "usage",
        (
            _need("event_id"),
            _need("customer_id", or_from=("identities",)),
            _may("user_id"),
            _need("event_name"),
            _need("occurred_at", Kind.INSTANT),
            _may("session_id"),
            _may("feature"),
        ),
        ("event_id",),
    ),
    Table(
        "sessions",
        "usage",
        (
            _need("session_id"),
            _need("customer_id"),
            _may("user_id"),
            _need("started_at", Kind.INSTANT),
            _need("duration_seconds", Kind.INTEGER),
        ),
        ("session_id",),
    ),
    Table(
        "refunds",
        "billing",
        (
            _need("refund_id"),
            _may("payment_id"),
            _need("customer_id", or_from=("payments", "invoices")),
            _may("invoice_id"),
            _need("amount", Kind.MONEY),
            _need("currency", or_from=("payments", "invoices")),
            _need("refunded_at", Kind.INSTANT),
        ),
        ("refund_id",),
    ),
    Table(
        "offers",
        "billing",
        (
            _need("offer_id"),
            _need("customer_id"),
            _need("kind", allowed=OFFERS),
            _need("made_at", Kind.INSTANT),
            _may("accepted_at", Kind.INSTANT),
            _may("declined_at", Kind.INSTANT),
            _may("cost", Kind.MONEY),
            _may("currency"),
            _may("campaign"),
            _may("is_holdout", Kind.BOOLEAN),
        ),
        ("offer_id",),
    ),
    Table(
        "invoices",
        "billing",
        (
            _need("invoice_id"),
            _may("customer_id"),
            _may("status", allowed=INVOICE_STATUSES),
            _may("currency"),
            _may("subtotal", Kind.MONEY),
            _may("discount", Kind.MONEY),
            _may("tax", Kind.MONEY),
            _may("total", Kind.MONEY),
            _may("amount_paid", Kind.MONEY),
            _may("amount_credited", Kind.MONEY),
            _may("issued_at", Kind.INSTANT),
            _may("due_at", Kind.INSTANT),
            _may("paid_at", Kind.INSTANT),
        ),
        ("invoice_id",),
        companion_of="invoice_lines",
    ),
    Table(
        "line_discounts",
        "billing",
        (
            _need("invoice_id", or_from=("invoice_lines",)),
            _need("line_id"),
            _may("discount_id"),
            _need("amount", Kind.MONEY),
            _may("duration", allowed=DURATIONS),
            _may("in_minor_units", Kind.BOOLEAN),
        ),
        ("invoice_id", "line_id", "discount_id"),
        companion_of="invoice_lines",
        numbered="discount_id",
    ),
    Table(
        "line_taxes",
        "billing",
        (
            _need("invoice_id", or_from=("invoice_lines",)),
            _need("line_id"),
            _may("tax_id"),
            _need("amount", Kind.MONEY),
            _may("is_inclusive", Kind.BOOLEAN),
            _may("in_minor_units", Kind.BOOLEAN),
        ),
        ("invoice_id", "line_id", "tax_id"),
        companion_of="invoice_lines",
        numbered="tax_id",
    ),
    Table(
        "credit_notes",
        "billing",
        (
            _need("credit_note_id"),
            _need("customer_id", or_from=("invoices",)),
            _may("invoice_id"),
            _may("status"),
            _may("reason"),
            _may("currency"),
            _may("total", Kind.MONEY),
            _may("issued_at", Kind.INSTANT),
        ),
        ("credit_note_id",),
        companion_of="invoice_lines",
    ),
    Table(
        "disputes",
        "billing",
        (
            _need("dispute_id"),
            _need("payment_id"),
            _need("status", allowed=DISPUTE_STATUSES),
        ),
        ("dispute_id",),
        companion_of="payments",
    ),
    Table(
        "order_totals",
        "billing",
        (
            _need("order_id"),
            _may("customer_id"),
            _may("ordered_at", Kind.INSTANT),
            _may("status"),
            _may("currency"),
            _may("subtotal", Kind.MONEY),
            _may("discount", Kind.MONEY),
            _may("refunded", Kind.MONEY),
            _may("total", Kind.MONEY),
        ),
        ("order_id",),
        companion_of="orders",
    ),
    Table(
        "order_refunds",
        "billing",
        (
            _need("refund_id"),
            _need("order_id"),
            _need("amount", Kind.MONEY),
            _may("refunded_at", Kind.INSTANT),
        ),
        ("refund_id",),
        companion_of="orders",
    ),
    Table(
        "organizations",
        "support",
        (_need("organization_id"), _may("customer_id"), _may("name")),
        ("organization_id",),
        companion_of="tickets",
    ),
    Table(
        "users",
        "support",
        (
            _need("user_id"),
            *_text("organization_id", "customer_id", "email"),
            _may("is_agent", Kind.BOOLEAN),
        ),
        ("user_id",),
        companion_of="tickets",
    ),
    Table(
        "products",
        "billing",
        (_need("product_id"), _may("product_name")),
        ("product_id",),
        companion_of="plans",
    ),
    Table(
        "ticket_metrics",
        "support",
        (
            _need("ticket_id"),
            _may("first_response_at", Kind.INSTANT),
            _may("solved_at", Kind.INSTANT),
            _may("reopens", Kind.INTEGER),
        ),
        ("ticket_id",),
        companion_of="tickets",
    ),
    Table(
        "discounts",
        "billing",
        (_need("discount_id"), _may("coupon_id"), _may("duration", allowed=DURATIONS)),
        ("discount_id",),
        companion_of="invoice_lines",
    ),
    Table(
        "invoice_payments",
        "billing",
        (
            _need("invoice_payment_id"),
            _need("invoice_id"),
            *_text("payment_id", "intent_id"),
        ),
        ("invoice_payment_id",),
        companion_of="payments",
    ),
    Table(
        "memberships",
        "support",
        (_need("user_id"), _need("organization_id")),
        ("user_id", "organization_id"),
        companion_of="tickets",
    ),
    Table(
        "ticket_tags",
        "support",
        (_need("ticket_id"), _need("tag")),
        ("ticket_id", "tag"),
        companion_of="tickets",
    ),
    Table(
        "ticket_replies",
        "support",
        (
            _need("reply_id"),
            _need("ticket_id"),
            _may("user_id"),
            _need("replied_at", Kind.INSTANT),
            _may("is_public", Kind.BOOLEAN),
            _may("by_agent", Kind.BOOLEAN),
        ),
        ("reply_id",),
        companion_of="tickets",
    ),
    Table(
        "identities",
        "usage",
        (_need("user_id"), _may("customer_id")),
        ("user_id",),
        companion_of="events",
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _ALL}

LINEAGE: tuple[tuple[str, str], ...] = (
    ("_load_id", "BIGINT"),
    ("_source_file", "VARCHAR"),
    ("_source_row", "BIGINT"),
    ("_loaded_at", "TIMESTAMP WITH TIME ZONE"),
    ("_deleted", "BOOLEAN"),
    ("_extra", "JSON"),
    ("_may_supersede", "BOOLEAN DEFAULT true"),
    ("_version_at", "TIMESTAMP WITH TIME ZONE"),
)
"""The columns that every raw row carries beside the canonical ones, with their types.

``_version_at`` tells the newest of the rows with one key: the record's own ``updated_at`` where it has one,
else the time of the export; empty in rows of an earlier version of ebbline, which go by ``_loaded_at``.

``_may_supersede`` is false where the load knew that no other row had this key; whoever looks for the newest
version of each row need not compare those. A row of which nothing is known may be a newer version.
"""

NEWEST_FIRST = "coalesce(_version_at, _loaded_at) desc, _load_id desc, _source_row desc"
"""The order of the versions of one key; ``dbt/macros/newest_version.sql`` says the same to the models."""


def tables_of(source: str) -> tuple[Table, ...]:
    """Return the tables that exports of ``source`` (billing, support, usage) can feed."""
    return tuple(table for table in _ALL if table.source == source)
