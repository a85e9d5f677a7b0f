"""A page read back: its text, its tables, and everything that could ask the network for something."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

VOID = {"meta", "br", "img", "input", "link", "hr", "path", "polyline"}


class Page(HTMLParser):
    """What is on a page, in the order in which it stands there."""

    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: dict[str, str] = {}
        self.styles = ""
        self._open: list[str] = []
        self._id = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            if named.get(name):
                self.references.append(str(named[name]))
        if tag not in VOID:
            self._open.append(tag)
        self._id = named.get("id") or f"script {len(self.scripts)}"

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "script":
            self.scripts[self._id] = self.scripts.get(self._id, "") + data
        elif inside == "style":
            self.styles += data
        elif data.strip():
            self.text.append(" ".join(data.split()))

    @property
    def words(self) -> str:
        """All text, joined."""
        return " ".join(self.text)

    @property
    def told(self) -> dict[str, Any]:
        """What the page's script is given."""
        given: dict[str, Any] = json.loads(self.scripts["told"])
        return given

    def named(self, tag: str) -> Iterator[dict[str, str | None]]:
        """Yield the attributes of every element of a kind."""
        return (attributes for name, attributes in self.tags if name == tag)

    def chart(self, name: str) -> dict[str, Any]:
        """Return a chart with the figures of the whole business, months, in some colour."""
        text = re.sub(r'"@[a-z0-9]+"', '"#12807f"', json.dumps(self.told["charts"][name]))
        document: dict[str, Any] = {**json.loads(text), "width": 600}
        told = document.pop("usermeta", {})
        if told.get("rows"):
            rows = self.rows()
            document["data"] = {"values": rows}
            labels = [row["label"] for row in rows]
            document["params"] = [{"name": n, "value": labels[::3]} for n in ("ticks", "years")]
        if told.get("cohorts"):
            cohorts = self.told["cohorts"][told["cohorts"]][0]
            document["data"] = {
                "values": [
                    {
                        "row": month,
                        "cohort": month,
                        "customers": customers,
                        "age": age,
                        "share": s / 10_000,
                    }
                    for month, customers, _, shares in cohorts
                    for age, s in enumerate(shares)
                    if s is not None
                ]
            }
        return document

    def rows(self) -> list[dict[str, Any]]:
        """Return what charts over time show of the whole business, month by month."""
        periods = self.told["periods"]
        labels, rows = periods["labels"]["month"], periods["rows"]["month"][0]
        return [
            {
                "label": label,
                "back": len(labels) - 1 - place,
                "span": 12,
                **dict(zip(periods["columns"], values, strict=True)),
            }
            for place, (label, values) in enumerate(zip(labels, rows, strict=True))
        ]


def opened(file: Path) -> Page:
    """Return a page as it was written."""
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page
