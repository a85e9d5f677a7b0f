"""Landing folders in which no file lies: no company is made of nothing (billing alone: the small company)."""

from pathlib import Path

import pytest

from tests.end_to_end.command import Ebbline


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Three landing folders without a file."""
    for source in ("billing", "support", "usage"):
        (tmp_path / "landing" / source).mkdir(parents=True)
    return tmp_path


def test_a_first_run_without_any_file_is_refused_and_publishes_nothing(
    ebbline: Ebbline, empty: Path
) -> None:
    warehouse = empty / "warehouse"
    ended = ebbline("run", "--landing", empty / "landing", "--warehouse", warehouse)

    assert ended.code == 3, ended.screen
    for source in ("billing", "support", "usage"):
        assert f"no files in {empty / 'landing' / source}" in ended.screen
    assert "no export has been loaded yet" in ended.screen
    assert "hint: put the files into these folders" in ended.screen
    assert "nothing was published: an input was refused" in ended.screen
    assert not (warehouse / "marts.duckdb").exists()
