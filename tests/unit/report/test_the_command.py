"""``ebbline report``: the page of what readers see, written anew."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.errors import EbblineError
from tests.unit.report.conftest import write_marts
from tests.unit.report.pages import opened


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings whose warehouse has the hand-made publication."""
    folder = tmp_path_factory.mktemp("command")
    (folder / "wh").mkdir()
    write_marts(folder / "wh" / "marts.duckdb")
    settings = folder / "ebbline.yml"
    settings.write_text(
        "sources: {billing: {path: x}}\nwarehouse: wh\ncompany: Tidewater\nplan: {arpa: {2026-06: 900}}\n"
    )
    return settings


def test_a_change_of_company_and_plan_is_on_the_page_at_once(config: Path) -> None:
    ended = CliRunner().invoke(app, ["report", "--config", str(config)])
    page = opened(config.parent / "wh" / "report" / "index.html")
    assert ended.exit_code == 0, ended.output
    assert "Tidewater: retention," in page.text
    assert "against the plan of 900.00" in page.text


def test_the_page_of_an_earlier_publication_takes_no_other_place(config: Path) -> None:
    ended = CliRunner().invoke(app, ["report", "3", "--config", str(config)])
    assert isinstance(ended.exception, EbblineError)
    assert "--out" in str(ended.exception)


def test_a_publication_that_is_not_kept_is_named(config: Path, tmp_path: Path) -> None:
    ended = CliRunner().invoke(
        app, ["report", "3", "--out", str(tmp_path / "x.html"), "--config", str(config)]
    )
    assert "publication 3" in str(ended.exception)
