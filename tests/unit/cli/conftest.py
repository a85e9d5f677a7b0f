"""The command line, for its tests."""

import pytest

from tests.command_line import Ebbline, command_line


@pytest.fixture
def ebbline(monkeypatch: pytest.MonkeyPatch) -> Ebbline:
    """Run a command in this process."""
    return command_line(monkeypatch)
