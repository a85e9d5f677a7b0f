"""`ebbline simulate`, then `ebbline run --landing`: every figure of truth.json, for a seed of no other test."""

from pathlib import Path

from tests.end_to_end.command import Ebbline
from tests.end_to_end.seeds import disagreements_of_a_seed


def test_the_published_figures_are_those_of_the_life_histories(
    ebbline: Ebbline, tmp_path: Path
) -> None:
    assert disagreements_of_a_seed(ebbline, tmp_path, 60_902, customers=60) == []
