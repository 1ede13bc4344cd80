"""The indicators of the dashboard, each with the period before and the same period a year ago."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.horizon import horizon_of
from optiflow_lib.inventory.kpi_definitions import KPI_DEFINITIONS
from optiflow_lib.inventory.kpi_past import PERIOD_DAYS, YEAR_DAYS, Sums, past_of, period_sums
from optiflow_lib.inventory.lookup import of_items
from optiflow_lib.schemas.results import KPIS

Array = NDArray[np.float64]
KEY = ["kpi", "scope", "scope_id"]
NEAR_DAYS = 3  # a night this close to four weeks, or to a year, ago stands for that day


def kpis(
    items: pd.DataFrame,
    *,
    daily_sales: pd.DataFrame,
    stock: pd.DataFrame,
    stock_history: pd.DataFrame | None,
    receipts: pd.DataFrame,
    forecasts: pd.DataFrame,
    recommendations: pd.DataFrame,
    accuracy: pd.DataFrame,
    earlier: pd.DataFrame,
    as_of: date,
) -> pd.DataFrame:
    """Schema `KPIS` for all items, each category and each location; definitions in `KPI_DEFINITIONS`.

    What needs a past stock level is missing when the source has no stock history. What is known of a night only
    (risk, suggestions, forecast errors) takes its earlier values from the nights that are kept.

    Args:
        items: Schema `ITEMS`.
        daily_sales: Schema `DAILY_SALES`.
        stock: Schema `STOCK` with item_id.
        stock_history: item_id, day, on_hand, in_stock_share; or None.
        receipts: Schema `RECEIPTS` with item_id.
        forecasts: Schema `FORECASTS`.
        recommendations: Schema `RECOMMENDATIONS`.
        accuracy: Schema `ACCURACY`.
        earlier: Schema `KPIS` of earlier nights, with their as_of.
        as_of: The day being closed.
    """
    today = pd.Timestamp(as_of)
    past = past_of(
        items,
        daily_sales=daily_sales,
        stock=stock,
        stock_history=stock_history,
        receipts=receipts,
        today=today,
    )
    end = today.to_datetime64().astype("datetime64[D]").astype(np.int64)
    now = period_sums(past, end) | _tonight(items, stock, forecasts, recommendations, accuracy)
    columns = {
        "value": now,
        "previous": period_sums(past, end - PERIOD_DAYS),
        "last_year": period_sums(past, end - YEAR_DAYS),
    }
    made = pd.concat([_added_up(items, sums).rename(name) for name, sums in columns.items()], axis=1)
    made = _with_earlier(made, earlier, today).rename_axis(KEY).reset_index()
    return KPIS.check(made, where="kpis")


def _tonight(
    items: pd.DataFrame,
    stock: pd.DataFrame,
    forecasts: pd.DataFrame,
    recommendations: pd.DataFrame,
    accuracy: pd.DataFrame,
) -> Sums:
    """What only the night knows: cover, risk, suggestions, and errors weighted by what is expected to be wanted."""
    ids = items["item_id"]
    known = recommendations.set_index("item_id")
    daily = horizon_of(forecasts, item_ids=ids).daily
    cost = np.nan_to_num(items["unit_cost"].to_numpy(float))
    on_hand = of_items(stock.set_index("item_id")["on_hand"], ids).fillna(0.0).clip(lower=0).to_numpy(float)
    made: Sums = {
        "days_of_cover": (on_hand * cost, daily * cost),
        "euros_at_risk": (of_items(known["euros_at_risk"], ids).fillna(0.0).to_numpy(float), None),
        "order_value": (of_items(known["value_eur"], ids).fillna(0.0).to_numpy(float), None),
    }
    champions = accuracy[accuracy["champion"]].set_index("item_id")
    days = of_items(champions["days"], ids).to_numpy(float)
    weights = {"mape_excluded": ("mape_excluded_share", days), "coverage_80": ("coverage_80", days)}
    weights |= {name: (name, daily) for name in ("wape", "bias", "mase", "mape")}
    for name, (column, weight) in weights.items():
        made[name] = _weighted(of_items(champions[column], ids).to_numpy(float), weight)
    pinball = of_items(champions["pinball"], ids).to_numpy(float)
    made["pinball"] = (np.nan_to_num(pinball), np.where(np.isnan(pinball), 0.0, daily))
    return made


def _weighted(values: Array, weight: Array) -> tuple[Array, Array]:
    known = ~np.isnan(values) & ~np.isnan(weight)
    return np.where(known, values * weight, 0.0), np.where(known, weight, 0.0)


def _added_up(items: pd.DataFrame, sums: Sums) -> pd.Series:
    """Every indicator of every scope, in the order of the definitions; NaN where it cannot be told."""
    index, values = [], []
    for scope, names in (
        ("all", pd.Series("all", index=items.index)),
        ("category", items["category"]),
        ("location", items["location_id"]),
    ):
        codes, ids = pd.factorize(names, sort=True)
        for name in KPI_DEFINITIONS:
            index += [(name, scope, scope_id) for scope_id in ids]
            values.append(_of_scope(sums.get(name), codes, len(ids)))
    return pd.Series(np.concatenate(values), index=pd.MultiIndex.from_tuples(index, names=KEY))


def _of_scope(pair: tuple[Array, Array | None] | None, codes: NDArray[np.int64], n_scopes: int) -> Array:
    if pair is None:
        return np.full(n_scopes, np.nan)
    above: Array = np.bincount(codes, pair[0], minlength=n_scopes).astype(float)
    if pair[1] is None:
        return above
    below = np.bincount(codes, pair[1], minlength=n_scopes)
    return np.asarray(np.divide(above, below, out=np.full(n_scopes, np.nan), where=below > 0))


def _with_earlier(made: pd.DataFrame, earlier: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """What was not measured from the past, as an earlier night measured it."""
    for column, days in (("previous", PERIOD_DAYS), ("last_year", YEAR_DAYS)):
        distance = (earlier["as_of"] - (today - pd.Timedelta(days=days))).abs()
        near = earlier.assign(distance=distance)[distance <= pd.Timedelta(days=NEAR_DAYS)]
        nearest = near.sort_values(["distance", "as_of"]).drop_duplicates(KEY).set_index(KEY)["value"]
        made = made.assign(**{column: made[column].fillna(nearest.astype(float).reindex(made.index))})
    return made
