"""Fixtures of the purchase, usage and risk tests."""

from typing import Protocol

import pytest

from tests.integration.dbt_purchases.hand_loaded import Cell, Warehouse


class MakeWarehouse(Protocol):
    """Makes an empty warehouse with its own settings."""

    def __call__(self, **settings: Cell) -> Warehouse:
        """Return a new warehouse; ``settings`` are dbt vars."""
        ...


@pytest.fixture(scope="session")
def make_warehouse(tmp_path_factory: pytest.TempPathFactory) -> MakeWarehouse:
    """Make any number of warehouses; those with the same settings share what dbt has parsed."""
    targets = tmp_path_factory.mktemp("targets")

    def make(**settings: Cell) -> Warehouse:
        file = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
        return Warehouse(file, targets / str(abs(hash(repr(sorted(settings.items()))))), settings)

    return make
