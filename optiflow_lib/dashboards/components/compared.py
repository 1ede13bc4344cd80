"""How the candidates of one item compare, and what events did to it."""

from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components.html import Html
from optiflow_lib.dashboards.components.notices import badge, empty
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.components.words import label
from optiflow_lib.texts import Language, day, money, number, percent, text

MOST_EVENTS_LISTED = 12


def candidates_table(accuracy: pd.DataFrame, language: Language) -> Html:
    """The candidates of one item side by side (schema `ACCURACY`), the least loss first."""
    if accuracy.empty:
        return empty(text("This item has not been compared yet.", language))
    ranked = accuracy.sort_values(["champion", "pinball"], ascending=[False, True])
    rows = list(ranked.itertuples())
    used = badge(text("used", language), "good")
    columns = [
        Column(
            text("Model", language),
            [[label(row.candidate, language), " ", used if row.champion else None] for row in rows],
            wide=True,
        ),
        Column(text("Error", language), [percent(row.wape, language) for row in rows], numeric=True),
        Column(text("Bias", language), [_signed(row.bias, language) for row in rows], numeric=True),
        Column(
            text("In the interval", language),
            [percent(row.coverage_80, language) for row in rows],
            numeric=True,
        ),
        Column(
            text("Value added", language), [_signed(row.value_added, language) for row in rows], numeric=True
        ),
        Column(text("Days", language), [number(row.days, language) for row in rows], numeric=True),
    ]
    return table(columns, caption=text("Candidates compared on the item's own past", language), compact=True)


def events_table(events: pd.DataFrame, language: Language) -> Html:
    """What events did to the item, those to come first (schema `EVENT_IMPACT`)."""
    if events.empty:
        return empty(text("No event concerns this item.", language))
    ranked = events.sort_values(["to_come", "first_day"], ascending=[False, False]).head(MOST_EVENTS_LISTED)
    rows = list(ranked.itertuples())
    coming = badge(text("to come", language), "info")
    columns = [
        Column(
            text("Event", language),
            [[row.name, " ", coming if row.to_come else None] for row in rows],
            wide=True,
        ),
        Column(text("From", language), [day(row.first_day, language) for row in rows]),
        Column(text("To", language), [day(row.last_day, language) for row in rows]),
        Column(
            text("Effect", language),
            [_range(row, language) for row in rows],
            numeric=True,
        ),
        Column(
            text("Effect in %", language),
            [_signed(row.uplift_percent, language) for row in rows],
            numeric=True,
        ),
        Column(
            text("Effect in money", language), [money(row.uplift_eur, language) for row in rows], numeric=True
        ),
    ]
    return table(columns, caption=text("Events of this item", language), compact=True)


def _signed(value: float, language: Language) -> str:
    shown = percent(value, language)
    return f"+{shown}" if pd.notna(value) and value > 0 else shown


def _range(row: Any, language: Language) -> str:
    shown = [
        number(value, language, decimals=1) for value in (row.uplift_units, row.uplift_low, row.uplift_high)
    ]
    return text("{units} ({low} to {high})", language, units=shown[0], low=shown[1], high=shown[2])
