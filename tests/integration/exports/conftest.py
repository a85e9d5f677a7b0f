"""Loads small landing folders into a real DuckDB database."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.exports import LoadReport, load_source

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
Load = Callable[..., LoadReport]


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A working database of its own."""
    connection = duckdb.connect(
        str(tmp_path / "warehouse.duckdb"),
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False},
    )
    connection.execute("set timezone = 'UTC'; set threads = 2")
    yield connection
    connection.close()


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """An empty landing folder."""
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


@pytest.fixture
def load(con: duckdb.DuckDBPyConnection, landing: Path) -> Load:
    """Load the landing folder; the limit on broken rows is 1 unless said otherwise.

    ``said`` is what the settings say of the source beside its path.
    """

    def run(
        source: str = "billing",
        format_name: str = "canonical",
        *,
        limit: float = 1,
        zone: str = "UTC",
        path: Path | str | None = None,
        now: datetime = NOW,
        said: Mapping[str, object] | None = None,
    ) -> LoadReport:
        given = {"path": str(landing), **(said or {})}
        settings = Settings.model_validate(
            {
                "sources": {"billing": {"path": str(landing)}, source: given},
                "ingest": {"max_quarantined_share": limit},
                "calendar": {"timezone": zone},
            }
        )
        return load_source(
            con,
            source=source,
            format=format_name,
            path=path or landing,
            settings=settings,
            clock=FixedClock(now),
        )

    return run
