"""The same arguments give the same bytes; another seed does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dagster_project.errors import SettingsError
from dagster_project.simulate import run


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("format", "file_format"), [("stripe", "csv"), ("canonical", "csv"), ("canonical", "parquet")]
)
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, format: str, file_format: str) -> None:
    for name in ("one", "two"):
        run(60, 12, 5, format, tmp_path / name, file_format=file_format, shape="all", events=3000)
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")


def test_another_seed_gives_another_history(tmp_path: Path) -> None:
    for seed in (5, 6):
        run(60, 12, seed, "stripe", tmp_path / str(seed), events=100)
    one, two = _bytes(tmp_path / "5"), _bytes(tmp_path / "6")
    assert one["billing/charges.csv"] != two["billing/charges.csv"]


def test_the_committed_sample_is_what_its_seed_gives(tmp_path: Path, sample: Path) -> None:
    run(460, 30, 20261031, "stripe", tmp_path)
    made = _bytes(tmp_path)
    del made["ebbline.yml"]
    assert made == _bytes(sample)


def test_the_last_day_may_lie_in_the_middle_of_a_month(tmp_path: Path) -> None:
    run(40, 6, 1, "canonical", tmp_path, end=date(2026, 3, 17), events=100)
    settings = (tmp_path / "ebbline.yml").read_text(encoding="utf-8")
    assert "until: 2026-03-17" in settings


def test_one_customer_and_one_month_can_be_simulated(tmp_path: Path) -> None:
    run(1, 1, 0, "stripe", tmp_path)
    assert (tmp_path / "billing" / "customers.csv").read_text(encoding="utf-8").count("\n") == 2


def test_wrong_arguments_are_all_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        run(0, 12, 1, "chargebee", tmp_path, shape="none")
    text = str(caught.value)
    assert all(word in text for word in ("customers 0", "chargebee", "shape none"))
