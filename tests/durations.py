"""How long each file of tests took when it was last measured, and the order that follows from it.

``TESTS_WRITE_DURATIONS=1 make test`` writes ``tests/durations.txt``; a file that is not in it counts as short. A wrong
number costs time and nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

MEASURED = Path(__file__).with_name("durations.txt")


@cache
def measured() -> dict[str, float]:
    """Return seconds by file or group."""
    lines = [line.split() for line in MEASURED.read_text(encoding="utf-8").splitlines()]
    return {name: float(seconds) for seconds, name in lines}


def unit_of(item: pytest.Item) -> str:
    """Return what an item is scheduled with: its group, or else its file."""
    groups = [str(mark.args[0]) for mark in item.iter_markers("xdist_group")]
    return "_".join(sorted(groups)) or item.nodeid.partition("::")[0]


def longest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the items, those of the longest file or group first, otherwise in their order."""
    seconds = measured()
    return sorted(items, key=lambda item: -seconds.get(unit_of(item), 0.0))


def write(reports: Iterable[pytest.TestReport]) -> None:
    """Write what was measured, of all that took more than a few seconds."""
    seconds: dict[str, float] = defaultdict(float)
    for report in reports:
        file, _, test = report.nodeid.partition("::")
        name, at, group = test.rpartition("@")  # so xdist writes the group
        seconds[group if at and name and "]" not in group else file] += report.duration
    MEASURED.write_text(
        "".join(
            f"{spent:.0f} {unit}\n"
            for unit, spent in sorted(seconds.items(), key=lambda item: -item[1])
            if spent >= 3
        ),
        encoding="utf-8",
    )
