"""A published number followed down: to its formula, its customers, and the rows of the exports behind them.

Only ``marts.duckdb`` is read. No metric is computed here; what dbt published is decomposed, and the
parts are added up again to see that nothing is missing. Why a number changed between two
publications is ``ebbline why``, in ``numbers.why``.
"""

from dagster_project.numbers.explain.cell import explain
from dagster_project.numbers.explain.explained import Explained

__all__ = ["Explained", "explain"]
