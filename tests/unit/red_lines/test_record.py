"""Incidents and outbox: what opens, holds, ends, and is told how often."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.errors import EbblineError
from dagster_project.red_lines import Recorded, Rule, acknowledge, incidents, record
from dagster_project.red_lines.naming import key_of

NOW = FixedClock(datetime(2026, 7, 1, 3, tzinfo=UTC))


def run(marts: Any, rules: Sequence[Rule], until: str) -> Recorded:
    return record(marts.con, marts.judge(tuple(rules), until), NOW, rules=rules)


def outbox(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return con.execute(
        "select message_key, state from ops.outbox order by created_at, 1"
    ).fetchall()


@pytest.fixture
def churn(defaults: dict[str, Rule]) -> list[Rule]:
    return [defaults["churn_above"]]


def test_the_first_run_shows_history_and_tells_of_the_newest_month_only(
    marts: Any, churn: list[Rule]
) -> None:
    for month, rate in (("01", 0.2), ("02", 0.05), ("03", 0.2)):
        marts.month(f"2026-{month}", churn_rate=rate)
    run(marts, churn, "2026-03-31")
    history = marts.con.execute("select breached from marts.red_line_status order by period")
    assert (history.fetchall(), outbox(marts.con)) == (
        [(True,), (False,), (True,)],
        [(key_of("churn_above/all/2026-03#opened"), "pending")],
    )


def test_a_long_gone_month_opens_nothing(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-01", churn_rate=0.2)
    marts.month("2026-02")
    assert run(marts, churn, "2026-02-28").active == ()


def test_running_twice_is_running_once(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-03", churn_rate=0.2)
    run(marts, churn, "2026-03-31")
    before = (incidents(marts.con), outbox(marts.con))
    run(marts, churn, "2026-03-31")
    assert (incidents(marts.con), outbox(marts.con)) == before


def test_a_month_later_it_is_the_same_incident(marts: Any, churn: list[Rule]) -> None:
    for month in ("03", "04"):
        marts.month(f"2026-{month}", churn_rate=0.2)
        run(marts, churn, f"2026-{month}-30" if month == "04" else "2026-03-31")
    (incident,) = incidents(marts.con)
    assert (incident.incident_id, incident.periods, str(incident.last_period)) == (
        "churn_above/all/2026-03",
        2,
        "2026-04-01",
    )


def test_a_clear_month_resolves_it(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-03", churn_rate=0.2)
    run(marts, churn, "2026-03-31")
    marts.con.execute("update ops.outbox set state = 'sent'")
    marts.month("2026-04")
    run(marts, churn, "2026-04-30")
    assert (incidents(marts.con)[0].state, outbox(marts.con)[-1]) == (
        "resolved",
        (key_of("churn_above/all/2026-03#resolved"), "pending"),
    )


def test_a_missing_month_resolves_nothing(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-03", churn_rate=0.2)
    run(marts, churn, "2026-03-31")
    run(marts, churn, "2026-04-30")
    assert incidents(marts.con)[0].state == "open"


def test_an_unknown_month_does_not_move_when_it_began(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-03", churn_rate=0.2)
    run(marts, churn, "2026-03-31")
    marts.month("2026-05", churn_rate=0.2)
    run(marts, churn, "2026-05-31")
    (incident,) = incidents(marts.con)
    assert (str(incident.since), incident.periods) == ("2026-03-01", 1)


def test_what_was_never_told_needs_no_all_clear(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-03", churn_rate=0.2)
    run(marts, churn, "2026-03-31")
    marts.month("2026-03", churn_rate=0.01)
    run(marts, churn, "2026-03-31")
    assert outbox(marts.con) == [(key_of("churn_above/all/2026-03#opened"), "withdrawn")]


def test_a_month_corrected_twice_is_a_second_incident(marts: Any, churn: list[Rule]) -> None:
    for rate in (0.2, 0.01, 0.2):
        marts.month("2026-03", churn_rate=rate)
        run(marts, churn, "2026-03-31")
    assert [i.incident_id for i in incidents(marts.con)] == [
        "churn_above/all/2026-03",
        "churn_above/all/2026-03/2",
    ]


def test_a_run_over_the_past_leaves_incidents_alone(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-02")
    marts.month("2026-03", churn_rate=0.2)
    run(marts, churn, "2026-03-31")
    before = incidents(marts.con)
    run(marts, churn, "2026-02-28")
    assert incidents(marts.con) == before


def test_a_reminder_comes_every_third_month(marts: Any, churn: list[Rule]) -> None:
    days = {"01": 31, "02": 28, "03": 31, "04": 30, "05": 31, "06": 30}
    for month, last in days.items():
        marts.month(f"2026-{month}", churn_rate=0.2)
        run(marts, churn, f"2026-{month}-{last}")
    assert {key for key, _ in outbox(marts.con)} == {
        key_of("churn_above/all/2026-01#opened"),
        key_of("churn_above/all/2026-01#still_crossed-2026-04"),
    }


def test_an_acknowledged_incident_sends_no_reminder(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-01", churn_rate=0.2)
    run(marts, churn, "2026-01-31")
    acknowledge(marts.con, "churn_above/all/2026-01", by="ana", clock=NOW)
    for month in ("02", "03", "04"):
        marts.month(f"2026-{month}", churn_rate=0.2)
    run(marts, churn, "2026-04-30")
    assert (len(outbox(marts.con)), incidents(marts.con)[0].state) == (1, "acknowledged")


def test_an_acknowledged_incident_resolves_by_itself(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-01", churn_rate=0.2)
    run(marts, churn, "2026-01-31")
    acknowledge(marts.con, "churn_above/all/2026-01", by="ana", clock=NOW)
    marts.month("2026-02")
    run(marts, churn, "2026-02-28")
    assert incidents(marts.con)[0].state == "resolved"


def test_acknowledging_what_does_not_exist_names_what_does(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-01", churn_rate=0.2)
    run(marts, churn, "2026-01-31")
    with pytest.raises(EbblineError, match="no incident 'x'") as raised:
        acknowledge(marts.con, "x", by="ana", clock=NOW)
    assert raised.value.evidence == ("churn_above/all/2026-01",)


def test_a_red_line_taken_out_of_the_settings_ends_in_silence(
    marts: Any, churn: list[Rule], defaults: dict[str, Rule]
) -> None:
    marts.month("2026-03", churn_rate=0.2)
    run(marts, churn, "2026-03-31")
    run(marts, [defaults["lost_above_new"]], "2026-03-31")
    assert (incidents(marts.con)[0].state, outbox(marts.con)[0][1]) == ("resolved", "withdrawn")


def test_so_does_a_segment_that_the_red_line_no_longer_names(marts: Any, churn: list[Rule]) -> None:
    by_country = churn[0].model_copy(update={"segments": {"country": "*"}})
    marts.month("2026-03", "country", "DE", churn_rate=0.2)
    run(marts, [by_country], "2026-03-31")
    run(marts, [by_country.model_copy(update={"segments": {"country": ("FR",)}})], "2026-03-31")
    assert (incidents(marts.con)[0].state, outbox(marts.con)[0][1]) == ("resolved", "withdrawn")


def test_a_rebuild_of_a_past_state_opens_nothing(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-03", churn_rate=0.2)
    record(marts.con, marts.judge(tuple(churn), "2026-03-31"), NOW, rules=churn, speak=False)
    assert incidents(marts.con) == ()


def test_readers_get_a_copy_of_the_incidents(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-03", churn_rate=0.2)
    run(marts, churn, "2026-03-31")
    assert marts.con.execute(
        "select incident_id, state, periods from marts.alert_incidents"
    ).fetchall() == [("churn_above/all/2026-03", "open", 1)]


def test_an_error_inside_undoes_everything(marts: Any, churn: list[Rule]) -> None:
    marts.month("2026-03", churn_rate=0.2)
    statuses = marts.judge(tuple(churn), "2026-03-31")
    # The copy for readers comes last; a view of that name makes it fail.
    marts.con.execute("create view marts.alert_incidents as select 1 as x")
    with pytest.raises(duckdb.CatalogException):
        record(marts.con, statuses, NOW)
    assert incidents(marts.con) == ()
