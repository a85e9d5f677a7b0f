"""Stage 7: what is in the outbox is sent, only after the publication that it speaks of."""

from typing import Any

import dagster as dg

from dagster_project import red_lines
from dagster_project.defs.publish import PUBLICATION
from dagster_project.defs.resources import Warehouse
from dagster_project.warehouse.publication import current_publication


@dg.asset(
    key=["notifications"],
    deps=[PUBLICATION],
    group_name="publication",
    owners=["team:on-call"],
    kinds={"python"},
    description="One row per message of the outbox: what was sent, to which target, and what still waits.",
    tags={"stage": "notify"},
)
def notifications(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult[None]:
    """Send the outbox. A target that does not answer leaves its message for the next run."""
    published = current_publication(warehouse.paths)
    assert published is not None, "this asset comes after the publication"
    with warehouse.stage(context, "notify") as report:
        deliveries = red_lines.deliver(
            warehouse.paths, warehouse.settings, str(published.id), warehouse.clock
        )
        failed = [delivery for delivery in deliveries if not delivery.sent]
        for delivery in failed:
            context.log.warning(
                "not delivered to %s, will be sent again: %s", delivery.target, delivery.error
            )
        metadata: dict[str, Any] = {
            "dagster/row_count": len(deliveries),
            "delivered": len(deliveries) - len(failed),
            "waiting": len(failed),
        }
        report.made("notifications", metadata)
        return dg.MaterializeResult(metadata=metadata)


def definitions() -> dg.Definitions:
    """Return the notification asset."""
    return dg.Definitions(assets=[notifications])
