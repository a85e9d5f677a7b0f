"""`ebbline simulate`, then `ebbline run --landing`: every figure of truth.json, for seeds of no other test."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Ebbline
from tests.end_to_end.truth import disagreements


@pytest.mark.parametrize("seed", [7_001, 60_902, 812_345])
def test_the_published_figures_are_those_of_the_life_histories(
    ebbline: Ebbline, tmp_path: Path, seed: int
) -> None:
    exports, warehouse = tmp_path / "exports", tmp_path / "warehouse"
    simulated = ebbline(
        *("simulate", "--customers", 150, "--months", 20, "--seed", seed),
        *("--format", "stripe", "--out", exports),
    )
    assert simulated.code == 0, simulated.screen
    ended = ebbline("run", "--landing", exports, "--warehouse", warehouse)
    assert ended.code == 0, ended.screen
    truth = json.loads((exports / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["periods"]) > 100
    assert disagreements(truth, warehouse / "marts.duckdb") == []
