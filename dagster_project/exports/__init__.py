"""Reading exports: the contract, the vendors' mappings, the loader and its ledger.

Nothing here knows Dagster, dbt or a metric: files go in, typed and accounted rows come out in raw.
"""

from dagster_project.exports.checks import check, list_formats
from dagster_project.exports.load_report import FileLoad, LoadReport
from dagster_project.exports.loader import load_source
from dagster_project.exports.raw_tables import ensure_raw_tables

__all__ = ["FileLoad", "LoadReport", "check", "ensure_raw_tables", "list_formats", "load_source"]
