"""The triangle of a kind of cohorts: a row per cohort with its size, a column per age, the average in the last row."""

import altair as alt

from dagster_project.report.charts.drawing import DARK, ROWS, Document, document
from dagster_project.report.cohorts import Cohorts

# One cohort that doubled must not make all others look alike: the colours end at 150 %.
_MOST = 1.5
_AVERAGE = "Average"
ROW_HEIGHT = 20


def triangle(cohorts: Cohorts, what: str) -> Document:
    """Return the triangle, without its figures; its colours are those that fit the whole business.

    :param what: what the share is of, for the tooltip.
    """
    shares = [
        share for cohort in cohorts.cohorts for share in cohort.shares[1:] if share is not None
    ]
    lowest, highest = min(shares, default=0.0), min(max(shares, default=1.0), _MOST)
    if highest - lowest < 0.01:
        lowest, highest = max(0.0, lowest - 0.05), highest + 0.05
    middle = lowest + (highest - lowest) * DARK
    base = alt.Chart().encode(
        x=alt.X(
            "age:O",
            title="Months since the first",
            axis=alt.Axis(labelAngle=0, orient="top", labelOverlap=True, labelSeparation=6),
        ),
        y=alt.Y("row:O", title=None, sort=None, axis=alt.Axis(labelLimit=200)),
        tooltip=[
            alt.Tooltip("cohort:N", title="Cohort"),
            alt.Tooltip("age:Q", title="Age in months"),
            alt.Tooltip("share:Q", title=what, format=".1%"),
            alt.Tooltip("customers:Q", title="Customers at the start"),
        ],
    )
    heat = base.mark_rect(stroke="@card", strokeWidth=1.5, cornerRadius=2).encode(
        color=alt.Color(
            "share:Q",
            title=None,
            scale=alt.Scale(
                domain=[lowest, (lowest + highest) / 2, highest],
                range=["@heat0", "@heat1", "@heat2"],
                interpolate="lab",
                clamp=True,
            ),
            legend=alt.Legend(format=".0%", gradientLength=160),
        )
    )
    numbers = base.mark_text(fontSize=9.5).encode(
        text=alt.Text("share:Q", format=".0%"),
        color=alt.condition(
            f"datum.share > {middle}", alt.value("@onheat2"), alt.value("@onheat0")
        ),
    )
    height = max(120, ROW_HEIGHT * (len(cohorts.cohorts) + 1))
    made = document(
        alt.layer(heat, numbers, data=ROWS), height=height, cohorts=cohorts.kind, row=ROW_HEIGHT
    )
    made["data"] = {"name": "rows"}
    return made
