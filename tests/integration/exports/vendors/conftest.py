"""Each shape of a vendor, loaded once for all who look at it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.exports import load_source

FIXTURES = Path("tests/fixtures/vendors")
Query = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(scope="session")
def shapes() -> Iterator[Callable[[str, str], duckdb.DuckDBPyConnection]]:
    """Load a shape (``stripe/api_2024``) into a database of its own; every file and row of it is taken."""
    loaded: dict[str, duckdb.DuckDBPyConnection] = {}

    def load(source: str, shape: str) -> duckdb.DuckDBPyConnection:
        if shape not in loaded:
            con = duckdb.connect()
            con.execute("set timezone = 'UTC'; set threads = 2")
            settings = Settings.model_validate(
                {"sources": {"billing": {"path": "unused"}}, "ingest": {"max_quarantined_share": 0}}
            )
            report = load_source(
                con,
                source=source,
                format=shape.split("/", maxsplit=1)[0],
                path=FIXTURES / shape,
                settings=settings,
                clock=FixedClock(datetime(2026, 4, 2, tzinfo=UTC)),
            )
            assert not report.refused, report.refused
            loaded[shape] = con
        return loaded[shape]

    yield load
    for con in loaded.values():
        con.close()


@pytest.fixture
def ask(request: pytest.FixtureRequest, shapes: Callable[..., duckdb.DuckDBPyConnection]) -> Query:
    """Ask the raw tables of the shape that the test is about (its parameters ``source`` and ``shape``)."""
    parameters = request.node.callspec.params

    def answer(sql: str) -> list[tuple[object, ...]]:
        return shapes(parameters["source"], parameters["shape"]).execute(sql).fetchall()

    return answer
