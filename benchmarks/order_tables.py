"""The figures of the order-cost benchmark as text: every cell, the means with intervals, the gap to foresight."""

import numpy as np
import pandas as pd

RESAMPLES, SEED = 2000, 11
FORESIGHT, OURS = "(c) foresight", "ours"


def print_tables(cells: pd.DataFrame) -> None:
    """All of them."""
    costs = cells[cells["measure"] == "cost"]
    _print_cost_cells(costs)
    _print_savings(costs)
    stock = cells[cells["measure"] != "cost"]
    _print_stock(
        stock[~stock["measure"].str.contains("lots")], "Stock at equal fill, everybody orders at every review"
    )
    lots = stock[stock["measure"].str.contains("lots")]
    if len(lots):
        _print_stock_at_equal_lines(lots)


def _print_cost_cells(costs: pd.DataFrame) -> None:
    """Total cost of every scenario, shortage cost and origin."""
    key = ["scenario", "shortage", "origin"]
    wide = costs.pivot_table(index=key, columns="policy", values="value", sort=False)
    fill = costs.pivot_table(index=key, columns="policy", values="fill", sort=False)
    shown = wide.round(0).astype(int).astype(str) + fill.map(lambda f: f" {f:.1%}")
    print("\nTotal cost (holding, order lines, lost margin) and fill rate of every cell")
    print(shown.to_string())


def _print_savings(costs: pd.DataFrame) -> None:
    """Saving of ours against each policy: mean over cells, interval over origins and items, cells won, gap closed."""
    print("\nTotal cost of ours below each policy: mean of all cells, 95 % interval over origins and items")
    rows = [
        {"shortage": shortage, "against": policy, **_saving(part, policy)}
        for shortage, part in [*costs.groupby("shortage"), ("both", costs)]
        for policy in part["policy"].unique()
        if policy not in (OURS, FORESIGHT)
    ]
    print(pd.DataFrame(rows).to_string(index=False))


def _saving(costs: pd.DataFrame, policy: str) -> dict[str, str]:
    saved, gap, won = [], [], []
    rng = np.random.default_rng(SEED)
    for _, origin in costs.groupby("origin"):
        by_policy = {
            name: one.set_index(["scenario", "shortage"])["items"] for name, one in origin.groupby("policy")
        }
        # The same items are drawn in all scenarios of an origin.
        n = len(by_policy[OURS].iloc[0])
        weights = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)])
        sums = {
            name: np.stack([weights @ cell.to_numpy() for cell in by_policy[name]])
            for name in (OURS, policy, FORESIGHT)
        }
        share = 1 - sums[OURS] / sums[policy]
        saved.append(share.mean(axis=0))
        won += list(share[:, 0] > 0)
        gap.append(((sums[policy] - sums[OURS]) / (sums[policy] - sums[FORESIGHT]))[:, 0].mean())
    drawn = rng.integers(0, len(saved), (RESAMPLES, len(saved)))
    means = np.stack(saved)[drawn, np.arange(1, RESAMPLES + 1)[:, None]].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "saving": f"{np.mean([one[0] for one in saved]):.1%}",
        "interval": f"{low:.1%} … {high:.1%}",
        "cells won": f"{sum(won)}/{len(won)}",
        "gap to foresight closed": f"{np.mean(gap):.0%}",
    }


def _print_stock(stock: pd.DataFrame, title: str) -> None:
    """Stock of every cell at equal fill, and the mean saving."""
    print(f"\n{title} (money at cost; 'value': fill rate weighted by price)")
    wide = stock.pivot_table(
        index=["measure", "scenario", "origin"], columns="policy", values="value", sort=False
    )
    for peer in [name for name in wide.columns if name != OURS]:
        wide[f"below {peer}"] = 1 - wide[OURS] / wide[peer]
    _print_with_means(wide)


def _print_stock_at_equal_lines(stock: pd.DataFrame) -> None:
    """The same where lots are chosen: each peer beside ours with as many order lines."""
    print("\nStock at equal fill and equal order lines, lots of so many days of the peers' (money at cost)")
    wide = stock.pivot_table(
        index=["measure", "scenario", "origin"], columns="policy", values="value", sort=False
    )
    for peer in [name for name in wide.columns if not name.startswith(OURS)]:
        wide[f"below {peer}"] = 1 - wide[f"ours, lines of {peer}"] / wide[peer]
    _print_with_means(wide)


def _print_with_means(wide: pd.DataFrame) -> None:
    shares = [name for name in wide.columns if name.startswith("below")]
    shown = wide.copy()
    for name in wide.columns:
        pattern = "{:.1%}" if name in shares else "{:.0f}"
        shown[name] = wide[name].map(pattern.format)
    print(shown.to_string())
    rows = [
        {"measure": measure, "share": name, **_mean_over_origins(part[name])}
        for measure, part in wide.groupby(level="measure", sort=False)
        for name in shares
    ]
    print(pd.DataFrame(rows).to_string(index=False))


def _mean_over_origins(share: pd.Series) -> dict[str, str]:
    """Mean of the cells, its interval over origins, and how many cells there are (a curve may not reach a fill rate)."""
    by_origin = share.dropna().groupby(level="origin").mean().to_numpy()
    if not len(by_origin):
        return {"mean": "–", "interval": "–", "cells": "0"}
    drawn = np.random.default_rng(SEED).choice(by_origin, (RESAMPLES, len(by_origin))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {
        "mean": f"{share.mean():.1%}",
        "interval": f"{low:.1%} … {high:.1%}",
        "cells": f"{share.notna().sum()}/{len(share)}",
    }
