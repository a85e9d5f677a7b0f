"""Wilson's interval against published values, and rules that fire only where chance cannot explain it."""

from typing import Any

import pytest

from dagster_project.red_lines import Rule
from dagster_project.red_lines.intervals import wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (score without continuity correction)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(
    successes: int, trials: int, low: float, high: float
) -> None:
    found = wilson(successes / trials, trials)
    assert found is not None
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


def test_nobody_gives_no_interval() -> None:
    assert wilson(0.0, 0) is None


def churn(**changes: Any) -> Rule:
    return Rule.model_validate(
        {
            "name": "c",
            "description": "d",
            "metric": "churn_rate",
            "when": "above",
            "line": 0.1,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("customers", "word"), [(100, "unknown"), (10_000, "crossed")], ids=["few", "many"]
)
def test_a_rule_may_fire_only_where_the_whole_interval_is_beyond_the_line(
    marts: Any, customers: int, word: str
) -> None:
    marts.month("2026-03", churn_rate=0.12, customers_opening=customers)
    (status,) = marts.judge((churn(only_if_certain=True),), "2026-03-31")
    assert status.word == word


def test_exactly_on_the_line_does_not_cross_it(marts: Any) -> None:
    marts.month("2026-03", churn_rate=0.1)
    (status,) = marts.judge((churn(),), "2026-03-31")
    assert status.word == "clear"


def test_certainty_is_asked_of_shares_of_people_only() -> None:
    with pytest.raises(ValueError, match="needs a share of people"):
        churn(metric="ltv", line=1, only_if_certain=True)
