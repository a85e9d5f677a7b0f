"""What quiet hours hold, and until when."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.config import Settings
from dagster_project.errors import SettingsError
from dagster_project.red_lines import check_targets
from dagster_project.red_lines.quiet_hours import Quiet
from dagster_project.red_lines.targets import targets

NIGHT = {"from": "22:00", "to": "07:00"}
WEEKEND = {"from": "00:00", "to": "24:00", "days": ["sat", "sun"]}


def quiet(*hours: dict[str, Any], zone: str = "UTC") -> Quiet:
    settings = Settings.model_validate(
        {
            "sources": {"billing": {"path": "x"}},
            "calendar": {"timezone": zone},
            "quiet_hours": list(hours),
            "notify": [{"url": "json://127.0.0.1"}],
        }
    )
    return targets(settings)[0].quiet


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def held(quiet: Quiet, arose: str, now: str | None = None, severity: str = "warning") -> str:
    until = quiet.held_until(severity, arose=utc(arose), now=utc(now or arose))
    return f"{until.astimezone(utc(arose).tzinfo):%a %d %H:%M}" if until else "sent"


@pytest.mark.parametrize(
    ("arose", "answer"),
    [
        ("2026-12-01T21:59", "sent"),
        ("2026-12-01T22:00", "Wed 02 07:00"),
        ("2026-12-02T00:00", "Wed 02 07:00"),
        ("2026-12-02T06:59", "Wed 02 07:00"),
        ("2026-12-02T07:00", "sent"),
    ],
)
def test_a_warning_of_the_night_waits_for_the_morning(arose: str, answer: str) -> None:
    assert held(quiet(NIGHT), arose) == answer


def test_a_page_passes_unless_the_hours_say_otherwise() -> None:
    at_night = "2026-12-02T03:00"
    assert held(quiet(NIGHT), at_night, severity="page") == "sent"
    nobody = quiet({**NIGHT, "passes": []})
    assert held(nobody, at_night, severity="page") == "Wed 02 07:00"


@pytest.mark.parametrize(
    ("arose", "ends"),
    [
        ("2026-07-01T21:00", "Thu 02 05:00"),  # 23:00 in Berlin, which is two hours ahead in summer
        ("2026-12-01T21:30", "Wed 02 06:00"),
        ("2026-03-28T22:00", "Sun 29 05:00"),  # the night in which the clocks go forward
        ("2026-10-24T22:00", "Sun 25 06:00"),  # and back
    ],
)
def test_hours_are_those_of_the_zone_also_when_clocks_change(arose: str, ends: str) -> None:
    assert held(quiet(NIGHT, zone="Europe/Berlin"), arose) == ends
    assert held(quiet({**NIGHT, "zone": "Europe/Berlin"}), arose) == ends


def test_nights_and_weekends_that_touch_are_one_stretch() -> None:
    both = quiet(NIGHT, WEEKEND)
    assert held(both, "2026-12-04T23:00") == "Mon 07 07:00"  # a Friday
    assert held(both, "2026-12-04T23:00", now="2026-12-06T12:00") == "Mon 07 07:00"


def test_nothing_is_held_beyond_the_first_quiet_hours_that_end_after_it_arose() -> None:
    assert held(quiet(NIGHT), "2026-12-02T03:00", now="2026-12-03T03:00") == "sent"
    # It arose by day while its receiver was down; the first quiet hours after that hold it.
    assert held(quiet(NIGHT), "2026-12-02T20:00", now="2026-12-02T23:00") == "Thu 03 07:00"


@given(st.integers(0, 14 * 24 * 60), st.integers(0, 4 * 24 * 60))
def test_what_is_held_is_sent_at_the_end_that_was_named(arose: int, later: int) -> None:
    both = quiet(NIGHT, WEEKEND, zone="America/New_York")
    began = utc("2026-10-20T00:00") + timedelta(minutes=arose)
    now = began + timedelta(minutes=later)
    until = both.held_until("warning", arose=began, now=now)
    if until is not None:
        assert now < until <= began + timedelta(days=4)
        assert both.held_until("warning", arose=began, now=until) is None
        assert both.held_until("warning", arose=began, now=until - timedelta(seconds=1)) == until


def test_a_target_has_the_hours_of_the_whole_unless_it_has_its_own() -> None:
    settings = Settings.model_validate(
        {
            "sources": {"billing": {"path": "x"}},
            "quiet_hours": NIGHT,
            "notify": [
                {"url": "json://127.0.0.1/a"},
                {"url": "json://127.0.0.1/b", "quiet_hours": "never"},
                {"url": "json://127.0.0.1/c", "quiet_hours": WEEKEND},
            ],
        }
    )
    at_night = "2026-12-02T03:00"  # a Wednesday
    assert [held(target.quiet, at_night) for target in targets(settings)] == [
        "Wed 02 07:00", "sent", "sent",
    ]  # fmt: skip


def test_a_time_without_quotes_is_read_as_yaml_reads_it() -> None:
    assert held(quiet({"from": 22 * 60, "to": "07:00"}), "2026-12-02T03:00") == "Wed 02 07:00"


def test_quiet_hours_that_never_end_are_refused() -> None:
    settings = Settings.model_validate(
        {
            "sources": {"billing": {"path": "x"}},
            "quiet_hours": {"from": "07:00", "to": "07:00"},
            "notify": [{"url": "json://127.0.0.1/a"}],
        }
    )
    with pytest.raises(SettingsError, match="quiet hours never end"):
        check_targets(settings)
