"""Stage 8: one HTML page from the published marts."""

from typing import Any

import dagster as dg

from dagster_project import report
from dagster_project.defs.publish import PUBLICATION
from dagster_project.defs.resources import Warehouse


@dg.asset(
    key=["report"],
    deps=[PUBLICATION],
    group_name="publication",
    owners=["team:finance-data"],
    kinds={"python", "html"},
    description="One row per publication: its report, a page that opens from disk with no network.",
    tags={"stage": "report"},
)
def html_report(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult[None]:
    """Write the report of the current publication."""
    with warehouse.stage(context, "report") as handed_over:
        page = report.build(
            warehouse.paths.marts_db, warehouse.paths.report, report.heading_of(warehouse.settings)
        )
        link = warehouse.settings.publish.report_url
        metadata: dict[str, Any] = {
            # a browser opens no file from a page of a server: where the page is served, that is the link
            **({"link": dg.MetadataValue.url(link)} if link else {}),
            "page": dg.MetadataValue.path(str(page)),
            "size_bytes": page.stat().st_size,
            "dagster/row_count": 1,
        }
        handed_over.made("report", metadata)
        return dg.MaterializeResult(metadata=metadata)


def definitions() -> dg.Definitions:
    """Return the report asset."""
    return dg.Definitions(assets=[html_report])
