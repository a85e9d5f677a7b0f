"""The page of all metrics, ``docs/metrics-catalogue.md``, as Markdown. Made of the catalogue, held true by a test."""

from collections.abc import Iterator, Mapping

from dagster_project.locations import PROJECT_ROOT
from dagster_project.metrics.catalogue import CATALOGUE, Metric

PAGE = PROJECT_ROOT / "docs" / "metrics-catalogue.md"
_INTRODUCTION = """\
# All metrics

Made by `make metrics-page` from what the YAML of the period marts says (`dbt/models/marts`); do not edit it.
What the words mean is [METRICS.md](METRICS.md). Each of these is a column of its mart, a `metric` of the table
`metrics`, a name that a [red line](red-lines.md) may use, and a question to [`ebbline explain`](explain.md) and
[`ebbline why`](time-travel.md). Headlines are in bold: their [restatement](red-lines.md#restatements) is told.
"""


def page(metrics: Mapping[str, Metric] = CATALOGUE) -> str:
    """Return the page: one table for each mart."""
    return "\n".join([_INTRODUCTION, *_sections(metrics)]) + "\n"


def _sections(metrics: Mapping[str, Metric]) -> Iterator[str]:
    for table in dict.fromkeys(metric.table for metric in metrics.values()):
        yield f"## `{table}`\n"
        yield "| metric | label | unit | better | how it is made |"
        yield "|---|---|---|---|---|"
        for metric in metrics.values():
            if metric.table == table:
                yield _row(metric)
        yield ""


def _row(metric: Metric) -> str:
    name = f"**`{metric.column}`**" if metric.is_headline else f"`{metric.column}`"
    made = metric.formula if metric.is_rate else metric.description
    cells = (name, metric.label, metric.unit.value, metric.better, made.replace("|", "\\|"))
    return f"| {' | '.join(cells)} |"
