"""A command that ebbline suggests is pasted into a shell: what a segment is called must stay a word."""

import shlex
from datetime import date

import pytest

from dagster_project.numbers.question import MetricQuestion
from dagster_project.period import Period
from dagster_project.red_lines.incidents import Event
from dagster_project.red_lines.messages import Alert
from dagster_project.red_lines.wording import wording
from dagster_project.screens.explain import command
from dagster_project.shown import shown

NAMES = ["DE", "Côte d'Ivoire", "'; rm -rf ~; '", '"$(reboot)"', "`id`", "a\nreboot"]


@pytest.mark.parametrize("name", NAMES)
def test_the_command_of_a_factor_holds_the_segment_as_one_word(name: str) -> None:
    question = MetricQuestion("ltv", Period("month", date(2026, 3, 1)), "country", name)
    assert shlex.split(command(question)) == ["ltv", "2026-03", "--segment", f"country={name}"]


@pytest.mark.parametrize("name", NAMES)
def test_the_command_of_an_alert_holds_the_segment_as_one_word(name: str) -> None:
    alert = Alert(
        event=Event.OPENED, incident_id="i", rule="r", description="d", sentence="s",
        metric="churn_rate", severity="page", grain="month", period=date(2026, 3, 1),
        segment=f"country={name}", since=date(2026, 3, 1), periods=1, value=0.2, line=0.1,
        detail="", customers_lost=None, mrr_churn=None, mrr_contraction=None, mrr_closing=None,
        customers=(),
    )  # fmt: skip
    body = wording(alert, publication_id="1", report="r", currency="USD").body
    suggested = body.split("ebbline why ", 1)[1]
    assert shlex.split(suggested) == [
        "churn_rate",
        "2026-03",
        "--segment",
        f"country={shown(name)}",
    ]
