"""What the siblings in the first tier use: the installed command, runs to be killed, a small valid warehouse."""

from tests.end_to_end.conftest import ebbline
from tests.end_to_end.killed_runs import warm_runs
from tests.integration.quality.conftest import valid_warehouse, warehouse

__all__ = ["ebbline", "valid_warehouse", "warehouse", "warm_runs"]
