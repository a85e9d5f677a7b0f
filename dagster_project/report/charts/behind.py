"""Charts of what lies behind; of the whole business."""

from collections.abc import Sequence

import altair as alt

from dagster_project.report.behind import (
    Benchmark,
    Calibration,
    Cause,
    Commitment,
    Decile,
    PlanChange,
    Reason,
    SupportMonth,
)
from dagster_project.report.charts.drawing import (
    DARK,
    Document,
    colours,
    document,
    inline,
    money_axis,
    share_axis,
)


def plan_matrix(changes: Sequence[PlanChange]) -> Document:
    """From product, to product: how many customers went each way."""
    rows = [
        {"from": c.from_product, "to": c.to_product, "customers": c.customers, "mrr": c.mrr_change}
        for c in changes
    ]
    most = max((change.customers for change in changes), default=1)
    base = alt.Chart(inline(rows)).encode(
        x=alt.X("to:N", title="To", axis=alt.Axis(labelAngle=-25)),
        y=alt.Y("from:N", title="From"),
        tooltip=[
            alt.Tooltip("from:N", title="From"),
            alt.Tooltip("to:N", title="To"),
            alt.Tooltip("customers:Q", title="Customers"),
            alt.Tooltip("mrr:Q", title="MRR change", format="+,.2f"),
        ],
    )
    heat = base.mark_rect(stroke="@card", strokeWidth=1.5, cornerRadius=2).encode(
        color=alt.Color(
            "customers:Q",
            legend=None,
            scale=alt.Scale(
                domain=[0, most / 2, most], range=["@heat0", "@heat1", "@heat2"], interpolate="lab"
            ),
        )
    )
    text = base.mark_text(fontSize=11).encode(
        text="customers:Q",
        color=alt.condition(
            f"datum.customers > {most * DARK}", alt.value("@onheat2"), alt.value("@onheat0")
        ),
    )
    return document(alt.layer(heat, text), height=220)


def cancellation_reasons(reasons: Sequence[Reason], currency: str) -> Document:
    """MRR lost by reason given, the greatest first."""
    rows = [{"reason": r.reason, "customers": r.customers_lost, "mrr": r.mrr_lost} for r in reasons]
    base = alt.Chart(inline(rows)).encode(
        y=alt.Y("reason:N", title=None, sort=None, axis=alt.Axis(labelLimit=150, domain=False)),
        x=alt.X("mrr:Q", title=f"MRR lost, {currency} a month", axis=money_axis(4)),
        tooltip=[
            alt.Tooltip("reason:N", title="Reason"),
            alt.Tooltip("customers:Q", title="Customers lost"),
            alt.Tooltip("mrr:Q", title=f"MRR lost, {currency}", format=",.2f"),
        ],
    )
    bars = base.mark_bar(color="@churn", cornerRadiusEnd=2, height={"band": 0.62})
    text = base.mark_text(align="left", dx=6, fontSize=11.5).encode(
        text=alt.Text("customers:Q", format=",d")
    )
    return document(alt.layer(bars, text), height=max(160, 28 * len(rows)), beside=14)


def causes(found: Sequence[Cause], currency: str) -> Document:
    """Expansion to the right, contraction to the left, by cause."""
    rows = [
        {"cause": one.cause, "what": what, "mrr": amount}
        for one in found
        for what, amount in (("Expansion", one.expansion), ("Contraction", -one.contraction))
        if amount
    ]
    chart = (
        alt.Chart(inline(rows))
        .mark_bar(height={"band": 0.62})
        .encode(
            y=alt.Y("cause:N", title=None, sort=None, axis=alt.Axis(labelLimit=150, domain=False)),
            x=alt.X("mrr:Q", title=f"{currency} a month", stack="zero", axis=money_axis(4)),
            color=colours("what:N", {"Expansion": "@expansion", "Contraction": "@contraction"}),
            tooltip=[
                alt.Tooltip("cause:N", title="Cause"),
                alt.Tooltip("what:N", title="Movement"),
                alt.Tooltip("mrr:Q", title=currency, format=",.2f"),
            ],
        )
    )
    return document(chart, height=max(160, 28 * len(found)))


def commitments(ahead: Sequence[Commitment], currency: str) -> Document:
    """What renews and what is known to end, by month ahead."""
    kinds = {"Renews": "@line", "Is known to end": "@churn"}
    rows = [
        {"month": one.month, "what": what, "mrr": mrr, "customers": customers}
        for one in ahead
        for what, mrr, customers in (
            ("Renews", one.renewing, one.customers_renewing),
            ("Is known to end", one.ending, one.customers_ending),
        )
    ]
    chart = (
        alt.Chart(inline(rows))
        .mark_bar(stroke="@card", strokeWidth=0.75)
        .encode(
            x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=-30, labelOverlap=True)),
            y=alt.Y("mrr:Q", title=f"{currency} a month", stack="zero", axis=money_axis()),
            color=colours("what:N", kinds),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                alt.Tooltip("what:N", title="What"),
                alt.Tooltip("mrr:Q", title=f"MRR, {currency}", format=",.2f"),
                alt.Tooltip("customers:Q", title="Customers"),
            ],
        )
    )
    return document(chart, height=200)


def tickets(months: Sequence[SupportMonth]) -> Document:
    """Tickets a month, complaints among them."""
    rows = [
        {"month": one.month, "what": what, "tickets": count}
        for one in months
        for what, count in (
            ("Complaints", one.complaints),
            ("Other tickets", one.tickets - one.complaints),
        )
    ]
    chart = (
        alt.Chart(inline(rows))
        .mark_bar(stroke="@card", strokeWidth=0.75)
        .encode(
            x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=-30, labelOverlap=True)),
            y=alt.Y("tickets:Q", title="Tickets", stack="zero", axis=alt.Axis(tickMinStep=1)),
            color=colours("what:N", {"Other tickets": "@line", "Complaints": "@churn"}),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                alt.Tooltip("what:N", title="What"),
                alt.Tooltip("tickets:Q", title="Tickets"),
            ],
        )
    )
    return document(chart, height=200)


def concentration(deciles: Sequence[Decile]) -> Document:
    """The share of MRR by tenth of the customers, and of all up to it."""
    rows = [
        {"tenth": str(one.decile), "share": one.share, "cumulative": one.cumulative, "mrr": one.mrr}
        for one in deciles
    ]
    base = alt.Chart(inline(rows)).encode(
        x=alt.X(
            "tenth:O",
            sort=None,
            title="Tenth of the customers, the largest first",
            axis=alt.Axis(labelAngle=0),
        ),
        tooltip=[
            alt.Tooltip("tenth:N", title="Tenth"),
            alt.Tooltip("share:Q", title="Share of MRR", format=".1%"),
            alt.Tooltip("cumulative:Q", title="With all larger", format=".1%"),
        ],
    )
    bars = base.mark_bar(color="@new").encode(
        y=alt.Y("share:Q", title="Share of MRR", axis=share_axis())
    )
    line = base.mark_line(
        color="@ink", strokeWidth=1.5, point={"color": "@ink", "size": 20}
    ).encode(y="cumulative:Q")
    return document(alt.layer(bars, line), height=200)


def benchmarks(found: Sequence[Benchmark]) -> Document:
    """Each industry's yearly retention as a bar, the usual one as a mark across it."""
    rows = [
        {"industry": one.industry, "retention": one.retention, "usual": one.benchmark}
        for one in found
    ]
    base = alt.Chart(inline(rows)).encode(
        y=alt.Y("industry:N", title=None, sort=None, axis=alt.Axis(labelLimit=150, domain=False)),
        tooltip=[
            alt.Tooltip("industry:N", title="Industry"),
            alt.Tooltip("retention:Q", title="Retained", format=".1%"),
            alt.Tooltip("usual:Q", title="Usual", format=".1%"),
        ],
    )
    bars = base.mark_bar(color="@new", height={"band": 0.55}).encode(
        x=alt.X(
            "retention:Q",
            title="Retained a year (mark: usual)",
            axis=share_axis(),
            scale=alt.Scale(domainMax=1),
        )
    )
    marks = base.mark_tick(color="@ink", thickness=3, height=20).encode(x="usual:Q")
    return document(alt.layer(bars, marks), height=max(140, 28 * len(rows)))


def calibration(bands: Sequence[Calibration]) -> Document:
    """Who was lost within three months, by the score they had."""
    rows = [
        {"score": f"{one.score_from}+", "share": one.lost_share, "customers": one.customers}
        for one in bands
    ]
    base = alt.Chart(inline(rows)).encode(
        x=alt.X("score:O", sort=None, title="Score", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("share:Q", title="Lost within three months", axis=share_axis()),
        tooltip=[
            alt.Tooltip("score:N", title="Score"),
            alt.Tooltip("share:Q", title="Lost", format=".1%"),
            alt.Tooltip("customers:Q", title="Customers and months"),
        ],
    )
    bars = base.mark_bar(color="@churn")
    text = base.mark_text(baseline="bottom", dy=-3, fontSize=10.5).encode(
        text=alt.Text("customers:Q", format=",d")
    )
    return document(alt.layer(bars, text), height=200)
