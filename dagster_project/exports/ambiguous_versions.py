"""Versions of rows of which it is open what they replace: of a file without a date, or with another first day."""

import duckdb

from dagster_project.exports.contract import Table
from dagster_project.exports.export_time import named_span
from dagster_project.plural import counted
from dagster_project.warehouse.quoting import quote_identifier


def replaced_by_file_time(
    con: duckdb.DuckDBPyConnection, table: Table, load_id: int
) -> tuple[str, ...]:
    """Return, in words, that rows of another file without a date were replaced, where no version of their own tells.

    :param load_id: the load of a file whose name tells no date.
    """
    name = f"raw.{quote_identifier(table.name)}"
    same_key = " and ".join(
        f"new.{quote_identifier(key)} is not distinct from old.{quote_identifier(key)}"
        for key in table.key
    )
    found = con.execute(
        f"""
        select old._source_file, count(*),
            bool_or(coalesce(new._version_at, new._loaded_at) = coalesce(old._version_at, old._loaded_at))
        from {name} as new inner join {name} as old on {same_key}
        where new._load_id = $load_id and old._load_id < $load_id and old._source_file <> new._source_file
            and new.updated_at is null and old.updated_at is null
        group by all order by all
        """,
        {"load_id": load_id},
    ).fetchall()
    return tuple(
        f"{counted(rows, 'row')} of {table.name} {'says' if rows == 1 else 'say'} something else in {other}; "
        f"no date in the names tells which is newer, so {_what_tells(is_one_time)}: put the day of the export into "
        "them (2026-11-30)"
        for other, rows, is_one_time in found
        if named_span(other) is None
    )


def _what_tells(is_one_time: bool) -> str:
    if is_one_time:
        return "the names' own order does, for both were written at one time"
    return "the times at which they were written do"


_TERMS = (
    "plan_id",
    "quantity",
    "unit_amount",
    "currency",
    "interval",
    "interval_count",
    "discount",
)


def items_that_begin_anew(con: duckdb.DuckDBPyConnection, load_id: int) -> tuple[str, ...]:
    """Return, in words, that items have another beginning than in an earlier export, and are otherwise the same.

    A canonical table of items may be a log of their versions or a dump that corrects them.
    """
    same = " and ".join(
        f"new.{quote_identifier(term)} is not distinct from old.{quote_identifier(term)}"
        for term in _TERMS
    )
    found = con.execute(
        f"""
        select count(distinct new.item_id) from raw.subscription_items as new
        inner join raw.subscription_items as old on new.item_id = old.item_id and {same}
        where new._load_id = $load_id and old._load_id < $load_id and old.valid_from_at < new.valid_from_at
            and (old.valid_to_at is null or new.valid_from_at < old.valid_to_at)
            and coalesce(old._version_at, old._loaded_at) < coalesce(new._version_at, new._loaded_at)
        """,
        {"load_id": load_id},
    ).fetchone()
    items = int(found[0]) if found else 0
    if not items:
        return ()
    return (
        f"{counted(items, 'item')} {'begins' if items == 1 else 'begin'} later than in an earlier export and "
        f"{'is' if items == 1 else 'are'} otherwise the same: the earlier beginning still counts; if the later "
        "one corrects it, say full: [subscription_items] under the source",
    )
