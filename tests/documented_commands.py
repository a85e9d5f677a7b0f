"""Whether a command of README or docs could be typed as it stands."""

import shlex

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from dagster_project.cli import app


def command_of(words: tuple[str, ...]) -> tuple[typer.core.TyperCommand, list[str]]:
    """Return the command of ``ebbline`` that the words name, and what is left of them."""
    command, rest = get_command(app), list(words[1:])
    while (known := getattr(command, "commands", None)) and rest and rest[0] in known:
        command = known[rest.pop(0)]
    return command, rest  # type: ignore[return-value]


def take(words: tuple[str, ...]) -> None:
    """Have ``ebbline`` read the words, as far as they are no redirection; raises where it does not take them."""
    command, rest = command_of(words)
    redirected = [place for place, word in enumerate(rest) if word.startswith(">")]
    command.make_context("ebbline", rest[: redirected[0]] if redirected else rest)


def can_be_typed(text: str) -> bool:
    """Whether a command of ``ebbline`` has all that it wants, and is not only named; true of other programs."""
    words = tuple(shlex.split(text))
    # an option of the program itself would do what it says
    if words[0] != "ebbline" or words[1].startswith("-"):
        return True
    try:
        take(words)
    except TyperException:
        return False
    return True
