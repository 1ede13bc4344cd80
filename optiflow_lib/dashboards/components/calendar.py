"""Unusual days on a calendar."""

from datetime import date

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.texts import Language, day, number, text

WEEKS = 13


def anomaly_calendar(anomalies: pd.DataFrame, *, as_of: date, chosen: str, language: Language) -> Html:
    """Unusual days of the last three months: a square a day, the darker the more items; each can be chosen."""
    counted = anomalies.groupby("day").size()
    today = pd.Timestamp(as_of)
    monday = today - pd.Timedelta(days=today.day_of_week + 7 * (WEEKS - 1))
    weeks = [
        [_square(counted, one, today, chosen, language) for one in pd.date_range(first, periods=7)]
        for first in pd.date_range(monday, periods=WEEKS, freq="7D")
    ]
    rows = [
        tag(
            "tr",
            tag("th", day(monday + pd.Timedelta(days=weekday), language, style="EEE"), scope="row"),
            [week[weekday] for week in weeks],
        )
        for weekday in range(7)
    ]
    names = [
        tag("th", day(monday + pd.Timedelta(days=7 * n), language, style="day"), scope="col")
        for n in range(WEEKS)
    ]
    head = tag("thead", tag("tr", tag("td"), names))
    caption = tag("caption", text("Unusual days of the last three months", language))
    calendar = tag("table", caption, head, tag("tbody", rows), class_="calendar")
    return tag(
        "div",
        calendar,
        class_="scroll newest",
        tabindex="0",
        role="region",
        aria_label=text("Calendar", language),
    )


def _square(
    counted: pd.Series, one: pd.Timestamp, today: pd.Timestamp, chosen: str, language: Language
) -> Html:
    if one > today:
        return tag("td")
    count = int(counted.get(one, 0))
    told = text(
        "{day}: {count} {count:item|items}", language, day=day(one, language), count=number(count, language)
    )
    if count == 0:
        return tag("td", tag("span", class_="square", title=told))
    iso = f"{one:%Y-%m-%d}"
    return tag(
        "td",
        tag(
            "button",
            str(count),
            type="button",
            class_=f"square level-{min(4, 1 + count // 3)}",
            title=told,
            aria_label=told,
            data_do="day",
            data_day=iso,
            aria_pressed="true" if iso == chosen else "false",
        ),
    )
