"""What a batch notebook shows at its end: readable in JupyterLab and in an executed notebook, and light."""

import json
from typing import Any

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.notices import empty
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.components.words import label
from optiflow_lib.schemas.stock import ALERTS, SEVERITIES
from optiflow_lib.texts import Language, day, money, number, text

ROWS = 20
STYLE = tag(
    "style",
    Html(
        ".optiflow table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
        ".optiflow th,.optiflow td{padding:.25rem .75rem;text-align:left;border-bottom:1px solid #8884}"
        ".optiflow .number{text-align:right}.optiflow .scroll{overflow-x:auto}"
        ".optiflow caption{text-align:left;padding:.25rem .75rem;opacity:.7}"
    ),
)


def result_table(frame: pd.DataFrame, title: str, *, rows: int = ROWS, language: Language = "en") -> Html:
    """The first rows of a job's result under its title, and how many there are; every value escaped."""
    heading = tag("h3", title)
    if frame.empty:
        return _shown(heading, empty(text("No rows.", language)))
    first = frame.head(rows)
    columns = [_column(first[name], str(name), language) for name in first.columns]
    return _shown(heading, table(columns, caption=_counted(len(first), len(frame), language)))


def alert_browser(alerts: pd.DataFrame, *, rows: int = ROWS, language: Language = "en") -> Html:
    """One night's alerts (schema `ALERTS`), those of a severity folded together, most euros at risk first."""
    known = ALERTS.check(alerts, where="alert_browser")
    heading = tag("h3", text("Alerts", language))
    if known.empty:
        return _shown(heading, empty(text("Nothing to do: no alert.", language)))
    parts = [(severity, known[known["severity"] == severity]) for severity in SEVERITIES]
    return _shown(heading, [_severity(name, part, rows, language) for name, part in parts if len(part)])


def _severity(severity: str, alerts: pd.DataFrame, rows: int, language: Language) -> Html:
    ranked = alerts.sort_values("euros_at_risk", ascending=False)
    shown = ranked.head(rows)
    euros = [money(value, language) for value in shown["euros_at_risk"]]
    columns = [
        Column(text("Alert", language), [label(kind, language) for kind in shown["type"]]),
        Column(text("Subject", language), shown["subject"].tolist()),
        Column(text("At risk", language), euros, numeric=True),
        Column(text("Since", language), [day(opened, language) for opened in shown["opened_on"]]),
        Column(text("State", language), [label(state, language) for state in shown["state"]]),
        Column(text("Values", language), [_values(detail) for detail in shown["detail"]], wide=True),
    ]
    summary = text(
        "{severity}: {count} · at risk: {euros}",
        language,
        severity=label(severity, language),
        count=number(len(alerts), language),
        euros=money(float(alerts["euros_at_risk"].sum()), language),
    )
    listed = table(columns, caption=_counted(len(shown), len(alerts), language))
    return tag("details", tag("summary", summary), listed, open=severity == "critical")


def _values(detail: str) -> str:
    return ", ".join(f"{name} {value}" for name, value in json.loads(detail).items())


def _column(values: pd.Series, name: str, language: Language) -> Column:
    if pd.api.types.is_datetime64_any_dtype(values):
        return Column(name, [day(value, language) for value in values])
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return Column(name, [number(value, language, decimals=3) for value in values], numeric=True)
    return Column(name, [_plain(value) for value in values])


def _plain(value: Any) -> str:
    return "–" if pd.isna(value) else str(value)


def _counted(shown: int, total: int, language: Language) -> str:
    values = {"shown": number(shown, language), "total": number(total, language)}
    return text("{shown} of {total} {total:row|rows}", language, **values)


def _shown(*parts: object) -> Html:
    return tag("section", STYLE, join(parts), class_="optiflow")
