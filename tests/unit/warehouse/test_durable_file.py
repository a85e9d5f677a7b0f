"""Files put in place: what is in them is on the disk before their name is, and the name before anybody goes on."""

import os
import stat
from pathlib import Path

import pytest

from dagster_project.warehouse.durable_file import put_in_place


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the kernel is told, in order."""
    told: list[str] = []
    fsync, replace = os.fsync, os.replace

    def flushed(descriptor: int) -> None:
        told.append(
            "flush the folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "flush the file"
        )
        fsync(descriptor)

    def renamed(source: str, target: str) -> None:
        told.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "replace", renamed)
    return told


def test_a_file_is_flushed_renamed_and_its_folder_flushed(tmp_path: Path, told: list[str]) -> None:
    finished = tmp_path / "marts.duckdb.tmp"
    finished.write_text("all of it")
    put_in_place(finished, tmp_path / "marts.duckdb")
    assert told == ["flush the file", "rename", "flush the folder"]


def test_what_is_in_place_cannot_be_written_to_and_is_whole(tmp_path: Path) -> None:
    finished, place = tmp_path / "marts.duckdb.tmp", tmp_path / "marts.duckdb"
    finished.write_text("all of it")
    put_in_place(finished, place)
    assert (place.read_text(), place.stat().st_mode & 0o777) == ("all of it", 0o444)
    assert not finished.exists()
