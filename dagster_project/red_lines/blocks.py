"""A message as blocks, and how they are written for a destination: plain text, Markdown or HTML.

Whatever a block holds may come from an export: it is shown, never obeyed, and bounded.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from dagster_project.shown import shown

TITLE_LIMIT, LINE_LIMIT, BODY_LIMIT = 200, 600, 6000
_BARS = "▁▂▃▄▅▆▇█"
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~])")


@dataclass(frozen=True)
class Paragraph:
    """A sentence or a few."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names and values, a line each."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chart:
    """A small chart: a bar per period, oldest first; None for a period without a value.

    :param first: the first period, as it is called.
    :param last: the last one.
    :param values: what the bars show.
    :param newest: the last value in words.
    """

    first: str
    last: str
    values: tuple[float | None, ...]
    newest: str


@dataclass(frozen=True)
class Command:
    """A command as one can paste it.

    :param purpose: what it is for.
    :param words: the words of the command; each is quoted where a shell would take it for more than a word.
    """

    purpose: str
    words: tuple[str, ...]

    @property
    def line(self) -> str:
        """The command line."""
        return shlex.join(shown(word) for word in self.words)


@dataclass(frozen=True)
class Link:
    """Where to look."""

    label: str
    url: str


Block = Paragraph | Facts | Chart | Command | Link
Form = Literal["text", "markdown", "html"]


@dataclass(frozen=True)
class Message:
    """A title and blocks."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def bounded_title(self) -> str:
        """The title as it is sent."""
        return shown(self.title, TITLE_LIMIT)

    @property
    def body(self) -> str:
        """The body in plain text."""
        return written(self, "text")


def written(message: Message, form: Form) -> str:
    """Return the body of a message for a destination that reads ``form``."""
    write = {"text": _as_text, "markdown": _as_markdown, "html": _as_html}[form]
    return _bounded([write(block) for block in message.blocks], form)


def _bounded(blocks: Sequence[str], form: Form) -> str:
    """Join the blocks that fit; a message that is too long for its receiver reaches nobody."""
    kept: list[str] = []
    size = 0
    limit = BODY_LIMIT * (2 if form == "html" else 1)
    for block in blocks:
        if size + len(block) > limit:
            kept.append("<p>...</p>" if form == "html" else "...")
            break
        kept.append(block)
        size += len(block)
    return "\n".join(kept)


def bars(values: Sequence[float | None]) -> str:
    """Return one character per value, the lowest for the least; a dot for none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    span = high - low
    return "".join(
        "·"
        if value is None
        else _BARS[round((value - low) / span * (len(_BARS) - 1)) if span else 3]
        for value in values
    )


def _chart(chart: Chart) -> str:
    return f"{chart.first} {bars(chart.values)} {chart.last}: {chart.newest}"


def _as_text(block: Block) -> str:
    match block:
        case Paragraph(text):
            return shown(text, 2 * LINE_LIMIT, keep="\n")
        case Facts(rows):
            return "\n".join(f"{name}: {shown(value, LINE_LIMIT)}" for name, value in rows)
        case Chart():
            return shown(_chart(block))
        case Command(purpose, _):
            return f"To {purpose}: {block.line}"
        case Link(label, url):
            return f"{label}: {shown(url, LINE_LIMIT)}"


def _as_markdown(block: Block) -> str:
    match block:
        case Paragraph(text):
            return _plain_markdown(shown(text, 2 * LINE_LIMIT, keep="\n")) + "\n"
        case Facts(rows):
            return "\n".join(
                f"- **{name}**: {_plain_markdown(shown(value, LINE_LIMIT))}" for name, value in rows
            )
        case Chart():
            return f"`{shown(_chart(block)).replace('`', '')}`"
        case Command(purpose, _):
            return f"- to {purpose}: `{block.line.replace('`', '')}`"
        case Link(label, url):
            return f"- {label}: {shown(url, LINE_LIMIT)}"


def _as_html(block: Block) -> str:
    match block:
        case Paragraph(text):
            lines = shown(text, 2 * LINE_LIMIT, keep="\n").split("\n")
            return f"<p>{'<br>'.join(escape(line) for line in lines)}</p>"
        case Facts(rows):
            cells = "".join(
                f"<tr><th align=left>{escape(name)}</th><td>{escape(shown(value, LINE_LIMIT))}</td></tr>"
                for name, value in rows
            )
            return f"<table>{cells}</table>"
        case Chart():
            return f"<p><code>{escape(shown(_chart(block)))}</code></p>"
        case Command(purpose, _):
            return f"<p>To {escape(purpose)}: <code>{escape(block.line)}</code></p>"
        case Link(label, url):
            text = escape(shown(url, LINE_LIMIT))
            if url.startswith(("https://", "http://")):
                return f'<p>{escape(label)}: <a href="{text}">{text}</a></p>'
            return f"<p>{escape(label)}: <code>{text}</code></p>"


def _plain_markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
