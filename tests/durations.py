"""What of the tests one worker runs together, how long it took when last measured, and the order that follows from it.

``TESTS_WRITE_DURATIONS=1 make test`` writes ``tests/durations.txt``; a file that is not in it counts as short. A wrong
number costs time and nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

# Folders whose files stay together, since they share what takes long to make and cannot be shared by workers.
TOGETHER = ("tests/end_to_end",)
MEASURED = Path(__file__).with_name("durations.txt")


@cache
def measured() -> dict[str, float]:
    """Return seconds by file or folder."""
    lines = [line.split() for line in MEASURED.read_text(encoding="utf-8").splitlines()]
    return {name: float(seconds) for seconds, name in lines}


def unit_of(nodeid: str) -> str:
    """Return what a test is run with: its file, or the folder whose files stay together."""
    file = nodeid.partition("::")[0]
    folder = file.rpartition("/")[0]
    return folder if folder in TOGETHER else file


def longest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the items, those of the longest file or folder first, otherwise in their order."""
    seconds = measured()
    return sorted(items, key=lambda item: -seconds.get(unit_of(item.nodeid), 0.0))


def write(reports: Iterable[pytest.TestReport]) -> None:
    """Write what was measured, of all that took more than a few seconds."""
    seconds: dict[str, float] = defaultdict(float)
    for report in reports:
        seconds[unit_of(report.nodeid)] += report.duration
    MEASURED.write_text(
        "".join(
            f"{spent:.0f} {unit}\n"
            for unit, spent in sorted(seconds.items(), key=lambda item: -item[1])
            if spent >= 3
        ),
        encoding="utf-8",
    )
