"""Every `ebbline` command that a block of README or docs shows, run as it stands there, in the order of the page.

A reader is in a folder that holds the sample's settings and warehouse; what they are told to put somewhere lies there.
Its sibling of the first tier (`unit/docs/test_commands.py`) asks of each that it can be typed.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import Named, commands
from tests.end_to_end.command import Ended
from tests.sample import RUN_AT, WholeRun

# `serve` answers until it is stopped: integration/server runs it.
SHOWN = [n for n in commands("ebbline") if n.is_whole and n.words[1] != "serve"]
ENTERED = {n.place: n.words[1] for n in commands("cd") if n.is_whole and len(n.words) == 2}
CUSTOMERS = "customer_id,created_at\nanna,2026-01-02\nbert,2026-01-05\n"
ORDERS = """order_id,customer_id,ordered_at,amount,currency
1,anna,2026-01-02,20.00,USD
2,bert,2026-01-05,30.00,USD
3,anna,2026-03-09,25.00,USD
"""


@pytest.fixture(scope="module")
def ended(
    whole_sample: WholeRun, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, ...], Ended]:
    """Type them all; return how each ended."""
    root = whole_sample.copied_to(tmp_path_factory.mktemp("reader")).root
    found: dict[tuple[str, ...], Ended] = {}
    folders: dict[str, Path] = {}
    for named in SHOWN:
        page = named.place.partition(":")[0]
        folder = folders.get(page, root)
        if named.place in ENTERED:
            folder = folders[page] = root / ENTERED[named.place]
        found[_key(named)] = _typed(named, folder, root)
        if named.words[1] == "init":
            _put_files(root / named.words[2] / "data" / "landing" / "billing")
    return found


def _key(named: Named) -> tuple[str, ...]:
    return (named.place, *named.words)


def _typed(named: Named, folder: Path, root: Path) -> Ended:
    """Run a command; what the text keeps in /tmp lies in the reader's folder."""
    words = [word.replace("/tmp/", f"{root}/tmp/") for word in named.words[1:]]
    plain = {key: value for key, value in os.environ.items() if not key.startswith("EBBLINE_")}
    done = subprocess.run(
        [Path(sys.executable).with_name("ebbline"), *words],
        cwd=folder,
        env={**plain, "EBBLINE_NOW": RUN_AT},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout + done.stderr)


def _put_files(landing: Path) -> None:
    """Write what the page says to put there."""
    (landing / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (landing / "orders.csv").write_text(ORDERS, encoding="utf-8")


@pytest.mark.parametrize("named", SHOWN, ids=str)
def test_a_command_that_a_page_shows_ends_well(
    ended: dict[tuple[str, ...], Ended], named: Named
) -> None:
    how = ended[_key(named)]
    assert how.code == 0, how.screen


def test_a_page_that_enters_a_folder_makes_it_first() -> None:
    made = {n.words[2] for n in SHOWN if n.words[1] == "init"}
    assert set(ENTERED.values()) - made <= {"dbt"}
