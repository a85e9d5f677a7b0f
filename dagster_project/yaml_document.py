"""A YAML file that a person writes, read within limits: settings and mappings have the same.

What the document means is checked by who asks for it; here it is only read, and every key knows its line.
"""

from pathlib import Path
from typing import Any

import yaml

from dagster_project.errors import EbblineError

Lines = dict[tuple[str | int, ...], int]
_MOST_ENTRIES = 10_000
_MOST_BYTES = 1 << 20


def read_yaml(file: Path, error: type[EbblineError], what: str) -> tuple[Any, Lines]:
    """Return the document and the line of every key in it.

    :param error: what is raised, such as ``SettingsError``.
    :param what: what the file is, for messages: ``the settings file``.
    :raises FileNotFoundError: there is no such file; who asks knows what to say then.
    """
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise error(
                f"{what} is larger than {_MOST_BYTES >> 20} MiB; is it the right file?",
                where=str(file),
            )
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as problem:
        raise error(f"{what} cannot be read: {problem}", where=str(file)) from problem
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise error(f"this is not YAML: {problem.problem}", where=f"{file}:{line}") from problem
    except yaml.YAMLError as problem:
        raise error(f"this is not YAML: {problem}", where=str(file)) from problem
    except (ValueError, RecursionError) as problem:  # a 13th month, a number of a book's length
        raise error(f"a value cannot be read: {problem}", where=str(file)) from problem
    lines: Lines = {}
    try:
        _note_lines(node, (), lines, file, error)
    except RecursionError as problem:
        raise error("an alias stands inside its own anchor", where=str(file)) from problem
    return document, lines


def line_of(lines: Lines, location: tuple[str | int, ...]) -> int:
    """Return the line of the deepest part of ``location`` that the document has."""
    while location and location not in lines:
        location = location[:-1]
    return lines.get(location, 1)


def _note_lines(
    node: yaml.Node | None,
    at: tuple[str | int, ...],
    lines: Lines,
    file: Path,
    error: type[EbblineError],
) -> None:
    if len(lines) > _MOST_ENTRIES:
        raise error(
            f"more than {_MOST_ENTRIES:,} entries; do aliases multiply them?", where=str(file)
        )
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = (*at, key.value)
            if path in lines:
                raise error(
                    f"{key.value!r} is given twice", where=f"{file}:{key.start_mark.line + 1}"
                )
            lines[path] = key.start_mark.line + 1
            _note_lines(value, path, lines, file, error)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            lines[(*at, position)] = value.start_mark.line + 1
            _note_lines(value, (*at, position), lines, file, error)
