"""What a JSON file looks like: lines, an array or a document, and the fields of its first records."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache

from dagster_project.exports.mapping import CONNECTOR_WRAPPERS
from dagster_project.exports.profile import Form, Profile

SAMPLED_RECORDS = 200
# A field that a mapping names lies a few levels deep; DuckDB itself overruns its stack far beyond the second.
_SAMPLED_DEPTH = 32
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_COLON = re.compile(r"\s*:")


def layout_of(profile: Profile) -> str:
    """Tell lines from one array and from one document, by the first characters."""
    text = profile.head_text.lstrip()
    if text.startswith("["):
        first = text.splitlines()[0]
        # A file of lines may hold arrays by mistake; each is then a broken row, not the layout.
        return (
            "lines"
            if profile.form is Form.JSON_LINES and _is_json(first) and profile.newlines > 1
            else "array"
        )
    if profile.form is Form.JSON_LINES:
        return "lines"
    first = text.splitlines()[0] if text else ""
    return "lines" if first and _is_object(first) and profile.newlines > 1 else "document"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def wraps(profile: Profile, key: str) -> bool:
    """Whether a document holds its records under this key."""
    return key in _keys_of_document(profile.head_text[:65536])


def _keys_of_document(text: str) -> set[str]:
    """Return the keys of a document itself, and of nothing inside it, as far as the text goes."""
    keys: set[str] = set()
    depth = position = 0
    while position < len(text):
        letter = text[position]
        if letter == '"':
            string = _STRING.match(text, position)
            if string is None:
                break
            position = string.end()
            if depth == 1 and _COLON.match(text, position):
                keys.add(string[0][1:-1])
            continue
        depth += (letter in "{[") - (letter in "}]")
        position += 1
    return keys


@lru_cache(maxsize=1)
def sample(
    profile: Profile, layout: str, records: tuple[str, ...], within: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the dotted names of the fields in the first records; ``list[].name`` of those in a list.

    A file is opened once for each table that it feeds; what was said last is remembered.
    """
    names: dict[str, None] = {}
    text = profile.head_text
    if layout == "lines":
        found: list[object] = []
        for line in text.splitlines()[:SAMPLED_RECORDS]:
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError):
                continue
    else:
        found = _first_objects(text)
    # Only a document wraps its records; a line or an element may have a list of that name itself.
    for record in found:
        _collect(record, "", names, records if layout == "document" else (), within)
    return tuple(names)


def names_in(records: Iterable[object]) -> list[str]:
    """Return the dotted names of the fields of records, as :func:`sample` does."""
    names: dict[str, None] = {}
    for record in records:
        _collect(record, "", names, (), ())
    return list(names)


def _first_objects(text: str) -> list[object]:
    """Return the objects at the beginning of an array or document, as far as the head goes."""
    decoder = json.JSONDecoder()
    position = 0
    found: list[object] = []
    while len(found) < SAMPLED_RECORDS:
        start = text.find("{", position)
        if start < 0:
            break
        try:
            record, position = decoder.raw_decode(text, start)
        except RecursionError:
            # Too deep to be looked at; every bracket of it would be as deep again.
            break
        except ValueError:
            # A document longer than the head: look at what it wraps.
            position = start + 1
            continue
        found.append(record)
    return found


def _collect(
    record: object,
    prefix: str,
    names: dict[str, None],
    records: tuple[str, ...],
    within: tuple[str, ...],
) -> None:
    if not isinstance(record, dict) or prefix.count(".") > _SAMPLED_DEPTH:
        return
    if not prefix and _inner(record, names, records, within):
        return
    for key, value in record.items():
        name = f"{prefix}{key}"
        names.setdefault(name)
        if isinstance(value, dict):
            _collect(value, f"{name}.", names, records, within)
        elif isinstance(value, list):
            for inner in value[:SAMPLED_RECORDS]:
                _collect(inner, f"{name}[].", names, records, within)


def _inner(
    record: dict[str, object],
    names: dict[str, None],
    records: tuple[str, ...],
    within: tuple[str, ...],
) -> bool:
    """Collect what lies inside a wrapper; what a vendor writes beside it is of no record, what a connector does is."""
    for key in records:
        value = record.get(key)
        if isinstance(value, list):
            for inner in value[:SAMPLED_RECORDS]:
                _collect(inner, "", names, (), within)
            return True
    for key in within:
        value = record.get(key)
        if isinstance(value, dict):
            if key in CONNECTOR_WRAPPERS:
                names.update(dict.fromkeys(one for one in record if one != key))
            _collect(value, "", names, (), tuple(one for one in within if one != key))
            return True
    return False
