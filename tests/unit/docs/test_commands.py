"""Every command that README and docs name is one, with the options that they give it."""

import re

import pytest
import typer
from typer.main import get_command

from dagster_project.cli import app
from dagster_project.locations import PROJECT_ROOT
from tests.documents import Named, commands

EBBLINE = [named for named in commands("ebbline") if named.words[1][:1] not in ("-", "\u2026", ".")]
TARGETS = set(
    re.findall(
        r"^([a-z-]+):", (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
)


def _found(words: tuple[str, ...]) -> tuple[typer.core.TyperCommand, list[str]]:
    """Return the command that the words name, and what is left of them."""
    command, rest = get_command(app), list(words[1:])
    while (known := getattr(command, "commands", None)) and rest and rest[0] in known:
        command = known[rest.pop(0)]
    return command, rest  # type: ignore[return-value]


def test_the_documents_name_commands() -> None:
    assert len({named.words[1] for named in EBBLINE}) > 10


@pytest.mark.parametrize("named", EBBLINE, ids=str)
def test_a_command_exists(named: Named) -> None:
    command, _ = _found(named.words)
    assert command is not get_command(app) and command.name != "ebbline", named.words


@pytest.mark.parametrize("named", EBBLINE, ids=str)
def test_its_options_exist(named: Named) -> None:
    command, rest = _found(named.words)
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    known |= {option for parameter in command.params for option in parameter.secondary_opts}
    given = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert given <= known


@pytest.mark.parametrize("named", [named for named in EBBLINE if named.is_whole], ids=str)
def test_what_a_block_shows_can_be_typed(named: Named) -> None:
    command, rest = _found(named.words)
    if ">>" in rest:  # the shell's own
        rest = rest[: rest.index(">>")]
    command.make_context("ebbline", rest)


@pytest.mark.parametrize("named", commands("make"), ids=str)
def test_a_target_of_make_exists(named: Named) -> None:
    targets = [word for word in named.words[1:] if "=" not in word]
    assert set(targets) <= TARGETS
