"""A publishing program is killed with signal 9, at random moments and at every operation on a file, and goes on."""

import subprocess
from pathlib import Path

import pytest

from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.warehouse.disturbed import everything, look, publisher
from tests.integration.warehouse.killing import kill_at_random
from tests.integration.warehouse.test_kill import (
    test_a_kill_at_an_operation_on_a_file_ends_where_an_undisturbed_program_ends,
)

__all__ = ["test_a_kill_at_an_operation_on_a_file_ends_where_an_undisturbed_program_ends"]

KILLS = 50


@pytest.fixture
def step() -> int:
    """At every operation."""
    return 1


def test_fifty_kills_at_random_moments_end_where_an_undisturbed_program_ends(
    tmp_path: Path,
) -> None:
    disturbed, undisturbed = tmp_path / "disturbed", tmp_path / "undisturbed"
    report = kill_at_random(
        publisher(disturbed, 1_000_000),
        kills=KILLS,
        longest=0.6,
        seed=20260401,
        ready="ready",
        after_each=lambda: look(disturbed),
    )
    with open_warehouse(WarehousePaths(disturbed)) as con:
        row = con.execute("select max(load_id) from raw.loads").fetchone()
    assert report.killed == KILLS and row is not None
    last = row[0] + 2
    subprocess.run(publisher(disturbed, last), check=True, stdout=subprocess.DEVNULL)
    subprocess.run(publisher(undisturbed, last), check=True, stdout=subprocess.DEVNULL)
    look(disturbed)
    assert everything(disturbed) == everything(undisturbed)
