"""The units and the container file of the docs start programs that exist, with options that these take."""

import ast
import json
import re
import shlex
from configparser import ConfigParser

import click
import pytest
import yaml
from dagster._daemon.cli import create_dagster_daemon_cli
from dagster_webserver.cli import create_dagster_webserver_cli
from typer.main import get_command

from dagster_project.cli import app
from dagster_project.locations import PROJECT_ROOT
from tests.documents import snippets

_UNIT = re.compile(
    r"^# /etc/systemd/system/(\S+?)(?:: [^\n]*)?\n(.*?)(?=^# /etc/|\Z)", re.DOTALL | re.MULTILINE
)
UNITS = {name: text for block in snippets("ini") for name, text in _UNIT.findall(block.text)}
_SECTIONS = {"Unit", "Service", "Timer", "Install"}
PROGRAMS = {
    "ebbline": get_command(app),
    "dagster-webserver": create_dagster_webserver_cli(),
    "dagster-daemon": create_dagster_daemon_cli(),
}


def _takes(line: str) -> bool:
    """Whether the program of a command line takes its words."""
    path, *words = shlex.split(line)
    command: click.Command = PROGRAMS[path.rpartition("/.venv/bin/")[2]]
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    command.make_context("started", words)
    return True


def test_the_units_are_those_of_a_run_a_timer_the_ui_and_the_daemon() -> None:
    assert set(UNITS) == {
        "ebbline.service", "ebbline.timer", "ebbline-ui.service", "ebbline-daemon.service",
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_a_unit_starts_a_program_that_takes_these_words(name: str) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", UNITS[name], re.MULTILINE)
    assert _takes(line)


@pytest.mark.parametrize("name", [name for name in UNITS if UNITS[name].lstrip().startswith("[")])
def test_a_unit_has_sections_of_systemd_and_keys_with_values(name: str) -> None:
    unit = ConfigParser(delimiters=("=",), interpolation=None)
    unit.read_string(UNITS[name])
    assert set(unit.sections()) <= _SECTIONS


def test_the_events_of_a_postgres_are_kept_by_a_class_that_is_there() -> None:
    """Not imported: its package comes with a Postgres alone."""
    documents = [
        yaml.safe_load(block.text) for block in snippets("yaml") if "HeldOpen" in block.text
    ]
    (kept,) = [document["event_log_storage"] for document in documents]
    file = PROJECT_ROOT.joinpath(*kept["module"].split(".")).with_suffix(".py")
    found = ast.parse(file.read_text(encoding="utf-8")).body
    assert kept["class"] in {one.name for one in found if isinstance(one, ast.ClassDef)}


def test_the_container_starts_what_its_image_installs() -> None:
    (block,) = snippets("dockerfile")
    steps: dict[str, list[str]] = {}
    for line in block.text.splitlines():
        instruction, _, rest = line.partition(" ")
        steps.setdefault(instruction, []).append(rest)
    assert set(steps) == {
        "FROM", "RUN", "USER", "COPY", "WORKDIR", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    (entry,), (given,) = steps["ENTRYPOINT"], steps["CMD"]
    assert _takes(shlex.join([*json.loads(entry), *json.loads(given)]))
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    targets = [step.removeprefix("make ") for step in steps["RUN"] if step.startswith("make ")]
    assert targets == ["setup"] and re.search(r"^setup:", makefile, re.MULTILINE)
