"""Every table of the working database that outlives a rebuild, and how an older one is brought up to date.

The tables of ``ops`` and the ledgers of ``raw`` are made by numbered migrations (``migrations``). The tables of
exports in ``raw`` follow the contract (``exports.contract``) and are completed by ``declared``. What dbt builds is
none of this: it can be built again.
"""

from dagster_project.warehouse.schema.version import NEWEST, bring_up_to_date, version_of

__all__ = ["NEWEST", "bring_up_to_date", "version_of"]
