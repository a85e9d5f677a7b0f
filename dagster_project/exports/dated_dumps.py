"""Dumps of the present state as dated history: a change seen between two dumps happened at the later one.

Works on the stage of a delivery whose mapping says ``history`` and appends versions of
``subscription_items``; a plain correction (``row_versions.py``) would overwrite the past instead.
"""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import duckdb

from dagster_project.exports.contract import TABLES
from dagster_project.exports.row_plan import STAGE
from dagster_project.warehouse.quoting import quote_identifier

_TABLE = TABLES["subscription_items"]
_DATES = ("valid_from_at", "valid_to_at")
_STATE = tuple(name for name in _TABLE.content if name not in _DATES)


def dump_instant(file_name: str, loaded_at: datetime, zone: str) -> datetime:
    """Return when a dump was taken: the start of the date in its name, else when it was loaded."""
    found = re.findall(r"(\d{4})-?(\d{2})-?(\d{2})", file_name)
    for year, month, day in reversed(found):
        try:
            named = date(int(year), int(month), int(day))
        except ValueError:
            continue
        return datetime.combine(named, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return loaded_at


def append_history(
    con: duckdb.DuckDBPyConnection,
    *,
    load_id: int,
    file_name: str,
    line: str,
    loaded_at: datetime,
    dumped_at: datetime,
    complete: bool,
) -> int:
    """Close what ended or changed and open what is new.

    :param line: the SQL of a stage row's line number.
    :param dumped_at: when the dump was taken; the date of every change it shows.
    :param complete: whether the dump could be read whole, so that an item not in it is over.
    :return: how many rows of the dump brought something.
    """
    state = ", ".join(quote_identifier(name) for name in _STATE)
    con.execute(
        "create or replace temp table ebb_open as "
        f"select * from (select *, row_number() over (partition by item_id, valid_from_at "
        "order by _load_id desc, _source_row desc nulls last) as newest, "
        "max(valid_from_at) over (partition by item_id) as last_from "
        f"from raw.{_TABLE.name} where not _deleted) where newest = 1 and valid_from_at = last_from"
    )
    con.execute(
        "create or replace temp table ebb_seen as "
        "select s.*, o.item_id is not null as known, "
        "o.item_id is not null and o.valid_to_at is null as is_open, o.valid_from_at as open_from, "
        f"hash({_of('s')}) <> hash({_of('o')}) as changed "
        f"from (select *, {line} as line from {STAGE} where _fault is null "
        "qualify row_number() over (partition by item_id order by updated_at desc nulls last, rowid desc) = 1) s "
        "left join ebb_open o on o.item_id = s.item_id"
    )
    common = "$load_id, $file, line, $loaded_at, false, _extra"
    target = (
        f"insert into raw.{_TABLE.name} ({state}, valid_from_at, valid_to_at, "
        "_load_id, _source_file, _source_row, _loaded_at, _deleted, _extra) "
    )
    values = {"load_id": load_id, "file": file_name, "loaded_at": loaded_at, "dumped": dumped_at}
    # What was open and is over or different now ends, with the state that it had.
    kept = ", ".join(f"o.{quote_identifier(name)}" for name in _STATE)
    con.execute(
        f"{target} select {kept}, o.valid_from_at, "
        "greatest(o.valid_from_at, "
        "case when s._ended then coalesce(s._ended_at, $dumped) else $dumped end), "
        "$load_id, $file, s.line, $loaded_at, false, o._extra "
        "from ebb_seen s join ebb_open o on o.item_id = s.item_id "
        "where s.is_open and (s._ended or (s.changed and $dumped > o.valid_from_at))",
        values,
    )
    # What is new, changed or back begins.
    con.execute(
        f"{target} select {state}, "
        "case when not known then valid_from_at else greatest($dumped, open_from) end, "
        f"case when _ended then greatest(coalesce(_ended_at, $dumped), valid_from_at) end, {common} "
        "from ebb_seen "
        "where not known or (not _ended and (not is_open or changed))",
        values,
    )
    if complete:
        con.execute(
            f"{target} select {kept}, o.valid_from_at, greatest(o.valid_from_at, $dumped), "
            "$load_id, $file, null, $loaded_at, false, o._extra from ebb_open o "
            f"where o.valid_to_at is null and not exists (select 1 from {STAGE} s "
            "where coalesce(s._fault, 0) >= 0 and s.item_id = o.item_id)",
            values,
        )
    brought = con.execute(
        "select count(*) from ebb_seen where not known or (is_open and (_ended or changed)) "
        "or (not is_open and not _ended)"
    ).fetchone()
    return int(brought[0]) if brought else 0


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{quote_identifier(name)}" for name in _STATE)
