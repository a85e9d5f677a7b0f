"""The catalogue of metrics: what dbt says of every metric, read from its manifest. No figure is computed here."""

from dagster_project.metrics.catalogue import CATALOGUE, WATCHED, Metric, Unit, headlines

__all__ = ["CATALOGUE", "WATCHED", "Metric", "Unit", "headlines"]
