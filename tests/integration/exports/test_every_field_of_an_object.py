"""Objects with every field that an API documents: what means nothing is not warned of, so that a warning is read."""

from pathlib import Path

import pytest

from tests.integration.exports.conftest import Load

OBJECTS = Path("tests/fixtures/objects")
SOURCES = {"intercom": "support", "zendesk": "support"}


@pytest.mark.parametrize("vendor", sorted(folder.name for folder in OBJECTS.iterdir()))
def test_a_whole_object_of_the_api_is_loaded_without_a_warning(vendor: str, load: Load) -> None:
    report = load(SOURCES.get(vendor, "billing"), vendor, path=OBJECTS / vendor)

    assert {file.outcome for file in report.files} == {"loaded"}
    assert report.warnings == ()
