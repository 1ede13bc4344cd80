"""Parts of the dashboard: sales and forecast, stock by category, what is at risk, what is on its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components import charts
from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.dashboards.components.notices import badge, empty
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.components.words import TONES, label
from optiflow_lib.texts import Language, day, money, number, text

WEEKLY_FROM_DAYS = 91
YEAR_DAYS = 364


@dataclass(frozen=True)
class Risk:
    """One alert as the dashboard lists it: a link, what it says, its euros."""

    severity: str
    type: str
    link: Html
    sentence: str
    euros: float


def sales_chart(
    sales: pd.Series, forecast: pd.Series, *, as_of: date, period_days: int, language: Language
) -> Html:
    """Revenue of the period and of the same days a year before, then what is expected.

    Args:
        sales: Money by day, at least `period_days` that end with `as_of`; a year more for the comparison.
        forecast: Money by day, from the next day on.
        as_of: Last day closed.
        period_days: How much of the past is shown; by week from three months on.
        language: The reader's.
    """
    today = pd.Timestamp(as_of)
    first = today - pd.Timedelta(days=period_days - 1)
    days = pd.date_range(first, today)
    horizon = pd.date_range(today + pd.Timedelta(days=1), periods=len(forecast))
    year = pd.Timedelta(days=YEAR_DAYS)
    past = sales.reindex(days, fill_value=0.0)
    before = sales.reindex(pd.date_range(first - year, horizon[-1] - year if len(horizon) else today - year))
    before.index = before.index + year
    coming = forecast.reindex(horizon)
    if period_days >= WEEKLY_FROM_DAYS:
        past, before, coming = (_by_week(part, today) for part in (past, before, coming))
    traces = [
        _line(before, text("Same days last year", language), colour=charts.MUTED, dash="dot", width=1.5),
        _line(past, text("Sales", language)),
        _line(coming, text("Forecast", language), colour=charts.SERIES[1], dash="dash"),
    ]
    layout = charts.merged(
        charts.upright(f"{today:%Y-%m-%d}", words=text("today", language)),
        {
            "xaxis": charts.day_axis(language),
            "yaxis": charts.money_axis(language),
            "legend": charts.LEGEND,
        },
    )
    told = text(
        "{sold} sold in the period, {expected} expected in the next {days} days.",
        language,
        sold=money(float(past.sum()), language),
        expected=money(float(forecast.sum()), language),
        days=number(len(forecast), language),
    )
    return charts.chart(traces, name="sales", told=told, layout=layout, height=320)


def stock_chart(categories: pd.DataFrame, language: Language) -> Html:
    """Value and days of cover of each category's stock.

    Args:
        categories: category, stock_value (money at cost), cover (days, may be missing).
        language: The reader's.
    """
    if categories.empty:
        return empty(text("No stock.", language))
    ranked = categories.sort_values("stock_value")
    told = [
        f"{money(row.stock_value, language)} · {_cover(row.cover, language)}" for row in ranked.itertuples()
    ]
    bars = charts.bars(
        charts.numbers(ranked["stock_value"]),
        [charts.plain(name) for name in ranked["category"]],
        name=text("Stock value", language),
        orientation="h",
        text=told,
        textposition="auto",
        hoverinfo="y+text",
    )
    layout = {"xaxis": {"visible": False}, "yaxis": {"automargin": True, "ticksuffix": " "}, "bargap": 0.35}
    sentence = ", ".join(
        f"{name} {words}" for name, words in zip(ranked["category"][::-1], told[::-1], strict=True)
    )
    return charts.chart([bars], name="stock", told=sentence, layout=layout, height=320, labelled=True)


def risks_table(risks: Sequence[Risk], language: Language) -> Html:
    """The alerts with most money at risk, each a link to its explanation."""
    if not risks:
        return empty(text("Nothing to do.", language), text("No alert is open for this choice.", language))
    shown = [
        Column(
            text("Alert", language),
            [badge(label(risk.type, language), TONES.get(risk.severity, "muted")) for risk in risks],
        ),
        Column(text("What", language), [risk.link for risk in risks], wide=True),
        Column(text("At risk", language), [money(risk.euros, language) for risk in risks], numeric=True),
    ]
    return table(shown, caption=text("Top risks", language))


def orders_table(orders: pd.DataFrame, language: Language) -> Html:
    """Orders that are not received: number, supplier, state, when it is expected, what it is worth.

    Args:
        orders: order_id, supplier, state, expected_on, value.
        language: The reader's.
    """
    if orders.empty:
        return empty(text("No order in progress.", language))
    shown = [
        Column(text("Order", language), orders["order_id"].tolist()),
        Column(text("Supplier", language), orders["supplier"].tolist(), wide=True),
        Column(
            text("State", language),
            [badge(label(state, language), TONES.get(state, "muted")) for state in orders["state"]],
        ),
        Column(text("Expected", language), [day(d, language) for d in orders["expected_on"]]),
        Column(text("Value", language), [money(v, language) for v in orders["value"]], numeric=True),
    ]
    return table(shown, caption=text("Orders in progress", language))


def deliveries_table(deliveries: pd.DataFrame, *, as_of: date, language: Language) -> Html:
    """What the business database says is on its way, the latest first when it is late.

    Args:
        deliveries: supplier, expected_on (may be missing), value.
        as_of: Last day closed: what was expected by then is late.
        language: The reader's.
    """
    if deliveries.empty:
        return empty(text("No delivery is expected.", language))
    late = deliveries["expected_on"] <= pd.Timestamp(as_of)
    when = [
        [
            day(expected, language, style="day"),
            " ",
            badge(text("late", language), "bad") if is_late else None,
        ]
        for expected, is_late in zip(deliveries["expected_on"], late, strict=True)
    ]
    shown = [
        Column(text("Expected", language), when),
        Column(text("Supplier", language), deliveries["supplier"].tolist(), wide=True),
        Column(text("Value", language), [money(v, language) for v in deliveries["value"]], numeric=True),
    ]
    return table(shown, caption=text("Expected deliveries", language), compact=True)


def columns(main: Sequence[Html], side: Sequence[Html]) -> Html:
    """A wide and a narrow column of panels; one below the other where there is no room."""
    return tag("div", tag("div", list(main)), tag("div", list(side)), class_="columns")


def panel(title: str, *content: object, aside: object = None) -> Html:
    """A part of a page under its heading."""
    heading = tag("header", tag("h2", title), aside)
    return tag("section", heading, list(content), class_="panel")


def _line(values: pd.Series, name: str, **style: Any) -> charts.Trace:
    return charts.line(charts.days(values.index), charts.numbers(values), name=name, **style)


def _by_week(values: pd.Series, today: pd.Timestamp) -> pd.Series:
    """Sums of whole weeks that end on the weekday of `today`; a week that is cut is left out."""
    week = (values.index - today).days.to_numpy() - 1
    number_of_week = week // 7
    summed = values.groupby(number_of_week).agg(["sum", "size"])
    whole = summed["sum"].where(summed["size"] == 7).dropna()
    return pd.Series(whole.to_numpy(), index=[today + pd.Timedelta(days=7 * (w + 1)) for w in whole.index])


def _cover(cover: float, language: Language) -> str:
    return text("{days} {days:day|days} of cover", language, days=number(cover, language))
