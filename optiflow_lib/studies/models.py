"""Compare models: candidates side by side on rolling origins of the items' own past."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from optiflow_lib.jobs.training import candidates_tried
from optiflow_lib.settings import load_settings
from optiflow_lib.studies.charts import MUTED, OURS, Chart, bars, in_our_look, panels, shares

FIGURES = ["wape", "bias", "coverage_80", "cost", "value_added"]


def models_tried(
    settings_file: str | Path, *, as_of: str, candidates: Sequence[str], origins: int
) -> pd.DataFrame:
    """Schema `ACCURACY`: every item and candidate on `origins` stretches of its own past; stores nothing.

    Args:
        settings_file: Where the source is.
        as_of: Last day known, ISO date; empty: the source's last closed day.
        candidates: Names of `forecasting.candidates`; empty: those of the settings.
        origins: How many times the past is forecast.
    """
    settings = load_settings(settings_file)
    update = {"backtest_origins": origins} | ({"candidates": tuple(candidates)} if candidates else {})
    forecast = settings.forecast.model_copy(update=update)
    return candidates_tried(settings.model_copy(update={"forecast": forecast}), as_of=as_of)


def models_table(accuracy: pd.DataFrame) -> pd.DataFrame:
    """Per candidate: items it wins, and the median of its figures over items; best decision cost first."""
    by_candidate = accuracy.groupby("candidate")
    made = by_candidate[FIGURES].median().assign(champion_of=by_candidate["champion"].sum())
    return made.sort_values("cost")[["champion_of", *FIGURES]]


@in_our_look
def models_chart(accuracy: pd.DataFrame) -> Chart:
    """How many items each candidate wins, and how its error spreads over the items."""
    order = models_table(accuracy).index.tolist()
    figure, (won, errors) = panels(2)
    counts = accuracy.groupby("candidate")["champion"].sum().reindex(order)
    best = counts.idxmax()
    bars(
        won,
        order,
        counts.tolist(),
        colours=[OURS if name == best else MUTED for name in order],
        told="{:.0f}",
    )
    won.set_title("Items that a candidate forecasts best")
    won.set_xlabel("items")
    spread = [accuracy.loc[accuracy["candidate"] == name, "wape"].dropna() for name in order]
    boxes = errors.boxplot(
        spread,
        orientation="horizontal",
        showfliers=False,
        widths=0.5,
        patch_artist=True,
        medianprops={"color": "white", "linewidth": 1.6},
    )
    for name, box in zip(order, boxes["boxes"], strict=True):
        box.set(facecolor=OURS if name == best else MUTED, edgecolor="none")
    errors.set_yticks(range(1, len(order) + 1), order)
    errors.invert_yaxis()
    errors.set_title("Error per item (WAPE): half of the items lie in the box")
    shares(errors, along="x")
    return Chart(figure)
