"""Sending what the outbox holds, after the publication it speaks of.

At least once: a message is marked as sent after the receiver took it, so a crash between the two
sends it again, under the same key. What cannot be delivered stays and is tried by the next run.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import apprise
import duckdb
from apprise.plugins.custom_json import NotifyJSON

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.red_lines.evaluation import has_table
from dagster_project.red_lines.incidents import Event
from dagster_project.red_lines.messages import Alert, wording
from dagster_project.red_lines.record import ensure_tables, pending_alerts
from dagster_project.red_lines.restatement_message import RestatementAlert
from dagster_project.red_lines.targets import Target, quiet, redacted, targets
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths

# Seconds before the second, third, ... try within one run; the next run tries after those.
PAUSES = (1.0, 4.0)


@dataclass(frozen=True)
class Delivery:
    """One attempt to bring one message to one target.

    :param message_key: the idempotency key of the message.
    :param target: the target's label, free of secrets.
    :param sent: whether the target took it.
    :param tries: how often it was tried in this run; 0 where the target had just failed all tries
        with another message, or cannot be used at all.
    :param error: why not, free of secrets.
    """

    message_key: str
    target: str
    sent: bool
    tries: int
    error: str = ""


def deliver(
    paths: WarehousePaths,
    settings: Settings,
    publication_id: str | None,
    clock: Clock,
    *,
    pauses: Sequence[float] = PAUSES,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Delivery, ...]:
    """Send the waiting messages to every target that wants their severity.

    A message that no target wants is put aside as ``unrouted``: a target added next year is not
    told of it.

    :param publication_id: the publication just made. None where a run found nothing new to
        publish: then only what an earlier publication told of, and could not be sent, is tried.
    :param pauses: seconds between the tries of this run.
    :returns: what was tried; empty when nothing waited.
    """
    if not paths.warehouse_db.exists():
        return ()
    known = targets(settings)
    with open_warehouse(paths) as con:
        if not has_table(con, "ops", "outbox"):
            return ()
        ensure_tables(con)
        if publication_id is not None:
            _stamp(con, publication_id)
        outcomes: list[Delivery] = []
        down: dict[str, str] = {}
        for key, alert in pending_alerts(con):
            wanted = [target for target in known if alert.severity in target.severities]
            for target in wanted:
                if _is_sent(con, key, target):
                    continue
                # A target that just failed all tries would only hold up the rest of the run.
                tries, error = (
                    (0, down[target.key])
                    if target.key in down
                    else _send(
                        alert,
                        target,
                        publication_id=_publication_of(con, key),
                        paths=paths,
                        settings=settings,
                        pauses=pauses,
                        sleep=sleep,
                    )
                )
                outcome = Delivery(key, target.label, not error, tries, error)
                _note(con, target, outcome, clock)
                if error:
                    down[target.key] = error
                outcomes.append(outcome)
            _settle(con, key, wanted)
        return tuple(outcomes)


def _send(
    alert: Alert | RestatementAlert,
    target: Target,
    *,
    publication_id: str,
    paths: WarehousePaths,
    settings: Settings,
    pauses: Sequence[float],
    sleep: Callable[[float], None],
) -> tuple[int, str]:
    """Send one message to one target.

    Returns how often it was tried, and why it failed, free of secrets; empty when it was taken.
    """
    service = target.service() if not target.problem else None
    if service is None:
        return 0, target.problem
    words = wording(
        alert,
        publication_id=publication_id,
        report=paths.report,
        currency=settings.currency.reporting,
    )
    if isinstance(service, NotifyJSON):
        # Webhooks get the key where programs look for it, and the facts beside the words.
        service.headers["Idempotency-Key"] = quote(alert.key, safe="/=#")
        service.payload_extras.update(
            idempotency_key=alert.key,
            publication_id=publication_id,
            alert=alert.model_dump(mode="json"),
        )
    kind = {
        Event.RESOLVED: apprise.NotifyType.SUCCESS,
    }.get(
        alert.event,
        apprise.NotifyType.FAILURE if alert.severity == "page" else apprise.NotifyType.WARNING,
    )
    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    reason = ""
    with quiet(target.secrets) as log:
        for tries, pause in enumerate((0.0, *pauses), start=1):
            if pause:
                sleep(pause)
            # Said to be text, so that a mail in HTML escapes what customers and segments are called.
            if sender.notify(
                body=words.body,
                title=words.title,
                notify_type=kind,
                body_format=apprise.NotifyFormat.TEXT,
            ):
                return tries, ""
            reason = log.last_warning
    return tries, redacted(reason, target.secrets) or "the target did not take the message"


def _stamp(con: duckdb.DuckDBPyConnection, publication_id: str) -> None:
    """Note which publication first carries the numbers that the waiting messages speak of."""
    con.execute(
        "update ops.outbox set publication_id = ? "
        "where publication_id is null and state = 'pending'",
        [publication_id],
    )
    con.execute(
        "update ops.incidents set publication_id = ? where publication_id is null", [publication_id]
    )


def _publication_of(con: duckdb.DuckDBPyConnection, key: str) -> str:
    row = con.execute(
        "select publication_id from ops.outbox where message_key = ?", [key]
    ).fetchone()
    return str(row[0]) if row else ""


def _is_sent(con: duckdb.DuckDBPyConnection, key: str, target: Target) -> bool:
    query = "select 1 from ops.deliveries where message_key = ? and target = ? and state = 'sent'"
    return con.execute(query, [key, target.key]).fetchone() is not None


def _note(con: duckdb.DuckDBPyConnection, target: Target, outcome: Delivery, clock: Clock) -> None:
    now = clock.now()
    con.execute(
        """
        insert into ops.deliveries by name
        select
            ? as message_key, ? as target, ? as label, ? as state, ? as attempts,
            ?::timestamptz as last_attempt_at, ? as last_error, ?::timestamptz as sent_at
        on conflict do update set
            label = excluded.label,
            state = excluded.state,
            attempts = deliveries.attempts + excluded.attempts,
            last_attempt_at = coalesce(excluded.last_attempt_at, deliveries.last_attempt_at),
            last_error = excluded.last_error,
            sent_at = excluded.sent_at
        """,
        [
            outcome.message_key,
            target.key,
            outcome.target,
            "sent" if outcome.sent else "pending",
            outcome.tries,
            now if outcome.tries else None,
            outcome.error or None,
            now if outcome.sent else None,
        ],
    )


def _settle(con: duckdb.DuckDBPyConnection, key: str, wanted: Sequence[Target]) -> None:
    """Close a message that every target has, or that none wants."""
    if all(_is_sent(con, key, target) for target in wanted):
        con.execute(
            "update ops.outbox set state = ? where message_key = ?",
            ["sent" if wanted else "unrouted", key],
        )
