"""The whole asset graph, put together."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from dagster_project.defs import (
    automation,
    ingest,
    notify,
    publish,
    red_lines,
    report,
    transform,
    validate,
)
from dagster_project.defs.resources import Warehouse
from dagster_project.transform.project import current_manifest, source_descriptions


def build_definitions(**resources: Any) -> dg.Definitions:
    """Return the whole graph, with resources replaced by name where given.

    :param resources: for example ``warehouse=Warehouse(folder=...)``, so that a test swaps a resource
        instead of patching code.
    """
    models = transform.definitions()
    marts = [
        key
        for asset in models.assets or ()
        if isinstance(asset, dg.AssetsDefinition)
        for key in asset.keys
        if key.path[0] == "marts"
    ]
    merged = dg.Definitions.merge(
        ingest.definitions(source_descriptions(current_manifest())),
        validate.definitions(),
        models,
        red_lines.definitions(),
        publish.definitions(sorted(marts)),
        notify.definitions(),
        report.definitions(),
        automation.definitions(),
        dg.Definitions(executor=dg.in_process_executor),
    )
    chosen: Mapping[str, Any] = {"warehouse": Warehouse(), **(merged.resources or {}), **resources}
    return dg.Definitions(
        assets=merged.assets,
        asset_checks=merged.asset_checks,
        jobs=merged.jobs,
        schedules=merged.schedules,
        sensors=merged.sensors,
        executor=merged.executor,
        resources=chosen,
    )
