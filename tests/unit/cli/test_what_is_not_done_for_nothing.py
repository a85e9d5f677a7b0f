"""What a run neither imports nor does, since nobody reads it."""

import subprocess
import sys

import pytest

from dagster_project.absent import hollow

IMPORTED = """
import sys
import dagster_project.defs.graph as graph
import dagster_project.quality.great_expectations_run
graph.build_definitions()
sys.stdout.write(" ".join(sys.modules))
"""

ENDS_WITH_GARBAGE = """
import gc
from dagster_project.garbage import collect_less_often

class Cycle:
    def __init__(self):
        self.me = self
    def __del__(self, write=open(1, "w").write):
        write("looked through")

collect_less_often()
Cycle()
"""


def _said_by(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


def test_a_run_imports_neither_dbt_nor_what_great_expectations_never_uses() -> None:
    modules = _said_by(IMPORTED).split()
    imported = {module.partition(".")[0] for module in modules}
    assert imported & {"great_expectations", "dagster_dbt"} == {"great_expectations", "dagster_dbt"}
    assert imported & {"boto3", "dbt", "pyspark", "scipy"} == set()
    fluent = {module.rpartition(".fluent.")[2] for module in modules if ".fluent." in module}
    assert "sql_datasource" in fluent
    assert not [name for name in fluent if "pandas" in name or "spark" in name]


def test_python_does_not_look_for_garbage_when_it_ends() -> None:
    assert _said_by(ENDS_WITH_GARBAGE) == ""
    assert _said_by(ENDS_WITH_GARBAGE.replace("collect_less_often()", "")) == "looked through"


def test_a_hollow_package_gives_names_and_no_use_of_them() -> None:
    with hollow("no_package", "figures"):
        from no_package import figures  # type: ignore[import-not-found]
    assert figures is None
    with pytest.raises(ImportError):
        import no_package  # noqa: F401


def test_a_package_that_is_imported_already_is_not_made_hollow() -> None:
    with hollow("json", "loads"):
        from json import loads
    assert loads("1") == 1
