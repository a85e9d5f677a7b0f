"""Every command that README and docs show, typed as it stands there, in the order of the page, and those of sentences.

A reader is in a folder that holds the sample's settings and warehouse; what they are told to put somewhere lies there.
What cannot be typed here is in ``NOT_RUN`` (tests/documents.py). Its siblings of the first tier:
``unit/docs/test_commands.py`` asks of each that it can be typed, ``end_to_end/test_the_snippets_of_the_docs.py`` runs
the Python.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.locations import DBT_PROJECT, PROJECT_ROOT
from tests.documented_commands import can_be_typed
from tests.documents import Snippet, not_run, shell_lines, snippets, typed_spans
from tests.end_to_end.command import Ended
from tests.sample import RUN_AT, SAMPLE, WholeRun

SHOWN = {
    block: lines
    for block in snippets()
    if (lines := [line for line in shell_lines(block) if not not_run(line)])
}
# Inside sentences, each once.
NAMED = sorted({text for _, text in typed_spans() if can_be_typed(text) and not not_run(text)})
# What follows a block of commands and needs what they made.
PYTHON_AFTER = {"docs/validation.md"}
# Pages for whoever has the checkout before them.
OF_THE_CHECKOUT = ("docs/testing.md", "docs/decisions/")
CUSTOMERS = "customer_id,created_at\nanna,2026-01-02\nbert,2026-01-05\n"
ORDERS = """order_id,customer_id,ordered_at,amount,currency
1,anna,2026-01-02,20.00,USD
2,bert,2026-01-05,30.00,USD
3,anna,2026-03-09,25.00,USD
"""


@pytest.fixture(scope="module")
def reader(whole_sample: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of somebody who has run the sample."""
    root = whole_sample.copied_to(tmp_path_factory.mktemp("reader")).root
    (root / ".venv").symlink_to(sys.prefix)
    (root / "data" / "sample").mkdir(parents=True)
    (root / "data" / "warehouse").symlink_to(root / "warehouse")
    (root / "data" / "landing").mkdir()
    (root / "data" / "landing" / "billing").symlink_to(SAMPLE / "billing")
    (root / "docs").mkdir()
    shutil.copytree(PROJECT_ROOT / "bi", root / "bi")
    # MetricFlow writes into the project that it works in.
    shutil.copytree(DBT_PROJECT, root / "dbt", ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(root / "warehouse", root / "tmp" / "restored")
    return root


@pytest.fixture(scope="module")
def ended(reader: Path) -> dict[str, Ended]:
    """Type all blocks; return how each ended, by its place."""
    found: dict[str, Ended] = {}
    folders: dict[str, Path] = {}
    for block in snippets():
        page = block.page
        folder = folders.setdefault(page, _beginning(page, reader))
        if block in SHOWN:
            found[block.place] = typed("\n".join(SHOWN[block]), folder, reader)
            if found[block.place].code == 0:
                folders[page] = Path((reader / "left-in").read_text(encoding="utf-8").strip())
            for made in reader.glob("*/data/landing/billing"):
                _put_files(made)
        elif block.language == "python" and page in PYTHON_AFTER:
            found[block.place] = typed(f"python - <<'END'\n{block.text}\nEND", folder, reader)
    return found


def _beginning(page: str, reader: Path) -> Path:
    return PROJECT_ROOT if page.startswith(OF_THE_CHECKOUT) else reader


def typed(lines: str, folder: Path, root: Path) -> Ended:
    """Have a shell do it and write where it is then; what the text keeps in /tmp lies in the reader's folder."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("EBBLINE_")}
    programs = Path(sys.executable).parent
    script = f"{lines.replace('/tmp/', f'{root}/tmp/')}\npwd > '{root}/left-in'"
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**plain, "EBBLINE_NOW": RUN_AT, "PATH": f"{programs}:{plain['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout + done.stderr)


def _put_files(landing: Path) -> None:
    """Write what the page says to put there."""
    (landing / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (landing / "orders.csv").write_text(ORDERS, encoding="utf-8")


AFTERWARDS = [block for block in snippets("python") if block.page in PYTHON_AFTER]


@pytest.mark.parametrize("block", [*SHOWN, *AFTERWARDS], ids=str)
def test_what_a_page_shows_ends_well(ended: dict[str, Ended], block: Snippet) -> None:
    how = ended[block.place]
    assert how.code == 0, how.screen


@pytest.mark.parametrize("text", NAMED)
def test_what_a_sentence_names_ends_well(ended: dict[str, Ended], reader: Path, text: str) -> None:
    assert ended  # what the pages show comes first
    how = typed(text, reader, reader)
    assert how.code == 0, how.screen
