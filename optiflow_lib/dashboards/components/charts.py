"""Charts: a plotly figure as plain JSON in the page, drawn there, with its text equivalent beside it.

Figures are plain dictionaries: importing plotly would cost every kernel time and memory for nothing. Colours are
names of the theme's variables, which the page replaces by their value in light or dark.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, script_json, tag
from optiflow_lib.texts import Language

Trace = dict[str, Any]
# Told apart by colour-blind readers, in this order (after Okabe and Ito).
SERIES = tuple(f"var(--series-{number})" for number in range(1, 7))
ACCENT, MUTED, GOOD, BAD, WARN, TEXT = (
    f"var(--{name})" for name in ("accent", "muted", "good", "bad", "warn", "text")
)
BAND = "33"  # opacity of a filled interval, as the two last digits of a colour


def chart(
    traces: Iterable[Trace],
    *,
    name: str,
    told: str,
    layout: dict[str, Any] | None = None,
    height: int = 300,
    labelled: bool = False,
) -> Html:
    """A figure element that the page draws.

    Args:
        traces: Of plotly.
        name: Id in the page: the same name is redrawn in place.
        told: What it shows, in a sentence with figures: for those who do not see it.
        layout: Of plotly, without fonts and background: the theme gives them.
        height: In pixels.
        labelled: Its figures stand in the chart itself: `told` is then only for those who do not see it.
    """
    figure = {"data": list(traces), "layout": {"margin": _MARGIN, **(layout or {})}}
    data = tag("script", script_json(figure), type="application/json")
    return tag(
        "figure",
        data,
        tag("figcaption", told, class_="unseen" if labelled else None),
        class_="chart",
        id=f"chart-{name}",
        data_chart=True,
        style=f"--chart-height:{height}px",
    )


BELOW = {"ticks": "outside", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)"}  # clear of the other axis' zero
LEGEND = {"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom"}
_MARGIN = {"l": 52, "r": 12, "t": 24, "b": 36}


def plain(name: object) -> str:
    """A name for a chart: plotly reads a few tags in its texts."""
    return escape(str(name), quote=False)


def days(values: Iterable[Any]) -> list[str]:
    """Days as plotly reads them."""
    return [f"{pd.Timestamp(value):%Y-%m-%d}" for value in values]


def day_axis(language: Language) -> dict[str, Any]:
    """An axis of days as the reader writes them."""
    short, long = {"fr": ("%-d %b\n%Y", "%A %-d %B %Y"), "en": ("%b %-d\n%Y", "%A, %B %-d, %Y")}[language]
    return {"type": "date", "tickformat": short, "hoverformat": long, **BELOW}


def money_axis(language: Language) -> dict[str, Any]:
    """An axis of money, from zero, as the reader writes it."""
    sign = {"fr": {"ticksuffix": "\u00a0€"}, "en": {"tickprefix": "€"}}[language]
    return {"rangemode": "tozero", "tickformat": ",.0f", **sign}


def percent_axis(language: Language) -> dict[str, Any]:
    """An axis of shares, given as `percents`: plotly's own percent sign stands where English has it."""
    return {"tickformat": ",~g", "hoverformat": ",.1f", "ticksuffix": {"fr": "\u00a0%", "en": "%"}[language]}


def percents(values: Iterable[float]) -> list[float | None]:
    """Shares in percent, for an axis that `percent_axis` writes."""
    return numbers((100 * value for value in values), digits=2)


def numbers(values: Iterable[float], *, digits: int = 2) -> list[float | None]:
    """Numbers for JSON, rounded to what a screen shows; a missing one is a gap."""
    return [None if pd.isna(value) else round(float(value), digits) for value in values]


def line(
    x: Sequence[Any],
    y: Sequence[float | None],
    *,
    name: str,
    colour: str = ACCENT,
    dash: str = "solid",
    width: float = 2,
    **more: Any,
) -> Trace:
    """A line; missing values are gaps in it."""
    style = {"color": colour, "width": width, "dash": dash}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "name": plain(name),
        "line": style,
        "connectgaps": False,
        **more,
    }


def band(
    x: Sequence[Any],
    low: Sequence[float | None],
    high: Sequence[float | None],
    *,
    name: str,
    colour: str = ACCENT,
) -> list[Trace]:
    """The area between two lines."""
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        {**edge, "y": low, "showlegend": False},
        {**edge, "y": high, "name": plain(name), "fill": "tonexty", "fillcolor": f"{colour}{BAND}"},
    ]


def bars(
    x: Sequence[Any], y: Sequence[Any], *, name: str, colour: str | list[str] = ACCENT, **more: Any
) -> Trace:
    """Bars; give `orientation="h"` for lying ones."""
    return {"type": "bar", "x": x, "y": y, "name": plain(name), "marker": {"color": colour}, **more}


def upright(x: Any, *, words: str, colour: str = MUTED, dash: str = "dot") -> dict[str, Any]:
    """A vertical line with a word on top: `shapes` and `annotations` of a layout."""
    shape = {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1}
    text_above = {
        "x": x,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "text": plain(words),
    }
    return {
        "shapes": [{**shape, "line": {"color": colour, "width": 1.5, "dash": dash}}],
        "annotations": [{**text_above, "font": {"color": colour, "size": 12}}],
    }


def merged(*layouts: dict[str, Any]) -> dict[str, Any]:
    """Layouts together; their shapes and annotations add up."""
    lists = ("shapes", "annotations")
    result = {key: value for one in layouts for key, value in one.items() if key not in lists}
    return result | {key: [part for one in layouts for part in one.get(key, [])] for key in lists}
