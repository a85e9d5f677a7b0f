"""Nights as on-call lives them: what comes in is a script, what is told is the whole timeline."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.red_lines.nights import Nights

Play = Callable[..., list[str]]


@pytest.fixture
def play(tmp_path: Path, webhook: Any) -> Play:
    def from_script(script: str, **settings: Any) -> list[str]:
        return Nights(tmp_path, webhook, settings).play(script)

    return from_script


def test_a_stalled_export_is_told_once_and_closes_no_month(play: Play) -> None:
    assert play(
        """
        2026-11-03 export customers.csv
        2026-11-03 run
        2026-11-05 run
        2026-11-20 churn 2026-11 0.57
        2026-12-01 run
        2026-12-01 run
        2026-12-03 run
        """
    ) == [
        "2026-12-01 [PAGE] billing is stale: nothing after 2026-11-02 is covered",
        "left: stale_source/billing/2026-12-01 open",
    ]


def test_an_unresolved_condition_is_told_again_after_a_week(play: Play) -> None:
    assert play(
        """
        2026-11-03 export customers.csv
        2026-11-03 run
        2026-11-07 run
        2026-11-13 run
        2026-11-14 run
        2026-11-15 run
        """
    ) == [
        "2026-11-07 [PAGE] billing is stale: nothing after 2026-11-02 is covered",
        "2026-11-14 [PAGE, STILL SO] billing is stale: nothing after 2026-11-02 is covered",
        "left: stale_source/billing/2026-11-07 open",
    ]


def test_a_source_that_stops_returns_and_catches_up_resolves_by_itself(play: Play) -> None:
    assert play(
        """
        2026-11-03 export customers.csv
        2026-11-03 run
        2026-12-02 churn 2026-11 0.2
        2026-12-02 run
        2026-12-03 export customers.csv
        2026-12-03 run
        """
    ) == [
        "2026-12-02 [PAGE] billing is stale: nothing after 2026-11-02 is covered",
        "2026-12-03 [PAGE] customers lost above new customers: 20 in 2026-11",
        "2026-12-03 [RESOLVED] stale source billing is over",
        "left: churn_above/all/2026-11 open",
        "left: lost_above_new/all/2026-11 open",
    ]


def test_a_file_that_comes_again_unchanged_is_no_stale_source(play: Play) -> None:
    assert (
        play(
            """
        2026-11-03 export customers.csv
        2026-11-03 run
        2026-12-02 again customers.csv
        2026-12-02 run
        """
        )
        == []
    )


def test_a_finished_data_set_is_never_stale_and_needs_no_run(play: Play) -> None:
    script = "2026-11-03 export customers.csv\n2026-11-03 run\n2027-03-01 check\n2027-03-01 run"
    assert play(script, calendar={"until": "2026-10-31"}) == []


def test_a_refused_file_is_told_though_nothing_is_published_and_mended_next_day(
    play: Play, webhook: Any
) -> None:
    timeline = play(
        """
        2026-11-03 export customers.csv
        2026-11-03 run
        2026-11-04 broken customers.csv
        2026-11-04 run
        2026-11-05 export customers.csv
        2026-11-05 run
        """
    )
    assert timeline == [
        "2026-11-04 [PAGE] billing: customers.csv refused; nothing new is published without it",
        "2026-11-05 [RESOLVED] refused file billing/customers.csv is over",
    ]
    assert "To try it: ebbline formats check" in webhook.received[0]["message"]


def test_a_refused_validation_is_told_by_the_name_of_its_check_and_no_figure(
    play: Play, webhook: Any
) -> None:
    timeline = play(
        """
        2026-11-03 export customers.csv
        2026-11-03 churn 2026-10 0.57
        2026-11-03 run refused-by marts/mart_churn_periods: churn_rate_is_a_share
        2026-11-04 export customers.csv
        2026-11-04 churn 2026-10 0.01
        2026-11-04 run
        """
    )
    assert timeline == [
        "2026-11-03 [PAGE] validation refused to publish",
        "2026-11-04 [RESOLVED] failed validation is over",
    ]
    said = webhook.received[0]["message"]
    assert ("churn_rate_is_a_share" in said, "0.57" in said, "57 %" in said) == (True, False, False)


def test_what_is_refused_before_any_check_is_told_in_its_own_words(
    play: Play, webhook: Any
) -> None:
    play(
        """
        2026-11-03 export customers.csv
        2026-11-03 run refused-for currency.rates: no exchange rate is set for EUR; nothing is published
        """
    )
    said = "Refused by: currency.rates: no exchange rate is set for EUR; nothing is published"
    assert said in webhook.received[0]["message"]


def test_an_error_is_told_and_over_with_the_next_good_run(play: Play) -> None:
    assert play(
        """
        2026-11-03 export customers.csv
        2026-11-03 run fails No space left on device
        2026-11-04 run
        """
    ) == [
        "2026-11-03 [PAGE] a run ended with an error",
        "2026-11-04 [RESOLVED] error is over",
    ]


def test_a_run_that_did_not_come_is_told_and_over_when_one_comes(play: Play) -> None:
    assert play(
        """
        2026-11-03 export customers.csv
        2026-11-03 run
        2026-11-04 check
        2026-11-05 check
        2026-11-05 check
        2026-11-05 again customers.csv
        2026-11-05 run
        """
    ) == [
        "2026-11-05 [PAGE] no run for 48 hours",
        "2026-11-05 [RESOLVED] missed run is over",
    ]


def test_a_correction_that_ends_what_was_never_told_is_silent(play: Play) -> None:
    assert play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.2
        2026-12-01 target 503
        2026-12-01 run
        2026-12-02 export customers.csv
        2026-12-02 churn 2026-11 0.01
        2026-12-02 target 200
        2026-12-02 run
        """
    ) == ["2026-12-01 [PAGE] customers lost above new customers: 20 in 2026-11"]  # which got a 503


def test_two_rules_with_one_cause_are_one_message(play: Play, webhook: Any) -> None:
    timeline = play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.2
        2026-12-01 run
        """
    )
    assert timeline == [
        "2026-12-01 [PAGE] customers lost above new customers: 20 in 2026-11",
        "left: churn_above/all/2026-11 open",
        "left: lost_above_new/all/2026-11 open",
    ]
    assert "Also: churn rate above 10 %: 20 % against 10 %" in webhook.received[0]["message"]


@pytest.mark.parametrize("what", ["off lost_above_new", "resolve lost_above_new/all/2026-11"])
def test_what_an_untold_message_named_is_told_when_that_message_is_taken_back(
    play: Play, what: str
) -> None:
    assert play(
        f"""
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.2
        2026-12-01 target 503
        2026-12-01 run
        2026-12-02 {what}
        2026-12-02 target 200
        2026-12-02 run
        2026-12-03 run
        """
    ) == [
        "2026-12-01 [PAGE] customers lost above new customers: 20 in 2026-11",  # which got a 503
        "2026-12-02 [PAGE] churn rate above 10 %: 20 % in 2026-11",
        "left: churn_above/all/2026-11 open",
    ]


def test_what_was_told_is_not_told_again_when_its_line_leaves_the_settings(play: Play) -> None:
    assert play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.2
        2026-12-01 run
        2026-12-02 off lost_above_new
        2026-12-02 run
        """
    ) == [
        "2026-12-01 [PAGE] customers lost above new customers: 20 in 2026-11",
        "left: churn_above/all/2026-11 open",
    ]


def test_a_line_that_crosses_later_by_the_same_losses_is_no_message_of_its_own(play: Play) -> None:
    assert play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        2026-12-02 export customers.csv
        2026-12-02 churn 2026-11 0.2
        2026-12-02 run
        2026-12-03 export customers.csv
        2026-12-03 churn 2026-11 0.01
        2026-12-03 run
        """
    ) == [
        "2026-12-01 [PAGE] churn rate above 10 %: 12 % in 2026-11",
        "2026-12-03 [RESOLVED] churn rate above 10 %: 1 % in 2026-11",
    ]


def test_a_line_that_joins_a_message_that_waits_is_named_in_it(play: Play, webhook: Any) -> None:
    timeline = play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 target 503
        2026-12-01 run
        2026-12-02 export customers.csv
        2026-12-02 churn 2026-11 0.2
        2026-12-02 target 200
        2026-12-02 run
        """
    )
    assert timeline[1:2] == ["2026-12-02 [PAGE] churn rate above 10 %: 12 % in 2026-11"]
    also = "Also: customers lost above new customers: 20 customers lost against 15 new customers"
    assert also in webhook.received[1]["message"]


def test_a_line_that_crosses_in_a_later_month_makes_the_open_incident_speak(
    play: Play, webhook: Any
) -> None:
    timeline = play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        2027-01-01 export customers.csv
        2027-01-01 churn 2026-12 0.2
        2027-01-01 run
        2027-01-02 run
        """
    )
    assert timeline == [
        "2026-12-01 [PAGE] churn rate above 10 %: 12 % in 2026-11",
        "2027-01-01 [PAGE, STILL CROSSED] churn rate above 10 %: 20 % in 2026-12",
        "left: churn_above/all/2026-11 open",
        "left: lost_above_new/all/2026-12 open",
    ]
    assert "Also: customers lost above new customers: 20" in webhook.received[1]["message"]


def test_a_page_never_hides_behind_a_warning(play: Play) -> None:
    assert play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        2026-12-02 export customers.csv
        2026-12-02 churn 2026-11 0.2
        2026-12-02 run
        """,
        red_lines=[{"rule": "churn_above", "severity": "warning"}],
    )[:2] == [
        "2026-12-01 [WARNING] churn rate above 10 %: 12 % in 2026-11",
        "2026-12-02 [PAGE] customers lost above new customers: 20 in 2026-11",
    ]


def test_what_is_silenced_says_nothing_until_its_day(play: Play) -> None:
    assert play(
        """
        2026-11-03 export customers.csv
        2026-11-03 run
        2026-11-07 run
        2026-11-08 silence stale_source/billing/2026-11-07 2026-11-20
        2026-11-15 run
        2026-11-20 run
        """
    ) == [
        "2026-11-07 [PAGE] billing is stale: nothing after 2026-11-02 is covered",
        "2026-11-20 [PAGE, STILL SO] billing is stale: nothing after 2026-11-02 is covered",
        "left: stale_source/billing/2026-11-07 open",
    ]


def test_what_was_resolved_by_hand_stays_so_until_a_newer_month(play: Play) -> None:
    assert play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        2026-12-01 resolve churn_above/all/2026-11
        2026-12-02 export customers.csv
        2026-12-02 run
        2027-01-01 churn 2026-12 0.12
        2027-01-01 export customers.csv
        2027-01-01 run
        """
    ) == [
        "2026-12-01 [PAGE] churn rate above 10 %: 12 % in 2026-11",
        "2027-01-01 [PAGE] churn rate above 10 %: 12 % in 2026-12",
        "left: churn_above/all/2026-12 open",
    ]


def test_a_target_that_is_down_for_thirty_days_hears_each_message_once(
    play: Play, webhook: Any
) -> None:
    down = "\n".join(f"2026-11-{day:02} run" for day in (7, 14, 22, 30))
    timeline = play(
        f"""
        2026-11-03 export customers.csv
        2026-11-03 run
        2026-11-03 target 503
        {down}
        2026-12-03 target 200
        2026-12-03 run
        2026-12-03 run
        """
    )
    arrived = [line for line in timeline if line.startswith("2026-12-03")]
    assert (
        arrived
        == [
            "2026-12-03 [PAGE] billing is stale: nothing after 2026-11-02 is covered",
        ]
        + ["2026-12-03 [PAGE, STILL SO] billing is stale: nothing after 2026-11-02 is covered"] * 3
    )
    assert len(set(webhook.keys[-4:])) == 4


@pytest.mark.parametrize("answer", ["400", "413", "431"])
def test_a_refused_message_is_not_lost_and_holds_up_no_other(
    play: Play, webhook: Any, answer: str
) -> None:
    timeline = play(
        f"""
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 target {answer}
        2026-12-01 run
        2026-12-02 broken plans.csv
        2026-12-02 target 200
        2026-12-02 run
        """
    )
    arrived = [line for line in timeline if line.startswith("2026-12-02")]
    assert sorted(arrived) == [
        "2026-12-02 [PAGE] billing: plans.csv refused; nothing new is published without it",
        "2026-12-02 [PAGE] churn rate above 10 %: 12 % in 2026-11",
    ]


QUIET = {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"}  # to 06:00 UTC in winter


def test_a_warning_of_the_night_is_told_once_when_quiet_hours_end(play: Play, webhook: Any) -> None:
    timeline = play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        2026-12-01T05:50 check
        2026-12-01T06:00 check
        2026-12-01T06:10 check
        """,
        quiet_hours=QUIET,
        red_lines=[{"rule": "churn_above", "severity": "warning"}],
    )
    assert timeline == [
        "2026-12-01T06:00 [WARNING] churn rate above 10 %: 12 % in 2026-11",
        "left: churn_above/all/2026-11 open",
    ]
    held = "Held by quiet hours: it arose on 2026-12-01 at 04:00 (Europe/Berlin)."
    assert held in webhook.received[0]["message"]


def test_a_page_passes_quiet_hours(play: Play, webhook: Any) -> None:
    timeline = play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        """,
        quiet_hours=QUIET,
    )
    assert timeline == [
        "2026-12-01 [PAGE] churn rate above 10 %: 12 % in 2026-11",
        "left: churn_above/all/2026-11 open",
    ]
    assert "Held" not in webhook.received[0]["message"]


def test_what_is_corrected_within_quiet_hours_is_never_told(play: Play) -> None:
    assert (
        play(
            """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        2026-12-01T04:00 churn 2026-11 0.05
        2026-12-01T04:00 run
        2026-12-01T08:00 check
        """,
            quiet_hours=QUIET,
            red_lines=[{"rule": "churn_above", "severity": "warning"}],
        )
        == []
    )


NIGHT = """
    2026-12-01 export customers.csv
    2026-12-01 churn 2026-11 0.12
    2026-12-01 run
    2026-12-01T04:00 broken plans.csv
    2026-12-01T04:00 run
    2026-12-01T06:00 target {answer}
    2026-12-01T06:00 check
    2026-12-01T06:10 target 200
    2026-12-01T06:10 check
    """
BOTH = [
    "[PAGE] billing: plans.csv refused; nothing new is published without it",
    "[WARNING] churn rate above 10 %: 12 % in 2026-11",
]


def test_what_a_night_held_is_one_message_in_the_morning(play: Play, webhook: Any) -> None:
    timeline = play(
        NIGHT.format(answer=200),
        quiet_hours={**QUIET, "passes": []},
        red_lines=[{"rule": "churn_above", "severity": "warning"}],
    )
    assert timeline[:-2] == [
        "2026-12-01T06:00 [PAGE] 2 messages held by quiet hours, 1 page among them"
    ]
    (message,) = webhook.received
    lines = message["message"].splitlines()
    assert lines[0].startswith("Held by quiet hours since 2026-12-01 04:00 (Europe/Berlin);")
    assert lines[1:3] == [f"{n}. {title}" for n, title in enumerate(BOTH, start=1)]
    assert [one["alert"]["severity"] for one in message["alerts"]] == ["page", "warning"]


def test_a_receiver_that_refuses_the_digest_gets_each_message_by_itself(
    play: Play, webhook: Any
) -> None:
    timeline = play(
        NIGHT.format(answer=413),
        quiet_hours={**QUIET, "passes": []},
        red_lines=[{"rule": "churn_above", "severity": "warning"}],
    )
    arrived = [line for line in timeline if line.startswith("2026-12-01T06:10")]
    assert sorted(arrived) == [f"2026-12-01T06:10 {title}" for title in BOTH]


def test_where_nobody_looks_when_they_end_the_next_night_tells_all_the_same(play: Play) -> None:
    assert play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        2026-12-02 again customers.csv
        2026-12-02 run
        """,
        quiet_hours=QUIET,
        red_lines=[{"rule": "churn_above", "severity": "warning"}],
    ) == [
        "2026-12-02 [WARNING] churn rate above 10 %: 12 % in 2026-11",
        "left: churn_above/all/2026-11 open",
    ]


def test_a_receiver_that_asks_for_rest_is_left_alone_until_then(play: Play, webhook: Any) -> None:
    timeline = play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 target 429 7200
        2026-12-01 run
        2026-12-01T03:00 target 200
        2026-12-01T04:59 check
        2026-12-01T05:00 check
        2026-12-01T05:01 check
        """
    )
    title = "[PAGE] churn rate above 10 %: 12 % in 2026-11"
    assert timeline == [
        f"2026-12-01 {title}",  # which got a 429
        f"2026-12-01T05:00 {title}",
        "left: churn_above/all/2026-11 open",
    ]
    assert len(set(webhook.keys)) == 1


UNTENDED = {"rule": "churn_above", "severity": "warning", "escalate_after": "4 hours"}


def test_what_nobody_acknowledged_is_told_again_as_a_page_when_it_is_due_once(play: Play) -> None:
    assert play(
        """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        2026-12-01T06:59 check
        2026-12-01T07:00 check
        2026-12-01T07:10 check
        2026-12-02 export customers.csv
        2026-12-02 run
        """,
        red_lines=[UNTENDED],
    ) == [
        "2026-12-01 [WARNING] churn rate above 10 %: 12 % in 2026-11",
        "2026-12-01T07:00 [PAGE, NOT ACKNOWLEDGED] churn rate above 10 %: 12 % in 2026-11",
        "left: churn_above/all/2026-11 open",
    ]


def test_a_condition_of_the_pipeline_that_nobody_acknowledged_is_told_again_as_a_page_once(
    play: Play, webhook: Any
) -> None:
    timeline = play(
        """
        2026-11-03 export customers.csv
        2026-11-03 run
        2026-11-04 broken customers.csv
        2026-11-04 run
        2026-11-04T06:59 check
        2026-11-04T07:00 check
        2026-11-04T07:10 check
        2026-11-05 export customers.csv
        2026-11-05 run
        """,
        pipeline_alerts={"escalate_after": "4 hours", "owner": "ana"},
    )
    title = "billing: customers.csv refused; nothing new is published without it"
    assert timeline == [
        f"2026-11-04 [PAGE] {title}",
        f"2026-11-04T07:00 [PAGE, NOT ACKNOWLEDGED] {title}",
        "2026-11-05 [RESOLVED] refused file billing/customers.csv is over",
    ]
    assert "Owner: ana" in webhook.received[1]["message"]


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("ack churn_above/all/2026-11", "acknowledged"),
        ("silence churn_above/all/2026-11 2026-12-05", "open"),
    ],
)
def test_what_somebody_is_at_or_silenced_is_not_escalated(
    play: Play, what: str, state: str
) -> None:
    script = """
        2026-12-01 export customers.csv
        2026-12-01 churn 2026-11 0.12
        2026-12-01 run
        2026-12-01T04:00 {what}
        2026-12-01T09:00 check
        """
    assert play(script.format(what=what), red_lines=[UNTENDED]) == [
        "2026-12-01 [WARNING] churn rate above 10 %: 12 % in 2026-11",
        f"left: churn_above/all/2026-11 {state}",
    ]
