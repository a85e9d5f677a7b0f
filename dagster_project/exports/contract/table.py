"""What a canonical table and its columns are made of: kinds, keys, enumerations, companions."""

from dataclasses import dataclass
from enum import StrEnum
from typing import get_args

from dagster_project.config_sections import SourceName

Source = SourceName
SOURCES: tuple[Source, ...] = get_args(Source)


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
INTERVALS_BELOW = 36_526


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    :param required: a row without it is quarantined.
    :param allowed: the enumeration, lower case; empty = anything.
    :param from_tables: tables that may bring it instead; dbt joins them (see :class:`Table`).
    :param below: a bound narrower than that of the kind.
    :param is_positive: whether nothing and less than nothing are no values of it.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    allowed: tuple[str, ...] = ()
    from_tables: tuple[str, ...] = ()
    below: int | None = None
    is_positive: bool = False

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
USAGES = ("licensed", "metered", "one_off")
PRICINGS = ("per_unit", "tiered", "package", "flat")
TAX_BEHAVIORS = ("exclusive", "inclusive")
DURATIONS = ("once", "repeating", "forever")
PAYMENT_STATUSES = ("succeeded", "failed", "refunded", "disputed", "authorized")
DISPUTE_STATUSES = ("open", "won", "lost")
OFFERS = ("discount", "free_period", "loyalty", "referral", "gift", "call", "other")
INVOICE_STATUSES = ("draft", "open", "paid", "void", "uncollectible")


def text(*names: str, required: bool = False, allowed: tuple[str, ...] = ()) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.TEXT, required, allowed) for name in names)


def need(
    name: str,
    kind: Kind = Kind.TEXT,
    *,
    allowed: tuple[str, ...] = (),
    or_from: tuple[str, ...] = (),
) -> Column:
    return Column(name, kind, True, allowed, or_from)


def may(
    name: str,
    kind: Kind = Kind.TEXT,
    *,
    allowed: tuple[str, ...] = (),
    below: int | None = None,
    is_positive: bool = False,
) -> Column:
    return Column(name, kind, False, allowed, below=below, is_positive=is_positive)
