"""The templates of pages: nothing of an export is obeyed in what they show."""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from dagster_project.shown import shown


def template(name: str, **filters: Callable[..., Any]) -> Template:
    """Return a template of this package.

    :param filters: what it may call, by name.
    """
    environment = Environment(
        loader=PackageLoader("dagster_project.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters
    return environment.get_template(name)


def _seen(value: object) -> object:
    """Return what a template shows: text of exports without characters that a browser would obey."""
    is_plain = isinstance(value, str) and not isinstance(value, Markup)
    return shown(value, keep="\n\t") if is_plain else value
