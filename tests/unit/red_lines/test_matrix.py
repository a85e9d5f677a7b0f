"""Every form of a rule x every kind of segment x every step of an incident's life.

Each life is played once, over a table of one figure a month, through the code of a run: evaluated, recorded, told.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.period import Period
from dagster_project.red_lines import Rule, acknowledge, evaluate, incidents, record
from dagster_project.warehouse.schema import bring_up_to_date


@dataclass(frozen=True)
class Form:
    """A form of a rule: what it says, what was before, and values that cross its line twice and then do not."""

    says: dict[str, Any]
    history: tuple[float, ...]
    bad: tuple[float, float]
    good: tuple[float, float]


# What is good lies exactly on the line, where the form allows it: on the line is not across it.
FORMS = {
    "above": Form({"when": "above", "line": 0.1}, (0.1,), (0.11, 0.12), (0.1, 0.1)),
    "at_least": Form({"when": "at_least", "line": 0.1}, (0.09,), (0.1, 0.1), (0.09, 0.09)),
    "below": Form({"metric": "ndr", "when": "below", "line": 1.0}, (1.0,), (0.99, 0.9), (1.0, 1.0)),
    "at_most": Form({"metric": "ndr", "when": "at_most", "line": 1}, (1.1,), (1.0, 1.0), (1.1, 1.1)),
    "falling": Form({"metric": "ndr", "when": "falling"}, (1.0, 1.0), (0.9, 0.8), (0.8, 0.8)),
    "rising": Form({"when": "rising"}, (0.1, 0.1), (0.2, 0.3), (0.3, 0.3)),
    "another column": Form(
        {"metric": "customers_lost", "when": "above", "line": "customers_new"}, (5,), (6, 7), (5, 5)
    ),
    "last year": Form(
        {"when": "above", "line": {"of": "last_year", "times": 1.0}},
        (0.04,) * 13, (0.05, 0.06), (0.04, 0.04),
    ),
    "a mean": Form(
        {"when": "above", "line": {"of": "trailing", "periods": 2, "times": 1.5}},
        (0.04, 0.04, 0.06), (0.11, 0.3), (0.04, 0.04),
    ),
    "deviations": Form(
        {"when": "above", "line": {"of": "trailing", "periods": 3, "deviations": 2}},
        (0.04, 0.05, 0.04, 0.04), (0.5, 0.9), (0.04, 0.04),
    ),
    "two running": Form(
        {"when": "above", "line": 0.1, "consecutive": 2}, (0.1, 0.2), (0.2, 0.2), (0.1, 0.1)
    ),
}  # fmt: skip
SEGMENTS = {
    "the whole": ("all", "all", "all"),
    "a member": ("country", "DE", "country"),
    "a crossing": ("plan+country", "pro + DE", "plan+country"),
}
STEPS = {
    # step: state of the incident afterwards, periods it has lasted, what was put into the outbox
    "before": (None, None, []),
    "opened": ("open", 0, ["opened"]),
    "told nothing twice": ("open", 0, []),
    "still crossed": ("open", 1, ["still_crossed"]),
    "clear once": ("open", 1, []),
    "clear twice": ("resolved", 1, ["resolved"]),
    "unknown": ("resolved", 1, []),
}
ACKNOWLEDGED = {**STEPS, "told nothing twice": ("acknowledged", 0, []),
                "still crossed": ("acknowledged", 1, []), "clear once": ("acknowledged", 1, [])}  # fmt: skip


@cache
def life(form: str, segment: str, *, is_acknowledged: bool = False) -> dict[str, tuple[Any, ...]]:
    """Play a life; return by step the state, the periods since it was opened, and the events told."""
    chosen = FORMS[form]
    dimension, member, written = SEGMENTS[segment]
    rule = Rule.model_validate(
        {
            "name": "x", "description": "x", "metric": "churn_rate", "segments": written,
            "remind_every": 1, "resolve_after": 2, **chosen.says,
        }
    )  # fmt: skip
    values = [*chosen.history, *chosen.bad, *chosen.good, None]
    first = len(chosen.history) - 1
    steps: dict[str, tuple[Any, ...]] = {}
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        bring_up_to_date(con)
        con.execute(
            "create schema marts; create table marts.mart_churn_periods (grain varchar, period_start date, "
            "period_end date, is_complete boolean, dimension varchar, member varchar, customers_opening bigint, "
            "customers_new bigint, churn_rate double, ndr double, customers_lost bigint, mrr_opening decimal(18, 2), "
            "mrr_churn decimal(18, 2), mrr_contraction decimal(18, 2), mrr_closing decimal(18, 2))"
        )
        period = Period("month", date(2024, 1, 1))
        months = []
        for value in values:
            row = {"churn_rate": 0.0, "ndr": 1.0, "customers_lost": 0, rule.metric: value}
            con.execute(
                "insert into marts.mart_churn_periods values "
                "('month', ?, ?, true, ?, ?, 100, 5, ?, ?, ?, 1000, 50, 10, 1000)",
                [period.start, period.end, dimension, member,
                 row["churn_rate"], row["ndr"], row["customers_lost"]],
            )  # fmt: skip
            months.append(period)
            period = Period("month", period.end)

        def run(month: Period) -> tuple[Any, ...]:
            now = FixedClock(datetime.combine(month.end, datetime.min.time(), UTC))
            until = date.fromordinal(month.end.toordinal() - 1)
            before = con.execute("select count(*) from ops.outbox").fetchall()[0][0]
            # Everything has arrived: nothing is withdrawn for want of having been told.
            con.execute(
                "insert or ignore into ops.deliveries by name select message_key, 't' as target, 't' as label, "
                "'sent' as state, 1 as attempts from ops.outbox"
            )
            record(con, evaluate(con, [rule], clock=now, until=until), now, rules=[rule])
            told = con.execute("select event from ops.outbox order by rowid").fetchall()[before:]
            known = incidents(con)
            if not known:
                return None, None, [event for (event,) in told]
            (one,) = known
            lasted = months.index(Period("month", one.last_period)) - months.index(
                Period("month", one.opened_period)
            )
            return one.state.value, lasted, [event for (event,) in told]

        steps["before"] = run(months[first])
        steps["opened"] = run(months[first + 1])
        if is_acknowledged:
            (opened,) = incidents(con)
            clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
            acknowledge(con, opened.incident_id, by="ana", clock=clock)
        for step, ahead in (
            ("told nothing twice", 1), ("still crossed", 2), ("clear once", 3), ("clear twice", 4),
            ("unknown", 5),
        ):  # fmt: skip
            steps[step] = run(months[first + ahead])
    return steps


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("segment", SEGMENTS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_in_every_segment_lives_the_same_life(
    form: str, segment: str, step: str
) -> None:
    lived = life(form, segment)
    assert lived[step] == STEPS[step], "\n".join(f"{name}: {seen}" for name, seen in lived.items())


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("form", ["above", "falling", "two running"])
def test_an_acknowledged_incident_sends_no_reminder(form: str, step: str) -> None:
    lived = life(form, "the whole", is_acknowledged=True)
    assert lived[step] == ACKNOWLEDGED[step], "\n".join(f"{n}: {s}" for n, s in lived.items())
