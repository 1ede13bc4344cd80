"""The forecast of one item: its past and future, what it is made of, how the candidates compare, which events count."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components import charts
from optiflow_lib.dashboards.components.html import Html
from optiflow_lib.texts import Language, number, text

MOST_EVENTS = 12
HALF_DAY = pd.Timedelta(hours=12)
PARTS = ("weekly", "yearly", "events")


@dataclass(frozen=True)
class Series:
    """One item's days.

    Args:
        history: day, quantity; missing where the item was out of stock.
        forecast: Schema `FORECASTS`.
        anomalies: Schema `ANOMALIES`.
        events: Schema `EVENT_IMPACT`.
        as_of: Last day closed.
    """

    history: pd.DataFrame
    forecast: pd.DataFrame
    anomalies: pd.DataFrame
    events: pd.DataFrame
    as_of: date


def forecast_chart(series: Series, language: Language) -> Html:
    """Past demand, the forecast with its 80 % interval, unusual days, days out of stock and events."""
    history, made = series.history, series.forecast
    first, last = _ends(series)
    x = charts.days(made["day"])
    traces = [
        *charts.band(
            x,
            charts.numbers(made["q10"]),
            charts.numbers(made["q90"]),
            name=text("8 days out of 10", language),
            colour=charts.SERIES[1],
        ),
        charts.line(
            charts.days(history["day"]),
            charts.numbers(history["quantity"]),
            name=text("Sold", language),
            width=1.5,
        ),
        charts.line(
            x, charts.numbers(made["forecast"]), name=text("Forecast", language), colour=charts.SERIES[1]
        ),
    ]
    unusual = series.anomalies[series.anomalies["day"].isin(history["day"])]
    if len(unusual):
        traces.append(_unusual(unusual, language))
    today = charts.upright(f"{series.as_of:%Y-%m-%d}", words=text("today", language))
    layout = charts.merged(
        {"shapes": _out_of_stock(history)},
        _event_spans(series),
        today,
        {
            "xaxis": charts.day_axis(language) | {"range": [first.isoformat(), last.isoformat()]},
            "yaxis": {"rangemode": "tozero"},
            "legend": charts.LEGEND,
            "margin": {"l": 44, "r": 12, "t": 40, "b": 36},
        },
    )
    return charts.chart(traces, name="forecast", told=_told(series, language), layout=layout, height=380)


def components_chart(parts: pd.DataFrame, language: Language) -> Html:
    """What the forecast is made of, day by day: a level, and what weekday, season and events add to it.

    Only Prophet parts them; what another model adds is one part and is called so: an event is no day of the week.

    Args:
        parts: Schema `COMPONENTS` of one item.
        language: The reader's.
    """
    names = _part_names(parts, language)
    x = charts.days(parts["day"])
    bars = [
        charts.bars(x, charts.numbers(parts[part]), name=names[part], colour=charts.SERIES[place + 2])
        for place, part in enumerate(PARTS)
        if part in names and parts[part].abs().max() > 0
    ]
    level = charts.line(
        x, charts.numbers(parts["trend"]), name=text("Level", language), colour=charts.SERIES[0]
    )
    swing = {name: float(parts[part].abs().mean()) for part, name in names.items()}
    told = text(
        "The level is {level} a day; on average, {parts} are added or taken.",
        language,
        level=number(float(parts["trend"].mean()), language, decimals=1),
        parts=" · ".join(f"{name} {number(value, language, decimals=1)}" for name, value in swing.items()),
    )
    layout = {"xaxis": charts.day_axis(language), "barmode": "relative", "legend": charts.LEGEND}
    return charts.chart([*bars, level], name="components", told=told, layout=layout, height=280)


def _part_names(parts: pd.DataFrame, language: Language) -> dict[str, str]:
    if parts[["yearly", "events"]].abs().to_numpy().max(initial=0.0) == 0:
        return {"weekly": text("Day of the week, season and events", language)}
    return {
        "weekly": text("Day of the week", language),
        "yearly": text("Season", language),
        "events": text("Events", language),
    }


def _unusual(unusual: pd.DataFrame, language: Language) -> charts.Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": charts.days(unusual["day"]),
        "y": charts.numbers(unusual["quantity"]),
        "name": text("Unusual day", language),
        "text": [text(cause, language) for cause in unusual["cause"]],
        "hovertemplate": "%{x}: %{y} (%{text})",
        "marker": {"symbol": "circle-open", "size": 11, "line": {"width": 2}, "color": charts.BAD},
    }


def _out_of_stock(history: pd.DataFrame) -> list[dict[str, Any]]:
    """A grey span for each stretch of days whose demand nobody knows."""
    unknown = history["quantity"].isna()
    stretch = (unknown != unknown.shift()).cumsum()[unknown]
    return [
        _span(part.iloc[0], part.iloc[-1], charts.MUTED)
        for _, part in history.loc[unknown, "day"].groupby(stretch)
    ]


def _event_spans(series: Series) -> dict[str, Any]:
    """Coloured days of events; those to come are named, inside the chart."""
    first, last = _ends(series)
    events = series.events.drop_duplicates("event_id").sort_values("first_day")
    events = events[(events["last_day"] >= first) & (events["first_day"] <= last)].tail(MOST_EVENTS)
    events = events.assign(
        first_day=events["first_day"].clip(lower=first), last_day=events["last_day"].clip(upper=last)
    )
    names = [
        {
            "x": f"{row.first_day:%Y-%m-%d}",
            "yref": "paper",
            "y": 1,
            "yanchor": "top",  # today's name stands above
            "yshift": -14 * (place % 2),
            "showarrow": False,
            "xanchor": "left" if row.first_day < first + (last - first) * 3 / 4 else "right",
            "text": charts.plain(row.name),
            "font": {"size": 11, "color": charts.SERIES[3]},
        }
        for place, row in enumerate(events[events["to_come"]].itertuples())
    ]
    spans = [_span(row.first_day, row.last_day, charts.SERIES[3]) for row in events.itertuples()]
    return {"shapes": spans, "annotations": names}


def _ends(series: Series) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day of the chart."""
    days = pd.concat([series.history["day"], series.forecast["day"]])
    return days.min(), days.max()


def _span(first: pd.Timestamp, last: pd.Timestamp, colour: str) -> dict[str, Any]:
    ends = {"x0": (first - HALF_DAY).isoformat(), "x1": (last + HALF_DAY).isoformat(), "y0": 0, "y1": 1}
    look = {"line": {"width": 0}, "fillcolor": f"{colour}22", "layer": "below"}
    return {"type": "rect", "yref": "paper", **ends, **look}


def _told(series: Series, language: Language) -> str:
    unknown = int(series.history["quantity"].isna().sum())
    told = text(
        "{sold} sold in {past} days, {expected} expected in the next {days}.",
        language,
        sold=number(float(series.history["quantity"].sum()), language, decimals=1),
        past=number(len(series.history), language),
        expected=number(float(series.forecast["forecast"].sum()), language, decimals=1),
        days=number(len(series.forecast), language),
    )
    if not unknown:
        return told
    grey = text(
        "Grey: {days} {days:day|days} out of stock, whose demand is unknown.",
        language,
        days=number(unknown, language),
    )
    return f"{told} {grey}"
