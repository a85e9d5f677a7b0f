"""Keeping what the red lines say: incidents and outbox in ``ops``, what readers see in ``marts``.

Everything of one evaluation is stored in one transaction: an incident without its message, or a
message without its incident, cannot exist. Nothing is sent here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime

import duckdb

from dagster_project.clock import Clock
from dagster_project.errors import EbblineError
from dagster_project.red_lines.evaluation import RedLineStatus, has_column, has_table
from dagster_project.red_lines.incidents import Event, Incident, State, carry_on
from dagster_project.red_lines.messages import Alert, alert_of
from dagster_project.red_lines.restatement_message import RestatementAlert
from dagster_project.red_lines.rules import Rule
from dagster_project.red_lines.stakes import stakes_of

_INCIDENT_COLUMNS = ", ".join(field.name for field in fields(Incident))
_SELECT_INCIDENTS = f"select {_INCIDENT_COLUMNS} from ops.incidents"  # noqa: S608 - own columns
_STORE_INCIDENT = (
    f"insert or replace into ops.incidents ({_INCIDENT_COLUMNS}) "  # noqa: S608 - own columns
    f"values ({', '.join('?' for _ in fields(Incident))})"
)

# Columns in the order of the fields of Incident, which is how they are read and written.
_TABLES = """
create schema if not exists ops;
create table if not exists ops.incidents (
    incident_id varchar primary key,
    rule varchar not null,
    segment varchar not null,
    grain varchar not null,
    severity varchar not null,
    state varchar not null check (state in ('open', 'acknowledged', 'resolved')),
    opened_at timestamptz not null,
    since date not null,
    opened_period date not null,
    last_period date not null,
    periods integer not null,
    value double,
    line double,
    detail varchar not null,
    told_period date not null,
    resolved_at timestamptz,
    resolved_period date,
    acknowledged_at timestamptz,
    acknowledged_by varchar,
    publication_id varchar
);
create table if not exists ops.red_line_progress (
    rule varchar, segment varchar, grain varchar, period date not null,
    primary key (rule, segment, grain)
);
create table if not exists ops.outbox (
    message_key varchar primary key,
    incident_id varchar not null,
    event varchar not null,
    severity varchar not null,
    state varchar not null check (state in ('pending', 'sent', 'withdrawn', 'unrouted')),
    created_at timestamptz not null,
    publication_id varchar,
    alert json not null
);
create table if not exists ops.deliveries (
    message_key varchar, target varchar,
    state varchar not null check (state in ('pending', 'sent')),
    attempts integer not null,
    last_attempt_at timestamptz,
    last_error varchar,
    sent_at timestamptz,
    label varchar,
    primary key (message_key, target)
);
"""
# `target` is a digest of the URL as written. Warehouses made earlier lack the label.
_ADD_LABEL = "alter table ops.deliveries add column if not exists label varchar"

_STATUS_TABLE = """
create or replace table marts.red_line_status (
    rule varchar, period date, segment varchar, value double, line double, breached boolean,
    status varchar, grain varchar, severity varchar, metric varchar, sentence varchar,
    running integer, is_latest boolean, detail varchar
)
"""


@dataclass(frozen=True)
class Acknowledgement:
    """What became of an acknowledgement: ``is_new`` is False where somebody had been first, which stands."""

    incident: Incident
    is_new: bool


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
    opened: list[Incident] = []
    resolved: list[Incident] = []
    messages: list[str] = []
    with transaction(con):
        ensure_tables(con)
        if speak:
            for status in statuses:
                if not status.is_latest or _is_past(con, status):
                    continue
                changed, event = _advance(con, status, now, publication_id)
                if changed is not None and event is Event.OPENED:
                    opened.append(changed)
                if changed is not None and not changed.is_active:
                    resolved.append(changed)
                if changed is not None and event is not None:
                    messages += _enqueue(
                        con, event, changed, status, now=now, publication_id=publication_id
                    )
            if rules is not None:
                resolved += _retire(con, rules, now)
        _publish_tables(con, statuses)
        active = tuple(i for i in incidents(con) if i.is_active)
    return Recorded(tuple(opened), tuple(resolved), active, tuple(messages))


def ensure_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of incidents, outbox and deliveries where they, or a column, are missing."""
    con.execute(_TABLES)
    if not has_column(con, "ops", "deliveries", "label"):
        con.execute(_ADD_LABEL)


def incidents(con: duckdb.DuckDBPyConnection) -> tuple[Incident, ...]:
    """Return every incident ever opened, oldest first; none where nothing was recorded yet."""
    if not has_table(con, "ops", "incidents"):
        return ()
    rows = con.execute(f"{_SELECT_INCIDENTS} order by opened_at, incident_id").fetchall()
    return tuple(_incident(row) for row in rows)


def acknowledge(
    con: duckdb.DuckDBPyConnection, incident_id: str, *, by: str, clock: Clock
) -> Acknowledgement:
    """Note that somebody is at an incident: it sends no reminders any more, and resolves by itself.

    Who acknowledged it first stays.

    :raises EbblineError: there is no such incident, or it is resolved.
    """
    found = next((i for i in incidents(con) if i.incident_id == incident_id), None)
    if found is None:
        active = [i.incident_id for i in incidents(con) if i.is_active]
        raise EbblineError(
            f"there is no incident '{incident_id}'",
            where="ops.incidents",
            evidence=active,
            fix="the unresolved incidents are listed above"
            if active
            else "no incident is unresolved",
        )
    if not found.is_active:
        raise EbblineError(f"'{incident_id}' was resolved on {found.resolved_at:%Y-%m-%d}")
    if found.state is State.ACKNOWLEDGED:
        return Acknowledgement(found, is_new=False)
    changed = replace(
        found, state=State.ACKNOWLEDGED, acknowledged_at=clock.now(), acknowledged_by=by
    )
    with transaction(con):
        _store(con, changed)
    return Acknowledgement(changed, is_new=True)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run a block as one transaction: committed at its end, undone by any error."""
    con.execute("begin transaction")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


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
    changed, event = carry_on(known, status, now=now)
    if changed is not None:
        if event is Event.OPENED:
            changed = replace(changed, publication_id=publication_id)
        _store(con, changed)
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


def _enqueue(
    con: duckdb.DuckDBPyConnection,
    event: Event,
    incident: Incident,
    status: RedLineStatus,
    *,
    now: datetime,
    publication_id: str | None,
) -> list[str]:
    """Put an alert into the outbox, once.

    What was never told needs no all-clear: both are withdrawn.
    """
    if event is Event.RESOLVED:
        untold = con.execute(
            """
            update ops.outbox set state = 'withdrawn'
            where incident_id = ? and state = 'pending'
                and message_key not in (select message_key from ops.deliveries where state = 'sent')
            returning event
            """,
            [incident.incident_id],
        ).fetchall()
        if (Event.OPENED.value,) in untold:
            return []
    alert = alert_of(event, incident, status, stakes_of(con, status))
    con.execute(
        "insert or ignore into ops.outbox values (?, ?, ?, ?, 'pending', ?, ?, ?)",
        [
            alert.key,
            alert.incident_id,
            event.value,
            alert.severity,
            now,
            publication_id,
            alert.model_dump_json(),
        ],
    )
    return [alert.key]


def _retire(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], now: datetime) -> list[Incident]:
    """End, in silence, the incidents of red lines that the settings no longer hold."""
    held = {(rule.name, rule.grain) for rule in rules}
    ended = []
    for incident in incidents(con):
        if incident.is_active and (incident.rule, incident.grain) not in held:
            retired = replace(
                incident,
                state=State.RESOLVED,
                resolved_at=now,
                detail=f"the settings no longer hold this red line; last seen: {incident.detail}",
            )
            _store(con, retired)
            con.execute(
                "update ops.outbox set state = 'withdrawn' "
                "where incident_id = ? and state = 'pending'",
                [incident.incident_id],
            )
            ended.append(retired)
    return ended


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


def _store(con: duckdb.DuckDBPyConnection, incident: Incident) -> None:
    con.execute(
        _STORE_INCIDENT,
        [value.value if isinstance(value, State) else value for value in astuple(incident)],
    )


def _incident(row: Sequence[object]) -> Incident:
    named = dict(zip((field.name for field in fields(Incident)), row, strict=True))
    named["state"] = State(str(named["state"]))
    return Incident(**named)  # type: ignore[arg-type]  # the table's types are those of the fields


def pending_alerts(
    con: duckdb.DuckDBPyConnection,
) -> tuple[tuple[str, Alert | RestatementAlert], ...]:
    """Return the messages that wait to be sent, oldest first, with their keys.

    What no publication carries yet waits for one: nobody is told of a number that nobody can see.
    """
    # A message knows its publication before that is made; the run may have ended in between.
    is_made = (
        "publication_id::bigint in (select id from ops.publications)"
        if has_table(con, "ops", "publications")
        else "true"
    )
    rows = con.execute(
        "select message_key, event, alert from ops.outbox "  # noqa: S608 - one of two conditions
        f"where state = 'pending' and publication_id is not null and {is_made} "
        "order by created_at, message_key"
    ).fetchall()
    return tuple(
        (
            key,
            RestatementAlert.model_validate_json(text)
            if event == Event.RESTATED.value
            else Alert.model_validate_json(text),
        )
        for key, event, text in rows
    )
