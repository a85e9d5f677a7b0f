"""The asset graph as a data engineer meets it in the UI."""

import json
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs.graph import build_definitions
from dagster_project.transform.project import current_manifest

# where dagster-dbt says which test a check is
UNIQUE_ID = "dagster_dbt/unique_id"
KNOWN = Path(__file__).with_name("known_graph.txt")


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions()


@pytest.fixture(scope="module")
def nodes(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    return sorted(definitions.resolve_all_asset_specs(), key=lambda spec: spec.key)


def described(definitions: dg.Definitions, nodes: list[dg.AssetSpec]) -> str:
    checks = definitions.resolve_asset_graph().asset_check_keys
    lines = [f"asset {spec.key.to_user_string()}" for spec in nodes]
    lines += [f"check {key.asset_key.to_user_string()} {key.name}" for key in checks]
    return "\n".join(sorted(lines)) + "\n"


def test_a_change_of_the_graph_is_seen_in_review(
    definitions: dg.Definitions, nodes: list[dg.AssetSpec]
) -> None:
    # After a wanted change: python -m tests.integration.graph.write_known_graph
    assert described(definitions, nodes) == KNOWN.read_text(encoding="utf-8")


def test_every_asset_has_a_group(nodes: list[dg.AssetSpec]) -> None:
    assert [spec.key for spec in nodes if spec.group_name in (None, "", "default")] == []


def test_every_asset_has_an_owner(nodes: list[dg.AssetSpec]) -> None:
    assert [spec.key for spec in nodes if not spec.owners] == []


def test_every_asset_has_a_kind(nodes: list[dg.AssetSpec]) -> None:
    assert [spec.key for spec in nodes if not spec.kinds] == []


def test_every_asset_says_what_one_row_is(nodes: list[dg.AssetSpec]) -> None:
    silent = [
        spec.key.to_user_string()
        for spec in nodes
        if not (spec.description or "").startswith("One row per ")
    ]
    assert silent == []


def test_every_dbt_test_is_a_check_in_the_graph_or_asked_by_the_suite_of_its_mart(
    definitions: dg.Definitions,
) -> None:
    manifest = json.loads(current_manifest().read_text(encoding="utf-8"))
    graph = definitions.resolve_asset_graph()
    checks = graph.asset_check_keys
    of_dbt = {str((graph.get_check_spec(key).metadata or {}).get(UNIQUE_ID)) for key in checks}
    asked = {(*key.asset_key.path, key.name) for key in checks}
    same_claim = {
        "one_row_per": "one_row_per_key",
        "primary_key": "one_row_per_key",
        "relationships": "customers_are_known",
    }
    nowhere = []
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] != "test" or unique_id in of_dbt:
            continue
        model = manifest["nodes"][node["attached_node"]]
        claim = same_claim[node["test_metadata"]["name"]]
        if (model["schema"], model["name"], claim) not in asked:
            nowhere.append(node["name"])
    assert nowhere == []


def test_every_check_has_a_name_that_fits_a_line_and_says_what_it_claims(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    assert [
        key.name
        for key in graph.asset_check_keys
        if len(key.name) > 60 or not graph.get_check_spec(key).description
    ] == []


def test_critical_expectations_block_what_comes_after(definitions: dg.Definitions) -> None:
    from dagster_project.quality import list_checks

    graph = definitions.resolve_asset_graph()
    for spec in list_checks():
        key = dg.AssetCheckKey(dg.AssetKey([spec.stage, spec.table]), spec.name)
        assert graph.get_check_spec(key).blocking == (spec.severity == "critical"), spec.name


def test_the_job_holds_the_whole_graph(
    definitions: dg.Definitions, nodes: list[dg.AssetSpec]
) -> None:
    job = definitions.resolve_job_def("retention_pipeline")
    assert job.asset_layer.executable_asset_keys == {spec.key for spec in nodes}
