"""What if: the form that supposes an event, and the forecast beside what it would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from optiflow_lib.dashboards.components import charts
from optiflow_lib.dashboards.components.filters import Choice, select
from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.texts import Language, number, percent, text


@dataclass(frozen=True)
class Supposing:
    """What stands in the form.

    Args:
        kind: Type of event; empty for one that the item never had.
        first_day: Its first day.
        last_day: Its last day.
        price_change: In percent: -20 for 20 % off.
        uplift: Growth in percent that a person expects; None: as earlier events.
    """

    kind: str
    first_day: date
    last_day: date
    price_change: float = -20.0
    uplift: float | None = None


def suppose_form(
    given: Supposing, kinds: Sequence[str], *, item_id: str, days: tuple[date, date], language: Language
) -> Html:
    """The event, its days, the price, and what a person expects.

    Args:
        given: What stands in the fields.
        kinds: Types of event that the item had.
        item_id: Of the item.
        days: First and last day of the forecast.
        language: The reader's.
    """
    options = {kind: kind for kind in kinds} | {"": text("Something new", language)}
    first, last = (day.isoformat() for day in days)
    uplift = "" if given.uplift is None else f"{given.uplift:g}"

    def field(label: str, name: str, type_: str, value: str, **more: object) -> Html:
        entry = tag("input", type=type_, name=name, value=value, **more)
        return tag("label", tag("span", label), entry, class_="field")

    between = {"min": first, "max": last, "required": True}
    return tag(
        "form",
        tag("input", type="hidden", name="item", value=item_id),
        select(Choice("kind", text("What happens", language), options, given.kind)),
        field(text("From", language), "first_day", "date", given.first_day.isoformat(), **between),
        field(text("To", language), "last_day", "date", given.last_day.isoformat(), **between),
        field(
            text("Price change (%)", language),
            "price_change",
            "number",
            f"{given.price_change:g}",
            min="-95",
            max="100",
            step="any",
        ),
        field(
            text("Growth you expect (%)", language),
            "uplift",
            "number",
            uplift,
            min="-100",
            max="1000",
            step="any",
            placeholder=text("as earlier events", language),
        ),
        tag("button", text("Calculate", language), class_="button", type="submit"),
        class_="filters suppose",
        data_do="suppose",
        data_keep=f"suppose:{item_id}",
    )


def supposed_chart(made: pd.DataFrame, language: Language) -> Html:
    """The forecast as it is and as it would be.

    Args:
        made: day, forecast, supposed, supposed_q10, supposed_q90.
        language: The reader's.
    """
    x = charts.days(made["day"])
    traces = [
        *charts.band(
            x,
            charts.numbers(made["supposed_q10"]),
            charts.numbers(made["supposed_q90"]),
            name=text("8 days out of 10", language),
            colour=charts.SERIES[2],
        ),
        charts.line(
            x,
            charts.numbers(made["forecast"]),
            name=text("Forecast", language),
            colour=charts.SERIES[1],
            dash="dash",
        ),
        charts.line(
            x, charts.numbers(made["supposed"]), name=text("If so", language), colour=charts.SERIES[2]
        ),
    ]
    layout = {"xaxis": charts.day_axis(language), "yaxis": {"rangemode": "tozero"}, "legend": charts.LEGEND}
    return charts.chart(traces, name="supposed", told=_told(made, language), layout=layout, height=280)


def _told(made: pd.DataFrame, language: Language) -> str:
    before, after = float(made["forecast"].sum()), float(made["supposed"].sum())
    change = percent(after / before - 1, language) if before > 0 else "–"
    return text(
        "{after} instead of {before} in {days} days: {more} ({change}).",
        language,
        after=number(after, language, decimals=1),
        before=number(before, language, decimals=1),
        days=number(len(made), language),
        more=_signed(number(after - before, language, decimals=1)),
        change=_signed(change),
    )


def _signed(shown: str) -> str:
    return shown if shown.startswith(("-", "–", "0")) else f"+{shown}"
