"""``engine: spark``, as far as it needs no Spark."""

import sys
from pathlib import Path

import pytest

from dagster_project.config import load_settings
from dagster_project.engines.spark import require_engine
from dagster_project.errors import SettingsError


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with Java."""
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return program


def test_a_machine_without_java_is_told_what_to_install(java: Path) -> None:
    java.unlink()
    with pytest.raises(SettingsError) as refused:
        require_engine("spark")
    assert "needs Java 17," in str(refused.value)
    assert "apt-get install openjdk-17-jre-headless" in refused.value.fix


def test_the_java_that_is_named_is_the_one_that_counts(
    java: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_engine("spark")
    monkeypatch.setenv("JAVA_HOME", str(java.parents[1] / "elsewhere"))
    with pytest.raises(SettingsError, match="Java 17"):
        require_engine("spark")


def test_an_environment_without_pyspark_is_told_what_to_install(
    java: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(SettingsError) as refused:
        require_engine("spark")
    assert "needs PySpark," in str(refused.value)
    assert "pip install 'ebbline[spark]'" in refused.value.fix


def test_duckdb_needs_neither(java: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java.unlink()
    monkeypatch.setitem(sys.modules, "pyspark", None)
    require_engine("duckdb")


def test_the_engine_changes_no_number(tmp_path: Path) -> None:
    def settings(engine: str) -> str:
        file = tmp_path / f"{engine}.yml"
        file.write_text(f"sources: {{billing: {{path: billing}}}}\nengine: {engine}\n")
        return load_settings(file).fingerprint()

    assert settings("spark") == settings("duckdb")
