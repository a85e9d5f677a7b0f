"""How often Python looks for garbage."""

import atexit
import gc


def collect_less_often() -> None:
    """Have a program that imports much look for garbage seldom, and not at all when it ends.

    Python goes through all objects again and again while Dagster, dbt and Great Expectations are imported, and once
    more at the end: a fifth of a run.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    atexit.register(gc.freeze)
