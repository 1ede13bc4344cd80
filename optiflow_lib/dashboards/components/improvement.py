"""What to make better: days nothing explains, items that forecast badly and why, data to mend."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from optiflow_lib.dashboards.components import charts
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.notices import badge, empty
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.components.words import label
from optiflow_lib.dashboards.components.worklist import button
from optiflow_lib.texts import Language, day, money, number, percent, text

MOST_ROWS, MOST_PROBLEMS = 12, 100
STRONG_BIAS, FEW_DAYS = 0.2, 14
TICKS = [-1.0, -0.5, 0.0, 0.5, 1.0]
BINS = np.arange(-1.0, 1.01, 0.1)


def anomalies_table(
    anomalies: pd.DataFrame, *, total: int, chosen: str, may_judge: bool, language: Language
) -> Html:
    """Unusual days: item, day, what was sold and what was expected, what it is worth.

    Args:
        anomalies: Schema `ANOMALIES` with name and value (money), those shown.
        total: How many there are.
        chosen: item_id of the one whose series is shown.
        may_judge: The reader's role allows to say what a day was.
        language: The reader's.
    """
    if anomalies.empty:
        return empty(text("No unusual day.", language), text("Sales went as the models expected.", language))
    rows = list(anomalies.itertuples())
    columns = [
        Column(text("Item", language), [_choose(row, row.item_id == chosen) for row in rows], wide=True),
        Column(text("Day", language), [day(row.day, language) for row in rows]),
        Column(
            text("Sold", language), [number(row.quantity, language, decimals=1) for row in rows], numeric=True
        ),
        Column(text("Usual (range)", language), [_expected(row, language) for row in rows], numeric=True),
        Column(text("Value", language), [money(row.value, language) for row in rows], numeric=True),
        Column(text("Probably", language), [text(row.cause, language) for row in rows]),
    ]
    if may_judge:
        columns.append(Column(text("Action", language), [_judge(row, language) for row in rows]))
    shown = text(
        "{shown} of {total} {total:row|rows}",
        language,
        shown=number(len(rows), language),
        total=number(total, language),
    )
    return join(
        [
            tag("p", shown, class_="counted"),
            table(columns, caption=text("Unusual days", language), compact=True),
        ]
    )


def series_chart(history: pd.DataFrame, unusual: pd.DataFrame, *, name: str, language: Language) -> Html:
    """One item's sales of the last months with its unusual days and the range that was usual.

    Args:
        history: day, quantity.
        unusual: Schema `ANOMALIES` of the item.
        name: Of the item.
        language: The reader's.
    """
    recent = unusual[unusual["day"].isin(history["day"])]
    sold = charts.line(
        charts.days(history["day"]),
        charts.numbers(history["quantity"]),
        name=text("Sold", language),
        width=1.5,
    )
    expected = charts.numbers(recent["expected"])
    marked = {
        "type": "scatter",
        "mode": "markers",
        "x": charts.days(recent["day"]),
        "y": charts.numbers(recent["quantity"]),
        "name": text("Unusual day", language),
        "marker": {"symbol": "circle-open", "size": 12, "line": {"width": 2}, "color": charts.BAD},
    }
    usual = {
        "type": "scatter",
        "mode": "markers",
        "x": charts.days(recent["day"]),
        "y": expected,
        "name": text("Expected, with its usual range", language),
        "marker": {"symbol": "line-ew-open", "size": 9, "color": charts.MUTED},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": charts.numbers(recent["high"] - recent["expected"]),
            "arrayminus": charts.numbers(recent["expected"] - recent["low"]),
            "color": charts.MUTED,
        },
    }
    told = text(
        "{name}: {count} unusual {count:day|days} in {days} {days:day|days}.",
        language,
        name=name,
        count=number(len(recent), language),
        days=number(len(history), language),
    )
    layout = {"xaxis": charts.day_axis(language), "yaxis": {"rangemode": "tozero"}, "legend": charts.LEGEND}
    return charts.chart([sold, usual, marked], name="unusual", told=told, layout=layout, height=300)


def value_added_chart(value_added: pd.Series, language: Language) -> Html:
    """How much better than last week's same day each item's model is: items by tenth of the error that is saved."""
    known = value_added.dropna()
    if known.empty:
        return empty(text("No item has been compared yet.", language))
    count, _ = np.histogram(known.clip(BINS[0], BINS[-1]), bins=BINS)
    centres = (BINS[:-1] + BINS[1:]) / 2
    parts = [
        (centres > 0, text("better", language), charts.GOOD),
        (centres < 0, text("worse", language), charts.BAD),
    ]
    bars = [
        charts.bars(
            charts.numbers(centres[part]), [int(n) for n in count[part]], name=name, colour=colour, width=0.09
        )
        for part, name, colour in parts
    ]
    told = text(
        "{share} of the items are forecast better than by the same day last week; the median saves {median} of its error.",
        language,
        share=percent(float((known > 0).mean()), language),
        median=percent(float(known.median()), language),
    )
    ticks = {"tickvals": TICKS, "ticktext": [percent(value, language) for value in TICKS]}
    axes = {"xaxis": {**ticks, **charts.BELOW, "range": [-1.05, 1.05]}, "yaxis": {"rangemode": "tozero"}}
    layout = {**axes, "legend": charts.LEGEND, "barmode": "overlay", "hovermode": "closest"}
    return charts.chart(bars, name="added", told=told, layout=layout, height=300)


def worst_table(worst: pd.DataFrame, links: list[Html], language: Language) -> Html:
    """Items whose forecast errors cost most, and why.

    Args:
        worst: candidate, wape, bias, value_added, days, pattern, error_eur (money a month).
        links: To each item's forecast.
        language: The reader's.
    """
    if worst.empty:
        return empty(text("No item has been compared yet.", language))
    rows = list(worst.itertuples())
    columns = [
        Column(text("Item", language), links, wide=True),
        Column(text("Model", language), [label(row.candidate, language) for row in rows]),
        Column(text("Error", language), [percent(row.wape, language) for row in rows], numeric=True),
        Column(text("Bias", language), [percent(row.bias, language) for row in rows], numeric=True),
        Column(
            text("Value added", language), [percent(row.value_added, language) for row in rows], numeric=True
        ),
        Column(
            text("Error a month", language), [money(row.error_eur, language) for row in rows], numeric=True
        ),
        Column(
            text("Why", language), [[badge(one) for one in reasons(row, language)] for row in rows], wide=True
        ),
    ]
    return table(columns, caption=text("Worst forecasts", language), compact=True)


def reasons(row: Any, language: Language) -> list[str]:
    """Why an item forecasts badly, as far as its figures tell."""
    judged = [
        (row.value_added < 0, text("worse than last week", language)),
        (row.bias > STRONG_BIAS, text("too high", language)),
        (row.bias < -STRONG_BIAS, text("too low", language)),
        (row.pattern in ("intermittent", "lumpy"), text("sells rarely", language)),
        (row.pattern == "erratic", text("sells irregularly", language)),
        (row.days < FEW_DAYS, text("few days to judge", language)),
    ]
    return [words for holds, words in judged if holds]


def quality_table(problems: pd.DataFrame, names: Mapping[str, str], language: Language) -> Html:
    """What is wrong with the data and how to mend it.

    Args:
        problems: Schema `QUALITY`, its detail in the reader's language.
        names: Of the items that are subjects.
        language: The reader's.
    """
    if problems.empty:
        return empty(
            text("Nothing to mend.", language), text("The night found no fault in the data.", language)
        )
    rows = list(problems.head(MOST_PROBLEMS).itertuples())
    columns = [
        Column(text("Problem", language), [text(row.check, language) for row in rows]),
        Column(text("Where", language), [_subject(row.subject, names, language) for row in rows], wide=True),
        Column(text("Day", language), [day(row.day, language) for row in rows]),
        Column(text("What was found", language), [row.detail for row in rows]),
        Column(
            text("How to mend it", language),
            [tag("span", text(row.mend, language)) for row in rows],
            wide=True,
        ),
    ]
    shown = {"shown": number(len(rows), language), "total": number(len(problems), language)}
    counted = tag("p", text("{shown} of {total} {total:row|rows}", language, **shown), class_="counted")
    return join([counted, table(columns, caption=text("Data to mend", language), compact=True)])


def _choose(row: Any, is_chosen: bool) -> Html:  # noqa: FBT001
    item_id, name = row.item_id, row.name
    words = [tag("span", name, class_="said"), " ", tag("small", item_id)]
    return tag(
        "button",
        words,
        type="button",
        class_="line-button",
        data_do="series",
        data_item=item_id,
        data_row=True,
        aria_pressed="true" if is_chosen else "false",
    )


def _judge(row: Any, language: Language) -> Html:
    words = text("Judge…", language)
    return button(words, "mark", kind="quiet small", item=row.item_id, day=f"{row.day:%Y-%m-%d}")


def _expected(row: Any, language: Language) -> str:
    values = [number(value, language, decimals=1) for value in (row.expected, row.low, row.high)]
    return text("{units} ({low} to {high})", language, units=values[0], low=values[1], high=values[2])


def _subject(subject: str, names: Mapping[str, str], language: Language) -> list[object]:
    name = names.get(subject)
    return [text(subject, language)] if name is None else [name, " ", tag("small", subject)]
