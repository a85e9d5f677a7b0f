"""Which sources a mart needs is told by dbt's graph alone."""

import json
from pathlib import Path

import pytest

from dagster_project.locations import DBT_PROJECT
from dagster_project.metrics.catalogue import sources_needed
from dagster_project.transform.project import current_manifest

MODELS = {
    node["unique_id"]: node
    for node in json.loads(Path(current_manifest(DBT_PROJECT)).read_text())["nodes"].values()
    if node["resource_type"] == "model"
}


@pytest.mark.parametrize(
    ("mart", "sources"),
    [
        ("mart_churn_periods", ("billing",)),
        ("mart_repeat_rate", ("billing",)),
        ("metrics", ("billing",)),
        ("mart_support_experience", ("billing", "support")),
        ("mart_support_topics", ("billing", "support")),
        ("mart_onboarding", ("billing", "usage")),
        ("mart_customer_health", ("billing", "support", "usage")),
    ],
)
def test_a_mart_needs_the_sources_that_it_descends_from(
    mart: str, sources: tuple[str, ...]
) -> None:
    assert sources_needed(MODELS, f"model.ebbline.{mart}") == sources
