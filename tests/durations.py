"""How long each file of tests took when it was last measured, and the order that follows from it.

``tests/durations.txt`` is written by hand from the summary of ``make test`` where a file's time has changed much;
a file that is not in it counts as short. A wrong number costs time and nothing else.
"""

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
