"""README's map is the tree, every link leads somewhere, and every file that the text names is there."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from dagster_project.locations import PROJECT_ROOT
from tests.documents import DOCUMENTS, spans

_LINK = re.compile(r"\]\(([^)#\s]+)(#[\w-]+)?\)")
_OF_THE_TREE = re.compile(
    r"(?:dagster_project|dbt|tests|docs|expectations|benchmarks|data/sample)/[\w./*-]*[\w*/]"
)
# Made by a run or by whoever adds something.
_NOT_HERE_YET = re.compile(r"dbt/target|/acme|<")
MAP = re.search(
    r"## The house\n\n```\n(.*?)```", DOCUMENTS[0].read_text(encoding="utf-8"), re.DOTALL
)


def _heading(line: str) -> str:
    return re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).strip().replace(" ", "-")


def test_readmes_map_has_every_folder_of_the_tree() -> None:
    assert MAP is not None
    ignored = [
        line.rstrip("/") for line in (PROJECT_ROOT / ".gitignore").read_text().splitlines() if line
    ]
    there = {
        folder.name
        for folder in PROJECT_ROOT.iterdir()
        if folder.is_dir()
        and not folder.name.startswith(".")
        and not any(fnmatch(folder.name, pattern) for pattern in [*ignored, "dist"])
    }
    there |= {
        folder.parent.name for folder in (PROJECT_ROOT / "dagster_project").glob("*/__init__.py")
    }
    named = {part for name in re.findall(r"[\w/]+/", MAP[1]) for part in name.split("/")}
    assert sorted(there - named) == []


def test_readmes_map_has_nothing_that_is_not_there() -> None:
    assert MAP is not None
    places = [PROJECT_ROOT / folder for folder in (".", "dagster_project", "tests", "docs")]
    gone = [
        name
        for name in re.findall(r"(?<![\w/])[\w/]+/(?=\s|$)", MAP[1])
        if not any((place / name).is_dir() for place in places)
    ]
    assert gone == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = []
    for match in _LINK.finditer(document.read_text(encoding="utf-8")):
        target, anchor = match[1], match[2]
        if "://" in target or target.startswith("mailto:"):
            continue
        file = document.parent / target
        if not file.exists():
            broken.append(target)
        elif anchor and file.suffix == ".md":
            lines = file.read_text(encoding="utf-8").splitlines()
            if anchor[1:] not in {_heading(line) for line in lines if line.startswith("#")}:
                broken.append(f"{target}{anchor}")
    assert broken == []


def test_every_file_that_the_text_names_is_there() -> None:
    missing = [
        f"{place}: {text}"
        for place, text in spans()
        if _OF_THE_TREE.fullmatch(text)
        and not _NOT_HERE_YET.search(text)
        and not list(PROJECT_ROOT.glob(text.rstrip("/")))
    ]
    assert missing == []
