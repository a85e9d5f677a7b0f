"""A YAML file that a person writes, read within limits: settings, mappings, red lines and suites have the same.

What the document means is checked by who asks for it, with a model; here every key knows its line, so that whatever
a model finds wrong is told with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from dagster_project.errors import EbblineError, did_you_mean

Lines = dict[tuple[str | int, ...], int]
_MOST_ENTRIES = 10_000
_MOST_BYTES = 1 << 20
YAML_IN_C: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C, eight times as fast; it crashes on what is nested too deeply, where the other raises."""

# Whatever is nested needs one of these signs for each level.
_NESTING = "[{-?:"
_MOST_LEVELS_IN_C = 5_000


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
        loader = _loader(text)
        node = loader.get_single_node()
        document = None if node is None else loader.construct_document(node)
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
        raise error(
            "it is nested too deeply, or an alias stands inside its own anchor", where=str(file)
        ) from problem
    return document, lines


def _loader(text: str) -> Any:
    """Return the loader in C where nothing can be nested too deeply for it."""
    is_shallow = sum(map(text.count, _NESTING)) <= _MOST_LEVELS_IN_C
    return (YAML_IN_C if is_shallow else yaml.SafeLoader)(text)


@dataclass(frozen=True)
class Fault:
    """Something that a document says and its model does not take.

    :ivar key: the dotted path of the key, empty for the whole document.
    """

    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" if self.key else self.message


def faults_of(error: ValidationError, lines: Lines, model: type[BaseModel]) -> tuple[Fault, ...]:
    """Return what is wrong with a document, line by line, each once.

    :param lines: of the document that did not fit.
    :param model: what it should have been; its keys are proposed for one that is unknown.
    """
    found = []
    for problem in error.errors():
        path = problem["loc"]
        while path and path not in lines:  # pydantic adds the names of union branches
            path = path[:-1]
        key = ".".join(map(str, path or problem["loc"][:1]))
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            close = did_you_mean(str(problem["loc"][-1]), _keys_at(model, problem["loc"][:-1]))
            message = f"unknown key{close and f'; {close}'}"
        if problem["type"] == "missing":
            message = f"{problem['loc'][-1]!r} is missing"
        found.append(Fault(lines.get(path, 1), key, message))
    return tuple(sorted(dict.fromkeys(found), key=lambda fault: (fault.line, str(fault))))


def _keys_at(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that a model knows at a place; none where it has no section there."""
    section = model
    for part in path:
        field = section.model_fields.get(str(part))
        if field is None:
            continue  # the position in a list, a key of a mapping, the name of a union's branch
        inner = next(_models_in(field.annotation), None)
        if inner is None:
            return []
        section = inner
    return list(section.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type holds, at whatever depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


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
