"""Readers in other processes while publications come out."""

from pathlib import Path

from tests.integration.warehouse.reading import errors_of_readers


def test_two_readers_meet_no_error_and_no_mixed_state_during_eight_publications(
    tmp_path: Path,
) -> None:
    assert errors_of_readers(tmp_path, readers=2, publications=8) == ["", ""]
