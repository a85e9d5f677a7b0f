"""Whatever a file does to the engine, it is refused by name, and the others are loaded."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports import LoadReport, recording
from dagster_project.exports.staging import build_stage

Load = Callable[..., LoadReport]
SOUND = "customer_id,created_at\nc1,2025-01-01\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "customers-wide.csv",
            ",".join(f"c{n}" for n in range(20_000)) + "\n" + "," * 19_999 + "\n",
        ),
        ("customers-wide.jsonl", '{"a": ' * 3000 + "1" + "}" * 3000 + "\n"),
    ],
)
def test_a_file_beyond_measure_is_refused_or_quarantined_and_the_others_are_loaded(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, name: str, content: str
) -> None:
    (landing / name).write_text(content)
    (landing / "customers.csv").write_text(SOUND)

    load()

    assert con.execute("select customer_id from raw.customers").fetchall() == [("c1",)]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"),
            "not enough memory",
        ),
        (duckdb.BinderException("Binder Error: too deep"), "too deep"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_what_the_engine_says_of_a_file_is_a_refusal_of_that_file(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    words: str,
) -> None:
    (landing / "customers-a.csv").write_text(SOUND)
    (landing / "customers-b.csv").write_text("customer_id,created_at\nc2,2025-01-01\n")

    def failing(
        con: duckdb.DuckDBPyConnection, opened: object, *rest: object, **more: object
    ) -> object:
        if getattr(opened, "file_name", "") == "customers-a.csv":
            raise error
        return build_stage(con, opened, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(recording, "build_stage", failing)
    report = load()

    assert [(file.file_name, words in file.message) for file in report.refused] == [
        ("customers-a.csv", True)
    ]
    assert con.execute("select customer_id from raw.customers").fetchall() == [("c2",)]
