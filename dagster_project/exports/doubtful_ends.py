"""Periods that are given with their value and whose ends are doubtful: told, not guessed.

Of invoice lines dbt tells it by each subscription (``int_invoice_line_ends``); periods and items are taken as they are.
"""

import duckdb

from dagster_project.plural import counted

_ENDS = {
    "subscription_periods": """
        select coalesce(next_on - valid_to_on, -1) as gap
        from (
            select valid_to_on,
                lead(valid_from_on) over (partition by customer_id, subscription_id order by valid_from_on) as next_on
            from raw.subscription_periods where _load_id = $load_id
        )
    """,
    "subscription_items": """
        select coalesce(date_diff('second', valid_to_at, next_at) / 86400, -1) as gap
        from (
            select valid_to_at,
                lead(valid_from_at) over (partition by customer_id, subscription_id order by valid_from_at) as next_at
            from raw.subscription_items where _load_id = $load_id
        )
    """,
}


def doubtful_ends(con: duckdb.DuckDBPyConnection, table: str, load_id: int) -> tuple[str, ...]:
    """Return, in words, that periods last into the next, or all end a day before the next begins."""
    overlapping = _overlapping(con, load_id) if table == "subscription_periods" else ()
    return (*overlapping, *(_a_day_short(con, table, load_id) if table in _ENDS else ()))


_PERIODS = {
    "subscription_periods": ("valid_from_on", "valid_to_on"),
    "subscription_items": ("valid_from_at", "valid_to_at"),
}


def ended_before_they_began(
    con: duckdb.DuckDBPyConnection, table: str, load_id: int
) -> tuple[str, ...]:
    """Return, in words, that periods end before they begin: they count for nothing."""
    if table not in _PERIODS:
        return ()
    begin, end = _PERIODS[table]
    found = con.execute(
        f"select count(*), min_by(subscription_id, _source_row) from raw.{table} "
        f"where _load_id = $load_id and not _deleted and {end} < {begin}",
        {"load_id": load_id},
    ).fetchone()
    if found is None or not found[0]:
        return ()
    what = (
        "ends before it begins and counts" if found[0] == 1 else "end before they begin and count"
    )
    return (
        f"{counted(found[0], 'period')} of {table} {what} for nothing (the first of {found[1]})",
    )


def _a_day_short(con: duckdb.DuckDBPyConnection, table: str, load_id: int) -> tuple[str, ...]:
    """Return, in words, that periods end a day before the next begins, where none ends on the day of the next."""
    gaps = [float(gap) for (gap,) in con.execute(_ENDS[table], {"load_id": load_id}).fetchall()]
    short, whole = gaps.count(1), gaps.count(0)
    if not short or whole:
        return ()
    return (
        f"{counted(short, 'period')} of {table} {'ends' if short == 1 else 'end'} a day before the next begins, "
        "and customers are gone on that day: if the end that is named is the last day, say ends: inclusive "
        "under the source",
    )


def _overlapping(con: duckdb.DuckDBPyConnection, load_id: int) -> tuple[str, ...]:
    """Return, in words, that a file has periods of one subscription and plan for the same days."""
    found = con.execute(
        """
        select count(*) from (
            select valid_to_on,
                lead(valid_from_on) over (
                    partition by customer_id, subscription_id, plan_id order by valid_from_on
                ) as next_on
            from raw.subscription_periods where _load_id = $load_id and not _deleted
        ) where next_on < coalesce(valid_to_on, date '9999-12-31')
        """,
        {"load_id": load_id},
    ).fetchone()
    periods = int(found[0]) if found else 0
    if not periods:
        return ()
    return (
        f"{counted(periods, 'period')} of subscription_periods {'lasts' if periods == 1 else 'last'} beyond the "
        "beginning of the next of the same subscription and plan, and both count: if the next one replaces it, it "
        "needs an end",
    )
