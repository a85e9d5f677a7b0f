"""A simulated company of any seed, run from its exports: where its published figures are not its truth."""

import json
from pathlib import Path

from tests.end_to_end.command import Ebbline
from tests.end_to_end.truth import disagreements


def disagreements_of_a_seed(ebbline: Ebbline, folder: Path, seed: int) -> list[str]:
    """Simulate a company with that seed in ``folder`` and run it as a user does."""
    exports, warehouse = folder / "exports", folder / "warehouse"
    simulated = ebbline(
        *("simulate", "--customers", 150, "--months", 20, "--seed", seed),
        *("--format", "stripe", "--out", exports),
    )
    assert simulated.code == 0, simulated.screen
    ended = ebbline("run", "--landing", exports, "--warehouse", warehouse)
    assert ended.code == 0, ended.screen
    truth = json.loads((exports / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["periods"]) > 100
    return disagreements(truth, warehouse / "marts.duckdb")
