"""Source rows that came between two publications: new, late, corrected or deleted.

Only rows that can move a customer's recurring revenue, purchases or segment are looked at. What they
did to a number belongs to ``difference``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import duckdb

from dagster_project.exports.contract import NEWEST_FIRST, TABLES, Table
from dagster_project.warehouse.quoting import quote_identifier

Kind = Literal["new", "late", "corrected", "deleted"]

# Tables of customers' rows, each with the day or instant a row is about, as SQL; None where it is
# about no day. `invoice_bought_at` is when the invoice of the row was paid, or issued.
Tables = Mapping[str, str | None]
# By the table that recurring revenue, or purchases, are counted from.
_EVERYBODYS: Tables = {"customers": None, "customer_aliases": None}
RECURRING_TABLES: Mapping[str, Tables] = {
    "subscription_periods": {"subscriptions": None, "subscription_periods": "valid_from_on"},
    "subscription_items": {"subscriptions": None, "subscription_items": "valid_from_at"},
    "invoice_lines": {
        "subscriptions": None,
        "invoices": None,
        "invoice_lines": "period_start_at",
    },
}
# A refund is about the day of the purchase that it takes back.
PURCHASE_TABLES: Mapping[str, Tables] = {
    "orders": {"orders": "ordered_at"},
    "invoice_lines": {
        "invoices": "invoice_bought_at",
        "invoice_lines": "coalesce(paid_at, invoice_bought_at, issued_at)",
        "payments": "coalesce(invoice_bought_at, attempted_at)",
    },
}
_SHARED_TABLES = ("plans", "products")
# Never shown: personal, and no number depends on them.
_PERSONAL = frozenset({"name", "email", "cancellation_comment"})
_CUSTOMER_COLUMNS = ("customer_id", "same_as_customer_id", "invoice_customer_id")
# Some vendors write the customer and the days on the invoice and not on its lines, others the other
# way round.
_OF_AN_INVOICE = ("invoices", "invoice_lines", "payments")
_THEIR_INVOICES = """
    left join (
        select
            invoice_id,
            arg_max(customer_id, _load_id) as invoice_customer_id,
            arg_max(coalesce(paid_at, issued_at), _load_id) as invoice_bought_at
        from (
            select invoice_id, customer_id, paid_at, issued_at, _load_id from raw.invoices
            union all
            select invoice_id, customer_id, paid_at, issued_at, _load_id from raw.invoice_lines
        )
        where invoice_id in (select invoice_id from came)
        group by invoice_id
    ) as their_invoices using (invoice_id)
"""


@dataclass(frozen=True)
class SourceChange:
    """A source row of the later publication that the earlier had not, or had in another version.

    :ivar kind: ``new``: about days that the earlier publication did not cover; ``late``: about days
        it did; ``corrected``: another version of a row it had; ``deleted``: gone from the source.
    :ivar key: the values of the table's key.
    :ivar changes: column, value before, value after; personal columns are left out.
    """

    kind: Kind
    table: str
    key: tuple[str, ...]
    file: str
    row: int | None
    load_id: int
    effective_on: date | None
    changes: tuple[tuple[str, Any, Any], ...]

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row is not None else self.file
        changed = ", ".join(f"{name} {before} -> {after}" for name, before, after in self.changes)
        told = f" ({changed})" if changed and self.kind == "corrected" else ""
        return f"{self.kind} {self.table} {'/'.join(self.key)} from {place}{told}"


@dataclass(frozen=True)
class LoadRange:
    """Loads after ``after`` up to ``until`` (both ``_load_id``)."""

    after: int
    until: int


@dataclass(frozen=True)
class Covered:
    """What days mean to the question.

    :ivar until: the last day the earlier publication covered.
    :ivar before: rows about this day or a later one are left out.
    :ivar zone: the time zone that turns an instant into a day.
    """

    until: date
    before: date
    zone: ZoneInfo


def tables_behind(counted_from: Iterable[str], tables: Mapping[str, Tables]) -> Tables:
    """Return the tables whose rows can move a number.

    :param counted_from: keys of ``tables``; none where a publication does not tell: then all.
    :param tables: ``RECURRING_TABLES`` or ``PURCHASE_TABLES``.
    """
    found = dict(_EVERYBODYS)
    for name in set(counted_from) & set(tables) or tables:
        found.update(tables[name])
    return found


def customer_changes(
    con: duckdb.DuckDBPyConnection,
    loads: LoadRange,
    customers: Iterable[str],
    *,
    tables: Tables,
    covered: Covered,
) -> dict[str, list[SourceChange]]:
    """Return the changed source rows of some customers, by surviving customer id.

    :param con: the working database; a temporary table is made in it.
    :param tables: those whose rows can move what is asked about.
    """
    asked = set(customers)
    if not asked:
        return {}
    aliases = [_survivors(con, load_id) for load_id in (loads.after, loads.until)]
    given_up = [
        as_given
        for survivors in aliases
        for as_given, customer in survivors.items()
        if customer in asked
    ]
    con.execute("create or replace temp table asked_about (customer_id varchar)")
    con.execute("insert into asked_about select unnest(?::varchar[])", [[*asked, *given_up]])
    found: dict[str, list[SourceChange]] = {}
    for name, effective in tables.items():
        for owners, change in _changes(con, TABLES[name], loads, effective, covered):
            if change.effective_on is not None and change.effective_on >= covered.before:
                continue
            # An id that was given up is asked about too: the customer was there before.
            surviving = {known.get(owner, owner) for known in aliases for owner in owners}
            for customer in (owners | surviving) & asked:
                found.setdefault(customer, []).append(change)
    return found


def shared_changes(
    con: duckdb.DuckDBPyConnection, loads: LoadRange, *, covered: Covered
) -> list[SourceChange]:
    """Return the changed rows that belong to no single customer: plans and products."""
    return [
        change
        for name in _SHARED_TABLES
        for _, change in _changes(con, TABLES[name], loads, None, covered)
    ]


def _survivors(con: duckdb.DuckDBPyConnection, load_id: int) -> dict[str, str]:
    """Return the surviving id of every id that was given up, by the aliases known at a load."""
    same_as: dict[str, str] = dict(
        con.execute(
            f"""
            with newest as (
                select customer_id, same_as_customer_id, _deleted from raw.customer_aliases
                where _load_id <= ?
                qualify row_number() over (
                    partition by customer_id order by {NEWEST_FIRST}
                ) = 1
            )
            select customer_id, same_as_customer_id from newest
            where not _deleted and customer_id <> same_as_customer_id
            """,  # noqa: S608
            [load_id],
        ).fetchall()
    )
    return {as_given: _end_of_chain(as_given, same_as) for as_given in same_as}


def _end_of_chain(as_given: str, same_as: dict[str, str]) -> str:
    """Return the id that is no alias itself; no circle is ever loaded (``exports.aliases``)."""
    customer = as_given
    while customer in same_as:
        customer = same_as[customer]
    return customer


def _asked_sql(table: Table) -> str:
    """Return SQL that keeps the keys of which any version speaks of a customer asked about."""
    if table.name in _SHARED_TABLES:
        return "true"
    key = ", ".join(map(quote_identifier, table.key))
    columns = [name for name in _CUSTOMER_COLUMNS if name in table.column_names]
    asked = [f"{name} in (from asked_about)" for name in columns]
    if table.name in _OF_AN_INVOICE:
        asked += [
            f"invoice_id in (select invoice_id from raw.{name} where customer_id in (from asked_about))"  # noqa: S608
            for name in ("invoices", "invoice_lines")
        ]
    return f"({key}) in (select ({key}) from raw.{table.name} where {' or '.join(asked)})"  # noqa: S608


def _changes(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    loads: LoadRange,
    effective: str | None,
    covered: Covered,
) -> Iterator[tuple[set[str], SourceChange]]:
    """Yield the newest version in ``loads`` of each key, with the customers it speaks of."""
    key = ", ".join(map(quote_identifier, table.key))
    name = quote_identifier(table.name)
    asked = _asked_sql(table)
    result = con.execute(
        f"""
        with

        came as (
            select *, false as is_old from raw.{name}
            where _load_id > $after and _load_id <= $until and {asked}
            qualify row_number() over (
                partition by {key} order by {NEWEST_FIRST}
            ) = 1
        ),

        was as (
            select *, true as is_old from raw.{name}
            where _load_id <= $after and ({key}) in (select ({key}) from came)
            qualify row_number() over (
                partition by {key} order by {NEWEST_FIRST}
            ) = 1
        )

        select *, {effective or "null"} as _effective
        from (select * from came union all select * from was)
        {_THEIR_INVOICES if table.name in _OF_AN_INVOICE else ""}
        order by {key}, is_old
        """,  # noqa: S608
        {"after": loads.after, "until": loads.until},
    )
    names = [column[0] for column in result.description or ()]
    came: dict[str, Any] | None = None
    while (row := result.fetchone()) is not None:
        values = dict(zip(names, row, strict=True))
        if not values["is_old"]:
            if came is not None:
                yield _change(table, came, None, covered)
            came = values
        else:
            assert came is not None, "an older version is read only beside a newer one"
            yield _change(table, came, values, covered)
            came = None
    if came is not None:
        yield _change(table, came, None, covered)


def _change(
    table: Table,
    came: Mapping[str, Any],
    was: Mapping[str, Any] | None,
    covered: Covered,
) -> tuple[set[str], SourceChange]:
    versions = [came] if was is None else [came, was]
    owners = {v[name] for v in versions for name in _CUSTOMER_COLUMNS if v.get(name) is not None}
    dates = [_day(v["_effective"], covered.zone) for v in versions if v["_effective"] is not None]
    effective_on = min(dates, default=None)
    kind: Kind = "corrected"
    if came["_deleted"]:
        kind = "deleted"
    elif was is None or was["_deleted"]:
        kind = "new" if effective_on is not None and effective_on > covered.until else "late"
    changes = tuple(
        (column, None if was is None else was[column], came[column])
        for column in table.column_names
        if column not in _PERSONAL and (was is None or was[column] != came[column])
    )
    return owners, SourceChange(
        kind=kind,
        table=table.name,
        key=tuple("" if came[column] is None else str(came[column]) for column in table.key),
        file=came["_source_file"],
        row=came["_source_row"],
        load_id=came["_load_id"],
        effective_on=effective_on,
        changes=changes,
    )


def _day(value: date | datetime, zone: ZoneInfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value
