"""Killing a program at random moments and starting it again: the tool, for any program.

The program is a command that ends 0 when all is done and may be started again after any kill.
"""

import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class KillingReport:
    """How many starts were killed, and how many ended by themselves before their time came."""

    killed: int
    finished: int


def kill_at_random(
    command: Sequence[str],
    *,
    kills: int,
    longest: float,
    seed: int,
    after_each: Callable[[], None],
    ready: str | None = None,
) -> KillingReport:
    """Start ``command`` until it was killed ``kills`` times, each at a random moment.

    :param longest: seconds; the moment lies between 0 and this, counted from the start or, where
        ``ready`` is given, from the line that equals it on the program's standard output.
    :param after_each: looks at what is left after each kill, and raises where it is not right.
    :raises AssertionError: the program ended by itself with another code than 0.
    """
    chance = random.Random(seed)
    killed = finished = 0
    while killed < kills:
        program = subprocess.Popen(
            command,
            stdout=subprocess.PIPE if ready else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            if ready and program.stdout is not None:
                assert program.stdout.readline().strip() == ready, program.communicate()[1]
            time.sleep(chance.uniform(0, longest))
        finally:
            program.kill()
        _, errors = program.communicate()
        if program.returncode == -signal.SIGKILL:
            killed += 1
        else:
            assert program.returncode == 0, errors
            finished += 1
        after_each()
    return KillingReport(killed, finished)
