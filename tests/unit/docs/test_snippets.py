"""What README and docs show as YAML or Python is taken by what would read it."""

import ast
import re
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.config import Settings, load_settings
from dagster_project.exports.mapping import mapping_for, read_mapping
from dagster_project.locations import EXPECTATIONS
from dagster_project.metrics import Unit
from dagster_project.quality.suites import read_suites
from dagster_project.red_lines import load_rules
from tests.documents import Snippet, snippets

YAML = snippets("yaml")
_SUITE = re.compile(r"^# expectations/(\w+)/(\w+)\.yml$", re.MULTILINE)


def _kind(snippet: Snippet) -> str:
    document = yaml.safe_load(snippet.text)
    if isinstance(document, list):
        return "column"
    if "deliveries" in document:
        return "mapping"
    if _SUITE.match(snippet.text):
        return "suite"
    return "settings" if set(document) & set(Settings.model_fields) else "another tool's"


def _of(kind: str) -> list[Snippet]:
    return [snippet for snippet in YAML if _kind(snippet) == kind]


def test_every_kind_of_file_is_shown() -> None:
    assert {_kind(snippet) for snippet in YAML} >= {"settings", "mapping", "suite", "column"}


@pytest.mark.parametrize("snippet", _of("settings"), ids=str)
def test_settings_can_be_followed(snippet: Snippet, tmp_path: Path) -> None:
    billing = "" if "sources:" in snippet.text else "sources: {billing: {path: x}}\n"
    (tmp_path / "ebbline.yml").write_text(billing + snippet.text, encoding="utf-8")
    settings = load_settings(tmp_path / "ebbline.yml")
    load_rules(settings)
    for name, source in settings.sources.named().items():
        assert mapping_for(source.format, name).source == name  # type: ignore[arg-type]


@pytest.mark.parametrize("snippet", _of("mapping"), ids=str)
def test_a_mapping_can_be_followed(snippet: Snippet, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(snippet.text, encoding="utf-8")
    assert read_mapping(tmp_path / "mine.yml").deliveries


@pytest.mark.parametrize("snippet", _of("suite"), ids=str)
def test_a_suite_can_be_followed(snippet: Snippet, tmp_path: Path) -> None:
    said = _SUITE.match(snippet.text)
    assert said is not None
    shutil.copytree(EXPECTATIONS, tmp_path / "expectations")
    stage, table = said.groups()
    (tmp_path / "expectations" / stage / f"{table}.yml").write_text(snippet.text, encoding="utf-8")
    suite = next(s for s in read_suites(tmp_path / "expectations") if s.name == f"{stage}__{table}")
    shown = yaml.safe_load(snippet.text)["checks"]
    assert set(shown) <= {expectation.spec.name for expectation in suite.expectations}


@pytest.mark.parametrize("snippet", _of("column"), ids=str)
def test_a_metric_beside_its_column_says_what_it_must(snippet: Snippet) -> None:
    for column in yaml.safe_load(snippet.text):
        metric: dict[str, Any] = column["config"]["meta"]["metric"]
        assert {"label", "unit", "better"} <= set(metric)
        assert metric["unit"] in set(Unit)


@pytest.mark.parametrize("snippet", snippets("python"), ids=str)
def test_what_is_imported_from_ebbline_is_there(snippet: Snippet) -> None:
    for node in ast.walk(ast.parse(snippet.text)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("dagster_project"):
            module = import_module(str(node.module))
            for alias in node.names:
                is_module = not hasattr(module, alias.name)
                if is_module:
                    import_module(f"{node.module}.{alias.name}")
