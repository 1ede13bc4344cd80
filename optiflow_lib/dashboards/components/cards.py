"""Cards of key figures, each with its change and a small line of where it comes from."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.dashboards.components.notices import hint
from optiflow_lib.texts import Language, number, percent, text

WIDTH, HEIGHT = 120, 32
NO_CHANGE = 0.0005


@dataclass(frozen=True)
class Figure:
    """One key figure.

    Args:
        key: Name of the indicator; part of the element's id.
        label: What it is, in the reader's language.
        shown: Its value as the reader writes it.
        meaning: How it is computed.
        value: The number behind `shown`.
        previous: The same of the period before; NaN when unknown.
        last_year: The same a year ago; NaN when unknown.
        better: "up", "down", or "none" when neither is good in itself.
        trend: Its last values, the oldest first; empty when unknown.
        share: A share of something: its change is told in points, not in percent of itself.
    """

    key: str
    label: str
    shown: str
    meaning: str
    value: float = math.nan
    previous: float = math.nan
    last_year: float = math.nan
    better: str = "none"
    trend: Sequence[float] = ()
    share: bool = False


def cards(figures: Iterable[Figure], language: Language) -> Html:
    """Key figures side by side."""
    return tag("div", [_card(figure, language) for figure in figures], class_="cards")


def sparkline(values: Sequence[float]) -> Html | None:
    """A small line without axes; nothing with fewer than two known values."""
    known = [float(value) for value in values if not math.isnan(value)]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    spread = (high - low) or 1.0
    points = [
        f"{place * WIDTH / (len(known) - 1):.1f},{HEIGHT - 2 - (value - low) / spread * (HEIGHT - 4):.1f}"
        for place, value in enumerate(known)
    ]
    drawn = tag("polyline", points=" ".join(points), fill="none", vector_effect="non-scaling-stroke")
    return tag(
        "svg",
        drawn,
        class_="sparkline",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _card(figure: Figure, language: Language) -> Html:
    changes = [
        _change(figure, figure.previous, text("vs previous period", language), language),
        _change(figure, figure.last_year, text("vs last year", language), language),
    ]
    return tag(
        "article",
        tag("h2", figure.label, " ", hint(figure.meaning)),
        tag("p", figure.shown, class_="value", data_kpi=figure.key),
        sparkline(figure.trend),
        tag("p", changes, class_="changes") if any(changes) else tag("p", figure.meaning, class_="about"),
        class_="card",
    )


@dataclass(frozen=True)
class Change:
    """How a figure changed: in words, and whether that is good, bad, or plain."""

    shown: str
    tone: str


def change_of(figure: Figure, reference: float, language: Language) -> Change | None:
    """The figure against a reference; None when one of them is unknown."""
    if math.isnan(figure.value) or math.isnan(reference) or (reference == 0 and not figure.share):
        return None
    change = figure.value - reference if figure.share else figure.value / reference - 1
    if abs(change) < NO_CHANGE:
        return Change(text("unchanged", language), "")
    good = {"up": change > 0, "down": change < 0}.get(figure.better)
    tone = {True: "good", False: "bad", None: "plain"}[good]
    return Change(("▲ " if change > 0 else "▼ ") + _size(change, figure, language), tone)


def _change(figure: Figure, reference: float, against: str, language: Language) -> Html | None:
    change = change_of(figure, reference, language)
    if change is None:
        return None
    if not change.tone:
        return tag("span", change.shown, " ", tag("small", against), class_="change")
    # No colour alone: the arrow says the direction, a word whether it is good.
    judged = {"good": text("better", language), "bad": text("worse", language), "plain": ""}[change.tone]
    return tag(
        "span",
        tag("span", change.shown, class_=change.tone),
        tag("span", " ", judged, " ", class_="unseen"),
        tag("small", against),
        class_="change",
    )


def _size(change: float, figure: Figure, language: Language) -> str:
    if figure.share:
        return text("{points} pt", language, points=number(100 * abs(change), language, decimals=1))
    return percent(abs(change), language, decimals=1)
