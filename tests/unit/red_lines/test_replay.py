"""Red lines replayed over marts made by hand: what would have opened, been told and ended, and when."""

from collections.abc import Callable, Sequence
from dataclasses import replace as replaced
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from dagster_project.clock import FixedClock
from dagster_project.errors import EbblineError
from dagster_project.period import Period
from dagster_project.red_lines import (
    Incident,
    Replay,
    Rule,
    chosen_rules,
    incidents,
    read_rules,
    record,
    replay,
)
from tests.unit.red_lines.conftest import Marts, churn_marts

RATES = {True: 0.2, False: 0.05, None: None}
NOW = FixedClock(datetime(2027, 1, 1, tzinfo=UTC))
# A month of 2026 each: crossed, clear, or without a value.
MONTHS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=12)


def changed(rule: Rule, **values: Any) -> Rule:
    return Rule.model_validate({**rule.model_dump(), **values})


def replayed(marts: Marts, *rules: Rule, until: str, since: str | None = None) -> Replay:
    marts.publish(until)
    return replay(marts.con, rules, since=date.fromisoformat(f"{since}-01") if since else None)


def months(marts: Marts, *crossed: bool | None) -> str:
    """Fill 2026 from January on; returns the last day of the last month."""
    for month, answer in enumerate(crossed, start=1):
        marts.month(f"2026-{month:02}", churn_rate=RATES[answer])
    return last_day(len(crossed))


def last_day(month: int) -> str:
    return date.fromordinal(Period("month", date(2026, month, 1)).end.toordinal() - 1).isoformat()


def told(found: Replay) -> list[tuple[str, ...]]:
    return [
        (str(incident.since), str(incident.until), *incident.events)
        for line in found.lines
        for incident in line.incidents
    ]


@pytest.fixture
def churn(defaults: dict[str, Rule]) -> Rule:
    return defaults["churn_above"]


def test_every_crossed_stretch_is_an_incident_not_only_the_newest(
    marts: Marts, churn: Rule
) -> None:
    until = months(marts, True, False, True, True)
    assert told(replayed(marts, churn, until=until)) == [
        ("2026-01", "2026-01", "opened", "resolved"),
        ("2026-03", "2026-04", "opened"),
    ]


def test_an_incident_names_its_worst_period_and_the_one_that_resolved_it(
    marts: Marts, churn: Rule
) -> None:
    for month, rate in (("01", 0.2), ("02", 0.3), ("03", 0.25), ("04", 0.1)):
        marts.month(f"2026-{month}", churn_rate=rate)
    ((incident,),) = [line.incidents for line in replayed(marts, churn, until="2026-04-30").lines]
    assert (str(incident.worst.period), incident.worst.value, str(incident.resolved_in)) == (
        "2026-02",
        0.3,
        "2026-04",
    )


@pytest.mark.parametrize(
    ("values", "metric", "when", "line", "worst"),
    [
        ((5, 3, 4), "customers_new", "below", 10, 3),
        ((90, 85, 40), "ltv", "falling", None, 40),  # the deepest fall
        ((90, 40, 39), "ltv", "falling", None, 40),
    ],
)
def test_the_worst_value_lies_furthest_beyond_its_line_on_the_wrong_side(
    marts: Marts,
    churn: Rule,
    values: tuple[int, ...],
    metric: str,
    when: str,
    line: Any,
    worst: int,
) -> None:
    for month, value in enumerate(values, start=1):
        values_of_month: dict[str, Any] = {metric: value}
        marts.month(f"2026-{month:02}", **values_of_month)
    rule = changed(churn, metric=metric, when=when, line=line)
    (incident,) = replayed(marts, rule, until="2026-03-31").lines[0].incidents
    assert incident.worst.value == worst


@pytest.mark.parametrize(
    ("remind_every", "reminders"), [(0, 0), (1, 6), (2, 3), (3, 2), (6, 1), (7, 0)]
)
def test_reminders_come_as_often_as_the_rule_says(
    marts: Marts, churn: Rule, remind_every: int, reminders: int
) -> None:
    until = months(marts, *[True] * 7)
    found = replayed(marts, changed(churn, remind_every=remind_every), until=until)
    expected = ("2026-01", "2026-07", "opened", *["still_crossed"] * reminders)
    assert told(found) == [expected]


def test_consecutive_periods_are_asked_for_and_counted_from_the_first(
    marts: Marts, churn: Rule
) -> None:
    until = months(marts, True, False, True, True, True)
    found = replayed(marts, changed(churn, consecutive=3), until=until)
    (incident,) = found.lines[0].incidents
    assert (str(incident.since), str(incident.opened_in), len(incident.crossed)) == (
        "2026-03",
        "2026-05",
        3,
    )


def test_too_small_a_sample_opens_nothing(marts: Marts, churn: Rule) -> None:
    marts.month("2026-01", churn_rate=0.2, customers_opening=49)
    marts.month("2026-02", churn_rate=0.2, customers_opening=50)
    found = replayed(marts, changed(churn, min_sample=50), until="2026-02-28")
    assert told(found) == [("2026-02", "2026-02", "opened")]


def test_an_unknown_period_neither_opens_nor_resolves(marts: Marts, churn: Rule) -> None:
    until = months(marts, None, True, None, True, None, False)
    assert told(replayed(marts, churn, until=until)) == [
        ("2026-02", "2026-04", "opened", "resolved")
    ]


def test_periods_are_counted_by_their_answer(marts: Marts, churn: Rule) -> None:
    until = months(marts, True, False, None, True, False, False)
    (line,) = replayed(marts, churn, until=until).lines
    counts = {word: line.periods(word) for word in ("crossed", "clear", "unknown")}
    assert counts == {"crossed": 2, "clear": 3, "unknown": 1}


def test_an_edited_line_changes_the_answer(marts: Marts, churn: Rule) -> None:
    for month, rate in (("01", 0.12), ("02", 0.05), ("03", 0.2)):
        marts.month(f"2026-{month}", churn_rate=rate)
    messages = [
        replayed(marts, changed(churn, line=line), until="2026-03-31").messages
        for line in (0.1, 0.15, 0.2)
    ]
    assert messages == [3, 1, 0]


def test_each_segment_has_incidents_of_its_own(marts: Marts, churn: Rule) -> None:
    marts.month("2026-01")
    marts.month("2026-01", "country", "DE", churn_rate=0.2)
    marts.month("2026-01", "country", "FR")
    found = replayed(marts, changed(churn, segments=["all", "country"]), until="2026-01-31")
    assert {str(line.segment): len(line.incidents) for line in found.lines} == {
        "all": 0,
        "country=DE": 1,
        "country=FR": 0,
    }


def test_the_running_period_is_not_replayed(marts: Marts, churn: Rule) -> None:
    months(marts, False, True)
    assert told(replayed(marts, churn, until="2026-02-27")) == []


def test_since_begins_later_and_takes_what_was_crossed_before_for_history(
    marts: Marts, churn: Rule
) -> None:
    until = months(marts, True, False, True, True)
    found = replayed(marts, churn, until=until, since="2026-04")
    assert (told(found), found.months, len(found.lines[0].statuses)) == (
        [("2026-03", "2026-04", "opened")],
        1,
        1,
    )


def test_messages_and_pages_are_told_by_the_severity_of_their_rule(
    marts: Marts, churn: Rule
) -> None:
    until = months(marts, True, False, True)
    warning = changed(churn, name="softly", severity="warning")
    found = replayed(marts, churn, warning, until=until)
    assert (found.messages, found.pages, found.months) == (6, 3, 3)


def test_a_line_of_which_the_marts_know_no_segment_is_named_all_the_same(
    marts: Marts, churn: Rule
) -> None:
    until = months(marts, False)
    found = replayed(marts, churn, changed(churn, name="x", segments="plan"), until=until)
    assert ([rule.name for rule in found.rules], len(found.lines)) == (["churn_above", "x"], 1)


def test_when_billing_was_read_makes_no_past_period_unknown(marts: Marts, churn: Rule) -> None:
    until = months(marts, True)
    marts.billing_read("2026-01-05")
    assert told(replayed(marts, churn, until=until)) == [("2026-01", "2026-01", "opened")]


def test_without_a_complete_period_there_is_nothing_to_replay(marts: Marts, churn: Rule) -> None:
    until = months(marts, True)
    with pytest.raises(EbblineError, match="no complete period to replay since 2026-02"):
        replayed(marts, churn, until=until, since="2026-02")


def test_a_replay_writes_nothing(marts: Marts, churn: Rule) -> None:
    marts.publish(months(marts, True, False, True))
    tables = "select database_name, schema_name, table_name, estimated_size from duckdb_tables()"
    before = marts.con.execute(tables).fetchall()
    replay(marts.con, [churn])
    assert marts.con.execute(tables).fetchall() == before


def test_an_unknown_name_is_answered_with_the_names_there_are(settings: Callable[..., Any]) -> None:
    rules = read_rules(settings())
    with pytest.raises(EbblineError, match="no red line is called 'churn', 'x'") as refused:
        chosen_rules(rules, ["churn", "churn_above", "x"])
    assert [case.split(":")[0] for case in refused.value.evidence] == [r.name for r in rules]
    with pytest.raises(EbblineError) as mistyped:
        chosen_rules(rules, ["churn_abov"])
    assert mistyped.value.fix == "did you mean 'churn_above'?"


def test_what_is_turned_off_is_replayed_by_name_only(settings: Callable[..., Any]) -> None:
    rules = read_rules(settings(red_lines=[{"rule": "churn_above", "enabled": False}]))
    assert "churn_above" not in {rule.name for rule in chosen_rules(rules, [])}
    assert [rule.name for rule in chosen_rules(rules, ["churn_above"])] == ["churn_above"]


def test_nothing_in_force_is_said(settings: Callable[..., Any]) -> None:
    off = [{"rule": rule.name, "enabled": False} for rule in read_rules(settings())]
    with pytest.raises(EbblineError, match="no red line is in force"):
        chosen_rules(read_rules(settings(red_lines=off)), [])


def run_after_run(
    answers: Sequence[bool | None], rule: Rule, *, first_run: int
) -> tuple[list[Incident], int]:
    """Run at every month's end from the given month on; returns the incidents and the messages."""
    with duckdb.connect() as con:
        marts = churn_marts(con)
        months(marts, *answers)
        for month in range(first_run, len(answers) + 1):
            record(con, marts.judge((rule,), last_day(month)), NOW)
            con.execute("update ops.outbox set state = 'sent'")
        row = con.execute("select count(*) from ops.outbox").fetchall()[0]
        return list(incidents(con)), row[0]


def timeless(found: Incident) -> Incident:
    return replaced(found, opened_at=NOW.instant, resolved_at=found.resolved_at and NOW.instant)


@tried(max_examples=40, deadline=None)
@given(MONTHS, st.integers(1, 3), st.integers(0, 3), st.data())
def test_a_replay_is_what_runs_at_every_month_end_would_have_done(
    answers: list[bool | None], consecutive: int, remind_every: int, data: st.DataObject
) -> None:
    rule = Rule(
        name="churn_above",
        description="x",
        metric="churn_rate",
        when="above",
        line=0.1,
        consecutive=consecutive,
        remind_every=remind_every,
    )
    first_run = data.draw(st.integers(1, len(answers)))
    kept, messages = run_after_run(answers, rule, first_run=first_run)
    with duckdb.connect() as con:
        marts = churn_marts(con)
        until = months(marts, *answers)
        found = replayed(marts, rule, until=until, since=f"2026-{first_run:02}")
    would_be = [timeless(one.incident) for line in found.lines for one in line.incidents]
    assert (would_be, found.messages) == ([timeless(one) for one in kept], messages)
