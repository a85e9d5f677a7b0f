"""The command line as a user runs it: real processes, a warehouse in a temporary folder."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dagster_project.locations import PROJECT_ROOT

TEST_SETTINGS = PROJECT_ROOT / "tests" / "ebbline.yml"


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    screen: str


Ebbline = Callable[..., Ended]


def run_ebbline(*arguments: object, **environment: str) -> Ended:
    """Run the installed command in the project's folder, with a plain environment and the settings of tests."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("EBBLINE_")}
    ended = subprocess.run(
        [Path(sys.executable).with_name("ebbline"), *map(str, arguments)],
        cwd=PROJECT_ROOT,
        env={**plain, **of_tests(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout + ended.stderr)


def of_tests() -> dict[str, str]:
    """Return the environment that leads to the settings of tests."""
    return {"EBBLINE_CONFIG": str(TEST_SETTINGS)}
