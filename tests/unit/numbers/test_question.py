"""Which number is asked about."""

from datetime import date

import pytest

from dagster_project.errors import EbblineError
from dagster_project.numbers.question import parse_period, parse_segment
from dagster_project.period import Grain, Period


@pytest.mark.parametrize(
    ("text", "grain", "start", "end"),
    [
        ("2026-03", "month", date(2026, 3, 1), date(2026, 4, 1)),
        ("2025-12", "month", date(2025, 12, 1), date(2026, 1, 1)),
        ("2026-Q1", "quarter", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026-q4", "quarter", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026", "year", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_is_read_with_its_two_ends(
    text: str, grain: Grain, start: date, end: date
) -> None:
    period = parse_period(text)
    assert (period, period.end) == (Period(grain, start), end)


@pytest.mark.parametrize("text", ["2026-03", "2026-Q2", "2026"])
def test_a_period_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_period(text)) == text


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "2026-Q5", "March", "26-03", "2026-3"])
def test_what_is_no_period_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(EbblineError, match="is not a period") as refused:
        parse_period(text)
    assert "2026-03" in refused.value.fix


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-3", "2026-03"),
        ("2026/03", "2026-03"),
        ("03/2026", "2026-03"),
        ("2026Q1", "2026-Q1"),
        ("q1 2026", "2026-Q1"),
    ],
)
def test_a_period_written_otherwise_is_understood_and_asked_back(text: str, meant: str) -> None:
    with pytest.raises(EbblineError) as refused:
        parse_period(text)
    assert refused.value.fix.startswith(f"did you mean {meant}? ")


def test_no_segment_is_the_whole_business() -> None:
    assert parse_segment(None) == ("all", "all")


def test_a_member_may_hold_an_equals_sign() -> None:
    assert parse_segment("plan=a=b") == ("plan", "a=b")


def test_a_segment_without_equals_sign_is_refused() -> None:
    with pytest.raises(EbblineError, match="is not a segment"):
        parse_segment("DE")
