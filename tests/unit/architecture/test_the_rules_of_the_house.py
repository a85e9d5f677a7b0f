"""Rules of the code base that a reader relies on, held by reading the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[3] / "dagster_project"
MODULES = sorted(PACKAGE.rglob("*.py"))
# These string the graph together or run it; everything else does work and knows no Dagster.
KNOWS_DAGSTER = {"defs", "definitions.py", "pipeline.py"}
PRINTS = {"cli.py"}


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def calls(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_the_graph_knows_dagster(module: Path) -> None:
    if module.relative_to(PACKAGE).parts[0] in KNOWS_DAGSTER:
        return
    assert [
        name
        for name in imported(module)
        if name.split(".")[0].startswith("dagster") and name.split(".")[0] != "dagster_project"
    ] == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_the_clock_asks_what_time_it_is(module: Path) -> None:
    if module.name == "clock.py":
        return
    asked = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    assert asked.isdisjoint(calls(module))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_the_command_line_prints(module: Path) -> None:
    if name_of(module) not in PRINTS:
        assert "print" not in set(calls(module))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_module_says_what_belongs_in_it(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_no_module_is_named_for_nothing(module: Path) -> None:
    assert {"utils", "helpers", "common", "misc"}.isdisjoint(
        Path(name_of(module)).with_suffix("").parts
    )
