"""Readers in other processes while publications come out: how many of each is the business of the test."""

import subprocess
import sys
from pathlib import Path

from tests.integration.warehouse.hand_made import publish_state


def errors_of_readers(root: Path, *, readers: int, publications: int) -> list[str]:
    """Read in that many processes while that many publications come out; return what each reader complained of.

    A reader that saw nothing complains too.
    """
    publish_state(root, 1)
    command = [sys.executable, "-m", "tests.integration.warehouse.reading_child", str(root)]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(readers)
    ]
    for number in range(2, publications + 2):
        publish_state(root, number)
    (root / "stop").touch()
    ended = [reader.communicate() for reader in started]
    return [error or ("" if int(seen) else "saw no publication") for seen, error in ended]
