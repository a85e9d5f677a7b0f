"""How many models lie behind each other: every step is one that a reader follows and a night waits for."""

import json
from functools import cache

from dagster_project.transform.project import current_manifest

MOST = 23


def test_no_model_lies_deeper_than_the_longest_way_there_was() -> None:
    nodes = json.loads(current_manifest().read_text(encoding="utf-8"))["nodes"]
    models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}

    @cache
    def depth(model: str) -> int:
        behind = set(models[model]["depends_on"]["nodes"]) & set(models)
        return 1 + max(map(depth, behind), default=0)

    assert {model: depth(model) for model in models if depth(model) > MOST} == {}
