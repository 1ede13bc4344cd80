"""Explain one order: what the published night knew of an item, the rules that made the number, and what else would cost."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from optiflow_lib.errors import DataError
from optiflow_lib.inventory import alternatives, executed, explain
from optiflow_lib.jobs.views import open_view
from optiflow_lib.settings import load_settings
from optiflow_lib.studies.charts import BAD, MUTED, OURS, TEXT, WARM, Chart, dated, in_our_look, panels
from optiflow_lib.texts import Language

SHOWN_DAYS = 90  # of history, in the chart
PARTS = {"lost_margin": BAD, "holding": OURS, "ordering": MUTED, "goods": WARM}


@dataclass(frozen=True)
class OrderLine:
    """One suggested quantity with all that led to it.

    Args:
        item_id: The item.
        name: Its name.
        trace: JSON, as `inventory.trace` writes it.
        quantity: What the night suggests.
        history: day, quantity: demand as it is known, missing where stock ran out.
        forecast: day, forecast, q10, q90.
        interval: Schema `INTERVAL_DEMAND` of the item.
        language: Of the sentences.
    """

    item_id: str
    name: str
    trace: str
    quantity: float
    history: pd.DataFrame
    forecast: pd.DataFrame
    interval: pd.DataFrame
    language: Language

    @property
    def sentences(self) -> list[str]:
        """Why this quantity, in three sentences."""
        return explain(self.trace, self.language)

    @property
    def executed_again(self) -> float:
        """The quantity computed again from the trace alone."""
        return executed(self.trace)

    @property
    def alternatives(self) -> pd.DataFrame:
        """Other quantities and what each is expected to cost more: quantity, lost_margin, holding, ordering, goods, extra."""
        return alternatives(self.trace)

    def _repr_markdown_(self) -> str:
        """What Jupyter shows."""
        return f"### {self.name} ({self.item_id}): {self.quantity:g}\n\n" + "\n".join(
            f"- {s}" for s in self.sentences
        )


def order_line(settings_file: str | Path, *, item_id: str, language: Language) -> OrderLine:
    """The line of an item in the published night.

    Args:
        settings_file: Where the published night is.
        item_id: The item; empty: the line with most euros at risk.
        language: Of the sentences.

    Raises:
        DataError: no night is published, or it suggests nothing of this item.
    """
    view = open_view(load_settings(settings_file))
    if view is None:
        raise DataError(
            what="no night is published", where=str(settings_file), mend="run `optiflow nightly` first"
        )
    lines = view.read("recommendations")
    chosen = lines[lines["item_id"] == item_id] if item_id else lines.nlargest(1, "euros_at_risk")
    if chosen.empty:
        raise DataError(
            what=f"the night of {view.as_of} has no line of item {item_id}",
            where="recommendations",
            mend=f"name another item, such as {lines['item_id'].iloc[0]}"
            if len(lines)
            else "run the night again",
        )
    line = chosen.iloc[0]
    items = view.read("items").set_index("item_id")
    history, forecast, interval = (
        view.read_item(name, line["item_id"]) for name in ("history", "forecasts", "interval_demand")
    )
    return OrderLine(
        line["item_id"],
        str(items.loc[line["item_id"], "name"]),
        line["trace"],
        float(line["order_quantity"]),
        history.sort_values("day").tail(SHOWN_DAYS),
        forecast.sort_values("day"),
        interval,
        language,
    )


def rules_table(line: OrderLine) -> pd.DataFrame:
    """The quantity after each rule, and by how much the rule changed it."""
    steps = pd.DataFrame(json.loads(line.trace)["steps"], columns=["rule", "quantity"]).set_index("rule")
    return steps.assign(change=steps["quantity"].diff())


@in_our_look
def demand_chart(line: OrderLine) -> Chart:
    """Demand as it is known, the forecast with its 80 % interval, and what an order must last for."""
    figure, (days, interval) = panels(2)
    days.bar(line.history["day"], line.history["quantity"], color=MUTED, width=0.9, label="demand")
    days.plot(line.forecast["day"], line.forecast["forecast"], color=OURS, lw=2, label="forecast")
    days.fill_between(
        line.forecast["day"],
        line.forecast["q10"],
        line.forecast["q90"],
        color=OURS,
        alpha=0.18,
        lw=0,
        label="80 %",
    )
    days.set_title("Demand a day")
    dated(days)
    days.legend(loc="upper left", ncols=3)
    protection = line.interval[line.interval["interval"] == "protection"].iloc[0]
    quantiles = protection.filter(regex=r"^q\d").astype(float)
    chance = [float(name[1:]) / 100 for name in quantiles.index]
    interval.plot(quantiles, chance, color=OURS, lw=2, drawstyle="steps-post")
    told = json.loads(line.trace)["inputs"]
    for level, colour, what in (
        (told["inventory_position"], TEXT, "position"),
        (told["inventory_position"] + line.quantity, WARM, "with the order"),
    ):
        interval.axvline(level, color=colour, lw=1.4, ls="--", label=f"{what}: {level:g}")
    interval.set_title(f"Demand of the next {protection['days']:.1f} days")
    interval.set_ylabel("chance that no more is wanted")
    interval.set_ylim(0, 1.02)
    interval.legend(loc="lower right")
    return Chart(figure)


@in_our_look
def alternatives_chart(line: OrderLine) -> Chart:
    """What other quantities are expected to cost beyond the one chosen, part by part; below zero they would save."""
    offers = line.alternatives
    figure, (axis,) = panels(1, width=8.0, height=1.0 + 0.5 * max(len(offers), 2))
    names = [f"{quantity:g}" for quantity in offers["quantity"]]
    above, below = (pd.Series(0.0, index=offers.index) for _ in range(2))
    for part, colour in PARTS.items():
        values = offers[part].astype(float)
        axis.barh(
            names,
            values,
            left=above.where(values >= 0, below),
            color=colour,
            height=0.6,
            label=part.replace("_", " "),
        )
        above += values.clip(lower=0)
        below += values.clip(upper=0)
    axis.scatter(offers["extra"], names, color=TEXT, zorder=3, s=28, label="sum")
    axis.axvline(0, color=TEXT, lw=0.8)
    axis.set_title(f"Expected cost beyond that of ordering {line.quantity:g}")
    axis.set_ylabel("quantity")
    axis.grid(visible=False, axis="y")
    axis.legend(loc="best")
    return Chart(figure)
