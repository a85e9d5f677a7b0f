"""The catalogue of metrics: what dbt says of every metric, read from its manifest. No figure is computed here."""

from dagster_project.metrics.catalogue import CATALOGUE, Metric, Unit, headlines

__all__ = ["CATALOGUE", "Metric", "Unit", "headlines"]
