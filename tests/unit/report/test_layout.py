"""How the page is laid out, measured in a real browser where one is installed."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.report import build

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
MEASURE = """<script>
document.body.dataset.cut = [...document.querySelectorAll(".segments .scroll")]
    .map(box => box.scrollWidth - box.clientWidth).join(",");
</script></body>"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
@pytest.mark.parametrize("width", [1300, 1000])
def test_the_tables_by_segment_show_their_last_column(
    published: Callable[..., Path], tmp_path: Path, width: int
) -> None:
    marts = published(
        "update marts.dim_plans set plan_name = 'Enterprise, monthly, with add-ons, USD'",
        "update marts.mart_revenue_periods set mrr_closing = 1234567.89 where dimension <> 'all'",
    )
    page = build(marts, tmp_path / "report" / "index.html")
    measured = tmp_path / "measured.html"
    measured.write_text(page.read_text(encoding="utf-8").replace("</body>", MEASURE))
    shown = subprocess.run(
        [
            str(BROWSER),
            *("--headless", "--no-sandbox", f"--window-size={width},900", "--dump-dom"),
            measured.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    cut = re.search(r'data-cut="([^"]*)"', shown)
    assert cut is not None
    assert cut.group(1) == "0,0"
