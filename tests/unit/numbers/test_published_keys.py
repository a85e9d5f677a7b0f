"""A question about what is not published is answered with what is: a few names, and how many more."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from dagster_project.errors import EbblineError
from dagster_project.numbers.published_keys import nearest, require_known
from dagster_project.numbers.question import MetricQuestion
from dagster_project.period import Period

MARCH = Period("month", date(2026, 3, 1))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(
            """
            create table metrics as
            select metric, 'month' as grain, (date '2026-01-01' + to_months(n))::date as period_start,
                dimension, member
            from range(4) as months (n), (values ('churn_rate'), ('arpa')) as metrics (metric), (
                select 'all' as dimension, 'all' as member union all
                select 'plan', 'plan ' || i from range(40) as plans (i) union all
                select 'country', 'DE'
            )
            """
        )
        yield con


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            MetricQuestion("churn", MARCH),
            "no metric is called 'churn'\n  hint: it is called churn_rate here",
        ),
        (
            MetricQuestion("arpa", MARCH, "contry", "DE"),
            "no dimension is called 'contry'\n  hint: did you mean 'country'? known: country, plan",
        ),
        (
            MetricQuestion("arpa", MARCH, "country", "de "),
            "country has no member 'de '\n  hint: did you mean 'DE'? known: DE; a missing value is (none)",
        ),
        (
            MetricQuestion("arpa", Period("month", date(2031, 1, 1))),
            "arpa is not published for 2031-01\n  hint: known: 2026-01 to 2026-04 (4 months)",
        ),
        (
            MetricQuestion("arpa", Period("year", date(2026, 1, 1))),
            "arpa is not published for 2026\n  hint: known: none of this length",
        ),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, said: str
) -> None:
    with pytest.raises(EbblineError) as refused:
        require_known(con, "metrics", question)
    assert str(refused.value) == said


def test_of_many_names_the_most_alike_are_shown_and_the_rest_counted() -> None:
    said = nearest("plan 33", [f"plan {i}" for i in range(40)])
    assert (said.startswith("plan 33, "), said.endswith(" and 28 more")) == (True, True)


def test_what_is_published_may_be_asked(con: duckdb.DuckDBPyConnection) -> None:
    require_known(con, "metrics", MetricQuestion("arpa", MARCH, "plan", "plan 3"))
