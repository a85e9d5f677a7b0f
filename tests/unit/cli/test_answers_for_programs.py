"""What the commands answer to a program: one JSON object, and nothing else on standard output."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dagster_project
from dagster_project.metrics.catalogue import called
from tests.command_line import Ebbline
from tests.integration.warehouse.hand_made import publish_state

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(ebbline: Ebbline, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Two publications, and a way to ask about them."""
    publish_state(tmp_path, 1)
    publish_state(tmp_path, 2)

    def asked(*command: object) -> dict[str, Any]:
        ended = ebbline(*command, "--warehouse", tmp_path, "--json")
        assert ended.code == 0, ended.screen
        document: dict[str, Any] = json.loads(capsys.readouterr().out)
        return document

    return asked


def test_the_version_is_said(ebbline: Ebbline) -> None:
    ended = ebbline("--version")
    assert (ended.code, ended.screen.strip()) == (0, f"ebbline {dagster_project.__version__}")


def test_publications_are_listed_newest_first(ask: Ask) -> None:
    listed = ask("publications")["publications"]
    assert [(one["id"], one["is_current"]) for one in listed] == [(2, True), (1, False)]


def test_a_diff_names_rows_and_values(ask: Ask) -> None:
    found = ask("diff", 1, 2)
    assert (found["later"]["id"], found["metrics_changed"]) == (2, 12)
    assert found["metric_changes"][0]["metric"] == "mrr_closing"


def test_why_tells_the_history_of_a_number(ask: Ask) -> None:
    found = ask("why", "mrr_closing", "2025-03")
    assert [version["publication_id"] for version in found["history"]] == [1, 2]
    assert found["difference"]["after"]["value"] == 2140.0


def test_formats_are_listed_with_what_they_feed(
    ebbline: Ebbline, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ebbline("formats", "--json").code == 0
    formats = json.loads(capsys.readouterr().out)["formats"]
    stripe = next(one for one in formats if one["name"] == "stripe")
    assert {"customers", "invoice_lines"} <= {feed["table"] for feed in stripe["feeds"]}


@pytest.mark.parametrize(
    ("name", "metric"),
    [("nrr", "ndr"), ("ARPU", "arpa"), ("logo churn", "churn_rate"), ("x", None)],
)
def test_a_metric_is_found_by_what_others_call_it(name: str, metric: str | None) -> None:
    assert called(name) == metric


def test_a_question_about_nrr_is_pointed_to_ndr(ebbline: Ebbline, tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    said = ebbline("why", "mrr", "2025-03", "--warehouse", tmp_path).screen
    assert "it is called mrr_closing here" in said
