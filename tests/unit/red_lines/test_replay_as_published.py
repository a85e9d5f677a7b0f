"""Red lines replayed by what was published at the time, beside today's figures, and what came of them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from dagster_project.period import Period
from dagster_project.red_lines import Replay, Rule, replay
from dagster_project.red_lines.evaluation import Segment
from dagster_project.red_lines.incident_outcomes import (
    Damage,
    IncidentOutcomes,
    damage_of,
    outcomes_of,
)
from dagster_project.red_lines.outcome_rows import outcome_rows
from dagster_project.red_lines.replayed_incidents import ReplayedLine
from dagster_project.screens.replay_outcomes import outcome_lines


class Published:
    """A publication with its history, made statement by statement."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        con.execute(
            """
            set timezone = 'UTC';
            create schema marts;
            create table marts.publication (id bigint, until date);
            create table marts.publication_history (publication_id bigint, published_at timestamptz, until date,
                billing_read_at timestamptz, support_read_at timestamptz, usage_read_at timestamptz);
            create table marts.metric_versions (metric varchar, grain varchar, period_start date, dimension varchar,
                member varchar, publication_id bigint, published_at timestamptz, value double, numerator double,
                denominator double, withdrawn boolean);
            create table marts.mart_churn_periods (grain varchar, period_start date, period_end date,
                is_complete boolean, dimension varchar, member varchar, customers_opening bigint,
                churn_rate double, mrr_opening decimal(18, 2), mrr_churn decimal(18, 2),
                mrr_contraction decimal(18, 2));
            create view marts.mart_revenue_periods as from marts.mart_churn_periods
            """
        )

    def publication(
        self, number: int, day: str, rates: dict[str, float] | None = None, *, read: str = ""
    ) -> None:
        """Publish in the night of ``day``: ``{"2026-01": 0.2}`` is churn stated anew, and the mart of today."""
        at = datetime.fromisoformat(f"{day}T03:00+00:00")
        until = date.fromordinal(at.date().toordinal() - 1)
        self.con.execute(
            "insert into marts.publication_history values (?, ?, ?, ?, null, null)",
            [number, at, until, datetime.fromisoformat(f"{read or day}T02:00+00:00")],
        )
        self.con.execute("delete from marts.publication")
        self.con.execute("insert into marts.publication values (?, ?)", [number, until])
        for month, rate in (rates or {}).items():
            first = date.fromisoformat(f"{month}-01")
            for metric, value in (("churn_rate", rate), ("customers_opening", 100)):
                self.con.execute(
                    "insert into marts.metric_versions values "
                    "(?, 'month', ?, 'all', 'all', ?, ?, ?, null, null, false)",
                    [metric, first, number, at, value],
                )
            self.con.execute("delete from marts.mart_churn_periods where period_start = ?", [first])
            end = Period("month", first).end
            self.con.execute(
                "insert into marts.mart_churn_periods values ('month', $first, $end, $end <= $until::date + 1, "
                "'all', 'all', 100, $rate, 1000, $rate * 1000, 0)",
                {"first": first, "end": end, "until": until, "rate": rate},
            )

    def replay(self, **values: Any) -> Replay:
        rule = {
            "name": "churn",
            "description": "x",
            "metric": "churn_rate",
            "when": "above",
            "line": 0.1,
        }
        return replay(self.con, [Rule.model_validate(rule | values)])


@pytest.fixture
def published() -> Iterator[Published]:
    with duckdb.connect() as con:
        yield Published(con)


def told(lines: tuple[ReplayedLine, ...]) -> list[tuple[str, ...]]:
    return [
        (str(one.opened_in), one.incident.detail, *(event.value for event in one.events))
        for line in lines
        for one in line.incidents
    ]


def then(found: Replay) -> list[tuple[str, ...]]:
    assert found.then is not None
    return told(found.then.lines)


def test_what_was_corrected_later_alarmed_then_and_does_not_today(published: Published) -> None:
    published.publication(1, "2026-02-01", {"2026-01": 0.2})
    published.publication(2, "2026-02-05", {"2026-01": 0.05})
    found = published.replay()
    assert told(found.lines) == []
    assert then(found) == [("2026-01", "20 % against 10 %", "opened", "resolved")]


def test_what_came_too_late_did_not_alarm_then_and_would_today(published: Published) -> None:
    published.publication(1, "2026-02-01", {"2026-01": 0.05})
    published.publication(2, "2026-03-01", {"2026-01": 0.2, "2026-02": 0.05})
    found = published.replay()
    assert told(found.lines) == [("2026-01", "20 % against 10 %", "opened", "resolved")]
    assert then(found) == []


def test_a_running_month_alarmed_nobody_then(published: Published) -> None:
    published.publication(1, "2026-01-20", {"2026-01": 0.3})
    published.publication(2, "2026-02-01", {"2026-01": 0.05})
    assert then(published.replay()) == []


def test_an_export_that_was_stale_then_alarmed_nobody(published: Published) -> None:
    published.publication(1, "2026-02-01", {"2026-01": 0.3}, read="2026-01-10")
    found = published.replay()
    assert (len(told(found.lines)), then(found)) == (1, [])
    assert then(published.replay(max_staleness_days=None)) != []


def test_an_incident_of_then_goes_on_over_publications_and_months(published: Published) -> None:
    published.publication(1, "2026-02-01", {"2026-01": 0.2})
    published.publication(2, "2026-02-02")
    published.publication(3, "2026-03-01", {"2026-02": 0.3})
    published.publication(4, "2026-04-01", {"2026-03": 0.05})
    (line,) = published.replay().then.lines  # type: ignore[union-attr]
    (incident,) = line.incidents
    assert [str(status.period) for status in incident.crossed] == ["2026-01", "2026-02"]
    assert [event.value for event in incident.events] == ["opened", "resolved"]


def test_a_figure_without_versions_is_named(published: Published) -> None:
    published.publication(1, "2026-02-01", {"2026-01": 0.2})
    published.con.execute(
        "create table marts.mart_support_periods as select grain, period_start, period_end, is_complete, dimension, "
        "member, 9 as tickets, 0.5::double as csat, 9 as csat_ratings from marts.mart_churn_periods"
    )
    found = published.replay(metric="csat", when="below")
    assert found.then is not None
    assert (found.then.without_history, found.then.lines) == (("churn",), ())


def test_an_older_publication_has_no_history_and_says_so(published: Published) -> None:
    published.publication(1, "2026-02-01", {"2026-01": 0.2})
    published.con.execute("drop table marts.publication_history")
    assert published.replay().then is None


MONTHS = [Period("month", date(2025 + m // 12, m % 12 + 1, 1)) for m in range(20)]


def came(*opened: int, damage: tuple[int, ...], known: int = 20) -> IncidentOutcomes:
    took = Damage(frozenset(MONTHS[m] for m in damage), frozenset(MONTHS[:known]))
    return outcomes_of([(f"i{m}", MONTHS[m]) for m in opened], took)


@pytest.mark.parametrize(("opened", "lead"), [(5, 0), (4, 1), (2, 3), (1, None), (6, None)])
def test_an_incident_tells_of_damage_up_to_three_periods_ahead(
    opened: int, lead: int | None
) -> None:
    assert came(opened, damage=(5,)).leads == {f"i{opened}": lead}


def test_false_alarms_misses_and_chance_are_counted() -> None:
    found = came(4, 9, damage=(5, 15))
    assert (found.came_true, found.false_alarms, found.missed, found.periods_early) == (
        1,
        1,
        1,
        1.0,
    )
    assert found.by_chance == 8 / 20


def test_damage_before_the_first_judged_period_was_not_missed() -> None:
    took = Damage(frozenset({MONTHS[2], MONTHS[15]}), frozenset(MONTHS))
    assert [outcomes_of([], took, since=since).missed for since in (None, MONTHS[3])] == [2, 1]


def test_an_incident_too_young_to_be_judged_is_no_false_alarm() -> None:
    found = came(18, damage=(5,))
    assert (found.undecided, found.false_alarms) == (frozenset({"i18"}), 0)


def test_damage_is_the_worst_fifth_of_the_periods_that_lost_anything(published: Published) -> None:
    rates = {f"2025-{month:02}": 0.01 * month for month in range(1, 11)}
    published.publication(1, "2025-11-01", rates)
    rule = Rule.model_validate(
        {"name": "x", "description": "x", "metric": "ndr", "when": "below", "line": 1}
    )
    damage = damage_of(published.con, rule, Segment(), MONTHS[:10])
    assert damage is not None
    assert damage.periods == {MONTHS[8], MONTHS[9]}
    assert damage_of(published.con, rule, Segment(), MONTHS[:4]) is None
    assert damage_of(published.con, rule, Segment("country", "DE"), MONTHS) is None


def test_today_and_then_stand_side_by_side_with_what_came_of_them(published: Published) -> None:
    quiet = {f"2025-{month:02}": 0.02 for month in range(1, 10)}
    published.publication(1, "2025-10-01", quiet)
    published.publication(2, "2025-11-01", {"2025-10": 0.2})
    published.publication(3, "2025-12-01", {"2025-10": 0.02, "2025-11": 0.3})
    found = published.replay()
    assert [
        (row.judged_by, row.fired, row.messages, row.came_true, row.periods_early, row.false_alarms)
        for row in outcome_rows(found)
    ] == [("today", 1, 1, 1, 0.0, 0), ("then", 1, 1, 1, 1.0, 0)]
    lines = [text for text, _ in outcome_lines(found)]
    assert lines[1] == (
        "  red line  segment  by figures of  fired  messages  came true  periods early  false alarms  too young"
        "  missed  by chance"
    )
    assert lines[-3:] == [
        "    churn rate               ▁▁▁▁▁▁▁▁▁▁█",
        "    opened, by today         ··········▲",
        "    opened, by those of then ·········▲·",
    ]
