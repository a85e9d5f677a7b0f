"""What nobody reads is not made, what was found or compiled once is not again; what dbt does and says stays."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from dbt.clients.jinja import MacroStack
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.contracts.graph.nodes import Macro
from dbt.exceptions import PackageNotFoundForMacroError
from dbt_common.clients.jinja import MacroFuzzEnvironment, get_template
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.logger import LoggerConfig
from dbt_common.events.types import Note

from dagster_project.transform import lighter_dbt

_BUILD_NAMESPACE = MacroNamespaceBuilder.build_namespace
_PATCHES = (
    lighter_dbt._make_no_unread_events,
    lighter_dbt._find_macros_at_once,
    lighter_dbt._compile_a_text_once,
)
_PATCHED = (
    (EventManager, "fire_event"),
    (BaseEvent, "__init__"),
    (MacroNamespaceBuilder, "build_namespace"),
    (MacroFuzzEnvironment, "compile"),
)


@pytest.fixture(autouse=True)
def lighter() -> Iterator[None]:
    """Have dbt do less, for the length of a test."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name in _PATCHED:
            patch.setattr(place, name, getattr(place, name))
        patch.setattr(BaseEvent, "pb_msg", None, raising=False)
        for make_lighter in _PATCHES:
            make_lighter.cache_clear()
            make_lighter()
        yield
    for make_lighter in _PATCHES:
        make_lighter.cache_clear()


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
        "dbt_common.events.base_types.ParseDict", lambda fields, message: made.append(fields)
    )
    _said(EventLevel.INFO, EventLevel.DEBUG, EventLevel.TEST)
    assert made == []


def test_who_asked_to_be_called_is_called_for_all() -> None:
    heard: list[str] = []
    manager = EventManager()
    manager.add_callback(lambda message: heard.append(message.info.level))
    manager.fire_event(Note(msg="a detail"), level=EventLevel.DEBUG)
    assert heard == ["debug"]


def test_dbt_listens_to_all_and_takes_a_warning() -> None:
    from dbt.tracking import track_behavior_change_warn

    manager = EventManager()
    manager.add_callback(track_behavior_change_warn)
    event = Note(msg="a detail")
    manager.fire_event(event, level=EventLevel.DEBUG)
    assert "pb_msg" not in vars(event)


def test_an_event_has_the_fields_that_it_was_given_and_those_that_are_set() -> None:
    event = Note(msg="one")
    assert event.msg == "one"
    event.msg = "other"
    assert event.to_dict() == {  # type: ignore[no-untyped-call]
        "msg": "other"
    }


_MACROS = {
    "mine": ("both", "of_mine"),
    "other": ("both", "of_other", "in_dbt"),
    "dbt_duckdb": ("in_dbt", "of_duckdb"),
    "dbt": ("in_dbt", "of_dbt"),
}


def _macros() -> dict[str, dict[str, Macro]]:
    return {
        package: {
            name: Macro.from_dict(
                {
                    "name": name,
                    "resource_type": "macro",
                    "package_name": package,
                    "path": "",
                    "original_file_path": "",
                    "unique_id": f"macro.{package}.{name}",
                    "macro_sql": "",
                }
            )
            for name in names
        }
        for package, names in _MACROS.items()
    }


def _seen_from(package: str) -> MacroNamespace:
    stack = MacroStack()  # type: ignore[no-untyped-call]
    builder = MacroNamespaceBuilder("mine", package, stack, ["dbt_duckdb", "dbt"])
    return builder.build_namespace(_macros(), {})


def _means(found: Any) -> Any:
    """Return what a name means: a macro's id, or those of a package."""
    if isinstance(found, dict):
        return {name: _means(one) for name, one in found.items()}
    return found and found.macro.unique_id


@pytest.mark.parametrize("package", ["mine", "other", "dbt"])
def test_each_name_means_the_macro_that_it_means_to_dbt(package: str) -> None:
    ours = _seen_from(package)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MacroNamespaceBuilder, "build_namespace", _BUILD_NAMESPACE)
        theirs = _seen_from(package)
    assert len(ours) == len(theirs)
    assert {name: _means(ours[name]) for name in ours} == {
        name: _means(theirs[name]) for name in theirs
    }
    for of in (None, "dbt", "mine", "other"):
        for name in ("both", "in_dbt", "of_dbt", "of_mine", "nowhere"):
            found, expected = (one.get_from_package(of, name) for one in (ours, theirs))
            assert _means(found) == _means(expected), (of, name)
    with pytest.raises(PackageNotFoundForMacroError):
        ours.get_from_package("nobody", "both")


def test_a_text_is_compiled_once_and_filled_in_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    parse = MacroFuzzEnvironment._parse

    def noted(environment: MacroFuzzEnvironment, source: str, *more: Any) -> Any:
        compiled.append(source)
        return parse(environment, source, *more)

    monkeypatch.setattr(MacroFuzzEnvironment, "_parse", noted)
    text = "{{ one }} of two"
    filled = [get_template(text, {}).render({"one": one}) for one in ("1", "2")]
    assert filled == ["1 of two", "2 of two"]
    assert compiled == [text]
