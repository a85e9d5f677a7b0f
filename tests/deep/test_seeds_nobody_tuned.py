"""`ebbline simulate`, then `ebbline run --landing`: every figure of truth.json, for seeds of no other test."""

from pathlib import Path

import pytest

from tests.end_to_end.command import Ebbline
from tests.end_to_end.seeds import disagreements_of_a_seed


@pytest.mark.parametrize("seed", [7_001, 812_345, 3, 44_100])
def test_the_published_figures_are_those_of_the_life_histories(
    ebbline: Ebbline, tmp_path: Path, seed: int
) -> None:
    assert disagreements_of_a_seed(ebbline, tmp_path, seed, customers=150) == []
