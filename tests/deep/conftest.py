"""The installed command and runs to be killed, for the tests of this folder."""

from tests.end_to_end.command import ebbline
from tests.end_to_end.killed_runs import warm_runs

__all__ = ["ebbline", "warm_runs"]
