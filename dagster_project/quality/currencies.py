"""Currencies that are billed and have no rate in the settings: refused before anything is built from them.

Only the question and the refusal belong here. What a rate is, the settings say; converting is dbt's business.
"""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from dagster_project.config import RecurringShape, Settings
from dagster_project.errors import ValidationRefusedError
from dagster_project.exports.contract import NEWEST_FIRST, TABLES
from dagster_project.exports.values import minor_factor
from dagster_project.plural import counted
from dagster_project.warehouse.quoting import quote_identifier

# Rows that move no money need no rate: the column of the amount, and what else must hold of a row.
_CONVERTED = {
    "subscription_periods": ("mrr", "mrr <> 0"),
    "subscription_items": ("unit_amount", "coalesce(unit_amount, 1) <> 0"),
    "invoice_lines": (
        "amount",
        "amount <> 0 and coalesce(status, 'paid') not in ('draft', 'void')",
    ),
    "payments": ("amount", "amount <> 0 and status not in ('failed', 'authorized')"),
    "orders": ("amount", "amount <> 0"),
    "refunds": ("amount", "amount <> 0"),
    "disputes": ("amount", "amount <> 0 and status = 'lost'"),
}
_SHAPES = ("subscription_periods", "subscription_items")


@dataclass(frozen=True)
class UnknownCurrency:
    """Rows of one raw table in a currency that has no rate, with what they come to in it and the first of them."""

    currency: str
    table: str
    rows: int
    amount: Decimal
    first: str


def unknown_currencies(
    con: duckdb.DuckDBPyConnection, settings: Settings, shape: RecurringShape
) -> list[UnknownCurrency]:
    """Return the currencies of the newest versions of all rows with money that have no rate, by currency and table.

    :param shape: the table that recurring revenue is read from; the other shapes are not looked at.
    """
    known = sorted({str(rate["currency"]).upper() for rate in settings.currency.rows()})
    return [
        UnknownCurrency(currency, table, rows, amount, first)
        for table in _CONVERTED
        if table not in _SHAPES or table == shape
        for currency, rows, amount, first in _unknown_in(con, table, known, settings)
    ]


def refuse_unknown_currencies(
    con: duckdb.DuckDBPyConnection, settings: Settings, shape: RecurringShape
) -> None:
    """Raise what a person has to know of currencies without a rate, where there are any.

    :raises ValidationRefusedError: names each currency, its rows and amount, and the line to add.
    """
    found = sorted(unknown_currencies(con, settings, shape), key=lambda it: (it.currency, it.table))
    if not found:
        return
    currencies = list(dict.fromkeys(case.currency for case in found))
    lines = ", ".join(f"{currency}: ..." for currency in currencies)
    raise ValidationRefusedError(
        f"no exchange rate is set for {', '.join(currencies)}; nothing is published",
        where="currency.rates",
        evidence=[
            f"{case.currency}: {counted(case.rows, 'row')} of {case.table}, {case.amount:,.2f} {case.currency}"
            f" (first: {case.first})"
            for case in found
        ],
        fix=f"add what one unit is worth in {settings.currency.reporting} to the settings: "
        f"currency: {{rates: {{{lines}}}}}",
    )


def _unknown_in(
    con: duckdb.DuckDBPyConnection, table: str, known: list[str], settings: Settings
) -> list[tuple[str, int, Decimal, str]]:
    amount, condition = _CONVERTED[table]
    key = ", ".join(quote_identifier(column) for column in TABLES[table].key)
    # Names come from the contract and the list above, values are bound.
    return con.execute(
        _QUERY.format(
            table=quote_identifier(table),
            key=key,
            example=quote_identifier(TABLES[table].key[0]),
            amount=quote_identifier(amount),
            condition=condition,
            newest=NEWEST_FIRST,
            head=_HEADS.get(table, "select *, currency as own_currency from newest"),
        ),
        {"known": known, "as_of": settings.as_of_at()},
    ).fetchall()


_OF_LINE = "coalesce(newest.currency, heads.currency)"
# Currency and status stand in the row, or in what it completes; that currency says what a minor unit is worth.
_HEADS = {
    "subscription_items": """
        select newest.*, coalesce(newest.currency, plans.currency) as own_currency
        from newest left join (
            select plan_id, arg_max(currency, _load_id) as currency from raw.plans group by plan_id
        ) as plans on plans.plan_id = newest.plan_id""",
    "invoice_lines": f"""
        select
            newest.* replace (
                case
                    when not coalesce(in_minor_units, false) then amount
                    when coalesce(counts_thousandths, true) then amount * {minor_factor(_OF_LINE, thousandths=True)}
                    else amount * {minor_factor(_OF_LINE, thousandths=False)}
                end::decimal(20, 3) as amount
            ),
            coalesce(newest.invoice_status, heads.status) as status,
            {_OF_LINE} as own_currency
        from newest left join (
            select invoice_id, arg_max(currency, _load_id) as currency, arg_max(status, _load_id) as status
            from raw.invoices where not _deleted group by invoice_id
        ) as heads on heads.invoice_id = newest.invoice_id""",  # noqa: S608 - our own names alone
    "refunds": """
        select newest.*, coalesce(newest.currency, paid.currency) as own_currency
        from newest left join (
            select payment_id, arg_max(currency, _load_id) as currency from raw.payments group by payment_id
        ) as paid on paid.payment_id = newest.payment_id""",
}
_QUERY = """
with suspects as (
    select hash({key}) as key_hash
    from raw.{table}
    where currency is null or upper(currency) not in (select unnest($known))
),

newest as (
    select *
    from raw.{table}
    where hash({key}) in (select key_hash from suspects)
      and ($as_of is null or _loaded_at <= $as_of)
    qualify row_number() over (partition by {key} order by {newest}) = 1
),

headed as ({head})

select upper(own_currency) as currency, count(*), sum({amount}), min({example})
from headed
where not _deleted and own_currency is not null and upper(own_currency) not in (select unnest($known)) and {condition}
group by all
order by all"""
