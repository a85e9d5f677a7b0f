"""Reading exports: the contract, the vendors' mappings, the loader and its ledger.

Nothing here knows Dagster, dbt or a metric: files go in, typed and accounted rows come out in ``raw``.
"""

from dagster_project.exports.raw_tables import ensure_raw_tables

__all__ = ["ensure_raw_tables"]
