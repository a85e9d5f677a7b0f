"""The installed command, for the tests of this folder."""

from tests.end_to_end.command import ebbline

__all__ = ["ebbline"]
