"""Where the parts of ebbline lie that are no Python: the dbt project and the suites.

In a checkout they stand beside this package, where people edit them; a wheel carries them inside it. Nothing is ever
written there: what is made from them goes to the user's cache.
"""

from pathlib import Path

from platformdirs import user_cache_path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_project"

PROJECT_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
"""The folder that holds ``dbt/`` and ``expectations/``."""

DBT_PROJECT = PROJECT_ROOT / "dbt"
EXPECTATIONS = PROJECT_ROOT / "expectations"


def cache() -> Path:
    """Return the folder for what can be made again at any time; it need not exist yet."""
    return user_cache_path("ebbline", appauthor=False)
