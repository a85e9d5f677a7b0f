"""What the siblings in the first tier use: the installed command, and a small valid warehouse."""

from tests.end_to_end.command import ebbline
from tests.integration.quality.conftest import valid_warehouse, warehouse

__all__ = ["ebbline", "valid_warehouse", "warehouse"]
