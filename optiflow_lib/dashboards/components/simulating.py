"""A replayed past: which policies, for how long; what service costs under each; the items behind it."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from optiflow_lib.dashboards.components import charts
from optiflow_lib.dashboards.components.filters import Choice, select
from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.reasons import left_out_reason
from optiflow_lib.dashboards.components.tables import Column, table
from optiflow_lib.texts import Language, money, number, percent, text

# Keys of `jobs.policies.POLICIES` with their names and what they do (a test holds the two together): a page's kernel
# does not load the simulation for a few words.
POLICIES: Mapping[str, tuple[str, str]] = {
    "ours": (
        "Optiflow",
        "Each evening the level that keeps the promise made for the item's class, from that evening's forecast.",
    ),
    "economic": (
        "Optiflow, economic",
        "Each evening the level at which one more unit in stock costs what it saves.",
    ),
    "present": (
        "Present minimum and maximum",
        "The minimum and maximum that the shop's orders of the year before the period show, unchanged.",
    ),
    "erp_rule": (
        "ERP reorder rule",
        "Minimum: mean sales × (lead time + safety days); maximum: one order cycle more.",
    ),
    "safety_days": (
        "Moving average with safety days",
        "At every chance to order, up to mean sales × (lead time + review period + safety days).",
    ),
    "z_sigma": (
        "Moving average with z·σ",
        "At every chance to order, up to mean sales and the safety stock of a normal distribution.",
    ),
    "foresight": (
        "Perfect foresight",
        "Knows every customer and every delivery beforehand: nobody can do better.",
    ),
    "recorded": (
        "As it was",
        "What the shop's own records say of these days; what was short is estimated.",
    ),
}
_COLOURS = dict(zip(POLICIES, (*charts.SERIES, charts.MUTED, charts.TEXT), strict=True))
_SIGNS = ("circle", "diamond", "square", "triangle-up", "triangle-down", "cross", "star", "x")


def policy_name(policy: str, language: Language) -> str:
    """What a policy is called."""
    return text(POLICIES[policy][0], language)


def simulation_form(
    chosen: Collection[str], days: str, periods: Mapping[str, str], language: Language
) -> Html:
    """Policies to replay, each with what it does, and how many of the last days.

    Args:
        chosen: Keys of `POLICIES`.
        days: A key of `periods`.
        periods: Label by number of days.
        language: The reader's.
    """
    boxes = [
        tag(
            "label",
            tag("input", type="checkbox", name="policies", value=key, checked=key in chosen),
            tag("span", tag("strong", text(name, language)), tag("small", text(about, language))),
            class_="choice",
        )
        for key, (name, about) in POLICIES.items()
    ]
    policies = tag("fieldset", tag("legend", text("Policies", language)), boxes, class_="choices")
    period = select(Choice("days", text("Replayed", language), periods, days))
    send = tag("button", text("Simulate", language), class_="button", type="submit")
    return tag("form", policies, tag("div", period, send, class_="filters"), data_do="simulate")


def trade_off_chart(curves: pd.DataFrame, summary: pd.DataFrame, language: Language) -> Html:
    """Service against the stock it takes: a curve for each policy that can be turned, a sign for each as it is.

    Args:
        curves: policy, fill_rate_value, stock_value.
        summary: policy, indicator, value, of the replay.
        language: The reader's.
    """
    wide = summary.pivot_table(index="policy", columns="indicator", values="value")
    places = list(POLICIES)
    lines = [
        charts.line(
            charts.numbers(part["stock_value"]),
            charts.percents(part["fill_rate_value"]),
            name=policy_name(str(policy), language),
            colour=_COLOURS[str(policy)],
            legendgroup=policy,
            showlegend=False,
            hoverinfo="skip",
        )
        for policy, part in curves.sort_values("stock_value").groupby("policy", sort=False)
    ]
    signs = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": charts.numbers([wide.loc[policy, "stock_value"]]),
            "y": charts.percents([wide.loc[policy, "fill_rate_value"]]),
            "name": charts.plain(policy_name(policy, language)),
            "legendgroup": policy,
            "marker": {
                "size": 12,
                "symbol": _SIGNS[places.index(policy)],
                "color": _COLOURS[policy],
            },
        }
        for policy in places
        if policy in wide.index
    ]
    told = "; ".join(
        text(
            "{policy}: {served} of demand served with {stock} in stock",
            language,
            policy=policy_name(policy, language),
            served=percent(float(wide.loc[policy, "fill_rate_value"]), language, decimals=1),
            stock=money(float(wide.loc[policy, "stock_value"]), language),
        )
        for policy in places
        if policy in wide.index
    )
    stock = charts.money_axis(language) | {"title": {"text": text("Mean stock, at cost", language)}}
    layout = {
        "xaxis": stock,
        "yaxis": charts.percent_axis(language) | {"title": {"text": text("Demand served", language)}},
        "legend": {**charts.LEGEND, "y": -0.22},
        "margin": {"l": 64, "r": 16, "t": 16, "b": 56},
    }
    return charts.chart(
        [*lines, *signs], name="trade-off", told=f"{told}.", layout=layout, height=420, labelled=True
    )


def policies_table(
    summary: pd.DataFrame, savings: pd.DataFrame, *, chosen: str, currency: str, language: Language
) -> Html:
    """Policies side by side; each name shows the items behind it.

    Args:
        summary: policy, indicator, value, low, high; money a year.
        savings: policy, column, saving: what ours costs less.
        chosen: The policy whose items are shown.
        currency: Of the money.
        language: The reader's.
    """
    wide = summary.pivot_table(index="policy", columns="indicator", values="value")
    shown = [policy for policy in POLICIES if policy in wide.index]
    saved = savings[savings["column"] == "total_cost"].set_index("policy")["saving"]

    def euros(indicator: str) -> list[str]:
        return [money(float(wide.loc[one, indicator]), language, currency=currency) for one in shown]

    names = [
        tag(
            "button",
            tag("span", policy_name(one, language), class_="said"),
            type="button",
            class_="line-button",
            data_do="behind",
            data_policy=one,
            aria_pressed="true" if one == chosen else "false",
        )
        for one in shown
    ]
    served = [percent(float(wide.loc[one, "fill_rate_value"]), language, decimals=1) for one in shown]
    columns = [
        Column(text("Policy", language), names, wide=True),
        Column(text("Demand served", language), served, numeric=True),
        Column(text("Mean stock", language), euros("stock_value"), numeric=True),
        Column(
            text("Orders a year", language),
            [number(float(wide.loc[one, "orders"]), language) for one in shown],
            numeric=True,
        ),
        Column(text("Lost margin a year", language), euros("lost_margin"), numeric=True),
        Column(text("Total cost a year", language), euros("total_cost"), numeric=True),
        Column(
            text("Ours costs less by", language),
            [percent(float(saved[one]), language) if one in saved.index else "–" for one in shown],
            numeric=True,
        ),
    ]
    return table(columns, caption=text("Policies side by side", language), compact=True)


def items_table(items: pd.DataFrame, links: Sequence[Html], *, currency: str, language: Language) -> Html:
    """The items behind a policy's figures, in the order given.

    Args:
        items: item_id, abc, demand, served, stockout_days, stock_value, lost_margin, total_cost of the period.
        links: Their names.
        currency: Of the money.
        language: The reader's.
    """
    rows = list(items.itertuples())

    def euros(values: pd.Series) -> list[str]:
        return [money(float(value), language, currency=currency) for value in values]

    columns = [
        Column(text("Item", language), list(links), wide=True),
        Column(text("Class", language), [row.abc for row in rows]),
        Column(
            text("Demand", language), [number(row.demand, language, decimals=1) for row in rows], numeric=True
        ),
        Column(
            text("Served", language),
            [percent(row.served / row.demand if row.demand else None, language) for row in rows],
            numeric=True,
        ),
        Column(
            text("Days out of stock", language),
            [number(row.stockout_days, language) for row in rows],
            numeric=True,
        ),
        Column(text("Mean stock", language), euros(items["stock_value"]), numeric=True),
        Column(text("Lost margin", language), euros(items["lost_margin"]), numeric=True),
        Column(text("Total cost", language), euros(items["total_cost"]), numeric=True),
    ]
    return table(columns, caption=text("Items behind the figures", language), compact=True)


def left_out_list(left_out: pd.DataFrame, assumed: pd.DataFrame, language: Language) -> Html | None:
    """Items that could not be replayed and why, and those whose present minimum no order tells; nothing when there is none."""
    parts = []
    if len(left_out):
        summary = text("Items left out: {count}", language, count=number(len(left_out), language))
        listed = [
            tag("li", row.name, " ", tag("small", row.item_id, " · ", left_out_reason(row.reason, language)))
            for row in left_out.itertuples(index=False)
        ]
        parts.append(tag("details", tag("summary", summary), tag("ul", listed, class_="names")))
    if len(assumed):
        parts.append(
            tag(
                "p",
                text(
                    "Items whose present minimum no order tells: {count}; the ERP rule stands in for it.",
                    language,
                    count=number(len(assumed), language),
                ),
                class_="about",
            )
        )
    return join(parts) if parts else None
