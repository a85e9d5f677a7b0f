"""Every command that README and docs name is one, with the options that they give it."""

import re
from importlib.util import find_spec

import pytest
from typer.main import get_command

from dagster_project.cli import app
from dagster_project.locations import PROJECT_ROOT
from tests.documented_commands import command_of, take
from tests.documents import NOT_RUN, Named, commands, not_run, shell_lines, snippets, typed_spans

EBBLINE = [named for named in commands("ebbline") if named.words[1][:1] not in ("-", "\u2026", ".")]
MODULES = {
    (place, text): found[1]
    for place, text in [
        *((block.place, line) for block in snippets() for line in shell_lines(block)),
        *typed_spans(),
    ]
    if (found := re.search(r"python3? -m ([\w.]+)", text))
}
TARGETS = set(
    re.findall(
        r"^([a-z-]+):", (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
)


def test_the_documents_name_commands() -> None:
    assert len({named.words[1] for named in EBBLINE}) > 10


@pytest.mark.parametrize("named", EBBLINE, ids=str)
def test_a_command_exists(named: Named) -> None:
    command, _ = command_of(named.words)
    assert command is not get_command(app) and command.name != "ebbline", named.words


@pytest.mark.parametrize("named", EBBLINE, ids=str)
def test_its_options_exist(named: Named) -> None:
    command, rest = command_of(named.words)
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    known |= {option for parameter in command.params for option in parameter.secondary_opts}
    given = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert given <= known


@pytest.mark.parametrize("named", [named for named in EBBLINE if named.is_whole], ids=str)
def test_what_a_block_shows_can_be_typed(named: Named) -> None:
    take(named.words)


@pytest.mark.parametrize("named", commands("make"), ids=str)
def test_a_target_of_make_exists(named: Named) -> None:
    targets = [word for word in named.words[1:] if "=" not in word]
    assert set(targets) <= TARGETS


@pytest.mark.parametrize(("place", "text"), MODULES, ids=str)
def test_a_module_that_python_is_told_to_run_exists(place: str, text: str) -> None:
    assert find_spec(MODULES[place, text]), place


def test_what_no_test_runs_is_still_shown() -> None:
    """Whatever is not in the list is run: commands by the deep tier, Python by ``end_to_end``."""
    shown = [line for block in snippets() for line in shell_lines(block)]
    shown += [text for _, text in typed_spans()]
    shown += [line for block in snippets("python") for line in block.text.splitlines()]
    assert set(NOT_RUN) - {not_run(line) for line in shown} == set()
