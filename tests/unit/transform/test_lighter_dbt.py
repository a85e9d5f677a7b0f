"""What no log takes is not made; what one takes is said as dbt says it."""

from collections.abc import Iterator
from io import StringIO

import pytest
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.logger import LoggerConfig
from dbt_common.events.types import Note

from dagster_project.transform import lighter_dbt


@pytest.fixture(autouse=True)
def lighter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have events made only where they are read, for the length of a test."""
    monkeypatch.setattr(EventManager, "fire_event", EventManager.fire_event)
    lighter_dbt._make_no_unread_events.cache_clear()
    lighter_dbt._make_no_unread_events()
    yield
    lighter_dbt._make_no_unread_events.cache_clear()


def _said(log: EventLevel, *events: EventLevel) -> list[str]:
    stream = StringIO()
    manager = EventManager()
    manager.add_logger(LoggerConfig(f"test of {log.value}", level=log, output_stream=stream))
    for level in events:
        manager.fire_event(Note(msg=f"a {level.value}"), level=level)
    return [line.partition("  ")[2] for line in stream.getvalue().splitlines()]


def test_who_debugs_reads_all() -> None:
    assert _said(EventLevel.DEBUG, EventLevel.DEBUG, EventLevel.INFO) == ["a debug", "a info"]


def test_who_does_not_reads_the_rest() -> None:
    assert _said(EventLevel.INFO, EventLevel.DEBUG, EventLevel.INFO) == ["a info"]


def test_what_no_log_takes_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(
        "dbt_common.events.event_manager.msg_from_base_event",
        lambda event, level: made.append(level),
    )
    _said(EventLevel.INFO, EventLevel.DEBUG, EventLevel.TEST)
    assert made == []


def test_who_asked_to_be_called_is_called_for_all() -> None:
    heard: list[str] = []
    manager = EventManager()
    manager.add_callback(lambda message: heard.append(message.info.level))
    manager.fire_event(Note(msg="a detail"), level=EventLevel.DEBUG)
    assert heard == ["debug"]
