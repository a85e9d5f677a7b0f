"""A package that is installed and would be imported for nothing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(package: str) -> Iterator[None]:
    """Have whoever asks within the block find no such package; one that is imported already stays.

    None in ``sys.modules`` says so to an import, and to libraries that take a package where there is one.
    """
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]
