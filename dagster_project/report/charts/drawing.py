"""What all charts share: axes, colours, and a finished document."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

Document = dict[str, Any]
Drawn = alt.Chart | alt.LayerChart | alt.FacetChart

HEIGHT = 250
# From this share of the colour scale on, a number in a cell is written in the light colour.
DARK = 0.6
_MONTH_NAMES = "['Jan','Feb','Mar','Apr','May','Jun','Jul','Aug','Sep','Oct','Nov','Dec']"
_PART = (
    "slice(datum.value, 5, 6) == 'Q' ? slice(datum.value, 5)"
    f" : {_MONTH_NAMES}[toNumber(slice(datum.value, 5, 7)) - 1]"
)
ROWS = alt.NamedData(name="rows")


def inline(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    """Return rows as the data of a chart."""
    return alt.InlineData(values=[dict(row) for row in rows])


def period_axis() -> alt.X:
    """Return periods as ordinals, not instants: a browser west of Greenwich must not move them.

    Which of them have a label (``ticks``), and which the year under it (``years``), the script says.
    """
    return alt.X(
        "label:O",
        title=None,
        sort=None,
        axis=alt.Axis(
            values=alt.ExprRef("ticks"),
            labelAngle=0,
            labelOverlap=False,
            labelExpr="length(datum.value) == 4 ? datum.value : "
            f"indexof(years, datum.value) >= 0 ? [{_PART}, slice(datum.value, 0, 4)] : ({_PART})",
        ),
    )


def colours(field: str, names: Mapping[str, str]) -> alt.Color:
    """Return a colour scale with its legend.

    :param names: colour by what is shown, in order.
    """
    return alt.Color(
        field,
        title=None,
        sort=list(names),
        scale=alt.Scale(domain=list(names), range=list(names.values())),
    )


def money_axis(ticks: int = 5) -> alt.Axis:
    """Return an axis of money."""
    # An expression, since the "s" format alone would write the zero of an axis as "0k".
    return alt.Axis(labelExpr="replace(format(datum.value, '~s'), '-', '−')", tickCount=ticks)


def share_axis() -> alt.Axis:
    """Return an axis of percent."""
    return alt.Axis(format=".0~%")


def chosen(names: Mapping[str, str], key: str = "datum.key") -> str:
    """Return a Vega expression that looks ``key`` up in a mapping of texts."""
    pairs = ",".join(f"'{name}':'{value}'" for name, value in names.items())
    return f"{{{pairs}}}[{key}]"


def document(chart: Drawn, *, height: int = HEIGHT, beside: int = 0, **told: object) -> Document:
    """Return the chart as Vega-Lite, as wide as the card it stands in.

    :param beside: room for what is written beside the last bar, in pixels.
    :param told: what the page's script must know of it.
    """
    sized = chart.properties(width="container", height=height, background="transparent")
    made: Document = sized.to_dict(validate=True)
    # The look belongs to the page, which knows whether it is light or dark.
    made.pop("config", None)
    made.pop("$schema", None)
    if beside:
        made["padding"] = {"left": 5, "top": 5, "bottom": 5, "right": 5 + beside}
    if told:
        made["usermeta"] = told
    return made


def over_time(
    chart: Drawn, *, height: int = HEIGHT, beside: int = 0, optional: Sequence[str] = ()
) -> Document:
    """Return a chart over periods, without its figures.

    :param beside: as for ``document``.
    :param optional: names of the legend that are left out where every value is 0.
    """
    made = document(chart, height=height, beside=beside, rows="periods", optional=list(optional))
    made["data"] = {"name": "rows"}
    made["params"] = [{"name": "ticks", "value": []}, {"name": "years", "value": []}]
    return made
