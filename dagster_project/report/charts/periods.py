"""Charts over time, of the segment that the reader chose."""

from collections.abc import Mapping

import altair as alt

from dagster_project.report.charts.drawing import (
    ROWS,
    Document,
    chosen,
    colours,
    inline,
    money_axis,
    over_time,
    period_axis,
    share_axis,
)

_MOVEMENTS = {
    "mrr_new": ("New", 1, "@new"),
    "mrr_reactivation": ("Reactivation", 1, "@reactivation"),
    "mrr_expansion": ("Expansion", 1, "@expansion"),
    "mrr_contraction": ("Contraction", -1, "@contraction"),
    "mrr_churn": ("Churn", -1, "@churn"),
    "fx": ("Exchange rates", 1, "@muted"),
    "moved": ("Moved between members", 1, "@line"),
}
OPTIONAL = ("Exchange rates", "Moved between members")
_STEPS = {
    "opening": "Opening",
    "new": "New",
    "reactivation": "Reactivation",
    "expansion": "Expansion",
    "contraction": "Contraction",
    "churn": "Churn",
    "other": "Other",
    "closing": "Closing",
}


def mrr_movements(currency: str) -> Document:
    """Stacked bars of each period's movements, gains up and losses down, and the net as a line."""
    names = {key: name for key, (name, _, _) in _MOVEMENTS.items()}
    losses = "','".join(key for key, (_, sign, _) in _MOVEMENTS.items() if sign < 0)
    bars = (
        alt.Chart()
        .transform_calculate(moved="datum.transfer_in - datum.transfer_out")
        .transform_fold(list(_MOVEMENTS), as_=["key", "raw"])
        .transform_calculate(
            movement=chosen(names),
            amount=f"indexof(['{losses}'], datum.key) >= 0 ? -datum.raw : datum.raw",
            place=f"indexof({list(_MOVEMENTS)}, datum.key)",
        )
        .mark_bar(stroke="@card", strokeWidth=0.75)
        .encode(
            x=period_axis(),
            y=alt.Y("amount:Q", title=f"{currency} a month", stack="zero", axis=money_axis()),
            color=colours("movement:N", {name: colour for name, _, colour in _MOVEMENTS.values()}),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("label:N", title="Period"),
                alt.Tooltip("movement:N", title="Movement"),
                alt.Tooltip("amount:Q", title=currency, format=",.2f"),
            ],
        )
    )
    line = (
        alt.Chart()
        .transform_calculate(net="datum.mrr_closing - datum.mrr_opening")
        .mark_line(color="@ink", strokeWidth=1.75, point={"color": "@ink", "size": 22})
        .encode(
            x=period_axis(),
            y="net:Q",
            tooltip=[
                alt.Tooltip("label:N", title="Period"),
                alt.Tooltip("net:Q", title=f"Net, {currency}", format="+,.2f"),
            ],
        )
    )
    return over_time(alt.layer(bars, line, data=ROWS), optional=OPTIONAL)


def mrr_waterfall(currency: str, *, of_movements: bool) -> Document:
    """From the MRR a year before to that of today, by what moved between them.

    :param of_movements: whether the publication has the movements themselves; older ones have comparisons only.
    """
    kinds = ("new", "reactivation", "expansion", "contraction", "churn")
    columns = {kind: f"{'movements' if of_movements else 'mrr'}_{kind}" for kind in kinds}
    signed = {kind: f"-datum.{kind}" for kind in kinds[3:]}
    base = (
        alt.Chart(ROWS)
        .transform_filter("datum.back < datum.span")
        .transform_aggregate(
            new=f"sum({columns['new']})",
            reactivation=f"sum({columns['reactivation']})",
            expansion=f"sum({columns['expansion']})",
            contraction=f"sum({columns['contraction']})",
            churn=f"sum({columns['churn']})",
            first="argmax(back)",
            last="argmin(back)",
        )
        .transform_calculate(opening="datum.first.mrr_opening", closing="datum.last.mrr_closing")
        .transform_calculate(**signed)
        .transform_calculate(
            other=f"datum.closing - datum.opening - {' - '.join(f'datum.{k}' for k in kinds)}"
        )
        .transform_fold(list(_STEPS), as_=["key", "amount"])
        .transform_filter("datum.key != 'other' || abs(datum.amount) >= 0.005")
        .transform_calculate(
            step=chosen(_STEPS),
            place=f"indexof({list(_STEPS)}, datum.key)",
            moved="datum.key == 'closing' ? 0 : datum.amount",
        )
        .transform_window(end="sum(moved)", sort=[alt.SortField("place")])
        .transform_calculate(
            start="datum.key == 'closing' ? 0 : datum.end - datum.moved",
            kind="indexof(['opening','closing'], datum.key) >= 0 ? 'level' : datum.amount < 0 ? 'down' : 'up'",
            top="max(datum.start, datum.end)",
            said="replace(format(datum.amount, abs(datum.amount) >= 10000 ? '.3~s' : ',.0f'), '-', '−')",
        )
    )
    y = alt.Y("step:O", title=None, sort=list(_STEPS.values()), axis=alt.Axis(domain=False))
    bars = base.mark_bar(height={"band": 0.7}).encode(
        y=y,
        x=alt.X("start:Q", title=f"{currency} a month", axis=money_axis()),
        x2="end:Q",
        color=alt.Color(
            "kind:N",
            legend=None,
            scale=alt.Scale(domain=["level", "up", "down"], range=["@line", "@new", "@churn"]),
        ),
        tooltip=[
            alt.Tooltip("step:N", title="Step"),
            alt.Tooltip("amount:Q", title=currency, format=",.2f"),
        ],
    )
    text = base.mark_text(align="left", dx=5, fontSize=11).encode(y=y, x="top:Q", text="said:N")
    return over_time(alt.layer(bars, text), beside=40)


def churn_rate(red_line: float | None) -> Document:
    """Churn rate a period, with the red line where a rule draws one; months beyond it stand out."""
    beyond = f"datum.churn_rate > {red_line}" if red_line is not None else "false"
    base = (
        alt.Chart()
        .transform_calculate(beyond=beyond)
        .encode(
            x=period_axis(),
            y=alt.Y(
                "churn_rate:Q", title="Churn rate", axis=share_axis(), scale=alt.Scale(zero=True)
            ),
        )
    )
    layers: list[alt.Chart] = [
        base.mark_line(color="@line", strokeWidth=2),
        base.mark_point(filled=True, size=48, opacity=1).encode(
            color=alt.condition("datum.beyond", alt.value("@red"), alt.value("@line")),
            shape=alt.condition("datum.beyond", alt.value("diamond"), alt.value("circle")),
            tooltip=[
                alt.Tooltip("label:N", title="Period"),
                alt.Tooltip("churn_rate:Q", title="Churn rate", format=".2%"),
                alt.Tooltip("customers_lost:Q", title="Lost"),
                alt.Tooltip("customers_opening:Q", title="At opening"),
            ],
        ),
    ]
    if red_line is not None:
        rule = alt.Chart(inline([{"line": red_line}]))
        layers += [
            rule.mark_rule(color="@red", strokeDash=[5, 4], strokeWidth=1.5).encode(y="line:Q"),
            rule.mark_text(
                align="right", baseline="bottom", dy=-4, color="@red", fontWeight=600
            ).encode(y="line:Q", x=alt.value("width"), text=alt.value(f"red line {red_line:.0%}")),
        ]
    return over_time(alt.layer(*layers, data=ROWS))


def customer_flow() -> Document:
    """Customers won and returned above the axis, lost below it."""
    return _up_and_down(
        {
            "customers_new": ("New", 1, "@new"),
            "customers_reactivated": ("Returned", 1, "@reactivation"),
            "customers_lost": ("Lost", -1, "@churn"),
        }
    )


def plan_moves() -> Document:
    """Upgrades above the axis, downgrades below it."""
    return _up_and_down(
        {
            "upgrades": ("Upgrades", 1, "@new"),
            "downgrades": ("Downgrades", -1, "@contraction"),
        }
    )


def net_and_gross_retention() -> Document:
    """NDR and GRR over twelve months, around 100 %."""
    return rates(
        {
            "ndr_12m": ("NDR over 12 months", "@new"),
            "grr_12m": ("GRR over 12 months", "@contraction"),
        },
        "Share of MRR a year ago",
        reference=1.0,
    )


def repeat_rate() -> Document:
    """Repeat customer rate to date, and the share of each period's buyers who had bought before."""
    return rates(
        {
            "repeat_customer_rate": ("Repeat customers, to date", "@new"),
            "returning_rate": ("Returning buyers, of the period", "@contraction"),
        },
        "Share of buyers",
    )


def bought(currency: str) -> Document:
    """What was paid for purchases in each period."""
    chart = (
        alt.Chart(ROWS)
        .mark_bar(color="@new")
        .encode(
            x=period_axis(),
            y=alt.Y("purchase_amount:Q", title=currency, axis=money_axis()),
            tooltip=[
                alt.Tooltip("label:N", title="Period"),
                alt.Tooltip("purchase_amount:Q", title=currency, format=",.2f"),
                alt.Tooltip("purchases:Q", title="Purchases"),
                alt.Tooltip("buyers:Q", title="Buyers"),
            ],
        )
    )
    return over_time(chart)


def customer_value(column: str, title: str, colour: str) -> Document:
    """ARPA or LTV a period.

    :param column: ``arpa`` or ``ltv``.
    """
    chart = (
        alt.Chart(ROWS)
        .mark_line(color=colour, strokeWidth=2, point={"color": colour, "size": 24})
        .encode(
            x=period_axis(),
            y=alt.Y(f"{column}:Q", title=title, axis=money_axis(), scale=alt.Scale(zero=False)),
            tooltip=[
                alt.Tooltip("label:N", title="Period"),
                alt.Tooltip(f"{column}:Q", title=title, format=",.2f"),
            ],
        )
    )
    return over_time(chart, height=190)


def rates(
    lines: Mapping[str, tuple[str, str]], title: str, *, reference: float | None = None
) -> Document:
    """Return lines of rates.

    :param lines: name and colour by column.
    :param reference: where a level that matters is drawn.
    """
    chart = (
        alt.Chart()
        .transform_fold(list(lines), as_=["key", "rate"])
        .transform_calculate(measure=chosen({key: name for key, (name, _) in lines.items()}))
        .mark_line(strokeWidth=2, point={"size": 24})
        .encode(
            x=period_axis(),
            y=alt.Y("rate:Q", title=title, axis=share_axis(), scale=alt.Scale(zero=False)),
            color=colours("measure:N", dict(lines.values())),
            strokeDash=alt.StrokeDash(
                "measure:N",
                title=None,
                sort=[name for name, _ in lines.values()],
                scale=alt.Scale(
                    domain=[name for name, _ in lines.values()], range=[[1, 0], [6, 3]]
                ),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="Period"),
                alt.Tooltip("measure:N", title="Measure"),
                alt.Tooltip("rate:Q", title="Rate", format=".2%"),
            ],
        )
    )
    if reference is None:
        return over_time(alt.layer(chart, data=ROWS))
    rule = (
        alt.Chart(inline([{"reference": reference}]))
        .mark_rule(color="@muted", strokeDash=[2, 3])
        .encode(y="reference:Q")
    )
    return over_time(alt.layer(rule, chart, data=ROWS))


def _up_and_down(kinds: Mapping[str, tuple[str, int, str]]) -> Document:
    down = "','".join(key for key, (_, sign, _) in kinds.items() if sign < 0)
    chart = (
        alt.Chart(ROWS)
        .transform_fold(list(kinds), as_=["key", "count"])
        .transform_calculate(
            what=chosen({key: name for key, (name, _, _) in kinds.items()}),
            customers=f"indexof(['{down}'], datum.key) >= 0 ? -datum.count : datum.count",
        )
        .mark_bar(stroke="@card", strokeWidth=0.75)
        .encode(
            x=period_axis(),
            y=alt.Y("customers:Q", title="Customers", stack="zero", axis=alt.Axis(tickMinStep=1)),
            color=colours("what:N", {name: colour for name, _, colour in kinds.values()}),
            tooltip=[
                alt.Tooltip("label:N", title="Period"),
                alt.Tooltip("what:N", title="Customers"),
                alt.Tooltip("count:Q", title="Number"),
            ],
        )
    )
    return over_time(chart)
