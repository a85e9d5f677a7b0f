"""A settings or mapping file that would run code, never end or break the reader is refused in words."""

from pathlib import Path

import pytest

from dagster_project.config import load_settings
from dagster_project.errors import EbblineError
from dagster_project.exports.mapping import read_mapping

_SOURCES = "sources: {billing: {path: x}}\n"
_LAUGHS = "red_lines:\n - &a {x: [1, 1, 1, 1, 1, 1, 1, 1, 1]}\n" + "".join(
    f" - &{chr(98 + n)} {{x: [{', '.join([f'*{chr(97 + n)}'] * 9)}]}}\n" for n in range(7)
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'warehouse: !!python/object/apply:os.system ["true"]',
            "could not determine a constructor",
        ),
        ("calendar: {until: 2026-13-45}", "a value cannot be read"),
        (f"publish: {{keep: {'9' * 5000}}}", "a value cannot be read"),
        (f"red_lines: {'[' * 3000}{']' * 3000}", "nested too deeply"),
        (f"red_lines: {'[' * 60000}{']' * 60000}", "a value cannot be read"),
        ("red_lines: &a [*a]", "an alias stands inside its own anchor"),
        (_LAUGHS, "do aliases multiply them"),
    ],
    ids=["tag", "date", "number", "depth", "beyond the loader in C", "recursion", "laughs"],
)
def test_settings_are_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "ebbline.yml"
    file.write_text(_SOURCES + text)
    with pytest.raises(EbblineError, match=words):
        load_settings(file)


@pytest.mark.parametrize(
    "text",
    ["!!python/object/new:os.system [id]", "x: 2026-99-99", "[" * 3000, "- " * 60000, "a: &a [*a]"],
    ids=["tag", "date", "depth", "lists", "recursion"],
)
def test_mappings_are_refused_in_words(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.yml"
    file.write_text(text)
    with pytest.raises(EbblineError):
        read_mapping(file)
