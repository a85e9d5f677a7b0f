"""Whether the newest export of each source is fresh, as a check of the UI: red beyond ``max_age``, green again after.

A run asks when it reads a source, and the daemon in between, since a source goes stale where no run comes.
"""

from collections.abc import Iterable, Iterator

import dagster as dg
import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.exports.coverage import read_source_coverage, stale_source
from dagster_project.warehouse.published_coverage import SourceCoverage

IS_FRESH = "export_is_fresh"
# The table that stands for its source in the graph.
TABLES = {"billing": "customers", "support": "tickets", "usage": "events"}


def spec(source: str) -> dg.AssetCheckSpec:
    """Return the check of a source."""
    return dg.AssetCheckSpec(
        name=IS_FRESH,
        asset=["raw", TABLES[source]],
        description=f"The newest {source} export is no older than sources.{source}.max_age allows.",
    )


def evaluations(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    clock: Clock,
    sources: Iterable[str] = tuple(TABLES),
) -> Iterator[dg.AssetCheckEvaluation]:
    """Yield how each source stands; one that the settings do not name, or that never came, is not late.

    :param con: the working database.
    """
    named = settings.sources.named()
    for source in sources:
        found = (
            read_source_coverage(con, source, settings, clock)
            if source in named
            else SourceCoverage(source)
        )
        late = stale_source(found, settings, clock)
        yield dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey(["raw", TABLES[source]]),
            check_name=IS_FRESH,
            passed=late is None,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "covered_until": str(found.covered_until),
                "newest_file": str(found.newest_file),
                **({"stale": late.detail} if late is not None else {}),
            },
        )
