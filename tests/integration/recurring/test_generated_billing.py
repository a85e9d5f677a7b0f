"""What billing systems bill, each with its own rounding, is worth what was truly sold: no figure is wrong."""

from pathlib import Path

import pytest

from tests.integration.recurring.generated import EXPORTS, differences


@pytest.mark.parametrize("export", EXPORTS)
def test_two_small_companies_are_worth_what_was_sold(tmp_path: Path, export: str) -> None:
    assert differences(tmp_path, export, seeds=(1, 2), customers=60) == []
