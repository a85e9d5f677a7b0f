"""A command that is typed wrong ends 1: 2 is the word for "validation refused to publish"."""

from pathlib import Path

import pytest
import typer

from dagster_project.cli import app
from tests.command_line import Ebbline

COMMANDS = [
    *((name,) for name in typer.main.get_command(app).commands),  # type: ignore[attr-defined]
    ("formats", "check"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_unknown_option_ends_1_and_is_named(ebbline: Ebbline, command: tuple[str, ...]) -> None:
    ended = ebbline(*command, "--no-such-option")
    assert (ended.code, ended.screen.splitlines()) == (
        1,
        [
            f"ebbline {' '.join(command)}: No such option: --no-such-option",
            f"  hint: see ebbline {' '.join(command)} --help",
        ],
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("nosuchcommand",),
        ("run", "--as-of", "31.12.2026"),
        ("run", "surplus"),
        ("rollback", "one"),
        ("rollback",),
        ("explain", "churn_rate", "2026-03", "--format", "xml"),
        ("acknowledge", "churn_above/all/2026-03"),
        ("simulate", "--out", "x", "--customers", "0"),
    ],
    ids=" ".join,
)
def test_every_other_wrong_usage_ends_1(ebbline: Ebbline, arguments: tuple[str, ...]) -> None:
    assert ebbline(*arguments).code == 1


def test_no_command_at_all_shows_the_commands(
    ebbline: Ebbline, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (ebbline().code, "rollback" in capsys.readouterr().out) == (1, True)


def test_asking_for_help_is_no_error(ebbline: Ebbline) -> None:
    assert ebbline("run", "--help").code == 0


def test_a_mistyped_format_is_answered_before_anything_is_made(
    ebbline: Ebbline, tmp_path: Path
) -> None:
    settings = tmp_path / "ebbline.yml"
    settings.write_text("sources: {billing: {format: strpie, path: billing}}", encoding="utf-8")
    ended = ebbline("run", "--config", settings, "--warehouse", tmp_path / "warehouse")
    assert (ended.code, ended.screen.splitlines()) == (
        1,
        [
            "sources.billing.format: there is no format 'strpie'",
            "  hint: did you mean 'stripe'?",
        ],
    )
    assert not (tmp_path / "warehouse").exists()
