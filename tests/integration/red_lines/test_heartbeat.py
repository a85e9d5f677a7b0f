"""The URL that whoever uses cron has fetched after each good run; an alarm is what its listener makes of silence."""

from collections.abc import Iterator

import pytest

from dagster_project.config import Settings
from dagster_project.red_lines import beat
from tests.webhook import Webhook, receiving


@pytest.fixture
def listener() -> Iterator[Webhook]:
    with receiving() as hook:
        yield hook


def _settings(heartbeat: str | None) -> Settings:
    return Settings.model_validate(
        {"sources": {"billing": {"path": "billing"}}, "heartbeat": heartbeat}
    )


def test_it_is_fetched_once_with_what_the_environment_fills_in(listener: Webhook) -> None:
    settings = _settings(listener.web + "/ping/${SWITCH}")
    assert beat(settings, {"SWITCH": "s3cret"}) == ""
    assert listener.fetched == ["/ping/s3cret"]


def test_without_one_nothing_is_fetched() -> None:
    assert beat(_settings(None), {}) == ""


def test_a_variable_that_is_not_set_is_named_and_nothing_fetched(listener: Webhook) -> None:
    failed = beat(_settings(listener.web + "/ping/${SWITCH}"), {})
    assert (failed, listener.fetched) == ("environment variable SWITCH is not set", [])


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/ping"])
def test_only_the_web_is_asked(url: str) -> None:
    assert beat(_settings(url), {}) == "the heartbeat is not an http or https URL"


def test_an_answer_that_is_an_error_is_told_without_the_secret(listener: Webhook) -> None:
    listener.answers = [404]
    failed = beat(_settings(listener.web + "/ping/${SWITCH}"), {"SWITCH": "s3cret"})
    assert "404" in failed
    assert "s3cret" not in failed
