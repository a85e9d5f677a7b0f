"""Readers in other processes while publications come out."""

import subprocess
import sys
from pathlib import Path

from tests.integration.warehouse.hand_made import publish_state

READERS, PUBLICATIONS = 4, 30


def test_four_readers_meet_no_error_and_no_mixed_state_during_thirty_publications(
    tmp_path: Path,
) -> None:
    publish_state(tmp_path, 1)
    command = [sys.executable, "-m", "tests.integration.warehouse.reading_child", str(tmp_path)]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(READERS)
    ]
    for number in range(2, PUBLICATIONS + 2):
        publish_state(tmp_path, number)
    (tmp_path / "stop").touch()
    answers = [reader.communicate(timeout=60) for reader in readers]
    assert [error for _, error in answers] == [""] * READERS
    assert all(int(answer) >= 1 for answer, _ in answers)
