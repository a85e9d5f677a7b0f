"""Entry point of the asset graph: ``dagster dev -m dagster_project.definitions``."""

from dagster_project.defs.graph import build_definitions

defs = build_definitions()
