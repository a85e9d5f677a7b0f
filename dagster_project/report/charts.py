"""The charts, as Vega-Lite documents. Typed figures in, JSON out; no page and no database here.

Colours that must follow light and dark are written ``@name`` and filled in by the page from its own
style. Months are ordinal labels, not instants: a browser west of Greenwich must not move them.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt

from dagster_project.report.figures import CohortCell, Month, PlanChange, Reason, RepeatMonth

Document = dict[str, Any]

_HEIGHT = 280
# From this share of the colour scale on, a number in a cell is written in the light colour.
_DARK = 0.66
_MOVEMENTS = (
    ("New", "mrr_new", 1, "@new"),
    ("Reactivation", "mrr_reactivation", 1, "@reactivation"),
    ("Expansion", "mrr_expansion", 1, "@expansion"),
    ("Contraction", "mrr_contraction", -1, "@contraction"),
    ("Churn", "mrr_churn", -1, "@churn"),
    ("Exchange rates", "fx", 1, "@muted"),
)
_MONTH_NAMES = "['Jan','Feb','Mar','Apr','May','Jun','Jul','Aug','Sep','Oct','Nov','Dec']"


def mrr_movements(months: Sequence[Month], currency: str) -> Document:
    """Stacked bars of each month's movements, gains up and losses down, and the net as a line."""
    shown = [
        movement
        for movement in _MOVEMENTS
        if movement[1] != "fx" or any(month.fx for month in months)
    ]
    rows = [
        {
            "month": month.label,
            "movement": name,
            "amount": round(sign * getattr(month, column), 2),
            "order": order,
        }
        for month in months
        for order, (name, column, sign, _) in enumerate(shown)
    ]
    net = [{"month": month.label, "net": round(month.net, 2)} for month in months]
    x = _month_axis(months)
    bars = (
        alt.Chart(_data(rows))
        .mark_bar(cornerRadius=1)
        .encode(
            x=x,
            y=alt.Y("amount:Q", title=f"{currency} a month", stack="zero", axis=_money_axis()),
            color=alt.Color(
                "movement:N",
                title=None,
                sort=[name for name, *_ in shown],
                scale=alt.Scale(
                    domain=[name for name, *_ in shown],
                    range=[colour for *_, colour in shown],
                ),
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                alt.Tooltip("movement:N", title="Movement"),
                alt.Tooltip("amount:Q", title=currency, format=",.2f"),
            ],
        )
    )
    line = (
        alt.Chart(_data(net))
        .mark_line(color="@ink", strokeWidth=1.75, point={"color": "@ink", "size": 22})
        .encode(
            x=x,
            y="net:Q",
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                alt.Tooltip("net:Q", title=f"Net, {currency}", format="+,.2f"),
            ],
        )
    )
    return _document(bars + line)


def mrr_level(months: Sequence[Month], currency: str) -> Document:
    """MRR at the close of each month, as an area."""
    rows = [{"month": month.label, "mrr": month.mrr_closing} for month in months]
    chart = (
        alt.Chart(_data(rows))
        .mark_area(line={"color": "@new", "strokeWidth": 2}, color="@new", fillOpacity=0.14)
        .encode(
            x=_month_axis(months),
            y=alt.Y("mrr:Q", title=f"{currency} a month", axis=_money_axis()),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                alt.Tooltip("mrr:Q", title=f"MRR, {currency}", format=",.2f"),
            ],
        )
    )
    return _document(chart)


def churn_rate(months: Sequence[Month], red_line: float | None) -> Document:
    """Churn rate a month, with the red line where a rule draws one; months beyond it stand out."""
    rows = [
        {
            "month": month.label,
            "rate": month.churn_rate,
            "beyond": red_line is not None
            and month.churn_rate is not None
            and month.churn_rate > red_line,
            "lost": month.customers_lost,
            "opening": month.customers_opening,
        }
        for month in months
    ]
    x = _month_axis(months)
    base = alt.Chart(_data(rows)).encode(
        x=x, y=alt.Y("rate:Q", title="Churn rate", axis=_share_axis(), scale=alt.Scale(zero=True))
    )
    tooltip = [
        alt.Tooltip("month:N", title="Month"),
        alt.Tooltip("rate:Q", title="Churn rate", format=".2%"),
        alt.Tooltip("lost:Q", title="Lost"),
        alt.Tooltip("opening:Q", title="At opening"),
    ]
    layers: list[alt.Chart] = [
        base.mark_line(color="@line", strokeWidth=2),
        base.mark_point(filled=True, size=48, opacity=1).encode(
            color=alt.condition("datum.beyond", alt.value("@red"), alt.value("@line")),
            tooltip=tooltip,
        ),
    ]
    if red_line is not None:
        rule = alt.Chart(_data([{"line": red_line}]))
        layers.append(
            rule.mark_rule(color="@red", strokeDash=[5, 4], strokeWidth=1.5).encode(y="line:Q")
        )
        layers.append(
            rule.mark_text(
                align="right", baseline="bottom", dy=-4, color="@red", fontWeight=600
            ).encode(
                y="line:Q",
                x=alt.value("width"),
                text=alt.value(f"red line {red_line:.0%}"),
            )
        )
    return _document(alt.layer(*layers))


def customer_flow(months: Sequence[Month]) -> Document:
    """Customers won and returned above the axis, lost below it."""
    colours = {"New": "@new", "Returned": "@reactivation", "Lost": "@churn"}
    rows = [
        {"month": month.label, "flow": flow, "customers": customers}
        for month in months
        for flow, customers in (
            ("New", month.customers_new),
            ("Returned", month.customers_reactivated),
            ("Lost", -month.customers_lost),
        )
    ]
    chart = (
        alt.Chart(_data(rows))
        .transform_calculate(count="abs(datum.customers)")
        .mark_bar(cornerRadius=1)
        .encode(
            x=_month_axis(months),
            y=alt.Y("customers:Q", title="Customers", stack="zero", axis=alt.Axis(tickMinStep=1)),
            color=_colours(colours),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                alt.Tooltip("flow:N", title="Customers"),
                alt.Tooltip("count:Q", title="Number"),
            ],
        )
    )
    return _document(chart)


def net_and_gross_retention(months: Sequence[Month]) -> Document:
    """NDR and GRR over twelve months, around 100 %."""
    rows = [
        {"month": month.label, "measure": measure, "rate": rate}
        for month in months
        for measure, rate in (("NDR, 12 months", month.ndr_12m), ("GRR, 12 months", month.grr_12m))
    ]
    return _lines(
        rows,
        months,
        {"NDR, 12 months": "@new", "GRR, 12 months": "@contraction"},
        "Share of MRR a year ago",
        reference=1.0,
    )


def customer_value(months: Sequence[Month], column: str, title: str, colour: str) -> Document:
    """ARPA or LTV a month.

    :param column: ``arpa`` or ``ltv``.
    """
    rows = [{"month": month.label, "value": getattr(month, column)} for month in months]
    chart = (
        alt.Chart(_data(rows))
        .mark_line(color=colour, strokeWidth=2, point={"color": colour, "size": 24})
        .encode(
            x=_month_axis(months),
            y=alt.Y("value:Q", title=title, axis=_money_axis(), scale=alt.Scale(zero=False)),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                alt.Tooltip("value:Q", title=title, format=",.2f"),
            ],
        )
    )
    return _document(chart, height=200)


def cohort_heat_map(cells: Sequence[CohortCell], what: str) -> Document:
    """A triangle of shares: a row per cohort, a column per age in months.

    :param what: what the share is of, for the tooltip.
    """
    rows = [
        {
            "cohort": cell.cohort,
            "age": cell.age,
            "share": cell.share,
            "customers": cell.customers,
            "left": cell.left,
        }
        for cell in cells
        if cell.share is not None
    ]
    shares = sorted(row["share"] for row in rows if isinstance(row["share"], float))
    # One cohort that doubled must not make all others look alike: the colours end at 150 %.
    lowest = min([*shares, 1.0])
    highest = min(max([*shares, 1.0]), 1.5)
    middle = lowest + (highest - lowest) * _DARK
    cohorts = len({row["cohort"] for row in rows})
    # With so many columns the numbers would overlap; then the colours need a legend.
    ages = len({row["age"] for row in rows})
    numbered = ages <= 26
    base = alt.Chart(_data(rows)).encode(
        x=alt.X(
            "age:O",
            title="Months since the first",
            axis=alt.Axis(labelAngle=0, orient="top", labelOverlap=True, labelSeparation=6),
        ),
        y=alt.Y("cohort:O", title=None),
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
            legend=None if numbered else alt.Legend(format=".0%", gradientLength=160),
        )
    )
    layers = [heat]
    if numbered:
        layers.append(
            base.mark_text(fontSize=9).encode(
                text=alt.Text("share:Q", format=".0%"),
                color=alt.condition(
                    f"datum.share > {middle}", alt.value("@onheat2"), alt.value("@onheat0")
                ),
            )
        )
    document = _document(alt.layer(*layers), height=max(120, 21 * cohorts))
    # On a narrow screen the page leaves the numbers out; it must know how many share a row.
    document["usermeta"] = {"columns": ages}
    return document


def plan_moves(months: Sequence[Month]) -> Document:
    """Upgrades above the axis, downgrades below it."""
    rows = [
        {"month": month.label, "move": move, "customers": customers}
        for month in months
        for move, customers in (("Upgrades", month.upgrades), ("Downgrades", -month.downgrades))
    ]
    chart = (
        alt.Chart(_data(rows))
        .transform_calculate(count="abs(datum.customers)")
        .mark_bar(cornerRadius=1)
        .encode(
            x=_month_axis(months),
            y=alt.Y("customers:Q", title="Customers", axis=alt.Axis(tickMinStep=1)),
            color=_colours({"Upgrades": "@new", "Downgrades": "@contraction"}),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                alt.Tooltip("move:N", title="Move"),
                alt.Tooltip("count:Q", title="Customers"),
            ],
        )
    )
    return _document(chart)


def plan_matrix(changes: Sequence[PlanChange]) -> Document:
    """From product, to product: how many customers went each way."""
    rows = [
        {"from": c.from_product, "to": c.to_product, "customers": c.customers, "mrr": c.mrr_change}
        for c in changes
    ]
    most = max((change.customers for change in changes), default=1)
    base = alt.Chart(_data(rows)).encode(
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
            f"datum.customers > {most * _DARK}", alt.value("@onheat2"), alt.value("@onheat0")
        ),
    )
    return _document(heat + text)


def cancellation_reasons(reasons: Sequence[Reason], currency: str) -> Document:
    """MRR lost by reason given, the greatest first."""
    rows = [{"reason": r.reason, "customers": r.customers_lost, "mrr": r.mrr_lost} for r in reasons]
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y("reason:N", title=None, sort=None, axis=alt.Axis(labelLimit=190, domain=False)),
        x=alt.X("mrr:Q", title=f"MRR lost, {currency} a month", axis=_money_axis(5)),
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
    return _document(bars + text, height=max(220, 34 * len(rows)))


def repeat_rate(repeat: Sequence[RepeatMonth]) -> Document:
    """Repeat customer rate to date, and the share of each month's buyers who had bought before."""
    rows = [
        {"month": month.label, "measure": measure, "rate": rate}
        for month in repeat
        for measure, rate in (
            ("Repeat customers, to date", month.repeat_customer_rate),
            ("Returning buyers, of the month", month.returning_rate),
        )
    ]
    return _lines(
        rows,
        repeat,
        {"Repeat customers, to date": "@new", "Returning buyers, of the month": "@contraction"},
        "Share of buyers",
    )


def _lines(
    rows: Sequence[dict[str, Any]],
    months: Sequence[Month | RepeatMonth],
    colours: dict[str, str],
    title: str,
    *,
    reference: float | None = None,
) -> Document:
    lines = (
        alt.Chart(_data(rows))
        .mark_line(strokeWidth=2, point={"size": 24})
        .encode(
            x=_month_axis(months),
            y=alt.Y("rate:Q", title=title, axis=_share_axis(), scale=alt.Scale(zero=False)),
            color=_colours(colours),
            tooltip=[
                alt.Tooltip("month:N", title="Month"),
                alt.Tooltip("measure:N", title="Measure"),
                alt.Tooltip("rate:Q", title="Rate", format=".2%"),
            ],
        )
    )
    if reference is None:
        return _document(lines)
    rule = (
        alt.Chart(_data([{"reference": reference}]))
        .mark_rule(color="@muted", strokeDash=[2, 3])
        .encode(y="reference:Q")
    )
    return _document(rule + lines)


def _month_axis(months: Sequence[Month | RepeatMonth]) -> alt.X:
    """Months as ordinals: about a dozen labels, the year under January and under the first."""
    labels = [month.label for month in months]
    step = max(1, -(-len(labels) // 13))
    # Counted back from the newest month, which every reader looks for.
    ticks = labels[::-1][::step][::-1]
    first = ticks[0] if ticks else ""
    years = [
        tick
        for previous, tick in zip(["", *ticks], ticks, strict=False)
        if tick == first or tick[:4] != previous[:4]
    ]
    name = f"{_MONTH_NAMES}[toNumber(slice(datum.value, 5, 7)) - 1]"
    return alt.X(
        "month:O",
        title=None,
        sort=labels,
        axis=alt.Axis(
            values=ticks,
            labelAngle=0,
            labelOverlap=False,
            labelExpr=f"indexof({years}, datum.value) >= 0 "
            f"? [{name}, slice(datum.value, 0, 4)] : {name}",
        ),
    )


def _data(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


def _colours(colours: dict[str, str]) -> alt.Color:
    field = {"New": "flow:N", "Upgrades": "move:N"}.get(next(iter(colours)), "measure:N")
    return alt.Color(
        field,
        title=None,
        sort=list(colours),
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
    )


def _money_axis(ticks: int = 6) -> alt.Axis:
    # An expression, since the "s" format alone would write the zero of an axis as "0k".
    labels = "replace(format(datum.value, '~s'), '-', '−')"
    return alt.Axis(labelExpr=labels, tickCount=ticks)


def _share_axis() -> alt.Axis:
    return alt.Axis(format=".0~%")


def _document(
    chart: alt.Chart | alt.LayerChart | alt.FacetChart, *, height: int = _HEIGHT
) -> Document:
    """Return the chart as Vega-Lite, as wide as the card it stands in."""
    sized = chart.properties(width="container", height=height, background="transparent")
    document: Document = sized.to_dict(validate=True)
    # The look belongs to the page, which knows whether it is light or dark.
    document.pop("config", None)
    document.pop("$schema", None)
    return document
