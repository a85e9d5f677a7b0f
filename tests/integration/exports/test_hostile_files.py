"""What somebody may plant in an export: nothing of it ends the run, hides a row or reads another file."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports import LoadReport

Load = Callable[..., LoadReport]

_EVENT = '{"event_id": "e%d", "customer_id": "c", "event_name": "x", "occurred_at": "2025-01-01"}\n'
_CUSTOMERS = "customer_id,created_at,name,country\n"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("good_before", [1, 9000], ids=["in the sample", "behind it"])
def test_an_event_nested_without_end_goes_to_quarantine(
    load: Load,
    landing: Path,
    con: duckdb.DuckDBPyConnection,
    *,
    opening: str,
    closing: str,
    good_before: int,
) -> None:
    nested = _EVENT.replace("}\n", ', "p": ' + opening * 200_000 + "1" + closing * 200_000 + "}\n")
    good = "".join(_EVENT % n for n in range(good_before))
    (landing / "events.jsonl").write_text(good + nested % 10_000 + _EVENT % 10_001)
    (file,) = load("usage").files
    assert (file.outcome, file.rows_loaded, file.rows_quarantined) == (
        "loaded",
        good_before + 1,
        1,
    )


def test_an_event_nested_deeper_than_python_reads_is_loaded(load: Load, landing: Path) -> None:
    nested = _EVENT.replace("}\n", ', "p": ' + "[" * 5000 + "]" * 5000 + "}\n")
    (landing / "events.jsonl").write_text(nested % 1 + _EVENT % 2)
    (file,) = load("usage").files
    assert (file.outcome, file.rows_loaded) == ("loaded", 2)


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_a_line_that_duckdb_would_leave_out_is_refused_by_its_number(
    load: Load, landing: Path, ending: str
) -> None:
    rows = "a,2025-01-01,n,DE\n" + f"b,2025-01-01,{'x' * 40_000_000},DE\n" + "c,2025-01-01,n,DE\n"
    content = (_CUSTOMERS + rows).encode()
    file = landing / f"customers.{ending}"
    file.write_bytes(gzip.compress(content, 1) if ending.endswith("gz") else content)
    (loaded,) = load().files
    assert (loaded.outcome, f"{file.name}:3: the line is 40," in loaded.message) == (
        "refused",
        True,
    )


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ('1,2025-01-01,"Foo, \\",DE', "Foo, \\"),
        ('"1","2025-01-01","\\",",DE"', "\\"),
        ('1,2025-01-01,"a \\""b\\"" c",DE', 'a \\"b\\" c'),
    ],
)
def test_a_name_that_ends_in_a_backslash_is_a_name(
    load: Load, landing: Path, con: duckdb.DuckDBPyConnection, *, row: str, name: str
) -> None:
    (landing / "customers.csv").write_text(_CUSTOMERS + row + "\n2,2025-01-01,Bar,FR\n")
    load()
    found = con.execute("select name from raw.customers order by customer_id").fetchall()
    assert found == [(name,), ("Bar",)]


def test_quotes_escaped_by_backslashes_are_read_with_their_nulls(
    load: Load, landing: Path, con: duckdb.DuckDBPyConnection
) -> None:
    row = '1,2025-01-01,"the \\"big\\" one",\\N\n'
    (landing / "customers.csv").write_text(_CUSTOMERS + row)
    load()
    assert con.execute("select name, country from raw.customers").fetchall() == [
        ('the "big" one', None)
    ]


def test_a_link_out_of_the_landing_folder_is_refused_unread(
    load: Load, landing: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("password=hunter2\n")
    (landing / "customers.csv").symlink_to(secret)
    (file,) = load().files
    assert (file.outcome, "leads out" in file.message, "hunter2" in file.message) == (
        "refused",
        True,
        False,
    )


def test_a_link_inside_the_landing_folder_is_followed(load: Load, landing: Path) -> None:
    (landing / "2025.csv.kept").write_text(_CUSTOMERS + "1,2025-01-01,n,DE\n")
    (landing / "customers.csv").symlink_to("2025.csv.kept")
    (file,) = load().files
    assert (file.outcome, file.rows_loaded) == ("loaded", 1)


def test_a_file_name_that_is_no_text_is_loaded_under_its_escapes(load: Load, landing: Path) -> None:
    (landing / os.fsdecode(b"customers-\xff.csv")).write_text(_CUSTOMERS + "1,2025-01-01,n,DE\n")
    (file,) = load().files
    assert (file.file_name, file.rows_loaded) == ("customers-\\xff.csv", 1)
