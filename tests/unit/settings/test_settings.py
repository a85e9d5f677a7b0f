"""``ebbline.yml``: what it means, and how a mistake in it is told."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import DIMENSIONS, load_settings
from dagster_project.errors import SettingsError

NOON = FixedClock(datetime(2026, 3, 10, 12, tzinfo=UTC))
MINIMAL = "sources:\n  billing: {format: canonical, path: exports/billing}\n"


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    return tmp_path / "ebbline.yml"


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def test_only_sources_must_be_given(settings_file: Path) -> None:
    settings = load_settings(write(settings_file, MINIMAL))
    assert settings.dimensions == DIMENSIONS
    assert settings.billing.dunning_days == 30
    assert settings.publish.keep == 10


def test_relative_paths_count_from_the_settings_file(settings_file: Path) -> None:
    settings = load_settings(write(settings_file, MINIMAL))
    assert settings.sources.billing.path == str(settings_file.parent / "exports/billing")
    assert settings.warehouse == settings_file.parent / "data/warehouse"


def test_a_relative_warehouse_is_absolute_for_every_process(
    settings_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(write(settings_file, MINIMAL), warehouse=Path("w"), landing="exports")
    assert settings.warehouse == tmp_path / "w"
    assert settings.sources.billing.path == str(tmp_path / "exports" / "billing")


def test_landing_moves_every_source(settings_file: Path) -> None:
    text = MINIMAL + "  usage: {format: segment, path: elsewhere}\n"
    settings = load_settings(write(settings_file, text), landing="s3://bucket/exports/")
    assert settings.sources.billing.path == "s3://bucket/exports/billing"
    assert settings.sources.usage is not None
    assert settings.sources.usage.path == "s3://bucket/exports/usage"


def test_the_environment_is_overridden_by_arguments(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EBBLINE_WAREHOUSE", str(tmp_path / "from_environment"))
    monkeypatch.setenv("EBBLINE_AS_OF", "2026-02-01")
    write(settings_file, MINIMAL)
    assert load_settings(settings_file).warehouse == tmp_path / "from_environment"
    chosen = load_settings(settings_file, warehouse=tmp_path / "argument", as_of=date(2026, 1, 5))
    assert (chosen.warehouse, chosen.as_of) == (tmp_path / "argument", date(2026, 1, 5))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (MINIMAL + "foo: 1\n", 3, "foo: unknown key"),
        (
            MINIMAL + "billing:\n  dunning_day: 3\n",
            4,
            "billing.dunning_day: unknown key; did you mean 'dunning_days'?",
        ),
        (MINIMAL + "calendar: {timezone: Mars}\n", 3, "not an IANA time zone"),
        (MINIMAL + "billing:\n  dunning_days: soon\n", 4, "billing.dunning_days"),
        (MINIMAL + "dimensions: [colour]\n", 3, "unknown: colour"),
        (MINIMAL + "currency: {rates: {EUR: -1}}\n", 3, "currency.rates.EUR"),
        (MINIMAL + "currency: {reporting: EUR, rates: {EUR: 1.1}}\n", 3, "its rate is 1"),
        ("warehouse: x\n", 1, "'sources' is missing"),
        (MINIMAL + "warehouse: x\nwarehouse: y\n", 4, "given twice"),
        (MINIMAL + "red_lines: [\n", 4, "not YAML"),
        ("sources: !!python/object/apply:os.system ['true']\n", 1, "not YAML"),
        (MINIMAL + "as_of: 2026-01-01\n", 3, "--as-of"),
        (MINIMAL + "publish: {file_mode: '0666'}\n", 3, "publish.file_mode"),
        (MINIMAL + "publish: {file_mode: 440}\n", 3, "publish.file_mode"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    settings_file: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(write(settings_file, text))
    assert said in str(raised.value)
    assert f"{settings_file}:{line}" in str(raised.value)


@pytest.mark.parametrize("written", ["0440", "'0440'"])
def test_a_mode_may_be_written_as_a_number_or_as_text(settings_file: Path, written: str) -> None:
    text = MINIMAL + f"publish: {{file_mode: {written}}}\n"
    assert load_settings(write(settings_file, text)).publish.mode() == 0o440


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no settings file"):
        load_settings(tmp_path / "none.yml")


def test_until_is_yesterday_in_the_configured_zone(settings_file: Path) -> None:
    text = MINIMAL + "calendar: {timezone: Pacific/Auckland}\n"
    settings = load_settings(write(settings_file, text))
    # Noon in UTC is already the 11th in Auckland.
    assert settings.until_on(NOON) == date(2026, 3, 10)


def test_as_of_ends_with_its_day_in_the_zone_also_when_summer_time_begins(
    settings_file: Path,
) -> None:
    text = MINIMAL + "calendar: {timezone: America/New_York}\n"
    settings = load_settings(write(settings_file, text), as_of=date(2026, 3, 8))
    assert settings.as_of_at() == datetime(2026, 3, 9, 3, 59, 59, 999999, tzinfo=UTC)
    assert settings.until_on(NOON) == date(2026, 3, 7)


def test_the_first_dated_rate_also_holds_before_its_date(settings_file: Path) -> None:
    text = MINIMAL + "currency: {rates: {EUR: {2026-01-01: 1.10, 2025-01-01: 1.05}}}\n"
    rows = load_settings(write(settings_file, text)).currency.rows()
    assert rows[1:] == [
        {"currency": "EUR", "valid_from": None, "rate": "1.05"},
        {"currency": "EUR", "valid_from": "2026-01-01", "rate": "1.1"},
    ]


def test_the_fingerprint_follows_what_changes_numbers_and_nothing_else(
    settings_file: Path,
) -> None:
    plain = load_settings(write(settings_file, MINIMAL)).fingerprint()
    kept = MINIMAL + "publish: {keep: 3}\nnotify: [{url: '${SECRET}'}]\n"
    assert load_settings(write(settings_file, kept)).fingerprint() == plain
    dunning = MINIMAL + "billing: {dunning_days: 31}\n"
    assert load_settings(write(settings_file, dunning)).fingerprint() != plain


def test_no_secret_is_among_the_published_settings(settings_file: Path) -> None:
    text = MINIMAL + "notify: [{url: 'slack://secret-token'}]\n"
    assert "secret-token" not in str(load_settings(write(settings_file, text)).numbers())


@pytest.mark.parametrize("rate", ["0", "-1", "100000.01", "1.0000000001"])
def test_a_rate_that_exact_conversion_cannot_hold_is_refused(tmp_path: Path, rate: str) -> None:
    file = tmp_path / "ebbline.yml"
    file.write_text(f"sources: {{billing: {{path: x}}}}\ncurrency: {{rates: {{EUR: {rate}}}}}\n")
    with pytest.raises(SettingsError, match="cannot be followed"):
        load_settings(file)


def test_the_highest_rate_is_followed(tmp_path: Path) -> None:
    file = tmp_path / "ebbline.yml"
    file.write_text("sources: {billing: {path: x}}\ncurrency: {rates: {EUR: 100000}}\n")
    assert load_settings(file).currency.rows()[1]["rate"] == "100000"
