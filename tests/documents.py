"""What README and docs show: the blocks of code in them, and the commands and paths that their text names."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dagster_project.locations import PROJECT_ROOT

DOCUMENTS = (
    PROJECT_ROOT / "README.md",
    *sorted((PROJECT_ROOT / "docs").glob("*.md")),
    *sorted((PROJECT_ROOT / "docs" / "decisions").glob("*.md")),
)
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_PROMPT = re.compile(r"^(?:\$ +)?(?:\.venv/bin/)?")
_COMMENT = re.compile(r"(?:^|\s)#.*$")


@dataclass(frozen=True)
class Snippet:
    """A block of code, with the language that it says it is in; ``place`` is for people."""

    place: str
    language: str
    text: str

    def __str__(self) -> str:
        return self.place


@dataclass(frozen=True)
class Named:
    """A command as the text has it, cut into words; ``is_whole`` where somebody would type it like that."""

    place: str
    words: tuple[str, ...]
    is_whole: bool

    def __str__(self) -> str:
        return f"{self.place}: {' '.join(self.words)}"


def snippets(language: str | None = None) -> list[Snippet]:
    """Return the blocks of all documents, or those of one language."""
    found = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Snippet(f"{_name(document)}:{line}", match[1], match[2]))
    return [one for one in found if language is None or one.language == language]


def spans() -> Iterator[tuple[str, str]]:
    """Yield what stands between backticks in the text, with its place."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        blank = _BLOCK.sub(lambda block: "\n" * block[0].count("\n"), text)
        for number, line in enumerate(blank.splitlines(), start=1):
            for match in _SPAN.finditer(line):
                yield f"{_name(document)}:{number}", match[1]


def commands(program: str) -> list[Named]:
    """Return every use of a program: whole lines of blocks, and what the text names."""
    found = []
    for block in snippets():
        if block.language not in ("", "sh", "bash"):
            continue
        for line in block.text.splitlines():
            typed = _COMMENT.sub("", _PROMPT.sub("", line.strip()))
            if typed.startswith(f"{program} "):
                found.append(Named(block.place, _words(typed), is_whole=True))
    for place, text in spans():
        typed = _PROMPT.sub("", text)
        if typed.startswith(f"{program} "):
            found.append(Named(place, _words(typed), is_whole=False))
    return found


def _words(typed: str) -> tuple[str, ...]:
    return tuple(shlex.split(typed))


def _name(document: Path) -> str:
    return document.relative_to(PROJECT_ROOT).as_posix()
