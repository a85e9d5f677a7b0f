"""dbt's semantic layer, made of the catalogue: ``dbt/models/semantic/metrics.yml``, held true by a test.

A metric of the catalogue is a metric there, so that MetricFlow and the tools that read it answer with the figures of
the marts. They are read from the tall table, where a row is a finished figure: nothing is computed a second time, and
nothing can be added up over periods that is no sum.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from dagster_project.locations import DBT_PROJECT
from dagster_project.metrics.catalogue import CATALOGUE, Metric
from dagster_project.period import Grain

SEMANTIC = DBT_PROJECT / "models" / "semantic" / "metrics.yml"
_INTRODUCTION = """\
# Made by `make metrics-page` from what the YAML of the period marts says of each metric; do not edit it.
# `mf query --metrics churn_rate --group-by metric_time__month` gives the figures of the marts (docs/semantic.md).
"""
_DIMENSIONS = ("metric", "grain", "dimension", "member", "is_complete")
_GRAINS: Mapping[Grain, str] = {"month": "", "quarter": "_quarterly", "year": "_yearly"}
"""What the metric of a grain is called: its name with this after it."""


def semantic_layer(metrics: Mapping[str, Metric] = CATALOGUE) -> str:
    """Return the semantic models and metrics as YAML."""
    document = {
        "semantic_models": [_semantic_model(grain) for grain in _GRAINS],
        "metrics": [one for metric in metrics.values() for one in _metrics(metric)],
    }
    return _INTRODUCTION + yaml.safe_dump(document, sort_keys=False, width=110)


def _semantic_model(grain: Grain) -> dict[str, Any]:
    """Return the figures of one grain: asked at it, they are those of the marts."""
    return {
        "name": f"figures_of_a_{grain}",
        "description": f"One row per metric, {grain}, dimension and member, of the tall table of metrics.",
        "model": "ref('metrics')",
        "defaults": {"agg_time_dimension": "period_start"},
        "entities": [
            {
                "name": f"{grain}_figure",
                "type": "primary",
                "expr": "concat_ws('|', metric, grain, period_start, dimension, member)",
            }
        ],
        "dimensions": [
            {
                "name": "period_start",
                "type": "time",
                "type_params": {"time_granularity": grain},
            },
            *({"name": name, "type": "categorical"} for name in _DIMENSIONS),
        ],
        "measures": [
            {
                "name": f"value_of_a_{grain}",
                "description": f"The value of a metric in a {grain}; a row is one figure.",
                "agg": "sum",
                "expr": f"case when grain = '{grain}' then value end",
            }
        ],
    }


def _metrics(metric: Metric) -> Iterator[dict[str, Any]]:
    for grain, ending in _GRAINS.items():
        of = f"{grain}_figure"
        yield {
            "name": f"{metric.column}{ending}",
            "label": metric.label if grain == "month" else f"{metric.label}, by {grain}",
            "description": metric.description,
            "type": "simple",
            "type_params": {"measure": f"value_of_a_{grain}"},
            "filter": (
                f"{{{{ Dimension('{of}__metric') }}}} = '{metric.column}'"
                f" and {{{{ Dimension('{of}__dimension') }}}} = 'all'"
            ),
            "config": {"meta": {"unit": metric.unit.value, "better": metric.better}},
        }
