"""A publishing program is killed with signal 9 at operations on a file, and started again."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.integration.warehouse.disturbed import everything, look, publisher
from tests.integration.warehouse.hand_made import publish_state


@pytest.fixture
def step() -> int:
    """At each so many-th operation; ``tests/deep`` has all."""
    return 4


def test_a_kill_at_an_operation_on_a_file_ends_where_an_undisturbed_program_ends(
    tmp_path: Path, step: int
) -> None:
    undisturbed = tmp_path / "undisturbed"
    publish_state(undisturbed, 1)
    subprocess.run(publisher(undisturbed, 2), check=True, stdout=subprocess.DEVNULL)
    fatal, ended = 1 - step, False
    while not ended:
        fatal += step
        root = tmp_path / f"killed at {fatal}"
        publish_state(root, 1)
        died = subprocess.run(publisher(root, 2, fatal), check=False, stdout=subprocess.DEVNULL)
        assert died.returncode in (0, -signal.SIGKILL)
        ended = died.returncode == 0
        look(root)
        subprocess.run(publisher(root, 2), check=True, stdout=subprocess.DEVNULL)
        assert everything(root) == everything(undisturbed), f"killed at operation {fatal}"
    assert fatal > 10, "no operation was met"
