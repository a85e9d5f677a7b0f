"""Control and bidi characters of an export are seen, not obeyed; odd paths, periods and names are refused in words."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.commands.terminal import say, screen
from dagster_project.errors import EbblineError
from dagster_project.numbers.question import parse_period
from dagster_project.red_lines import acknowledge
from dagster_project.red_lines.naming import key_of, part_of_name
from dagster_project.screens.machine_readable import as_csv
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.schema import bring_up_to_date

NASTY = "a\x1b[2Jb\u202ec\u2066d\x00e\x9bf"
OBEYED = ("\x1b", "\u202e", "\u2066", "\x00", "\x9b")


def test_the_screen_shows_them() -> None:
    with screen.capture() as captured:
        say(NASTY)
    printed = captured.get()
    assert [one in printed for one in OBEYED] == [False] * 5
    assert "f" in printed


@dataclass(frozen=True)
class Row:
    name: str


def test_a_csv_shows_them() -> None:
    text = as_csv(Row, [Row(NASTY)])
    assert [one in text for one in OBEYED] == [False] * 5


@pytest.mark.parametrize(
    "name",
    [
        "Soci\u00e9t\u00e9\u00a0X",
        "\u682a\u5f0f\u4f1a\u793e\u3000X",
        "\u0645\u06cc\u200c\u062e",
        "\U0001f469\u200d\U0001f4bb",
    ],
)
def test_what_names_are_written_with_stays_as_it_is(name: str) -> None:
    """Spaces of Excel and of Japanese, joiners of Persian and of emoji."""
    (row,) = csv.DictReader(io.StringIO(as_csv(Row, [Row(name)])))
    assert row["name"] == name


@pytest.mark.parametrize("segment", ["x" * 50_000, NASTY, "a#opened", "\ud800", "a\u00a0b"])
def test_the_name_of_an_incident_is_bounded_plain_and_its_own(segment: str) -> None:
    name = part_of_name(segment)
    assert len(name) < 80 and name.isprintable() and "#" not in name
    assert name != part_of_name(segment + "y")
    assert len(key_of(f"{segment}#opened")) == 32


@pytest.mark.parametrize("name", ["a?b", "a#b", "a;b", "a\nb"])
def test_a_warehouse_folder_that_drivers_misread_is_refused_in_words(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(EbblineError, match="the warehouse folder's name holds"):
        WarehousePaths(tmp_path / name).create()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "0000-01",
        "0000",
        "9999-12",
        "2026-13",
        "2026-00",
        "2026-Q5",
        "26-01",
        "2026-1",
        "\u0662026-01",
    ],
)
def test_an_odd_period_is_refused_in_words(text: str) -> None:
    with pytest.raises(EbblineError, match="is not a period"):
        parse_period(text)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        bring_up_to_date(con)
        yield con


@pytest.mark.parametrize("name", ["", "   ", "n" * 81, "an\x1ba", "an\u202ea", "a\nb"])
def test_a_name_that_cannot_be_shown_acknowledges_nothing(
    con: duckdb.DuckDBPyConnection, name: str
) -> None:
    with pytest.raises(EbblineError, match="1 to 80 printable characters"):
        acknowledge(con, "x", by=name, clock=FixedClock(datetime(2026, 4, 1, tzinfo=UTC)))


def test_logs_and_data_docs_are_as_private_as_the_warehouse(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "warehouse")
    paths.create()
    modes = {folder.name: folder.stat().st_mode & 0o777 for folder in (paths.logs, paths.data_docs)}
    assert modes == {"logs": 0o700, "data_docs": 0o700}
