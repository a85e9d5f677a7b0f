"""Landing folders in which no file lies: always remarked, and no company is made of nothing."""

from datetime import date
from pathlib import Path

import pytest

from dagster_project import simulate
from tests.end_to_end.command import Ebbline, Ended


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Three landing folders without a file."""
    for source in ("billing", "support", "usage"):
        (tmp_path / "landing" / source).mkdir(parents=True)
    return tmp_path


@pytest.fixture(scope="module")
def billing_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company that exports its billing; the other folders are there and empty."""
    folder = tmp_path_factory.mktemp("company")
    simulate.run(12, 3, 7, "canonical", folder, end=date(2026, 10, 31), flawed=False)
    for source in ("support", "usage"):
        for file in (folder / source).iterdir():
            file.unlink()
    return folder


@pytest.fixture(scope="module")
def runs(ebbline: Ebbline, billing_alone: Path) -> tuple[Ended, Ended]:
    """Its first run and its second."""
    settings = billing_alone / "ebbline.yml"
    return ebbline("run", "--config", settings), ebbline("run", "--config", settings)


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


def test_a_company_with_billing_alone_is_published(runs: tuple[Ended, Ended]) -> None:
    assert runs[0].code == 0, runs[0].screen
    assert "publication 1 is out" in runs[0].screen


@pytest.mark.parametrize("source", ["support", "usage"])
def test_every_run_says_which_folders_are_empty(
    runs: tuple[Ended, Ended], billing_alone: Path, source: str
) -> None:
    assert "nothing changed" in runs[1].screen
    remark = f"no files in {billing_alone / source}"
    assert [remark in run.screen for run in runs] == [True, True]
    assert f"no files in {billing_alone / 'billing'}" not in runs[0].screen
