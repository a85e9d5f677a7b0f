"""What ``ebbline status`` adds: incidents, alerts that a target has not got, and who is writing."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dagster_project.clock import Clock
from dagster_project.plural import counted
from dagster_project.red_lines import (
    Acknowledgement,
    OpenAlerts,
    Undelivered,
    Unresolved,
)
from dagster_project.screens import Line
from dagster_project.screens.machine_readable import as_json, plain
from dagster_project.screens.published import published_now
from dagster_project.warehouse.lock import LockHolder
from dagster_project.warehouse.paths import WarehousePaths


def incident_lines(now: OpenAlerts) -> Iterator[Line]:
    """Yield one line per unresolved incident, and whether they are those of this moment."""
    for incident in now.incidents:
        state = _acknowledged(incident) or incident.state
        yield f"incident {incident.incident_id} ({state}): {_on_one_line(incident)}", "red"
    if now.published_because:
        yield (
            f"incidents are as of the publication, what was acknowledged since is not in it:"
            f" {now.published_because}",
            "yellow",
        )


def pipeline_lines(now: OpenAlerts) -> Iterator[Line]:
    """Yield one line per unresolved condition of the pipeline, for the end of a run."""
    for incident in now.incidents:
        if incident.kind == "pipeline":
            yield f"pipeline: {incident.incident_id}: {_on_one_line(incident)}", "bold red"


def delivery_lines(now: OpenAlerts) -> Iterator[Line]:
    """Yield every alert that a target has not got, and what to do; nothing where all arrived."""
    if now.undelivered is None:
        if now.published_because:
            yield "whether every alert was delivered cannot be told now", "yellow"
        return
    by_target: dict[str, list[Undelivered]] = {}
    held: dict[tuple[str, datetime], int] = {}
    for waiting in now.undelivered:
        if waiting.held_until is not None:
            place = waiting.target, waiting.held_until
            held[place] = held.get(place, 0) + 1
        else:
            by_target.setdefault(waiting.target, []).append(waiting)
    for (target, until), messages in held.items():
        yield (
            f"held for {target} by quiet hours until {until:%Y-%m-%d %H:%M} ({until.tzinfo}):"
            f" {counted(messages, 'message')}; `ebbline alerts check` or any run sends them then",
            None,
        )
    for target, messages_of_it in by_target.items():
        yield _undelivered_line(target, messages_of_it), "bold red"
    if by_target:
        yield (
            "  every `ebbline run` tries again, also one that changes nothing; correct `notify` in"
            " the settings file or see that the target answers",
            None,
        )


def status_json(paths: WarehousePaths, now: OpenAlerts, holder: LockHolder | None) -> str:
    """Return how things stand as one JSON object; ``publication`` is null before the first."""
    return as_json(
        {
            "publication": plain(published_now(paths)),
            "standing": plain(now),
            "writing": None if holder is None else str(holder),
        }
    )


def dead_letter_lines(now: OpenAlerts, since: datetime | None = None) -> Iterator[Line]:
    """Yield every message that was given up, once: in the run that gave it up.

    :param since: when that run began; None for all there are.
    """
    for letter in now.dead_letters:
        if since is None or letter.refused_at >= since:
            yield (
                f"given up: {letter.target} refused message {letter.message_key} in"
                f" {counted(letter.runs, 'run')}: {letter.error}",
                "bold red",
            )


def _undelivered_line(target: str, messages: Sequence[Undelivered]) -> str:
    """Return the messages that one target has not got as one line."""
    pages = sum(message.severity == "page" for message in messages)
    tried = [message.tried_at for message in messages if message.tried_at is not None]
    last = f", last {max(tried):%Y-%m-%d %H:%M} UTC" if tried else ""
    most = max(messages, key=lambda message: message.tries)
    return (
        f"not delivered to {target}: {counted(len(messages), 'message')} ({counted(pages, 'page')}),"
        f" {counted(most.tries, 'try', 'tries')}{last}: {most.error}"
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


def _on_one_line(incident: Unresolved) -> str:
    return " ".join(incident.detail.splitlines())


def _acknowledged(incident: Unresolved) -> str:
    if incident.acknowledged_at is None:
        return ""
    return (
        f"acknowledged by {incident.acknowledged_by}, {incident.acknowledged_at:%Y-%m-%d %H:%M} UTC"
    )
