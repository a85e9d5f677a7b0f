"""Receivers as they are: busy, slow, killed in the middle of an answer, and a mail server."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from dagster_project.config import Settings
from dagster_project.red_lines import deliver
from dagster_project.red_lines.answers import LONGEST_REST, Answer
from dagster_project.red_lines.naming import key_of
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.red_lines.conftest import NOW
from tests.integration.red_lines.made import note_publication
from tests.mailbox import receiving_mail

MakeSettings = Callable[..., Settings]


def send(paths: WarehousePaths, settings: Settings) -> tuple[list[bool], list[float]]:
    """Deliver; return which messages arrived and how long was waited between tries."""
    note_publication(paths, "7")
    waited: list[float] = []
    outcomes = deliver(paths, settings, "7", NOW, pauses=(1.0, 4.0), sleep=waited.append)
    return [one.sent for one in outcomes], waited


def told(settings: MakeSettings, url: str) -> Settings:
    return settings(notify=[{"url": url, "severities": ["page"]}])


@pytest.mark.parametrize(
    ("answers", "retry_after", "sent", "waited"),
    [
        ([500, 200], "", True, [1.0]),
        ([429, 200], "7", True, [7.0]),
        ([503, 429, 200], "7", True, [7.0, 7.0]),
        ([429, 200], "31", False, []),  # longer than a run waits
        ([429, 200], format_datetime(NOW.now() + timedelta(seconds=9)), True, [9.0]),
        ([429, 200], "soon", True, [1.0]),
        ([500, 200], "7", True, [1.0]),  # an error asks for nothing
    ],
)
def test_a_busy_receiver_is_given_the_time_that_it_asks_for(
    paths: WarehousePaths,
    settings: MakeSettings,
    webhook: Any,
    *,
    answers: list[int],
    retry_after: str,
    sent: bool,
    waited: list[float],
) -> None:
    webhook.answers, webhook.retry_after = answers, retry_after
    assert send(paths, told(settings, webhook.url)) == ([sent], waited)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("0", 0), ("90", 90), ("9" * 400, LONGEST_REST.total_seconds()), ("-3", None), ("", None)],
)
def test_nobody_is_left_alone_for_more_than_a_day(asked: str, seconds: float | None) -> None:
    rest = Answer(429, asked).rest(NOW.now())
    assert (None if rest is None else rest.total_seconds()) == seconds


def test_a_receiver_killed_in_the_middle_gets_the_message_again_under_the_same_key(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any
) -> None:
    webhook.answers = [0, 200]
    assert send(paths, told(settings, webhook.url))[0] == [True]
    assert (len(webhook.received), len(set(webhook.keys))) == (2, 1)


def test_a_slow_receiver_is_not_waited_for_without_end(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any
) -> None:
    webhook.slow = 1.0
    assert send(paths, told(settings, f"{webhook.url}?rto=0.2"))[0] == [False]
    webhook.slow = 0.0
    assert send(paths, told(settings, f"{webhook.url}?rto=0.2"))[0] == [True]


def test_a_mail_server_that_stumbles_gets_alarm_and_all_clear_once_each(
    paths: WarehousePaths, settings: MakeSettings, judge: Callable[..., None]
) -> None:
    with receiving_mail() as mailbox:
        by_mail = told(settings, mailbox.url)
        mailbox.answers = ["451 busy", "250 taken"]
        send(paths, by_mail)
        send(paths, by_mail)
        judge(paths, settings(), churn_rate=0.01)
        send(paths, by_mail)
        send(paths, by_mail)
    assert [mail["subject"] for mail in mailbox.received] == [
        "[PAGE] churn rate above 10 %: 20 % in 2026-03",
        "[RESOLVED] churn rate above 10 %: 1 % in 2026-03",
    ]
    bodies = [str(mail.get_body(("html", "plain")).get_content()) for mail in mailbox.received]  # type: ignore[union-attr]
    keys = [key_of(f"churn_above/all/2026-03#{event}") for event in ("opened", "resolved")]
    assert [key in body for key, body in zip(keys, bodies, strict=True)] == [True, True]
