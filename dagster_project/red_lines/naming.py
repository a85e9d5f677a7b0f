"""Names of incidents and keys of messages: bounded, whatever an export holds."""

import hashlib

from dagster_project.shown import shown

_LONGEST = 60


def part_of_name(text: str) -> str:
    """Return a text as a part of an incident's name: itself where it is short and plain, else cut, with a digest."""
    if text.isprintable() and len(text) <= _LONGEST and "#" not in text:
        return text
    plain = shown(text, _LONGEST, printable_only=True).replace("#", "_")
    return f"{plain}~{_digest(text, 8)}"


def key_of(name: str) -> str:
    """Return the key of a message: a digest of what it tells of, the same for every delivery and for no other."""
    return _digest(name, 32)


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
