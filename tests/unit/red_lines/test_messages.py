"""What a message says, and that it says the same, and nothing else, in every form it is sent in."""

import shlex
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.period import Period
from dagster_project.red_lines.blocks import (
    BODY_LIMIT,
    TITLE_LIMIT,
    Chart,
    Command,
    Facts,
    Form,
    Link,
    Message,
    Paragraph,
    bars,
    written,
)
from dagster_project.red_lines.evaluation import RedLineStatus, Segment
from dagster_project.red_lines.evidence import Evidence
from dagster_project.red_lines.impact import Impact
from dagster_project.red_lines.incidents import Event, transition
from dagster_project.red_lines.messages import Alert, alert_of, red_line_message
from dagster_project.red_lines.rules import Rule

FORMS: tuple[Form, ...] = ("text", "markdown", "html")
MONTH = Period("month", date(2026, 3, 1))


def status(rule: Rule, value: float, line: float, **changes: Any) -> RedLineStatus:
    said: dict[str, Any] = {
        "rule": rule, "period": MONTH, "segment": Segment(), "value": value, "line": line,
        "crossed": True, "breached": True, "running": 1, "detail": "x", "is_latest": True,
    }  # fmt: skip
    return RedLineStatus(**(said | changes))


def rule(**says: Any) -> Rule:
    return Rule.model_validate({"name": "x", "description": "It is so.", **says})


def alert(of: RedLineStatus, event: Event = Event.OPENED, **changes: Any) -> Alert:
    incident, _ = transition((), of, now=datetime(2026, 4, 1, tzinfo=UTC))
    assert incident is not None
    made = alert_of(event, incident, of, Impact(), evidence=Evidence(), history=[of])
    return made.model_copy(update=changes)


def lines(of: Alert) -> list[str]:
    message = red_line_message(
        of, publication_id="7", report="https://bi.example/r", currency="USD"
    )
    return [message.title, *message.body.splitlines()]


@pytest.mark.parametrize(
    ("says", "value", "line", "title", "against"),
    [
        (
            {"metric": "ndr_12m", "when": "below", "line": 1.0}, 0.727, 1.0,
            "[WARNING] NDR over 12 months below 100 %: 72.7 % in 2026-03",
            "2026-03: NDR over 12 months 72.7 %; the line is 100 % (NDR over 12 months below 100 %)",
        ),
        (
            {"metric": "mrr_churn", "when": "above", "line": 1000}, 1234.5, 1000.0,
            "[WARNING] churned MRR above 1,000.00: 1,234.50 USD in 2026-03",
            "2026-03: churned MRR 1,234.50 USD; the line is 1,000.00 USD (churned MRR above 1,000.00)",
        ),
        (
            {"metric": "customers_lost", "when": "above", "line": 1000}, 1200.0, 1000.0,
            "[WARNING] customers lost above 1,000: 1,200 in 2026-03",
            "2026-03: customers lost 1,200; the line is 1,000 (customers lost above 1,000)",
        ),
        (
            {"metric": "first_response_hours", "when": "above", "line": 8}, 30.26, 8.0,
            "[WARNING] first response time above 8.0 hours: 30.3 hours in 2026-03",
            "2026-03: first response time 30.3 hours; the line is 8.0 hours (first response time above 8.0 hours)",
        ),
    ],
)  # fmt: skip
def test_figures_are_written_in_the_unit_of_the_metric(
    says: dict[str, Any], value: float, line: float, title: str, against: str
) -> None:
    said = lines(alert(status(rule(**says), value, line)))
    assert (said[0], against in said) == (title, True), said


CHURN = {"metric": "churn_rate", "when": "above", "line": 0.1}


def test_whose_it_is_and_what_to_read_stand_in_the_message() -> None:
    named = rule(**CHURN, owner="team revenue", runbook="https://wiki.example/churn")
    said = lines(alert(status(named, 0.2, 0.1)))
    assert "Owner: team revenue" in said
    assert "Runbook: https://wiki.example/churn" in said
    assert "Report: https://bi.example/r" in said


@pytest.mark.parametrize(
    ("event", "severity", "mark"),
    [
        (Event.OPENED, "page", "[PAGE]"),
        (Event.STILL_CROSSED, "warning", "[WARNING, STILL CROSSED]"),
        (Event.ESCALATED, "page", "[PAGE, NOT ACKNOWLEDGED]"),
        (Event.RESOLVED, "page", "[RESOLVED]"),
    ],
)
def test_the_title_begins_with_what_it_is_about(event: Event, severity: str, mark: str) -> None:
    said = alert(status(rule(**CHURN), 0.2, 0.1), event, severity=severity)
    assert lines(said)[0] == f"{mark} churn rate above 10 %: 20 % in 2026-03"


def test_since_when_is_said_with_the_number_of_periods() -> None:
    running = status(rule(**CHURN), 0.2, 0.1, running=3)
    assert "Crossed 3 months running, since 2026-01." in lines(alert(running))


def test_the_chart_has_at_most_the_last_twelve_periods() -> None:
    one = rule(**CHURN)
    history, period = [], Period("month", date(2024, 1, 1))
    for n in range(20):
        history.append(status(one, n / 100, 0.1, period=period))
        period = Period("month", period.end)
    incident, _ = transition((), history[-1], now=datetime(2026, 4, 1, tzinfo=UTC))
    assert incident is not None
    made = alert_of(
        Event.OPENED, incident, history[-1], Impact(), evidence=Evidence(), history=history
    )
    assert "2024-09 ▁▂▂▃▄▄▅▅▆▇▇█ 2025-08: 19 %" in lines(made)


def test_a_segment_leads_to_commands_for_that_segment() -> None:
    crossed = status(rule(**CHURN), 0.2, 0.1, segment=Segment("plan+country", "pro + DE"))
    said = lines(alert(crossed))
    assert said[0] == "[WARNING] churn rate above 10 % in plan+country=pro + DE: 20 % in 2026-03"
    assert (
        "To follow it down: ebbline explain churn_rate 2026-03 --segment 'plan+country=pro + DE'"
        in said
    )


NASTY = "a\x1b[2J<b>`*_[x](http://evil)\u202e\nname"


@pytest.mark.parametrize("form", FORMS)
def test_no_block_lets_a_text_of_an_export_act(form: Form) -> None:
    body = written(
        Message(
            NASTY,
            (
                Paragraph(NASTY), Facts((("Name", NASTY),)), Chart(NASTY, NASTY, (1.0, 2.0), NASTY),
                Command("look", ("ebbline", NASTY)), Link("There", NASTY),
            ),
        ),
        form,
    )  # fmt: skip
    assert "\x1b" not in body and "\u202e" not in body
    if form == "html":
        assert "<b>" not in body and 'href="a' not in body
    if form == "markdown":
        assert "\\<b\\>\\`\\*\\_\\[x\\](http://evil)" in body


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])), min_size=1
    )
)
def test_a_command_can_be_pasted_as_it_is(words: list[str]) -> None:
    command = Command("look", ("ebbline", *words))
    shown = [word if word.isprintable() else None for word in command.words]
    pasted = shlex.split(command.line)
    assert [a for a, b in zip(pasted, shown, strict=True) if b is not None] == [
        b for b in shown if b is not None
    ]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_every_fact(form: Form) -> None:
    message = red_line_message(
        alert(status(rule(**CHURN, owner="ana"), 0.2, 0.1), interval=(0.13, 0.28)),
        publication_id="7", report="https://bi.example/r", currency="USD",
    )  # fmt: skip
    body = unescape(written(message, form)).replace("\\", "")
    for fact in ("It is so.", "20 % (95 % interval 13 % to 28 %)", "ana", "https://bi.example/r",
                 "ebbline alerts ack x/all/2026-03 --by NAME", "ebbline explain churn_rate 2026-03"):  # fmt: skip
        assert fact in body, form


@pytest.mark.parametrize("form", FORMS)
def test_title_and_body_are_bounded_in_every_form(form: Form) -> None:
    message = Message("t" * 5000, tuple(Paragraph("<" * 5000) for _ in range(50)))
    assert len(message.bounded_title) == TITLE_LIMIT
    assert len(written(message, form)) < 3 * BODY_LIMIT


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ((), ""),
        ((None, None), ""),
        ((1.0, None, 2.0), "▁·█"),
        ((5.0, 5.0), "▄▄"),
        ((-1.0, 0.0, 1.0), "▁▅█"),
    ],
)
def test_a_chart_is_a_character_a_period(values: tuple[float | None, ...], drawn: str) -> None:
    assert bars(values) == drawn
