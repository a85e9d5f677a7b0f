"""Why a published number is another one today: its versions, the customers and rows that moved it."""

from dagster_project.numbers.why.value_history import ValueHistory, why

__all__ = ["ValueHistory", "why"]
