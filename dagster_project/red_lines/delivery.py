"""Sending what the outbox holds: numbers after the publication they speak of, news of the pipeline at once.

At least once: a message is marked as sent after the receiver took it, so a crash between the two
sends it again, under the same key. What cannot be delivered stays and is tried by the next run. A message
that its receiver refuses (``transport.py`` tells that from a target that is down) holds up no other, is
tried in the fewest words there are, and is a dead letter after some runs. What quiet hours held is one
message (``digest.py``).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.red_lines.blocks import Message, Paragraph
from dagster_project.red_lines.digest import digest, digest_key, in_order
from dagster_project.red_lines.outbox import Waiting, pending_alerts
from dagster_project.red_lines.pipeline_message import PipelineAlert
from dagster_project.red_lines.targets import Target, targets
from dagster_project.red_lines.transport import Attempt, send
from dagster_project.red_lines.wording import least_wording, wording
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths

# Seconds before the second, third, ... try within one run; the next run tries after those.
PAUSES = (1.0, 4.0)
# A message that was refused in so many runs is given up for that target.
REFUSALS_BEFORE_GIVING_UP = 5


@dataclass(frozen=True)
class Delivery:
    """One attempt to bring one message to one target.

    :param message_key: the idempotency key of the message.
    :param target: the target's label, free of secrets.
    :param sent: whether the target took it.
    :param tries: how often it was tried in this run; 0 where the target had just failed all tries
        with another message, or cannot be used at all.
    :param error: why not, free of secrets.
    :param refused: whether the target refused this message, while it may take others.
    :param rest_until: before which the target asks not to be tried again.
    """

    message_key: str
    target: str
    sent: bool
    tries: int
    error: str = ""
    refused: bool = False
    rest_until: datetime | None = None


def deliver(
    paths: WarehousePaths,
    settings: Settings,
    publication_id: str | None,
    clock: Clock,
    *,
    pauses: Sequence[float] = PAUSES,
    sleep: Callable[[float], None] = time.sleep,
    pipeline_only: bool = False,
) -> tuple[Delivery, ...]:
    """Send the waiting messages to every target that wants their severity.

    A message that no target wants is put aside as ``unrouted``: a target added next year is not
    told of it.

    :param publication_id: the publication just made. None where a run found nothing new to
        publish: then only what an earlier publication told of, and could not be sent, is tried.
    :param pauses: seconds between the tries of this run.
    :param pipeline_only: whether only news of the pipeline is sent.
    :returns: what was tried; empty when nothing waited.
    """
    if not paths.warehouse_db.exists():
        return ()
    with open_warehouse(paths) as con:
        if publication_id is not None:
            _stamp(con, publication_id)
        waiting = [
            one
            for one in pending_alerts(con)
            if not pipeline_only or isinstance(one.alert, PipelineAlert)
        ]
        known = targets(settings)
        words = _Words(
            con, settings.publish.report_url or str(paths.report), settings.currency.reporting
        )
        outcomes: list[Delivery] = []
        for target in known:
            outcomes += _Courier(con, target, words, clock, tuple(pauses), sleep).bring(waiting)
        for one in waiting:
            wanted = [target for target in known if one.alert.severity in target.severities]
            _close(con, one.key, wanted)
        return tuple(outcomes)


@dataclass(frozen=True)
class _Words:
    """What every message says besides its facts: its publication, where the report lies, the currency."""

    con: duckdb.DuckDBPyConnection
    report: str
    currency: str

    def of(self, waiting: Waiting) -> Message:
        return wording(
            waiting.alert,
            publication_id=_publication_of(self.con, waiting.key),
            report=self.report,
            currency=self.currency,
        )

    def facts(self, waiting: Waiting) -> dict[str, Any]:
        """Return what programs at a webhook find."""
        return {
            "publication_id": _publication_of(self.con, waiting.key),
            "alert": waiting.alert.model_dump(mode="json"),
        }


@dataclass(frozen=True)
class _Courier:
    """Brings one target what it has not got."""

    con: duckdb.DuckDBPyConnection
    target: Target
    words: _Words
    clock: Clock
    pauses: tuple[float, ...]
    sleep: Callable[[float], None]

    def bring(self, waiting: Sequence[Waiting]) -> list[Delivery]:
        """Bring what waits, what quiet hours held as one message; once all tries fail, leave it alone for this run."""
        outcomes: list[Delivery] = []
        down = self.target.problem or _resting(self.con, self.target, self.clock)
        for together in self._parcels(_in_turn(self.con, self.target, waiting, self.clock)):
            attempt = Attempt(0, down) if down else self._digest(together)
            if attempt is not None and not attempt.refused:
                made = [(one, attempt) for one in together]
            else:
                made = [(one, self._tried(one)) for one in together]
            for one, attempt in made:
                outcome = Delivery(
                    one.key, self.target.label, not attempt.error, attempt.tries, attempt.error,
                    attempt.refused, attempt.rest_until,
                )  # fmt: skip
                _note(self.con, self.target, outcome, self.clock)
                if attempt.error and not attempt.refused:
                    down = attempt.error
                outcomes.append(outcome)
        return outcomes

    def _parcels(self, wanted: Sequence[Waiting]) -> list[list[Waiting]]:
        """Return what is told together: what quiet hours held, and everything else by itself."""
        refused = _refused_before(self.con, self.target)
        held = [one for one in wanted if self._held_until(one) and one.key not in refused]
        together = {one.key for one in held}
        alone = [[one] for one in wanted if one.key not in together]
        place = {one.key: turn for turn, one in enumerate(wanted)}
        parcels = [*([in_order(held)] if held else []), *alone]
        return sorted(parcels, key=lambda parcel: max(place[one.key] for one in parcel))

    def _digest(self, together: Sequence[Waiting]) -> Attempt | None:
        """Try several messages as one; None where there is but one."""
        if len(together) < 2:
            return None
        until = max(filter(None, map(self._held_until, together)))
        message = digest(together, [self.words.of(one) for one in together], until=until)
        facts = [{"idempotency_key": one.key, **self.words.facts(one)} for one in together]
        return self._send(digest_key(together), together, message, {"alerts": facts}, self.pauses)

    def _tried(self, waiting: Waiting) -> Attempt:
        """Try one message; what its receiver refuses is tried once more in the fewest words."""
        message = _with_its_delay(self.words.of(waiting), waiting, self._held_until(waiting))
        facts = self.words.facts(waiting)
        attempt = self._send(waiting.key, [waiting], message, facts, self.pauses)
        if not attempt.refused:
            return attempt
        # Whatever it was that the receiver would not take, the alarm itself has none of it.
        least = self._send(waiting.key, [waiting], least_wording(waiting.alert), {}, ())
        tries = attempt.tries + least.tries
        return Attempt(tries) if not least.error else Attempt(tries, attempt.error, refused=True)

    def _send(
        self,
        key: str,
        told: Sequence[Waiting],
        message: Message,
        facts: Mapping[str, Any],
        pauses: Sequence[float],
    ) -> Attempt:
        return send(
            self.target, key, [one.alert for one in told], message, facts=facts, pauses=pauses,
            sleep=self.sleep, clock=self.clock,
        )  # fmt: skip

    def _held_until(self, waiting: Waiting) -> datetime | None:
        """Return until when quiet hours held a message that may be sent now; None: they never did."""
        return self.target.quiet.was_held_until(
            waiting.alert.severity, arose=waiting.arose, now=self.clock.now()
        )


def _with_its_delay(message: Message, waiting: Waiting, until: datetime | None) -> Message:
    """Say of a message that quiet hours held it back since when it waits."""
    if until is None:
        return message
    arose = waiting.arose.astimezone(until.tzinfo)
    held = Paragraph(
        f"Held by quiet hours: it arose on {arose:%Y-%m-%d at %H:%M} ({until.tzinfo})."
    )
    return replace(message, blocks=(*message.blocks[:1], held, *message.blocks[1:]))


def _refused_before(con: duckdb.DuckDBPyConnection, target: Target) -> set[str]:
    """Return the messages that a target refused already: each is tried by itself, so that none holds up another."""
    rows = con.execute(
        "select message_key from ops.deliveries where target = ? and refusals > 0", [target.key]
    ).fetchall()
    return {key for (key,) in rows}


def _in_turn(
    con: duckdb.DuckDBPyConnection, target: Target, waiting: Sequence[Waiting], clock: Clock
) -> list[Waiting]:
    """Return what the target wants now and has not got: what was tried least comes first.

    So a message at which a receiver stumbles every night does not stand before all others. An incident's messages keep
    their order.
    """
    closed = {
        key
        for (key,) in con.execute(
            "select message_key from ops.deliveries where target = $target and state = 'sent' "
            "union all select message_key from ops.dead_letters where target = $target",
            {"target": target.key},
        ).fetchall()
    }
    tries = dict(
        con.execute(
            "select incident_id, max(attempts) from ops.deliveries inner join ops.outbox using (message_key) "
            "where target = ? and ops.deliveries.state = 'pending' group by incident_id",
            [target.key],
        ).fetchall()
    )
    now = clock.now()
    wanted = [
        one
        for one in waiting
        if one.alert.severity in target.severities
        and one.key not in closed
        and not target.quiet.held_until(one.alert.severity, arose=one.arose, now=now)
    ]
    return sorted(wanted, key=lambda one: tries.get(one.alert.incident_id, 0))


def _resting(con: duckdb.DuckDBPyConnection, target: Target, clock: Clock) -> str:
    """Return what a target said that asks to be left alone for now; empty where none does."""
    row = con.execute(
        "select last_error from ops.deliveries where target = ? and state = 'pending' and rest_until > ? "
        "order by rest_until desc limit 1",
        [target.key, clock.now()],
    ).fetchone()
    return str(row[0]) if row else ""


def _stamp(con: duckdb.DuckDBPyConnection, publication_id: str) -> None:
    """Note which publication first carries the numbers that the waiting messages speak of."""
    con.execute(
        "update ops.outbox set publication_id = ? "
        "where publication_id is null and state = 'pending' and needs_publication",
        [publication_id],
    )
    con.execute(
        "update ops.incidents set publication_id = ? where publication_id is null and kind = 'red_line'",
        [publication_id],
    )


def _publication_of(con: duckdb.DuckDBPyConnection, key: str) -> str:
    row = con.execute(
        "select publication_id from ops.outbox where message_key = ?", [key]
    ).fetchone()
    return str(row[0]) if row and row[0] is not None else ""


def _is_closed(con: duckdb.DuckDBPyConnection, key: str, target: Target) -> bool:
    """Whether the target has the message, or will never take it."""
    query = (
        "select 1 from ops.deliveries where message_key = $key and target = $target and state = 'sent' "
        "union all select 1 from ops.dead_letters where message_key = $key and target = $target"
    )
    return con.execute(query, {"key": key, "target": target.key}).fetchone() is not None


def _note(con: duckdb.DuckDBPyConnection, target: Target, outcome: Delivery, clock: Clock) -> None:
    now = clock.now()
    con.execute(
        """
        insert into ops.deliveries by name
        select
            ? as message_key, ? as target, ? as label, ? as state, ? as attempts,
            ?::timestamptz as last_attempt_at, ? as last_error, ?::timestamptz as sent_at,
            ?::integer as refusals, ?::timestamptz as rest_until
        on conflict do update set
            label = excluded.label,
            state = excluded.state,
            attempts = deliveries.attempts + excluded.attempts,
            last_attempt_at = coalesce(excluded.last_attempt_at, deliveries.last_attempt_at),
            last_error = excluded.last_error,
            sent_at = excluded.sent_at,
            refusals = coalesce(deliveries.refusals, 0) + excluded.refusals,
            rest_until = coalesce(excluded.rest_until, deliveries.rest_until)
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
            int(outcome.refused),
            outcome.rest_until,
        ],
    )
    if outcome.refused:
        con.execute(
            "insert or ignore into ops.dead_letters "
            "select message_key, target, label, ?, refusals, last_error from ops.deliveries "
            "where message_key = ? and target = ? and refusals >= ?",
            [now, outcome.message_key, target.key, REFUSALS_BEFORE_GIVING_UP],
        )


def _close(con: duckdb.DuckDBPyConnection, key: str, wanted: Sequence[Target]) -> None:
    """Close a message that every target has or will never take, or that none wants."""
    if all(_is_closed(con, key, target) for target in wanted):
        con.execute(
            "update ops.outbox set state = ? where message_key = ?",
            ["sent" if wanted else "unrouted", key],
        )
