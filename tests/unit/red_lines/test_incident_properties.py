"""Whatever months come, corrected or repeated or missing: what always holds of incidents."""

from collections import Counter
from datetime import UTC, datetime

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.clock import FixedClock
from dagster_project.period import Period
from dagster_project.red_lines import Incident, Rule, incidents, record
from dagster_project.red_lines.evaluation import RedLineStatus, Segment
from dagster_project.warehouse.schema import bring_up_to_date

RULE = Rule(
    name="churn_above", description="x", metric="churn_rate", when="above", line=0.1, remind_every=2
)
NOW = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
# A run judges a month (counted from January 2024): crossed, clear or unknown.
Runs = list[tuple[int, bool | None]]
RUNS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([True, False, None])), min_size=1, max_size=12
)


def status(month: int, crossed: bool | None) -> RedLineStatus:
    return RedLineStatus(
        rule=RULE,
        period=Period("month", datetime(2024, month + 1, 1, tzinfo=UTC).date()),
        segment=Segment(),
        value=None if crossed is None else 0.2 if crossed else 0.05,
        line=0.1,
        crossed=crossed,
        breached=crossed,
        running=int(crossed is True),
        detail="",
        is_latest=True,
        clear_running=int(crossed is False),
    )


def history(runs: Runs) -> tuple[list[Incident], Counter[str]]:
    """Run after run; returns the incidents and how often each event was put into the outbox."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        bring_up_to_date(con)
        record(con, [], NOW)
        for month, crossed in runs:
            record(con, [status(month, crossed)], NOW)
        events = con.execute("select incident_id || ' ' || event from ops.outbox").fetchall()
        return list(incidents(con)), Counter(event for (event,) in events)


def _at_most_one_is_unresolved(runs: Runs, found: list[Incident], events: Counter[str]) -> None:
    assert sum(incident.is_active for incident in found) <= 1


def _repeating_every_run_changes_nothing(
    runs: Runs, found: list[Incident], events: Counter[str]
) -> None:
    twice = [run for run in runs for _ in range(2)]
    assert history(twice) == (found, events)


def _an_unknown_answer_opens_and_resolves_nothing(
    runs: Runs, found: list[Incident], events: Counter[str]
) -> None:
    known = [run for run in runs if run[1] is not None]
    with_unknown = [step for run in known for step in (run, (run[0], None))]
    assert history(with_unknown)[0] == history(known)[0]


def _each_is_told_open_once_and_resolved_at_most_once(
    runs: Runs, found: list[Incident], events: Counter[str]
) -> None:
    told = [
        (
            events[f"{i.incident_id} opened"],
            events[f"{i.incident_id} resolved"] <= (not i.is_active),
        )
        for i in found
    ]
    assert told == [(1, True)] * len(found)


def _the_last_known_month_decides(runs: Runs, found: list[Incident], events: Counter[str]) -> None:
    newest, judged = -1, None
    for month, crossed in runs:
        if month >= newest:
            newest = month
            judged = crossed if crossed is not None else judged
    assert any(incident.is_active for incident in found) == bool(judged)


@settings(max_examples=20, deadline=None)
@given(RUNS)
def test_what_always_holds_of_the_incidents_of_a_line(runs: Runs) -> None:
    found, events = history(runs)
    for holds in (
        _at_most_one_is_unresolved,
        _repeating_every_run_changes_nothing,
        _an_unknown_answer_opens_and_resolves_nothing,
        _each_is_told_open_once_and_resolved_at_most_once,
        _the_last_known_month_decides,
    ):
        holds(runs, found, events)
