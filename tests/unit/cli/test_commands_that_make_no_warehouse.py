"""Only a run makes a warehouse; a mistyped --warehouse leaves nothing behind."""

from pathlib import Path

import pytest

from tests.command_line import Ebbline


@pytest.mark.parametrize(
    "command",
    [
        ("rollback", "1"),
        ("acknowledge", "churn_above/all/2026-03", "--by", "ana"),
        ("status",),
        ("publications",),
        ("diff", "1", "2"),
        ("why", "churn_rate", "2026-03"),
        ("explain", "churn_rate", "2026-03"),
    ],
    ids=" ".join,
)
def test_no_folder_is_left_behind(
    ebbline: Ebbline, tmp_path: Path, command: tuple[str, ...]
) -> None:
    ebbline(*command, "--warehouse", tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_rollback_says_that_there_is_no_warehouse(ebbline: Ebbline, tmp_path: Path) -> None:
    ended = ebbline("rollback", "1", "--warehouse", tmp_path / "nowhere")
    assert (ended.code, "there is no warehouse in this folder" in ended.screen) == (1, True)
