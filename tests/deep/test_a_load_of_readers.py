"""Many readers in other processes while many publications come out."""

from pathlib import Path

from tests.integration.warehouse.reading import errors_of_readers

READERS, PUBLICATIONS = 6, 60


def test_no_reader_meets_an_error_or_a_mixed_state(tmp_path: Path) -> None:
    assert errors_of_readers(tmp_path, readers=READERS, publications=PUBLICATIONS) == [""] * READERS
