"""What lies in a landing folder in place of a file is said: refused under a known name, else listed."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.errors import InputRefusedError
from dagster_project.exports import LoadReport
from dagster_project.exports.landing import LandingFile, LocalLanding

Load = Callable[..., LoadReport]
CUSTOMER = "customer_id,created_at\nc1,2025-01-01\n"


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))  # the whole path may be longer than a socket's may be


def _link_to_folder(path: Path) -> None:
    (path.parent / ".kept").mkdir()
    path.symlink_to(".kept")


MAKERS: dict[str, Callable[[Path], object]] = {
    "a link to a file that does not exist": lambda path: path.symlink_to("gone.csv"),
    "a link that cannot be followed": lambda path: path.symlink_to(path.name),
    "a link to a folder": _link_to_folder,
    "a named pipe": os.mkfifo,
    "a socket": _socket,
    "a folder": Path.mkdir,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", MAKERS)
def test_under_a_known_name_it_is_refused_and_the_other_files_are_loaded(
    load: Load, landing: Path, what: str
) -> None:
    MAKERS[what](landing / "customers-1.csv")
    (landing / "customers-2.csv").write_text(CUSTOMER)

    refused, loaded = load().files

    assert (refused.outcome, loaded.outcome, loaded.rows_loaded) == ("refused", "loaded", 1)
    assert f"customers-1.csv: this is {what}" in refused.message


@pytest.mark.parametrize("what", MAKERS)
def test_under_an_unknown_name_it_is_listed(load: Load, landing: Path, what: str) -> None:
    MAKERS[what](landing / "notes.csv")

    (listed,) = load().unrecognised

    assert listed.startswith(f"notes.csv ({what}")


def test_a_link_to_a_folder_is_listed_whatever_its_name(load: Load, landing: Path) -> None:
    _link_to_folder(landing / "2025")
    assert load().unrecognised == ("2025 (a link to a folder, which is not followed)",)


def test_a_refusal_is_written_into_the_ledger_once(
    load: Load, landing: Path, con: duckdb.DuckDBPyConnection
) -> None:
    os.mkfifo(landing / "customers.csv")
    load()
    load()
    found = con.execute("select file_name, outcome, content_hash from raw.loads").fetchall()
    assert found == [("customers.csv", "refused", None)]


def test_a_folder_named_like_a_file_stands_for_the_files_that_it_holds(
    load: Load, landing: Path
) -> None:
    (landing / "customers.csv").mkdir()
    (landing / "customers.csv" / "customers.csv").write_text(CUSTOMER)

    report = load()

    assert [(file.file_name, file.outcome) for file in report.files] == [
        ("customers.csv/customers.csv", "loaded")
    ]
    assert report.unrecognised == ()


def test_a_folder_named_like_a_file_whose_parts_nobody_knows_is_refused(
    load: Load, landing: Path
) -> None:
    (landing / "customers.parquet").mkdir()
    (landing / "customers.parquet" / "part-00000.parquet").write_bytes(b"PAR1")

    report = load()

    assert [file.outcome for file in report.files] == ["refused"]
    assert report.unrecognised == ("customers.parquet/part-00000.parquet",)


@pytest.mark.timeout(60)
def test_a_file_that_became_a_pipe_since_it_was_listed_blocks_nobody(landing: Path) -> None:
    os.mkfifo(landing / "plans.csv")
    listed = LandingFile("plans.csv", str(landing / "plans.csv"), 8)
    with (
        pytest.raises(InputRefusedError, match=r"plans\.csv: this is a named pipe"),
        LocalLanding(landing).at_hand(listed),
    ):
        pass


def test_hidden_ones_are_passed_over(load: Load, landing: Path) -> None:
    os.mkfifo(landing / ".customers.csv")
    (landing / ".old.csv").mkdir()
    assert load().found_nothing
