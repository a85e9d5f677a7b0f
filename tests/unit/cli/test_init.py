"""``ebbline init``: what it leaves, what it leaves alone, and what it refuses."""

from pathlib import Path

import pytest

from dagster_project.config import load_settings
from dagster_project.errors import SettingsError
from dagster_project.new_project import Choice, formats_of, initialise

STRIPE = Choice({"billing": "stripe", "usage": "segment"}, "EUR", "Europe/Berlin")


def test_its_settings_are_those_that_were_chosen(tmp_path: Path) -> None:
    initialise(tmp_path, STRIPE, with_example=False)
    settings = load_settings(tmp_path / "ebbline.yml")
    assert {name: source.format for name, source in settings.sources.named().items()} == {
        "billing": "stripe",
        "usage": "segment",
    }
    assert (settings.currency.reporting, settings.calendar.timezone) == ("EUR", "Europe/Berlin")


def test_its_landing_folders_are_those_of_the_settings(tmp_path: Path) -> None:
    initialise(tmp_path, STRIPE, with_example=False)
    settings = load_settings(tmp_path / "ebbline.yml")
    assert all(Path(source.path).is_dir() for source in settings.sources.named().values())


def test_its_example_has_settings_that_hold(tmp_path: Path) -> None:
    initialise(tmp_path, STRIPE, with_example=True)
    settings = load_settings(tmp_path / "example" / "ebbline.yml")
    assert list(Path(settings.sources.billing.path).glob("invoice_lines*"))


def test_settings_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "ebbline.yml").write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="settings here already"):
        initialise(tmp_path, STRIPE, with_example=True)
    assert [path.name for path in tmp_path.iterdir()] == ["ebbline.yml"]
    assert (tmp_path / "ebbline.yml").read_text(encoding="utf-8") == "mine"


def test_all_that_is_wrong_is_said_before_anything_is_made(tmp_path: Path) -> None:
    wrong = Choice({"support": "paypal"}, "dollar", "Mars")
    with pytest.raises(SettingsError) as refused:
        initialise(tmp_path / "new", wrong, with_example=True)
    assert [fault.split(":")[0] for fault in refused.value.evidence] == [
        "billing",
        "support",
        "timezone",
        "currency",
    ]
    assert not (tmp_path / "new").exists()


def test_canonical_tables_are_offered_first() -> None:
    assert formats_of("support")[0] == "canonical"
