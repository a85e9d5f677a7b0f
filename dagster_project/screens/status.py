"""What ``ebbline status`` adds: incidents, alerts that a target has not got, and who is writing."""

from collections.abc import Iterator

from dagster_project.clock import Clock
from dagster_project.plural import counted
from dagster_project.red_lines import Acknowledgement, Standing, Unresolved
from dagster_project.screens import Line
from dagster_project.screens.machine_readable import as_json, plain
from dagster_project.screens.standing import published_now
from dagster_project.warehouse.lock import LockHolder
from dagster_project.warehouse.paths import WarehousePaths


def incident_lines(standing: Standing) -> Iterator[Line]:
    """Yield one line per unresolved incident, and whether they are those of this moment."""
    for incident in standing.incidents:
        state = _acknowledged(incident) or incident.state
        yield f"incident {incident.incident_id} ({state}): {incident.detail}", "red"
    if standing.published_because:
        yield (
            f"incidents are as of the publication, what was acknowledged since is not in it:"
            f" {standing.published_because}",
            "yellow",
        )


def delivery_lines(standing: Standing) -> Iterator[Line]:
    """Yield every alert that a target has not got, and what to do; nothing where all arrived."""
    if standing.undelivered is None:
        if standing.published_because:
            yield "whether every alert was delivered cannot be told now", "yellow"
        return
    for waiting in standing.undelivered:
        tried = counted(waiting.tries, "try", "tries")
        last = f", last {waiting.tried_at:%Y-%m-%d %H:%M} UTC" if waiting.tried_at else ""
        yield (
            f"not delivered: {waiting.severity} {waiting.message_key} to {waiting.target},"
            f" {tried}{last}: {waiting.error}",
            "bold red",
        )
    if standing.undelivered:
        yield (
            "  every `ebbline run` tries again, also one that changes nothing; correct `notify` in"
            " the settings file or see that the target answers",
            None,
        )


def status_json(paths: WarehousePaths, standing: Standing, holder: LockHolder | None) -> str:
    """Return how things stand as one JSON object; ``publication`` is null before the first."""
    return as_json(
        {
            "publication": plain(published_now(paths)),
            "standing": plain(standing),
            "writing": None if holder is None else str(holder),
        }
    )


def acknowledgement_lines(done: Acknowledgement) -> Iterator[Line]:
    """Yield who is at the incident now."""
    incident = done.incident
    at = f"{incident.acknowledged_at:%Y-%m-%d %H:%M} UTC"
    if done.is_new:
        yield f"incident {incident.incident_id} is acknowledged", "bold green"
    else:
        yield (
            f"incident {incident.incident_id} was acknowledged by {incident.acknowledged_by} before,"
            f" {at}; that stands",
            "yellow",
        )


def lock_lines(holder: LockHolder | None, clock: Clock) -> Iterator[Line]:
    """Yield who holds the warehouse, and for how long."""
    if holder is None:
        yield "nobody is writing", None
    else:
        minutes = round(holder.age(clock).total_seconds() / 60)
        yield f"writing now: {holder}, for {counted(minutes, 'minute')}", "yellow"


def _acknowledged(incident: Unresolved) -> str:
    if incident.acknowledged_at is None:
        return ""
    return (
        f"acknowledged by {incident.acknowledged_by}, {incident.acknowledged_at:%Y-%m-%d %H:%M} UTC"
    )
