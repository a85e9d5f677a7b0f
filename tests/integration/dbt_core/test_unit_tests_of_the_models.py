"""The unit tests that stand beside the models, all of them, in one run of dbt.

They speak of the models and not of a night's data, so no run of the pipeline starts them.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from dagster_project.locations import DBT_PROJECT
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.dbt_process import dbt
from tests.sample import WholeRun

NAMES = sorted(
    str(test["name"])
    for file in (DBT_PROJECT / "models").rglob("*.yml")
    for test in yaml.safe_load(file.read_text(encoding="utf-8")).get("unit_tests", [])
)


@pytest.fixture(scope="module")
def results(
    whole_sample: WholeRun, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Mapping[str, str]]:
    """Run them in a warehouse that has every relation they speak of; return what dbt says of each."""
    paths = WarehousePaths(tmp_path_factory.mktemp("unit_tests"))
    shutil.copyfile(whole_sample.paths.warehouse_db, paths.warehouse_db)
    ran = dbt(
        *("test", "--select", "test_type:unit"),
        warehouse_db=paths.warehouse_db,
        target=paths.dbt_target,
        variables={},
        write_json=True,
    )
    results: Path = paths.dbt_target / "run_results.json"
    assert results.exists(), ran.output[-6000:]
    return {
        result["unique_id"].rpartition(".")[2]: result
        for result in json.loads(results.read_text(encoding="utf-8"))["results"]
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_test_of_a_model_passes(results: Mapping[str, Mapping[str, str]], name: str) -> None:
    assert name in results, "dbt did not run it"
    assert results[name]["status"] == "pass", results[name]["message"]


def test_there_are_unit_tests() -> None:
    assert len(NAMES) > 50 and len(NAMES) == len(set(NAMES))
