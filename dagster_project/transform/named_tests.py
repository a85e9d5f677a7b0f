"""dbt's tests by short names and in words, as the asset checks that they are in the Dagster UI.

dbt names a generic test after its model, its columns and all their values: up to 450 characters. The model is said
by the asset, so what remains is the claim. Reads the manifest as JSON; runs nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

_LONGEST = 60


def with_short_names(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest with a short name and a description for every test.

    :param manifest: dbt's manifest; its tests are changed in place.
    """
    taken: Counter[tuple[str, str]] = Counter()
    for unique_id in sorted(manifest["nodes"]):
        node = manifest["nodes"][unique_id]
        if node["resource_type"] != "test":
            continue
        name, attached = _short_name(node), str(node.get("attached_node"))
        taken[attached, name] += 1
        if taken[attached, name] > 1:
            name = f"{name}_{taken[attached, name]}"
        node["name"] = name
        node["meta"] = {**node.get("meta", {}), "description": _in_words(node)}
    return manifest


def without_tests(manifest: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the manifest without some tests.

    :param manifest: dbt's manifest; it is changed in place.
    :param names: patterns of full names, as ``fqn:`` of dbt's ``--exclude`` takes them.
    """
    left_out = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "test"
        and any(fnmatchcase(".".join(node["fqn"]), pattern) for pattern in names)
    }
    for unique_id in left_out:
        del manifest["nodes"][unique_id], manifest["child_map"][unique_id]
    for children in manifest["child_map"].values():
        children[:] = [child for child in children if child not in left_out]
    return manifest


def _short_name(node: Mapping[str, Any]) -> str:
    """Return the name that somebody gave it, or test and columns, without the model and the values."""
    claim, name = node.get("test_metadata"), str(node["name"])
    model = str(node.get("attached_node") or "").rpartition(".")[2]
    if claim is None or not name.startswith(f"{claim['name']}_{model}"):
        return name
    columns = _columns(claim["kwargs"])
    short = "_".join([claim["name"], "__".join(columns)])
    return short if len(short) <= _LONGEST else f"{claim['name']}_of_{len(columns)}_columns"


def _columns(given: Mapping[str, Any]) -> list[str]:
    found = [given["column_name"]] if "column_name" in given else list(given.get("columns", ()))
    # an expression, such as coalesce(plan_id, ''), is no part of a name
    return ["".join(c if c.isalnum() or c == "_" else "_" for c in str(one)) for one in found]


def _in_words(node: Mapping[str, Any]) -> str:
    """Return what the test claims; the description that its YAML gives it, where it does."""
    if said := node.get("description"):
        return str(said)
    claim = node.get("test_metadata")
    if claim is None:
        return f"{str(node['name']).removeprefix('assert_').replace('_', ' ').capitalize()}."
    given = claim["kwargs"]
    columns = [str(one) for one in given.get("columns", [given.get("column_name", "")])]
    match claim["name"]:
        case "one_row_per" | "primary_key" | "unique":
            return f"One row per {', '.join(columns)}."
        case "not_null" | "not_null_columns":
            return f"Never missing: {', '.join(columns)}."
        case "accepted_values":
            values = ", ".join(map(str, given["values"]))
            return f"{columns[0]} is one of: {values}."
        case "relationships":
            there = str(given["to"]).removeprefix("ref('").removesuffix("')")
            return f"Every {columns[0]} is a {given['field']} of {there}."
        case _:
            return f"Always: {given['condition']}." if "condition" in given else str(node["name"])
