"""Write the list of assets and checks anew, after a wanted change of the graph."""

from dagster_project.defs.graph import build_definitions
from tests.integration.graph.test_asset_graph import KNOWN, described

if __name__ == "__main__":
    graph = build_definitions()
    KNOWN.write_text(described(graph, list(graph.resolve_all_asset_specs())), encoding="utf-8")
