"""What spares a process that runs dbt a third of its work, and changes nothing of what dbt does or says."""

from functools import cache, cached_property
from typing import Any

from dagster_project.garbage import collect_less_often


def make_dbt_lighter() -> None:
    """Have dbt leave out what nobody asked for or it has done before.

    dbt makes a message of each query, macro and cache entry, and the line that says it, before it asks how much is to
    be logged; for each model and test it goes twice through all macros of all packages; it compiles the same line of
    Jinja for each test of a kind. Each is about a tenth of a build.
    """
    _make_no_unread_events()
    _find_macros_at_once()
    _compile_a_text_once()
    collect_less_often()


@cache
def _make_no_unread_events() -> None:
    from dbt.tracking import track_behavior_change_warn
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager

    debug = (EventLevel.DEBUG, EventLevel.TEST)
    fire = EventManager.fire_event
    make = BaseEvent.__init__

    def fire_what_is_read(
        manager: EventManager,
        e: BaseEvent,
        level: EventLevel | None = None,
        *more: Any,
        **named: Any,
    ) -> None:
        """Do as dbt does, unless the event is for debugging and nobody is."""
        # dbt's own listener is always there and waits for one warning.
        is_heard = any(listener is not track_behavior_change_warn for listener in manager.callbacks)
        is_read = is_heard or any(log.level in debug for log in manager.loggers)
        if is_read or (level or e.level_tag()) not in debug:
            fire(manager, e, level, *more, **named)

    def note(event: BaseEvent, *arguments: Any, **fields: Any) -> None:
        """Keep what the event is to say."""
        event.__dict__["said"] = arguments, fields

    def message(event: BaseEvent) -> Any:
        """Make the message when somebody asks for it."""
        arguments, fields = event.__dict__.pop("said")
        make(event, *arguments, **fields)
        return event.__dict__["pb_msg"]

    EventManager.fire_event = fire_what_is_read  # type: ignore[method-assign, assignment]
    BaseEvent.__init__ = note  # type: ignore[method-assign, assignment]
    BaseEvent.pb_msg = cached_property(message)
    BaseEvent.pb_msg.__set_name__(BaseEvent, "pb_msg")


@cache
def _find_macros_at_once() -> None:
    from dbt.clients.jinja import MacroGenerator
    from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
    from dbt.contracts.graph.nodes import Macro
    from dbt.include.global_project import PROJECT_NAME

    def note_at_once(
        generator: MacroGenerator,
        macro: Macro,
        context: dict[str, Any] | None = None,
        node: Any = None,
        stack: Any = None,
    ) -> None:
        """Do as three constructors do that call each other, for each macro and each model."""
        generator.macro = macro
        generator.context = context
        generator.node = node
        generator.stack = stack

    def build_namespace(
        builder: MacroNamespaceBuilder,
        macros_by_package: dict[str, dict[str, Macro]],
        ctx: dict[str, Any],
    ) -> MacroNamespace:
        """Give what dbt gives: of each name the macro that the model sees, and each package by its own name."""

        def callable_of(package: str) -> dict[str, MacroGenerator]:
            return {
                name: MacroGenerator(macro, ctx, builder.node, builder.thread_ctx)
                for name, macro in macros_by_package.get(package, {}).items()
            }

        of_dbt: dict[str, MacroGenerator] = {}
        for package in reversed(builder.internal_package_names_order):
            of_dbt.update(callable_of(package))
        others = {
            package: callable_of(package)
            for package in macros_by_package
            if package not in builder.internal_package_names
        }
        by_name = {
            **of_dbt,
            PROJECT_NAME: of_dbt,
            **others,
            **others.get(builder.root_package, {}),
            **others.get(builder.search_package, {}),
        }
        namespace = _Found(
            global_namespace=others.get(builder.root_package, {}),
            local_namespace=others.get(builder.search_package, {}),
            global_project_namespace=of_dbt,
            packages=others,
        )
        namespace.by_name = by_name
        return namespace

    class _Found(MacroNamespace):
        """A name is looked up in one place; dbt goes through five."""

        by_name: dict[str, Any]

        def _keys(self) -> set[str]:
            return set(self.by_name)

        def __getitem__(self, key: str) -> Any:
            return self.by_name[key]

    MacroGenerator.__init__ = note_at_once  # type: ignore[method-assign, assignment]
    MacroNamespaceBuilder.build_namespace = build_namespace  # type: ignore[method-assign, assignment]


@cache
def _compile_a_text_once() -> None:
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    compile_anew = MacroFuzzEnvironment.compile
    compiled: dict[tuple[type, str], Any] = {}

    def compile_once(
        environment: MacroFuzzEnvironment, source: Any, *more: Any, **named: Any
    ) -> Any:
        """Do as Jinja does; what a text is compiled to depends on the class of its environment alone."""
        if more or named or not isinstance(source, str):
            return compile_anew(environment, source, *more, **named)
        of = type(environment), source
        if of not in compiled:
            compiled[of] = compile_anew(environment, source)
        return compiled[of]

    MacroFuzzEnvironment.compile = compile_once  # type: ignore[method-assign, assignment]
