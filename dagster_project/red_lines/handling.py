"""What people do with incidents: acknowledge, silence until a day, resolve by hand.

Whatever is asked of an incident holds for red lines and for conditions of the pipeline alike.
"""

from dataclasses import dataclass, replace
from datetime import date

import duckdb

from dagster_project.clock import Clock
from dagster_project.errors import EbblineError
from dagster_project.red_lines.incidents import Incident, State
from dagster_project.red_lines.record import incidents, store
from dagster_project.warehouse.transaction import transaction

LONGEST_NAME = 80


@dataclass(frozen=True)
class Acknowledgement:
    """What became of an acknowledgement: ``is_new`` is False where somebody had been first, which stands."""

    incident: Incident
    is_new: bool


def acknowledge(
    con: duckdb.DuckDBPyConnection, incident_id: str, *, by: str, clock: Clock
) -> Acknowledgement:
    """Note that somebody is at an incident: it sends no reminders any more, and resolves by itself.

    Who acknowledged it first stays.

    :raises EbblineError: there is no such incident, it is resolved, or ``by`` is no name.
    """
    who = _name(by)
    found = _unresolved(con, incident_id)
    if found.state is State.ACKNOWLEDGED:
        return Acknowledgement(found, is_new=False)
    changed = replace(
        found, state=State.ACKNOWLEDGED, acknowledged_at=clock.now(), acknowledged_by=who
    )
    _store(con, changed)
    return Acknowledgement(changed, is_new=True)


def silence(
    con: duckdb.DuckDBPyConnection, incident_id: str, *, until: date, by: str, clock: Clock
) -> Incident:
    """Ask that nothing be told of an incident before a day.

    :raises EbblineError: there is no such incident, it is resolved, ``by`` is no name, or the day is no later one.
    """
    who = _name(by)
    if until <= clock.now().date():
        raise EbblineError(f"{until} is not after today", where="--until")
    changed = replace(_unresolved(con, incident_id), silenced_until=until, silenced_by=who)
    _store(con, changed)
    return changed


def resolve(con: duckdb.DuckDBPyConnection, incident_id: str, *, by: str, clock: Clock) -> Incident:
    """End an incident by hand; if its line is still crossed, the next newer period opens another.

    :raises EbblineError: there is no such incident, it is resolved, or ``by`` is no name.
    """
    who = _name(by)
    found = _unresolved(con, incident_id)
    changed = replace(
        found,
        state=State.RESOLVED,
        resolved_at=clock.now(),
        resolved_by=who,
    )
    _store(con, changed)
    return changed


def _store(con: duckdb.DuckDBPyConnection, incident: Incident) -> None:
    with transaction(con):
        store(con, incident)
        if not incident.is_active:
            con.execute(
                "update ops.outbox set state = 'withdrawn' where incident_id = ? and state = 'pending'",
                [incident.incident_id],
            )


def _name(by: str) -> str:
    """Return a name as it can be shown on every screen and in every table."""
    name = by.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise EbblineError(
            f"--by takes a name of 1 to {LONGEST_NAME} printable characters",
            where="--by",
            fix="write who you are, such as --by ana",
        )
    return name


def _unresolved(con: duckdb.DuckDBPyConnection, incident_id: str) -> Incident:
    known = incidents(con)
    found = next((one for one in known if one.incident_id == incident_id), None)
    if found is None:
        active = [one.incident_id for one in known if one.is_active]
        raise EbblineError(
            f"there is no incident '{incident_id[:100]}'",
            where="ops.incidents",
            evidence=active,
            fix="the unresolved incidents are listed above"
            if active
            else "no incident is unresolved",
        )
    if not found.is_active:
        raise EbblineError(f"'{incident_id}' was resolved on {found.resolved_at:%Y-%m-%d}")
    return found
