"""The command line in this process: its exit code, and what it wrote on both streams."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from dagster_project import cli
from dagster_project.commands import terminal


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    screen: str


Ebbline = Callable[..., Ended]


def command_line(monkeypatch: pytest.MonkeyPatch) -> Ebbline:
    """Return what runs a command as the installed program would; an error it does not foresee is raised."""

    def run(*arguments: str | Path) -> Ended:
        said = io.StringIO()
        for console in ("screen", "errors"):
            monkeypatch.setattr(
                terminal, console, Console(file=said, highlight=False, soft_wrap=True, width=120)
            )
        monkeypatch.setattr("sys.argv", ["ebbline", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Ended(code or 0, said.getvalue())

    return run
