"""A published number followed down: to its formula, its customers, and the rows of the exports behind them.

Only ``marts.duckdb`` is read. No metric is computed here; what dbt published is taken apart, and the
parts are added up again to see that nothing is missing. Why a number changed between two
publications is ``ebbline why``, in ``warehouse.explanation``.
"""

from dagster_project.explain.cell import explain
from dagster_project.explain.results import Explained

__all__ = ["Explained", "explain"]
