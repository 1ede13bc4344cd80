"""Replay a policy: a period of the shop's past under ours and others, as tables and charts."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from optiflow_lib.jobs.policies import POLICIES
from optiflow_lib.jobs.simulation import Asked, Simulation, last_period, simulate
from optiflow_lib.settings import load_settings
from optiflow_lib.studies.charts import (
    BAD,
    MUTED,
    OURS,
    SERIES,
    TEXT,
    Chart,
    dated,
    in_our_look,
    panels,
    shares,
    thousands,
)

PARTS = {"holding": OURS, "ordering": MUTED, "lost_margin": BAD}
PART_NAMES = {"holding": "holding", "ordering": "order lines", "lost_margin": "lost margin"}
INDICATORS = ["fill_rate", "stockout_days", "stock_value", "orders", "lost_margin", "total_cost"]


def policies_replayed(
    settings_file: str | Path, *, first_day: str, last_day: str, days: int, policies: Sequence[str]
) -> Simulation:
    """`jobs.simulation.simulate` with the words of a parameters cell.

    Args:
        settings_file: Where the source is, and the rules.
        first_day: First day counted, ISO date; empty: `days` before the last.
        last_day: Last day, ISO date; empty: the source's last closed day.
        days: How many days, where no first day is given.
        policies: Keys of `jobs.policies.POLICIES`; empty: all.
    """
    settings = load_settings(settings_file)
    last = date.fromisoformat(last_day) if last_day else last_period(settings, days=1)[1]
    first = (
        date.fromisoformat(first_day)
        if first_day
        else (pd.Timestamp(last) - pd.Timedelta(days=days - 1)).date()
    )
    return simulate(settings, Asked(first, last, policies=tuple(policies or POLICIES)))


def policies_table(made: Simulation) -> pd.DataFrame:
    """A row per policy: its indicators, each with its 95 % interval."""
    rows = made.summary[made.summary["indicator"].isin(INDICATORS)]
    told = rows.assign(told=[_with_interval(row) for row in rows.itertuples()])
    wide = told.pivot_table(index="policy", columns="indicator", values="told", aggfunc="first", sort=False)
    return wide[INDICATORS].rename(index=_name)


@in_our_look
def trade_off_chart(made: Simulation) -> Chart:
    """Stock against fill rate: each policy's curve, and where each stands with the settings in use."""
    figure, (axis,) = panels(1, width=8.0, height=4.4)
    colours = _colours(made)
    for key, points in made.curves.groupby("policy", sort=False):
        axis.plot(
            points["fill_rate"], points["stock_value"], color=colours[key], lw=2, alpha=0.55, marker="."
        )
    now = made.summary.pivot_table(index="policy", columns="indicator", values="value", sort=False)
    for key, row in now.iterrows():
        axis.scatter(
            row["fill_rate"], row["stock_value"], color=colours[key], s=70, zorder=3, label=_name(key)
        )
    axis.set_title("What service costs: less stock at the same fill rate is better")
    axis.set_xlabel("fill rate (share of demand served from stock)")
    axis.set_ylabel("stock at cost")
    shares(axis, along="x")
    thousands(axis, along="y")
    axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return Chart(figure)


@in_our_look
def cost_chart(made: Simulation) -> Chart:
    """A year's cost of each policy: holding, order lines and lost margin; the line is the 95 % interval of the sum."""
    wide = made.summary.pivot_table(index="policy", columns="indicator", values="value", sort=False)
    total = made.summary[made.summary["indicator"] == "total_cost"].set_index("policy")
    wide = wide.sort_values("total_cost")
    figure, (axis,) = panels(1, width=8.0, height=0.8 + 0.42 * len(wide))
    names, left = [_name(key) for key in wide.index], pd.Series(0.0, index=wide.index)
    for part, colour in PARTS.items():
        axis.barh(names, wide[part], left=left, color=colour, height=0.62, label=PART_NAMES[part])
        left += wide[part]
    low, high = (total.loc[wide.index, side] for side in ("low", "high"))
    axis.errorbar(left, names, xerr=[left - low, high - left], fmt="none", ecolor=TEXT, lw=1, capsize=3)
    axis.invert_yaxis()
    axis.grid(visible=False, axis="y")
    axis.set_title("Cost a year")
    thousands(axis, along="x")
    axis.legend(loc="lower right")
    return Chart(figure)


@in_our_look
def stock_chart(made: Simulation, *, policies: Sequence[str]) -> Chart:
    """Day by day: stock at cost, and what was lost since the first day at the sales price."""
    figure, (stock, lost) = panels(2)
    colours = _colours(made)
    known = made.days[made.days["policy"].isin(policies)]
    for key, rows in known.groupby("policy", sort=False):
        stock.plot(rows["day"], rows["stock_value"], color=colours[key], lw=1.8, label=_name(key))
        lost.plot(rows["day"], rows["lost_value"].cumsum(), color=colours[key], lw=1.8)
    stock.set_title("Stock at cost")
    lost.set_title("Lost sales since the first day")
    for axis in (stock, lost):
        axis.set_ylim(bottom=0)
        thousands(axis, along="y")
        dated(axis)
    figure.legend(loc="outside lower center", ncols=4)
    return Chart(figure)


def _name(policy: object) -> str:
    return POLICIES[str(policy)].name


def _colours(made: Simulation) -> dict[str, str]:
    """Ours and the records always look the same."""
    keys = made.summary["policy"].unique().tolist()
    others = iter(SERIES[1:])
    fixed = {"ours": OURS, "recorded": TEXT, "foresight": MUTED}
    return {key: fixed[key] if key in fixed else next(others) for key in keys}


def _with_interval(row: object) -> str:
    value, low, high = (getattr(row, name) for name in ("value", "low", "high"))
    pattern = "{:.1%}" if getattr(row, "indicator") in ("fill_rate", "stockout_days") else "{:,.0f}"  # noqa: B009 - a row's
    told, least, most = (pattern.format(one) for one in (value, low, high))
    return f"{told}  [{least} … {most}]"
