"""Keeping what the red lines say: incidents and outbox in ``ops``, what readers see in ``marts``.

Everything of one evaluation is stored in one transaction: an incident without its message, or a
message without its incident, cannot exist. Nothing is sent here.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime

import duckdb

from dagster_project.clock import Clock
from dagster_project.red_lines.evaluation import RedLineStatus
from dagster_project.red_lines.evaluation_messages import Change, tell
from dagster_project.red_lines.incidents import (
    Event,
    Incident,
    State,
    transition,
)
from dagster_project.red_lines.rules import Rule
from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.transaction import transaction

_NAMES = tuple(field.name for field in fields(Incident))
_INCIDENT_COLUMNS = ", ".join(_NAMES)
_SELECT_INCIDENTS = f"select {_INCIDENT_COLUMNS} from ops.incidents"  # noqa: S608 - own columns
_STORE_INCIDENT = (
    f"insert or replace into ops.incidents ({_INCIDENT_COLUMNS}) "  # noqa: S608 - own columns
    f"values ({', '.join('?' for _ in fields(Incident))})"
)

_STATUS_TABLE = """
create or replace table marts.red_line_status (
    rule varchar, period date, segment varchar, value double, line double, breached boolean,
    status varchar, grain varchar, severity varchar, metric varchar, sentence varchar,
    running integer, is_latest boolean, detail varchar
)
"""


@dataclass(frozen=True)
class Recorded:
    """What an evaluation changed.

    :param opened: incidents that began.
    :param resolved: incidents that ended.
    :param active: all incidents that are open or acknowledged now.
    :param messages: keys of the messages that wait for a publication.
    """

    opened: tuple[Incident, ...]
    resolved: tuple[Incident, ...]
    active: tuple[Incident, ...]
    messages: tuple[str, ...]


def record(
    con: duckdb.DuckDBPyConnection,
    statuses: Sequence[RedLineStatus],
    clock: Clock,
    *,
    rules: Sequence[Rule] | None = None,
    publication_id: str | None = None,
    speak: bool = True,
) -> Recorded:
    """Store statuses, carry incidents on and put what is to be told into the outbox, all or
    nothing.

    Only the newest complete period opens, holds or resolves an incident; earlier periods are
    recorded as history. Recording the same statuses again changes nothing.

    :param con: the working database, outside a transaction.
    :param rules: the red lines in force; incidents of others end in silence. None: none ends that
        way.
    :param publication_id: the publication being made, where its id is known already.
    :param speak: False for a rebuild of a past state: history is written, incidents stay as they
        are.
    """
    now = clock.now()
    changes: list[Change] = []
    retired: list[Incident] = []
    messages: list[str] = []
    with transaction(con):
        if speak:
            for status in statuses:
                if not status.is_latest or _is_past(con, status):
                    continue
                changed, event = _advance(con, status, now, publication_id)
                if changed is not None:
                    changes.append(Change(changed, event, status))
            if rules is not None:
                retired = _retire(con, rules, now)
            messages, told = tell(
                con,
                changes,
                statuses,
                active=[i for i in incidents(con) if i.is_active],
                now=now,
                publication_id=publication_id,
            )
            for incident in told:
                store(con, incident)
        _publish_tables(con, statuses)
        active = tuple(i for i in incidents(con) if i.is_active and i.kind == "red_line")
    return Recorded(
        tuple(change.incident for change in changes if change.event is Event.OPENED),
        (*(change.incident for change in changes if not change.incident.is_active), *retired),
        active,
        tuple(messages),
    )


def incidents(con: duckdb.DuckDBPyConnection) -> tuple[Incident, ...]:
    """Return every incident ever opened, oldest first; none where nothing was recorded yet."""
    # `status` reads a warehouse that an earlier version made as it is.
    known = columns_of(con, "ops", "incidents")
    names = [name for name in _NAMES if name in known]
    if not names:
        return ()
    rows = con.execute(
        f"select {', '.join(names)} from ops.incidents order by opened_at, incident_id"  # noqa: S608 - own columns
    ).fetchall()
    return tuple(_incident(row, names) for row in rows)


def _advance(
    con: duckdb.DuckDBPyConnection,
    status: RedLineStatus,
    now: datetime,
    publication_id: str | None,
) -> tuple[Incident | None, Event | None]:
    known = [
        _incident(row)
        for row in con.execute(
            f"{_SELECT_INCIDENTS} where rule = ? and segment = ? and grain = ?",
            [status.rule.name, str(status.segment), status.rule.grain],
        ).fetchall()
    ]
    changed, event = transition(known, status, now=now)
    if changed is not None:
        if event is Event.OPENED:
            changed = replace(changed, publication_id=publication_id)
        store(con, changed)
    con.execute(
        "insert or replace into ops.red_line_progress values (?, ?, ?, ?)",
        [status.rule.name, str(status.segment), status.rule.grain, status.period.start],
    )
    return changed, event


def _is_past(con: duckdb.DuckDBPyConnection, status: RedLineStatus) -> bool:
    """Whether a later period was judged before: the past must not open or end anything."""
    row = con.execute(
        "select period from ops.red_line_progress where rule = ? and segment = ? and grain = ?",
        [status.rule.name, str(status.segment), status.rule.grain],
    ).fetchone()
    return row is not None and row[0] > status.period.start


def _retire(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], now: datetime) -> list[Incident]:
    """End, in silence, the incidents of red lines and segments that the settings no longer hold."""
    ended = []
    for incident in incidents(con):
        is_ours = incident.is_active and incident.kind == "red_line"
        if is_ours and not any(_holds(rule, incident) for rule in rules):
            retired = replace(
                incident,
                state=State.RESOLVED,
                resolved_at=now,
                detail=f"the settings no longer hold this red line; last seen: {incident.detail}",
            )
            store(con, retired)
            con.execute(
                "update ops.outbox set state = 'withdrawn' "
                "where incident_id = ? and state = 'pending'",
                [incident.incident_id],
            )
            ended.append(retired)
    return ended


def _holds(rule: Rule, incident: Incident) -> bool:
    """Whether a red line still asks for what an incident is about."""
    if (rule.name, rule.grain) != (incident.rule, incident.grain):
        return False
    dimension, _, member = incident.segment.partition("=")
    members = rule.segments.get(dimension, ())
    return members == "*" or (member or "all") in members


def _publish_tables(con: duckdb.DuckDBPyConnection, statuses: Sequence[RedLineStatus]) -> None:
    """Write what readers see: the status of every period, and the incidents as they stand."""
    con.execute("create schema if not exists marts")
    con.execute(_STATUS_TABLE)
    columns = (
        ("varchar", [s.rule.name for s in statuses]),
        ("date", [s.period.start for s in statuses]),
        ("varchar", [str(s.segment) for s in statuses]),
        ("double", [s.value for s in statuses]),
        ("double", [s.line for s in statuses]),
        ("boolean", [s.breached for s in statuses]),
        ("varchar", [s.word for s in statuses]),
        ("varchar", [s.rule.grain for s in statuses]),
        ("varchar", [s.rule.severity for s in statuses]),
        ("varchar", [s.rule.metric for s in statuses]),
        ("varchar", [s.rule.sentence for s in statuses]),
        ("integer", [s.running for s in statuses]),
        ("boolean", [s.is_latest for s in statuses]),
        ("varchar", [s.detail for s in statuses]),
    )
    unnested = ", ".join(f"unnest(?::{kind}[])" for kind, _ in columns)
    con.execute(
        f"insert into marts.red_line_status select {unnested}", [values for _, values in columns]
    )
    con.execute(
        "create or replace table marts.alert_incidents as "
        "select * exclude (told_period) from ops.incidents order by opened_at, incident_id"
    )


def store(con: duckdb.DuckDBPyConnection, incident: Incident) -> None:
    """Write an incident as it is now."""
    con.execute(
        _STORE_INCIDENT,
        [value.value if isinstance(value, State) else value for value in astuple(incident)],
    )


def _incident(row: Sequence[object], names: Sequence[str] = _NAMES) -> Incident:
    named = dict(zip(names, row, strict=True))
    named["state"] = State(str(named["state"]))
    return Incident(**named)  # type: ignore[arg-type]  # the table's types are those of the fields
