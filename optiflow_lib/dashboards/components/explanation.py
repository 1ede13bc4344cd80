"""Why an item is on the list: the demand it must last for, and how its stock will run down."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optiflow_lib.dashboards.components import charts
from optiflow_lib.dashboards.components.html import Html
from optiflow_lib.schemas.results import INTERVAL_QUANTILES, PERCENTS
from optiflow_lib.texts import Language, day, number, percent, text

MOST_BARS = 30


@dataclass(frozen=True)
class Marks:
    """Where an item stands on the axis of demand, in units.

    Args:
        on_hand: In stock.
        position: In stock or arriving in time, less what is reserved or owed.
        reorder_point: At or below it an order is due.
        chance: Of running out without a new order.
        unit_step: Smallest quantity there is.
    """

    on_hand: float
    position: float
    reorder_point: float
    chance: float
    unit_step: float


def demand_chart(interval: pd.Series, marks: Marks, language: Language) -> Html:
    """How much may be wanted until an order of the next review arrives, beside what there is.

    Args:
        interval: A row of schema `INTERVAL_DEMAND`.
        marks: Where the item stands.
        language: The reader's.
    """
    centres, shares = demand_bars(interval, unit_step=marks.unit_step)
    covered = centres <= marks.position
    parts = [
        (covered, text("covered", language), charts.ACCENT),
        (~covered, text("not covered", language), charts.BAD),
    ]
    width = float(centres[1] - centres[0]) if len(centres) > 1 else marks.unit_step
    bars = [
        charts.bars(
            charts.numbers(centres[part]),
            charts.numbers(shares[part], digits=4),
            name=name,
            colour=colour,
            width=width * 0.9,
            text=[percent(share, language) for share in shares[part]],
            textposition="none",
            hovertemplate="%{x}: %{text}",
        )
        for part, name, colour in parts
        if part.any()
    ]
    told = text(
        "{mean} are expected to be wanted in {days} days and {position} will be there: "
        "without a new order, the chance to run out is {chance}.",
        language,
        mean=number(interval["mean"], language),
        days=number(interval["days"], language, decimals=1),
        position=number(marks.position, language, decimals=1),
        chance=percent(marks.chance, language),
    )
    furthest = 1.25 * max(float(centres[-1]), marks.reorder_point)
    axes = {
        "xaxis": {"range": [min(float(centres[0]) - width, 0.0), furthest]},
        "yaxis": {"visible": False, "rangemode": "tozero"},
        "hovermode": "closest",
        "barmode": "overlay",
        "legend": charts.LEGEND,
        "margin": {"l": 12, "r": 12, "t": 58, "b": 30},
    }
    layout = charts.merged(_marks(marks, furthest, language), axes)
    return charts.chart(bars, name="demand", told=told, layout=layout, height=250)


def demand_bars(interval: pd.Series, *, unit_step: float) -> tuple[np.ndarray, np.ndarray]:
    """Centres of equal bins in units, and the probability of each; they sum to one.

    Demand comes in whole steps; between the quantiles that are known the distribution is linear, as it is where the
    order is computed.
    """
    known = interval[list(INTERVAL_QUANTILES)].to_numpy(float)
    known = np.maximum.accumulate(known)
    first, last = known[0], known[-1]
    width = max(np.ceil((last - first) / MOST_BARS / unit_step), 1.0) * unit_step
    edges = np.arange(first - unit_step / 2, last + width, width)
    # Of several levels with one quantile the highest is the distribution's value there.
    values, at = np.unique(known[::-1], return_index=True)
    levels = np.array(PERCENTS)[::-1][at] / 100
    below = np.interp(edges - unit_step / 2, np.r_[first - unit_step, values], np.r_[0.0, levels])
    shares = np.diff(np.r_[below[:-1], 1.0])
    return (edges[:-1] + edges[1:]) / 2, shares


@dataclass(frozen=True)
class Outlook:
    """What an item's stock depends on in the coming days, in units.

    Args:
        on_hand: In stock at the end of the last day closed.
        forecast: Mean demand by day.
        arrivals: What is on its way, by day; what is late counts for the first day.
        order_quantity: Suggested; 0 when nothing is.
        lead_time: Days until it would arrive.
    """

    on_hand: float
    forecast: pd.Series
    arrivals: pd.Series
    order_quantity: float
    lead_time: float


def stock_chart(outlook: Outlook, language: Language) -> Html:
    """Expected stock of the coming days, with what is on its way, and with the order that is suggested."""
    days = pd.DatetimeIndex(outlook.forecast.index)
    coming = outlook.arrivals.reindex(days, fill_value=0.0)
    wanted, x = outlook.forecast.to_numpy(float), charts.days(days)
    plain = expected_stock(outlook.on_hand, wanted, coming.to_numpy(float))
    traces = [charts.line(x, charts.numbers(plain), name=text("Expected stock", language))]
    arrives = days[0] + pd.Timedelta(days=int(np.ceil(outlook.lead_time)) - 1)
    if outlook.order_quantity > 0 and arrives in days:
        added = coming.to_numpy(float) + np.where(days == arrives, outlook.order_quantity, 0.0)
        ordered = charts.numbers(expected_stock(outlook.on_hand, wanted, added))
        name = text("with the suggested order", language)
        traces.append(charts.line(x, ordered, name=name, colour=charts.SERIES[2], dash="dash"))
    if coming.any():
        is_arrival = coming.to_numpy() > 0
        traces.append(_arrivals(coming[is_arrival], plain[is_arrival], language))
    layout = {
        "xaxis": charts.day_axis(language),
        "yaxis": {"rangemode": "tozero"},
        "legend": charts.LEGEND,
    }
    told = _stock_told(plain, days, outlook.arrivals, language)
    return charts.chart(traces, name="ahead", told=told, layout=layout, height=230)


def expected_stock(on_hand: float, wanted: np.ndarray, coming: np.ndarray) -> np.ndarray:
    """Stock at each day's end when the mean is wanted; what is not there is not sold later."""
    held, level = np.empty(len(wanted)), max(on_hand, 0.0)
    for place, (need, arrives) in enumerate(zip(wanted, coming, strict=True)):
        level = max(level + arrives - need, 0.0)
        held[place] = level
    return held


def _arrivals(coming: pd.Series, height: np.ndarray, language: Language) -> charts.Trace:
    told = [f"+{number(quantity, language, decimals=1)}" for quantity in coming]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": charts.days(coming.index),
        "y": charts.numbers(height),
        "text": told,
        "textposition": "top center",
        "hovertemplate": "%{x}: %{text}",
        "name": text("on its way", language),
        "marker": {"symbol": "triangle-up", "size": 11, "color": charts.SERIES[1]},
    }


def _stock_told(held: np.ndarray, days: pd.DatetimeIndex, arrivals: pd.Series, language: Language) -> str:
    gone = np.flatnonzero(held <= 0)
    runs_out = (
        text("It is expected to run out on {day}.", language, day=day(days[gone[0]], language))
        if len(gone)
        else text("It is expected to last for the whole period.", language)
    )
    if arrivals.empty:
        return f"{runs_out} {text('Nothing is on its way.', language)}"
    coming = text(
        "{quantity} are on their way, the next on {day}.",
        language,
        quantity=number(float(arrivals.sum()), language, decimals=1),
        day=day(arrivals.index.min(), language),
    )
    return f"{runs_out} {coming}"


def _marks(marks: Marks, furthest: float, language: Language) -> dict[str, Any]:
    """Lines for what there is; their words stand one above the other, as they may be close.

    What is far beyond the demand is written at the edge: the chart is about the demand.
    """
    lines = [
        (marks.on_hand, text("in stock", language), charts.TEXT, "solid"),
        (marks.position, text("with what is on its way", language), charts.GOOD, "dash"),
        (marks.reorder_point, text("reorder point", language), charts.WARN, "dot"),
    ]
    if marks.position == marks.on_hand:
        lines.pop(1)
    drawn = []
    for place, (x, words, colour, dash) in enumerate(lines):
        shown = f"{words} {number(x, language, decimals=1)}"
        beyond = x > furthest
        one = charts.upright(
            min(x, furthest), words=f"{shown} →" if beyond else shown, colour=colour, dash=dash
        )
        side = "right" if x > furthest / 2 else "left"
        one["annotations"][0] |= {"yshift": 15 * place, "xanchor": side}
        drawn.append({"annotations": one["annotations"]} if beyond else one)
    return charts.merged(*drawn)
