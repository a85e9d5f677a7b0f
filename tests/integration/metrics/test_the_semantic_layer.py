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


def test_what_we_say_of_a_mart_is_nothing_that_lightdash_reads_as_its_own() -> None:
    """Under ``meta`` it looks for words of its own; a mart that uses one is no explore there, but an error."""
    theirs = {
        "metrics", "dimension", "additional_dimensions", "joins", "primary_key", "label", "explores", "sets",
        "order_fields_by", "group_label", "group_details", "sql_filter", "sql_where", "sql_from", "parameters",
        "required_filters", "default_filters", "required_attributes", "default_time_dimension", "spotlight", "tags",
    }  # fmt: skip
    manifest = json.loads(current_manifest().read_text(encoding="utf-8"))
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    said = {
        (node["name"], word)
        for node in models
        for part in (node, *node["columns"].values())
        for word in part["config"].get("meta", {})
    }
    assert len(said) > 30
    assert [one for one in said if one[1] in theirs] == []
