"""How accurate past nights' forecasts were, measure by measure, against their targets."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components import charts
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.notices import SIGNS, badge, empty, hint
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.schemas.targets import Target
from optiflow_lib.texts import Language, day, number, percent, text

MEASURES = ("wape", "mape", "bias", "coverage_80")
Targets = Mapping[str, Target]
TITLE, ROW, GAP = 0.055, 0.17, 0.088  # of the chart's height; each row's title stands in the gap above it
SHADE = "22"  # opacity of where a measure should be


def measure_name(measure: str, language: Language) -> str:
    """What a measure of schema `MONITORING` is called."""
    return {
        "wape": text("Error (WAPE)", language),
        "mape": text("MAPE", language),
        "bias": text("Bias", language),
        "coverage_80": text("Inside the 80% interval", language),
    }[measure]


def accuracy_chart(monitoring: pd.DataFrame, targets: Targets, language: Language) -> Html:
    """A row a measure, with where it should be; a point that is not there is a cross.

    Args:
        monitoring: Schema `MONITORING`.
        targets: By measure.
        language: The reader's.
    """
    if monitoring.empty:
        nothing = text("Nothing to compare yet.", language)
        return empty(nothing, text("The first forecasts must come to pass: come back tomorrow.", language))
    made = monitoring.sort_values("made_on")
    lines, layouts = [], []
    for place, measure in enumerate(MEASURES):
        target = targets.get(measure)
        lines.append(_line(made, measure, target, place=place, language=language))
        layouts.append(_row(made[measure], measure, target, place=place, language=language))
    layout = charts.merged(
        *layouts,
        {
            "xaxis": charts.day_axis(language) | {"anchor": "y4"},
            "showlegend": False,
            "margin": {"l": 52, "r": 12, "t": 4, "b": 36},
        },
    )
    return charts.chart(
        lines,
        name="accuracy",
        told=_told(made, targets, language),
        layout=layout,
        height=520,
        labelled=True,
    )


def targets_table(monitoring: pd.DataFrame, targets: Targets, language: Language) -> Html | None:
    """Each measure of the most complete night, its target, and whether it is met; nothing before there is one."""
    if monitoring.empty:
        return None
    judged = most_complete(monitoring)
    shown = [targets.get(measure) for measure in MEASURES]
    values = [float(judged[measure]) for measure in MEASURES]
    columns = [
        Column(text("Measure", language), [measure_name(measure, language) for measure in MEASURES]),
        Column(
            day(judged["made_on"], language),
            [percent(value, language, decimals=1) for value in values],
            numeric=True,
        ),
        Column(text("Target", language), [_aim(target, language) for target in shown]),
        Column(
            text("State", language),
            [_state(target, value, language) for target, value in zip(shown, values, strict=True)],
        ),
    ]
    return table(columns, caption=text("Targets", language), compact=True)


def accuracy_table(monitoring: pd.DataFrame, targets: Targets, language: Language) -> Html | None:
    """All nights as figures, the latest first, with the share that MAPE leaves out and the targets missed."""
    if monitoring.empty:
        return None
    made = monitoring.sort_values("made_on", ascending=False)
    rows = list(made.itertuples())

    def shares(name: str, *, decimals: int) -> list[str]:
        return [percent(value, language, decimals=decimals) for value in made[name]]

    columns = [
        Column(text("Forecasts of", language), [day(row.made_on, language) for row in rows]),
        Column(text("Error (WAPE)", language), shares("wape", decimals=1), numeric=True),
        Column(text("MAPE", language), shares("mape", decimals=1), numeric=True),
        Column(text("Left out of MAPE", language), shares("mape_excluded_share", decimals=0), numeric=True),
        Column(text("Bias", language), shares("bias", decimals=1), numeric=True),
        Column(text("In the interval", language), shares("coverage_80", decimals=0), numeric=True),
        Column(text("Item-days", language), [number(row.days, language) for row in rows], numeric=True),
        Column(text("Targets", language), [_missed(row, targets, language) for _, row in made.iterrows()]),
    ]
    return table(columns, caption=text("Accuracy of past nights", language), compact=True)


def most_complete(monitoring: pd.DataFrame) -> pd.Series:
    """The night of which most item-days have come to pass, the latest of several: one day alone says little."""
    return monitoring.sort_values(["days", "made_on"]).iloc[-1]


def _line(
    made: pd.DataFrame, measure: str, target: Target | None, *, place: int, language: Language
) -> charts.Trace:
    met = [target is None or target.met(float(value)) is not False for value in made[measure]]
    marks = {
        "symbol": ["circle" if fine else "x" for fine in met],
        "color": [charts.SERIES[place] if fine else charts.BAD for fine in met],
        "size": 8,
    }
    return charts.line(
        charts.days(made["made_on"]),
        charts.percents(made[measure]),
        name=measure_name(measure, language),
        colour=charts.SERIES[place],
        mode="lines+markers",
        marker=marks,
        yaxis=_axis(place),
    )


def _row(
    values: pd.Series, measure: str, target: Target | None, *, place: int, language: Language
) -> dict[str, Any]:
    top = 1 - TITLE - place * (ROW + GAP)
    low, high = _range(values, measure, target)
    title = measure_name(measure, language)
    if target is not None:
        title = f"{title} · {aim(target, language)}"
    return {
        "yaxis" if place == 0 else f"yaxis{place + 1}": {
            "domain": [top - ROW, top],
            "range": [low, high],
            "nticks": 4,
            "zeroline": measure == "bias",
            **charts.percent_axis(language),
        },
        "annotations": [
            {
                "text": charts.plain(title),
                "xref": "paper",
                "yref": "paper",
                "x": 0,
                "y": top,
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"color": charts.TEXT, "size": 12},
            }
        ],
        "shapes": [] if target is None else [_shade(target, low, high, place=place)],
    }


def _shade(target: Target, low: float, high: float, *, place: int) -> dict[str, Any]:
    return {
        "type": "rect",
        "xref": "paper",
        "yref": _axis(place),
        "x0": 0,
        "x1": 1,
        "y0": low if target.least is None else 100 * target.least,
        "y1": high if target.most is None else 100 * target.most,
        "fillcolor": f"{charts.GOOD}{SHADE}",
        "line": {"color": charts.GOOD, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _range(values: pd.Series, measure: str, target: Target | None) -> tuple[float, float]:
    """In percent: the values, the target and some air around both."""
    ends = [] if target is None else [end for end in (target.least, target.most) if end is not None]
    known = [100 * float(value) for value in (*values.dropna(), *ends)] or [0.0]
    if measure == "bias":
        furthest = 1.3 * max(1.0, *map(abs, known))
        return -furthest, furthest
    if measure == "coverage_80":
        return max(0.0, min(known) - 10), 102.0
    return 0.0, 1.2 * max(1.0, *known)


def _axis(place: int) -> str:
    return "y" if place == 0 else f"y{place + 1}"


def _told(made: pd.DataFrame, targets: Targets, language: Language) -> str:
    judged = most_complete(made)
    parts = []
    for measure in MEASURES:
        value, target = float(judged[measure]), targets.get(measure)
        said = text(
            "{measure}: {value}",
            language,
            measure=measure_name(measure, language),
            value=percent(value, language, decimals=1),
        )
        if target is not None:
            said = f"{said} ({aim(target, language)}, {_verdict(target.met(value), language)})"
        parts.append(said)
    return text(
        "Forecasts of {day}, {days} item-days compared. {measures}.",
        language,
        day=day(judged["made_on"], language),
        measures=" · ".join(parts),
        days=number(float(judged["days"]), language),
    )


def aim(target: Target, language: Language) -> str:
    """At most 25 %, at least 75 %, or between both."""
    if target.least is None:
        return text("at most {most}", language, most=_end(target.most, language))
    if target.most is None:
        return text("at least {least}", language, least=_end(target.least, language))
    return text(
        "between {least} and {most}",
        language,
        least=_end(target.least, language),
        most=_end(target.most, language),
    )


def _end(value: float | None, language: Language) -> str:
    return percent(value, language, decimals=0 if value is None or round(100 * value, 1) % 1 == 0 else 1)


def _aim(target: Target | None, language: Language) -> Html | str:
    if target is None:
        return "–"
    why = {
        "settings": text("From the settings.", language),
        "trained": text(
            "What the models reached when they were chosen, and a quarter more; the settings can name another.",
            language,
        ),
    }[target.basis]
    return join([tag("span", aim(target, language)), " ", hint(why)])


def _verdict(met: bool | None, language: Language) -> str:  # noqa: FBT001 - the answer it words
    return "–" if met is None else text("met", language) if met else text("missed", language)


def _state(target: Target | None, value: float, language: Language) -> Html | str:
    met = None if target is None else target.met(value)
    if met is None:
        return "–"
    tone, sign = ("good", SIGNS["good"]) if met else ("bad", SIGNS["bad"])
    return badge(f"{sign} {_verdict(met, language)}", "good" if tone == "good" else "bad")


def _missed(row: pd.Series, targets: Targets, language: Language) -> Html | str:
    judged = {measure: target.met(float(row[measure])) for measure, target in targets.items()}
    missed = [measure_name(measure, language) for measure in MEASURES if judged.get(measure) is False]
    if missed:
        said = text("missed: {measures}", language, measures=", ".join(missed))
        return badge(f"{SIGNS['bad']} {said}", "bad")
    return badge(f"{SIGNS['good']} {text('all met', language)}", "good") if True in judged.values() else "–"
