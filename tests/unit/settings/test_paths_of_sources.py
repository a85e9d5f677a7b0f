"""``${NAME}`` in the path of a source."""

from pathlib import Path

import pytest

from dagster_project.config import load_settings
from dagster_project.errors import SettingsError


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("${WHERE}/billing", "/exports/billing"),
        ("s3://${BUCKET}/x?key=${WHERE}", "s3://b/x?key=/exports"),
    ],
)
def test_a_variable_stands_for_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, found: str
) -> None:
    monkeypatch.setenv("WHERE", "/exports")
    monkeypatch.setenv("BUCKET", "b")
    file = tmp_path / "ebbline.yml"
    file.write_text(f'sources: {{billing: {{path: "{path}"}}}}')
    assert load_settings(file).sources.billing.path == found


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ebbline.yml"
    file.write_text('sources: {billing: {path: "${NOT_SET_ANYWHERE}/x"}}')
    with pytest.raises(SettingsError, match="NOT_SET_ANYWHERE"):
        load_settings(file)


@pytest.mark.parametrize(
    "said", ["decimal: ';'", "dates: year_first", "zone: Mars/Olympus", "ends: sometimes"]
)
def test_what_is_said_of_an_export_is_one_of_what_can_be_said(tmp_path: Path, said: str) -> None:
    file = tmp_path / "ebbline.yml"
    file.write_text(f"sources: {{billing: {{path: x, {said}}}}}")
    with pytest.raises(SettingsError, match=said.split(":", maxsplit=1)[0]):
        load_settings(file)
