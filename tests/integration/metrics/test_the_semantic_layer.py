"""dbt's semantic layer is that of the catalogue: every metric is one there, and the file is what is made of it."""

import json

import pytest
import yaml

from dagster_project.metrics import CATALOGUE
from dagster_project.metrics.semantic import SEMANTIC, semantic_layer
from dagster_project.transform.project import current_manifest


def test_the_file_is_that_of_the_catalogue() -> None:
    assert SEMANTIC.read_text(encoding="utf-8") == semantic_layer(), "say `make metrics-page`"


@pytest.mark.parametrize("ending", ["", "_quarterly", "_yearly"])
def test_every_metric_of_the_catalogue_is_one_for_each_grain(ending: str) -> None:
    known = {node["name"] for node in yaml.safe_load(semantic_layer())["metrics"]}
    assert {f"{name}{ending}" for name in CATALOGUE} <= known


def test_dbt_takes_every_metric() -> None:
    manifest = json.loads(current_manifest().read_text(encoding="utf-8"))
    taken = {node["name"] for node in manifest["metrics"].values()}
    assert len(taken) == 3 * len(CATALOGUE)
