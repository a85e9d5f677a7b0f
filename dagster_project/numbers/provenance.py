"""What publications were made with, compared: settings, code, input files."""

from dataclasses import dataclass
from typing import Any

from dagster_project.warehouse.publication_record import Publication


@dataclass(frozen=True)
class SettingChange:
    """A setting with another value; ``name`` is its dotted path."""

    name: str
    before: Any
    after: Any


def settings_changes(one: Publication, other: Publication) -> tuple[SettingChange, ...]:
    """Return the settings that differ, as-of day and last day covered among them."""
    before = {"as_of": one.as_of, "until": one.until, **_flat(one.settings)}
    after = {"as_of": other.as_of, "until": other.until, **_flat(other.settings)}
    return tuple(
        SettingChange(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def code_changes(one: Publication, other: Publication) -> tuple[str, ...]:
    """Return the files of code that differ; where only the package does, its two versions."""
    before, after = one.code_files, other.code_files
    changed = [p for p in sorted(before.keys() | after.keys()) if before.get(p) != after.get(p)]
    versions = [publication.code_version.split("+")[0] for publication in (one, other)]
    if versions[0] != versions[1]:
        changed.insert(0, f"ebbline {versions[0]} -> {versions[1]}")
    return tuple(changed)


def files_added(one: Publication, other: Publication) -> tuple[str, ...]:
    """Return the input files that count in ``other`` and not in ``one``, in load order."""
    known = {(file["source"], file["file_name"], file["content_hash"]) for file in one.input_files}
    names = (
        f"{file['source']}/{file['file_name']}"
        for file in other.input_files
        if (file["source"], file["file_name"], file["content_hash"]) not in known
    )
    return tuple(dict.fromkeys(names))


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat
