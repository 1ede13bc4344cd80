"""How nights went."""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import pandas as pd

from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.notices import badge, notice
from optiflow_lib.dashboards.components.reasons import failure_reason
from optiflow_lib.dashboards.components.words import TONES, label
from optiflow_lib.texts import Language, moment, number, text

FAILURES = 5


def night_state(
    run: pd.Series | None,
    *,
    failures: pd.DataFrame,
    problems: int,
    items: int,
    language: Language,
    project: Path | None,
) -> Html:
    """The last night in a few facts: state, start, duration, items, failures, data problems.

    Args:
        run: A row of schema `RUNS`; None when the night was not run as a chain.
        failures: Schema `FAILURES`.
        problems: Rows of the data-quality list.
        items: Items of the night.
        language: The reader's.
        project: Of `failure_reason`.
    """
    facts = [(text("Items", language), number(items, language))]
    if run is not None:
        facts = [
            (text("State", language), badge(label(run["state"], language), TONES.get(run["state"], "muted"))),
            (text("Started", language), local_moment(run["started_at"], language)),
            (text("Duration", language), duration(run["duration_s"], language)),
            *facts,
        ]
    facts += [
        (text("Items that failed", language), number(failures["item_id"].nunique(), language)),
        (text("Data problems", language), number(problems, language)),
    ]
    return join([fact_list(facts), failure_list(failures, language, project=project)])


def fact_list(facts: Sequence[tuple[str, object]]) -> Html:
    """Names and values, one a line."""
    return tag("dl", [[tag("dt", name), tag("dd", value)] for name, value in facts], class_="facts")


def failure_list(failures: pd.DataFrame, language: Language, *, project: Path | None) -> Html | None:
    """Items that failed and why; nothing when none did."""
    if failures.empty:
        return None
    told = [
        tag("li", tag("code", row.item_id), " ", failure_reason(row.reason, language, project=project))
        for row in failures.head(FAILURES).itertuples()
    ]
    title = text(
        "{count} {count:item|items} failed, with a simpler forecast instead.",
        language,
        count=number(failures["item_id"].nunique(), language),
    )
    return notice(title, tag("ul", told), tone="warn")


def duration(seconds: float | None, language: Language) -> str:
    """42 s, or 3 min 05 s."""
    if seconds is None or pd.isna(seconds):
        return "–"
    if seconds < 60:
        return text("{seconds} s", language, seconds=number(seconds, language, decimals=1))
    minutes, rest = divmod(round(seconds), 60)
    return text(
        "{minutes} min {seconds} s", language, minutes=number(minutes, language), seconds=f"{rest:02d}"
    )


def local_moment(at: pd.Timestamp, language: Language) -> str:
    """A time of the store (UTC) on this machine's clock."""
    return "–" if pd.isna(at) else moment(at.to_pydatetime().replace(tzinfo=UTC).astimezone(), language)
