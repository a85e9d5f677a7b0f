"""What ``ebbline init`` says: what it made, and what to do next."""

import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from dagster_project.new_project import EXAMPLE, Choice
from dagster_project.screens import Line


def next_steps(folder: Path, made: Sequence[Path], choice: Choice) -> Iterator[Line]:
    """Yield what was made and the commands that lead to the first publication."""
    for path in made:
        yield f"made {path}{'/' if path.is_dir() else ''}", None
    yield "", None
    here = folder.resolve() == Path.cwd()
    command = _command()
    yield "next:", "bold"
    if not here:
        yield f"  cd {shlex.quote(str(folder))}", None
    if any(path.name == EXAMPLE for path in made):
        yield (
            f"  {command} run --config {EXAMPLE}/ebbline.yml      # a made-up company, to see what comes out",
            None,
        )
    for source, name in choice.formats.items():
        yield (
            f"  {command} formats check data/landing/{source} --format {name}      # once your exports lie there",
            None,
        )
    yield f"  {command} run", None


def _command() -> str:
    """Return how ebbline is called in this shell: by name, or where its environment is not active by its place."""
    place = Path(sys.executable).with_name("ebbline")
    return "ebbline" if shutil.which("ebbline") or not place.exists() else shlex.quote(str(place))
