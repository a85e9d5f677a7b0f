"""``python -m dagster_project.metrics``: write the page of all metrics anew, after a change of the catalogue."""

from dagster_project.metrics.page import PAGE, page
from dagster_project.metrics.semantic import SEMANTIC, semantic_layer

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    SEMANTIC.write_text(semantic_layer(), encoding="utf-8")
