"""Lines made of the metric's own past: last year, a trailing mean, standard deviations."""

from typing import Any

import pytest

from dagster_project.red_lines import Rule


def mrr(**changes: Any) -> Rule:
    return Rule.model_validate(
        {"name": "m", "description": "d", "metric": "mrr_closing", "when": "below", **changes}
    )


LAST_YEAR = {"of": "last_year", "times": 0.8}
TRAILING = {"of": "trailing", "periods": 3, "times": 0.5}
DEVIATIONS = {"of": "trailing", "periods": 4, "deviations": 2}


@pytest.mark.parametrize(("now", "word"), [(80, "clear"), (79, "crossed")])
def test_the_same_month_last_year_times_a_factor(marts: Any, now: int, word: str) -> None:
    marts.month("2025-03", mrr_closing=100)
    marts.month("2026-03", mrr_closing=now)
    status = marts.judge((mrr(line=LAST_YEAR),), "2026-03-31")[-1]
    assert (status.line, status.word) == (80, word)


def test_without_a_last_year_the_answer_is_unknown(marts: Any) -> None:
    marts.month("2026-03", mrr_closing=1)
    status = marts.judge((mrr(line=LAST_YEAR),), "2026-03-31")[-1]
    assert (status.word, status.detail) == (
        "unknown",
        "80 % of the same month last year has no value to compare with",
    )


def test_the_mean_of_a_trailing_window(marts: Any) -> None:
    for month, value in (("01", 90), ("02", 100), ("03", 110), ("04", 49)):
        marts.month(f"2026-{month}", mrr_closing=value)
    status = marts.judge((mrr(line=TRAILING),), "2026-04-30")[-1]
    assert (status.line, status.word) == (50, "crossed")


def test_a_window_with_a_hole_is_unknown(marts: Any) -> None:
    for month in ("01", "03", "04"):
        marts.month(f"2026-{month}", mrr_closing=100)
    assert marts.judge((mrr(line=TRAILING),), "2026-04-30")[-1].word == "unknown"


def test_standard_deviations_from_the_mean_of_a_window(marts: Any) -> None:
    for month, value in (("01", 98), ("02", 102), ("03", 98), ("04", 102), ("05", 95)):
        marts.month(f"2026-{month}", mrr_closing=value)
    status = marts.judge((mrr(line=DEVIATIONS),), "2026-05-31")[-1]
    # mean 100, sample standard deviation 2.3094
    assert (round(status.line, 3), status.word) == (95.381, "crossed")


@pytest.mark.parametrize(
    "line",
    [
        {"of": "last_year"},
        {"of": "trailing", "times": 1, "deviations": 1},
        {"of": "last_year", "deviations": 2},
    ],
)
def test_a_line_of_the_past_is_made_in_one_way(line: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"either 'times' or 'deviations'|belongs to"):
        mrr(line=line)


def test_an_incident_ends_after_as_many_clear_months_as_the_rule_asks(marts: Any) -> None:
    rule = mrr(line=50, resolve_after=2, resolve_line=60)
    for month, value in (("01", 40), ("02", 55), ("03", 61), ("04", 62)):
        marts.month(f"2026-{month}", mrr_closing=value)
    statuses = marts.judge((rule,), "2026-04-30")
    assert [status.clear_running for status in statuses] == [0, 0, 1, 2]
