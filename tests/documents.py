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
# What is shown and no test runs, and why: a whole line, or how lines begin where that ends in " ", "." or ")".
NOT_RUN = {
    "make ": "unit/docs/test_commands.py holds it against the Makefile",
    "TESTS_WRITE_DURATIONS=1 make ": "the same",
    "TMPDIR=/somewhere make ": "the same",
    "sudo ": "needs a server whose root one is",
    "docker ": "needs a container engine; unit/docs/test_deployment.py reads the file",
    "cd /srv/ebbline/app && git pull ": "needs a server that ebbline was deployed to",
    "cd ../company && ": "the same",
    "git worktree add ": "needs the history of the repository",
    "pip install ": "installs what requirements-dev.lock has, or a tool of the reader's own",
    ".venv/bin/python -m pip install ": "the same",
    "pip download ": "downloads a data set",
    "apt-get install ": "needs root",
    "pre-commit install": "any pre-commit, which is no part of the environment",
    "ebbline --install-completion": "writes into the files of the user's shell",
    "ebbline serve": "answers until it is stopped; integration/server runs it",
    "ebbline ui": "the same; integration/graph loads what it shows",
    "ebbline rollback": "names the command, which wants a publication",
    "ebbline init": "names the command, where a folder is being made",
    "ebbline rollback 12": "a publication of a warehouse that has so many",
    "ebbline rollback 41": "the same",
    "ebbline diff 41 42": "the same",
    "ebbline run --as-of ": "wants exports that were loaded by then; those of the sample were not",
    "ebbline simulate --customers 20000 ": "takes minutes; a smaller company is simulated as it stands",
    "dbt test": "says what dbt's own command does; integration/dbt_core runs it",
    "python -m tests.integration.graph.write_known_graph": "writes into the checkout",
    "python -m tests.deep.": "takes hours",
    "time ": "a measurement",
    'with duckdb.connect("md:")': "needs an account at MotherDuck",
}
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_PROMPT = re.compile(r"^(?:\$ +)?(?:\.venv/bin/)?")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_OF_A_SHELL = ("sh", "bash")
_PROGRAMS = (
    "ebbline", "make", "dbt", "mf", "duckdb", "python", "python3", "pip", "git", "docker", "apt-get",
    "pre-commit", "psql", "curl",
)  # fmt: skip
_ENVIRONMENT = re.compile(r"^(?:[A-Z_]+=\S+ )+")
# Words that stand for what somebody would type.
_STANDS_FOR = re.compile(r"[A-Z]+|\[.*|.*\]|.*…")


@dataclass(frozen=True)
class Snippet:
    """A block of code, with the language that it says it is in; ``place`` is for people."""

    place: str
    language: str
    text: str

    def __str__(self) -> str:
        return self.place

    @property
    def page(self) -> str:
        """The document."""
        return self.place.partition(":")[0]


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
        for line in shell_lines(block):
            typed = _COMMENT.sub("", _PROMPT.sub("", line))
            if typed.startswith(f"{program} "):
                found.append(Named(block.place, _words(typed), is_whole=True))
    for place, text in spans():
        typed = _PROMPT.sub("", text)
        if typed.startswith(f"{program} "):
            found.append(Named(place, _words(typed), is_whole=False))
    return found


def shell_lines(block: Snippet) -> list[str]:
    """Return what a block has a shell do, one command each; one in no language also shows what a program says."""
    lines, begun = [], ""
    for line in block.text.splitlines() if block.language in ("", *_OF_A_SHELL) else []:
        if not (begun or block.language or line.startswith(("$ ", "ebbline "))):
            continue
        begun += line
        if _is_open(begun):
            begun += "\n"
            continue
        if _COMMENT.sub("", begun):
            lines.append(begun.removeprefix("$ "))
        begun = ""
    return lines


def typed_spans() -> list[tuple[str, str]]:
    """Return the place and text of commands in sentences that somebody could type as they stand."""
    found = []
    for place, text in spans():
        words = _ENVIRONMENT.sub("", _PROMPT.sub("", text)).split(" ")
        if len(words) > 1 and words[0] in _PROGRAMS and not any(map(_STANDS_FOR.fullmatch, words)):
            found.append((place, text))
    return found


def not_run(line: str) -> str | None:
    """Return the entry of ``NOT_RUN`` that the line falls under, if any."""
    said = _COMMENT.sub("", line).strip()
    forms = {said, _PROMPT.sub("", said)}
    return next(
        (
            entry
            for entry in NOT_RUN
            if entry in forms
            or (entry[-1] in " .)" and any(form.startswith(entry) for form in forms))
        ),
        None,
    )


def _is_open(line: str) -> bool:
    """Whether a quote in the line is not closed yet."""
    try:
        shlex.split(line, comments=True)
    except ValueError:
        return True
    return False


def _words(typed: str) -> tuple[str, ...]:
    return tuple(shlex.split(typed))


def _name(document: Path) -> str:
    return document.relative_to(PROJECT_ROOT).as_posix()
