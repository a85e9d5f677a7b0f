"""What ``ebbline run`` and ``ebbline status`` say of what readers see: the publication and its red lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.period import Period
from dagster_project.plural import counted
from dagster_project.screens import Line
from dagster_project.warehouse.hold import held
from dagster_project.warehouse.introspection import has_table
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.published_coverage import PublishedSource, read_published
from dagster_project.warehouse.serving import nothing_served, open_marts


def published_lines(paths: WarehousePaths) -> Iterator[Line]:
    """Yield what readers see now, read from the published file itself."""
    if not paths.marts_db.exists():
        yield from _nothing_lines(paths)
        return
    with open_marts(paths.marts_db) as con:
        publication = con.execute("select id, built_at from marts.publication").fetchone()
        until, as_of = covered_until_of(con), said_of(con, "as_of")
        restated = list(_restated_lines(con))
        behind = list(_behind_lines(con, until))
        months = con.execute(
            "select min(period_start), max(period_start), count(distinct period_start)"
            " from marts.mart_revenue_periods where grain = 'month'"
        ).fetchone()
        crossed = con.execute(
            "select rule, count(*) filter (where breached), max(period) filter (where breached),"
            " bool_or(breached and period = newest), bool_and(breached is not null or period < newest) from ("
            "   select *, max(period) over (partition by rule) as newest from marts.red_line_status)"
            " group by rule order by rule"
        ).fetchall()
    assert publication is not None and months is not None
    yield (
        f"readers see publication {publication[0]}, built at {publication[1]:%Y-%m-%d %H:%M} UTC",
        None,
    )
    yield from not_the_newest_lines(paths, publication[0], as_of)
    if months[2]:
        yield f"months covered: {months[0]:%Y-%m} to {months[1]:%Y-%m} ({months[2]})", None
    if until is not None:
        yield f"covered until {until}; what comes after is not known yet", None
    yield from behind
    yield from restated
    for rule, periods, last, now, known in crossed:
        if now:
            yield (
                f"red line crossed now: {rule} (in {counted(periods, 'period')}, newest {last:%Y-%m})",
                "red",
            )
        elif not known:
            yield f"red line unknown: {rule} (the marts cannot say for the newest period)", "yellow"
        elif periods:
            yield (
                f"red line crossed before: {rule} (in {counted(periods, 'period')}, last {last:%Y-%m})",
                "yellow",
            )
        else:
            yield f"red line held: {rule}", "green"
    yield f"marts:  {short_path(paths.marts_db)}", None
    yield f"report: {short_path(paths.report)}", None


def not_the_newest_lines(paths: WarehousePaths, seen: int, as_of: date | None) -> Iterator[Line]:
    """Yield why readers see something else than the newest of what is known: held, taken back, or a past state.

    :param seen: the publication that readers see.
    :param as_of: the day whose knowledge it was rebuilt from.
    """
    newest = max(paths.publication_files(), default=seen)
    if held(paths) == seen:
        more = f"; publication {newest} is newer" if newest > seen else ""
        yield (
            f"readers are held at publication {seen}{more}: `ebbline rollback --release` ends it",
            "bold yellow",
        )
    elif newest > seen:
        yield (
            f"readers were taken back: publication {newest} is newer; the next run publishes anew",
            "bold yellow",
        )
    if as_of is not None:
        yield (
            f"that is the state as known on {as_of}, not as known now: `ebbline run` publishes that again",
            "bold yellow",
        )


def covered_until_of(con: duckdb.DuckDBPyConnection) -> date | None:
    """Return the last day covered of an open publication; None where it does not say."""
    return said_of(con, "until")


def said_of(con: duckdb.DuckDBPyConnection, what: str) -> date | None:
    """Return a day that an open publication says of itself; None where it does not say."""
    answer = con.execute("select * from marts.publication")
    row = answer.fetchone()
    named = dict(zip([column[0] for column in answer.description or ()], row or (), strict=False))
    found = named.get(what)
    return found if isinstance(found, date) else None


def _restated_lines(con: duckdb.DuckDBPyConnection) -> Iterator[Line]:
    """Yield how many finished periods the publication restates, and the greatest change."""
    if not has_table(con, "marts", "restatements"):
        return
    row = con.execute(
        """
        select count(*), count(distinct (grain, period_start)), min(period_start), max(period_start),
            max_by(metric, coalesce(relative_change, 1e9)), max_by(grain, coalesce(relative_change, 1e9)),
            max_by(period_start, coalesce(relative_change, 1e9)), any_value(also_changed)
        from marts.restatements where publication_id = (select id from marts.publication)
        """
    ).fetchone()
    if row is None or not row[0]:
        return
    numbers, periods, first, last, metric, grain, start, also = row
    because = "" if also == "nothing" else f"; changed too: {also}"
    yield (
        f"restated: {counted(numbers, 'published number')} of {counted(periods, 'finished period')}"
        f" ({first:%Y-%m} to {last:%Y-%m}){because};"
        f" `ebbline why {metric} {Period(grain, start)}` says why",
        "bold yellow",
    )


def _behind_lines(con: duckdb.DuckDBPyConnection, until: date | None) -> Iterator[Line]:
    """Yield the sources that are stale or go less far than the publication."""
    if until is None or not has_table(con, "marts", "source_coverage"):
        return
    for one in read_published(con):
        if one.covered_until is not None and (one.is_stale or one.covered_until < until):
            yield (
                f"{one.source} {'is stale: ' if one.is_stale else ''}covered until {one.covered_until};"
                f" what rests on {one.source} closes no later period",
                "bold red" if one.is_stale else "yellow",
            )


@dataclass(frozen=True)
class PublishedNow:
    """What readers see: the publication, and every red line as it stands in the newest period.

    :ivar until: the last day covered; ``as_of`` the day whose knowledge it was rebuilt from, if any.
    :ivar newest_id: the newest publication that is kept; another where readers were taken back or are held.
    """

    id: int
    built_at: datetime
    file: Path
    red_lines: tuple[dict[str, Any], ...]
    until: date | None
    as_of: date | None
    newest_id: int
    is_held: bool
    sources: tuple[PublishedSource, ...]


def published_now(paths: WarehousePaths) -> PublishedNow | None:
    """Return what readers see, for programs; None where there is nothing to see."""
    if not paths.marts_db.exists():
        return None
    with open_marts(paths.marts_db) as con:
        publication = con.execute("select id, built_at from publication").fetchone()
        found = con.execute(
            "select rule, period, segment, value, line, status from red_line_status"
            " where is_latest order by rule, segment"
        )
        names = [column[0] for column in found.description or ()]
        red_lines = tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())
        until, as_of = covered_until_of(con), said_of(con, "as_of")
        sources = read_published(con) if has_table(con, "marts", "source_coverage") else []
    assert publication is not None
    return PublishedNow(
        id=publication[0],
        built_at=publication[1],
        file=paths.marts_db,
        red_lines=red_lines,
        until=until,
        as_of=as_of,
        newest_id=max(paths.publication_files(), default=publication[0]),
        is_held=held(paths) == publication[0],
        sources=tuple(sources),
    )


def _nothing_lines(paths: WarehousePaths) -> Iterator[Line]:
    if not paths.publication_files():
        yield f"no publication exists yet in {short_path(paths.root)}", None
        return
    missing = nothing_served(paths)
    yield f"{short_path(paths.marts_db)}: {missing.what}", "red"
    yield f"  {missing.fix}", None


def short_path(path: Path) -> str:
    """Return the path as it is quickest to type: relative where it lies below the working folder."""
    resolved = path.resolve()
    here = Path.cwd()
    return str(resolved.relative_to(here) if resolved.is_relative_to(here) else resolved)
