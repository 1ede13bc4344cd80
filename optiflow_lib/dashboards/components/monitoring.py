"""How nights went, who looked at the pages, what is installed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from optiflow_lib.dashboards.components import charts
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.nights import duration, local_moment
from optiflow_lib.dashboards.components.notices import badge, empty, notice
from optiflow_lib.dashboards.components.reasons import step_reason
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.dashboards.components.words import TONES, label
from optiflow_lib.texts import Language, day, number, text

STEP_COLOURS = (*charts.SERIES, charts.TEXT)
DAY_WIDTH = 0.8 * 86_400_000  # of a bar, in the milliseconds of a time axis
LEAST_DAYS = 14
LEAST_NIGHTS = 7  # there is room for: a single bar is no wall


def runs_table(runs: pd.DataFrame, notebooks: Mapping[str, Sequence[str]], language: Language) -> Html:
    """Runs of the night and the week, in the order given.

    Args:
        runs: Schema `RUNS`.
        notebooks: By run_id the steps whose executed notebooks can be read; empty for who may not.
        language: The reader's.
    """
    if runs.empty:
        return empty(text("No run is recorded yet.", language))
    rows = list(runs.itertuples())
    columns = [
        Column(text("Run", language), [label(row.chain, language) for row in rows]),
        Column(text("Day closed", language), [day(row.as_of, language) for row in rows]),
        Column(
            text("State", language),
            [badge(label(row.state, language), TONES.get(row.state, "muted")) for row in rows],
        ),
        Column(text("Started", language), [local_moment(row.started_at, language) for row in rows]),
        Column(
            text("Duration", language), [duration(row.duration_s, language) for row in rows], numeric=True
        ),
        Column(text("Items", language), [number(row.items, language) for row in rows], numeric=True),
        Column(
            text("Items that failed", language),
            [number(row.failed_items, language) for row in rows],
            numeric=True,
        ),
    ]
    if any(notebooks.values()):
        read = [_notebooks(row.run_id, notebooks.get(row.run_id, ()), language) for row in rows]
        columns.append(Column(text("Notebooks", language), read))
    return table(columns, caption=text("Runs", language), compact=True)


def interrupted_runs(runs: pd.DataFrame, language: Language) -> Html | None:
    """How interrupted runs are gone on with, for who may run commands; nothing when there is none.

    Args:
        runs: Schema `RUNS`, those that nothing has gone on with.
        language: The reader's.
    """
    titles = {
        "nightly": "The night of {day} was interrupted.",
        "weekly": "The week of {day} was interrupted.",
    }
    about = text("On the server, this command goes on where it stopped:", language)
    told = [
        notice(
            text(titles[run.chain], language, day=day(run.as_of, language)),
            tag("p", about, " ", tag("code", f"optiflow {run.chain} --resume")),
            tone="warn",
        )
        for run in runs.itertuples()
    ]
    return join(told) if told else None


def notebook_address(run_id: str, step: str) -> str:
    """Where the server shows an executed notebook, beside the pages."""
    return f"runs/{run_id}/{step}"


def _notebooks(run_id: str, steps: Sequence[str], language: Language) -> Html | str:
    if not steps:
        return "–"
    links = [
        tag("li", tag("a", label(step, language), href=notebook_address(run_id, step))) for step in steps
    ]
    opening = text("Read: {count}", language, count=number(len(steps), language))
    return tag("details", tag("summary", opening), tag("ul", links), class_="notebooks")


def steps_chart(steps: pd.DataFrame, order: list[str], names: Mapping[str, str], language: Language) -> Html:
    """How long each step of the last nights took, one bar a night.

    Args:
        steps: Schema `RUN_STEPS`.
        order: run_id of the nights, oldest first.
        names: What each run is called, by run_id.
        language: The reader's.
    """
    if steps.empty:
        return empty(text("No run is recorded yet.", language))
    x = [names[run_id] for run_id in order]
    spent = steps.pivot_table(index="run_id", columns="step", values="duration_s", aggfunc="sum").reindex(
        order
    )
    bars = [
        charts.bars(
            x,
            charts.numbers(spent[step]),
            name=label(step, language),
            colour=STEP_COLOURS[place % len(STEP_COLOURS)],
        )
        for place, step in enumerate(spent.columns)
    ]
    last = steps[steps["run_id"] == order[-1]].sort_values("duration_s", ascending=False)
    told = text(
        "Last night: {steps}.",
        language,
        steps=" · ".join(
            f"{label(row.step, language)} {duration(row.duration_s, language)}" for row in last.itertuples()
        ),
    )
    layout = {
        "barmode": "stack",
        "xaxis": {"type": "category", "range": [-0.5, max(len(x), LEAST_NIGHTS) - 0.5]},
        "yaxis": {"ticksuffix": "\u00a0s", "rangemode": "tozero"},
        "legend": charts.LEGEND,
    }
    return charts.chart(bars, name="steps", told=told, layout=layout, height=320)


def failed_steps(
    steps: pd.DataFrame, names: Mapping[str, str], language: Language, *, project: Path | None
) -> Html | None:
    """Steps that failed and what they said; nothing when none did.

    Args:
        steps: Schema `RUN_STEPS`.
        names: What each run is called, by run_id.
        language: The reader's.
        project: Folder of the project; None for who may not read the program's own words.
    """
    failed = steps[steps["state"].isin(("failed", "interrupted"))]
    if failed.empty:
        return None
    rows = list(failed.itertuples())
    columns = [
        Column(text("Run", language), [names[row.run_id] for row in rows]),
        Column(text("Step", language), [label(row.step, language) for row in rows]),
        Column(
            text("Message", language),
            [step_reason(row.message, row.state, language, project=project) for row in rows],
            wide=True,
        ),
    ]
    return table(columns, caption=text("Steps that failed", language), compact=True)


def visits_chart(visits: pd.DataFrame, pages: Mapping[str, str], language: Language) -> Html:
    """Visits a day and page, and how many people they were of.

    Args:
        visits: day, page, visits, visitors_of_day.
        pages: What each page is called.
        language: The reader's.
    """
    if visits.empty:
        return empty(text("No visit is counted yet.", language))
    by_page = visits.pivot_table(index="day", columns="page", values="visits", aggfunc="sum").sort_index()
    x = charts.days(by_page.index)
    bars = [
        charts.bars(
            x,
            charts.numbers(by_page[page]),
            name=pages.get(page, page),
            colour=charts.SERIES[place % 6],
            width=DAY_WIDTH,
        )
        for place, page in enumerate(by_page.columns)
    ]
    people = visits.groupby("day")["visitors_of_day"].max()
    crowd = charts.line(
        x, charts.numbers(people), name=text("Distinct visitors", language), colour=charts.MUTED
    )
    crowd["mode"] = "lines+markers"  # a single day is no line
    last_day, half = visits["day"].max(), pd.Timedelta(hours=12)
    first = min(visits["day"].min(), last_day - pd.Timedelta(days=LEAST_DAYS - 1)) - half
    last = visits[visits["day"] == last_day]
    told = text(
        "{day}: {visits} {visits:visit|visits} by {people} {people:person|people}.",
        language,
        day=day(last_day, language),
        visits=number(int(last["visits"].sum()), language),
        people=number(int(people.iloc[-1]), language),
    )
    layout = {
        "barmode": "stack",
        "legend": charts.LEGEND,
        "yaxis": {"rangemode": "tozero", "tickformat": ",d"},
        "xaxis": charts.day_axis(language) | {"range": [first.isoformat(), (last_day + half).isoformat()]},
    }
    return charts.chart([*bars, crowd], name="visits", told=told, layout=layout, height=340)


def bytes_shown(size: int | None, language: Language) -> str:
    """12.3 MB; a dash when unknown."""
    if size is None:
        return "–"
    for unit, name in ((1e9, text("GB", language)), (1e6, text("MB", language))):
        if size >= unit:
            return f"{number(size / unit, language, decimals=1)}\u00a0{name}"
    return f"{number(size / 1e3, language, decimals=1)}\u00a0{text('kB', language)}"


def versions_table(versions: Mapping[str, str], language: Language) -> Html:
    """Packages and their versions."""
    columns = [
        Column(text("Package", language), [tag("code", name) for name in versions]),
        Column(text("Version", language), list(versions.values())),
    ]
    return table(columns, caption=text("Versions", language), compact=True)
