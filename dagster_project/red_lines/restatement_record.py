"""Keeping the restatements of the publication being made: for readers, and as one message.

Which published values differ is found by ``warehouse.restatement``. Here: which of them count, the
table ``marts.restatements``, and the message in the outbox, all in one transaction.
"""

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.metrics import headlines
from dagster_project.numbers.restatements import (
    Circumstances,
    Restatement,
    circumstances,
    restatements,
)
from dagster_project.red_lines.outbox import enqueue
from dagster_project.red_lines.restatement_message import RestatedNumber, RestatementAlert
from dagster_project.warehouse.introspection import has_table
from dagster_project.warehouse.transaction import transaction


def record_restatements(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    clock: Clock,
    *,
    publication_id: int,
    speak: bool = True,
) -> tuple[Restatement, ...]:
    """Store what the publication being made restates, and put one message about it into the outbox.

    Counted are the headline numbers of the whole business in finished periods that change by more
    than ``publish.restatement_threshold`` (relative). ``marts.restatements`` holds those of all
    publications. Recording again for the same publication replaces what was recorded for it.

    :param con: the working database with the new marts, outside a transaction.
    :param publication_id: the publication being made.
    :param speak: False for a rebuild of a past state, which restates nothing.
    :returns: what counts, the greatest relative change first.
    """
    threshold = settings.publish.restatement_threshold
    counted: tuple[Restatement, ...] = ()
    beside: Circumstances | None = None
    if speak and threshold is not None and has_table(con, "marts", "metrics"):
        found, quoted = restatements(con, threshold=threshold), headlines()
        counted = tuple(one for one in found if one.metric in quoted)
        beside = circumstances(con, settings)
    with transaction(con):
        # A run that was killed or refused before it published may have left these.
        con.execute("delete from ops.restatements where publication_id >= ?", [publication_id])
        con.execute(
            "delete from ops.outbox where event = 'restated' and state = 'pending' "
            "and publication_id::bigint >= ?",
            [publication_id],
        )
        if counted and beside is not None and threshold is not None:
            con.executemany(
                "insert into ops.restatements values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(one, publication_id, beside) for one in counted],
            )
            alert = _alert(counted, beside, publication_id, threshold)
            enqueue(con, alert, now=clock.now(), publication_id=str(publication_id))
        con.execute("create schema if not exists marts")
        con.execute(
            "create or replace table marts.restatements as select * from ops.restatements "
            "order by publication_id, metric, grain, period_start, dimension, member"
        )
    return counted


def _row(one: Restatement, publication_id: int, beside: Circumstances) -> list[object]:
    return [
        publication_id, one.metric, one.grain, one.period_start, one.dimension, one.member,
        one.before, one.after, one.relative_change,
        one.publication_id, one.published_at, beside.also_changed,
    ]  # fmt: skip


def _alert(
    counted: tuple[Restatement, ...],
    beside: Circumstances,
    publication_id: int,
    threshold: float,
) -> RestatementAlert:
    return RestatementAlert(
        publication=publication_id,
        compared_with=beside.compared_with,
        threshold=threshold,
        numbers=tuple(
            RestatedNumber.model_validate(
                {
                    "metric": one.metric,
                    "grain": one.grain,
                    "period": one.period_start,
                    "before": one.before,
                    "after": one.after,
                    "told_by": one.publication_id,
                    "told_on": one.published_at.date(),
                }
            )
            for one in counted
        ),
        settings_changed=tuple(
            f"{change.name} {change.before} -> {change.after}" for change in beside.settings_changed
        ),
        code_changed=beside.code_changed,
        prices_changed=beside.prices_changed,
    )
