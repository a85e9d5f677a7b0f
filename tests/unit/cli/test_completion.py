"""What the tab key offers: names, of the parameters that take them."""

from typing import Any

import pytest
from typer.main import get_command

from dagster_project.cli import app


def _offered(command: str, parameter: str, incomplete: str) -> list[str]:
    found: Any = get_command(app)
    for name in command.split():
        found = found.commands[name]
    (asked,) = (one for one in found.params if one.name == parameter)
    context = found.make_context(command, [], resilient_parsing=True)
    return [item.value for item in asked.shell_complete(context, incomplete)]


@pytest.mark.parametrize(
    ("command", "parameter", "incomplete", "offered"),
    [
        ("explain", "metric", "mrr_churn_", ["rate", "voluntary", "involuntary"]),
        ("why", "segment", "count", ["country="]),
        ("export", "name", "win", ["win-back"]),
        ("formats check", "format", "str", ["stripe"]),
        ("init", "support", "zen", ["zendesk"]),
    ],
)
def test_a_name_is_completed(
    command: str, parameter: str, incomplete: str, offered: list[str]
) -> None:
    found = _offered(command, parameter, incomplete)
    assert found == [one if one.startswith(incomplete) else incomplete + one for one in offered]
