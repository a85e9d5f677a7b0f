"""A package that is installed and would be imported for nothing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


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


@contextmanager
def hollow(package: str, *names: str) -> Iterator[None]:
    """Have whoever imports these names of the package within the block get nothing under them.

    For a library that does not do without the package, but never uses it here: a use is an error. What is imported
    already stays.
    """
    if package in sys.modules:
        yield
        return
    module = ModuleType(package)
    vars(module).update(dict.fromkeys(names))
    sys.modules[package] = module
    try:
        yield
    finally:
        del sys.modules[package]
