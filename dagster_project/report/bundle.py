"""Vega, Vega-Lite and Vega-Embed as one script, for a page that needs no network."""

from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

import vl_convert

from dagster_project import locations


@cache
def script() -> str:
    """Return the script, safe inside a ``script`` element.

    Putting it together takes seconds and gives the same for one version of vl-convert: it is kept in the user's cache.
    """
    kept = locations.cache() / "report" / f"vega-{version('vl-convert-python')}.js"
    if kept.exists():
        return kept.read_text(encoding="utf-8")
    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub forgets a default
    made = bundle.replace("</script", "<\\/script")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=kept.parent, delete=False) as new:
        new.write(made)
    Path(new.name).replace(kept)
    return made
