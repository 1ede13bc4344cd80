"""The indicators of the dashboard, each with the period before and the same period a year ago."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.horizon import horizon_of
from optiflow_lib.inventory.kpi_definitions import KPI_DEFINITIONS
from optiflow_lib.inventory.kpi_past import PERIOD_DAYS, YEAR_DAYS, Sums, past_of, period_sums
from optiflow_lib.inventory.lookup import of_items
from optiflow_lib.schemas.results import KPI_SUMS, KPIS

Array = NDArray[np.float64]
KEY = ["kpi", "scope", "scope_id"]
NEAR_DAYS = 3  # a night this close to four weeks, or to a year, ago stands for that day


PLACE = ["category", "location_id", "supplier_id"]
ENDS = {"": 0, "previous_": PERIOD_DAYS, "last_year_": YEAR_DAYS}


def kpi_sums(
    items: pd.DataFrame,
    *,
    daily_sales: pd.DataFrame,
    stock: pd.DataFrame,
    stock_history: pd.DataFrame | None,
    receipts: pd.DataFrame,
    forecasts: pd.DataFrame,
    recommendations: pd.DataFrame,
    accuracy: pd.DataFrame,
    as_of: date,
) -> pd.DataFrame:
    """Schema `KPI_SUMS`: what the indicators of any choice of places are added up from.

    What needs a past stock level is missing when the source has no stock history.

    Args:
        items: Schema `ITEMS`.
        daily_sales: Schema `DAILY_SALES`.
        stock: Schema `STOCK` with item_id.
        stock_history: item_id, day, on_hand, in_stock_share; or None.
        receipts: Schema `RECEIPTS` with item_id.
        forecasts: Schema `FORECASTS`.
        recommendations: Schema `RECOMMENDATIONS`.
        accuracy: Schema `ACCURACY`.
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
    places = items[PLACE].fillna({"supplier_id": ""})
    tonight = _tonight(items, stock, forecasts, recommendations, accuracy)
    parts = [
        _by_place(places, period_sums(past, end - days) | ({} if days else tonight)).add_prefix(column)
        for column, days in ENDS.items()
    ]
    made = pd.concat(parts, axis=1).rename_axis(["kpi", *PLACE]).reset_index()
    return KPI_SUMS.check(made, where="kpis")


def kpis(sums: pd.DataFrame, *, earlier: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Schema `KPIS` for all items, each category and each location; definitions in `KPI_DEFINITIONS`.

    What is known of a night only (risk, suggestions, forecast errors) takes its earlier values from the nights
    that are kept.

    Args:
        sums: Schema `KPI_SUMS`.
        earlier: Schema `KPIS` of earlier nights, with their as_of.
        as_of: The day being closed.
    """
    scopes = [
        added_up(sums, by=column).assign(scope=scope)
        for scope, column in (("all", None), ("category", "category"), ("location", "location_id"))
    ]
    made = pd.concat(scopes, ignore_index=True).set_index(KEY)
    return KPIS.check(_with_earlier(made, earlier, pd.Timestamp(as_of)).reset_index(), where="kpis")


def added_up(sums: pd.DataFrame, *, by: str | None = None) -> pd.DataFrame:
    """kpi, scope_id, value, previous, last_year of places taken together.

    Args:
        sums: Rows of schema `KPI_SUMS`.
        by: A column of places; None for all of them as one, called "all".
    """
    key = ["kpi", "scope_id"]
    named = sums.assign(scope_id="all" if by is None else sums[by])
    total = named.groupby(key)[[f"{column}{part}" for column in ENDS for part in ("above", "below")]].sum(
        min_count=1
    )
    columns = {(column or "value_").rstrip("_"): _divided(total, column) for column in ENDS}
    every = pd.MultiIndex.from_product([KPI_DEFINITIONS, sorted(set(named["scope_id"]))], names=key)
    return pd.DataFrame(columns).reindex(every).reset_index()


def _divided(total: pd.DataFrame, column: str) -> pd.Series:
    above, below = total[f"{column}above"], total[f"{column}below"]
    return above.where(below.isna(), above / below.where(below > 0))


def _by_place(places: pd.DataFrame, sums: Sums) -> pd.DataFrame:
    """Above and below by kpi and place; below is missing where the sum is the value."""
    rows = []
    for name, (above, below) in sums.items():
        # Without a denominator the sum is the value; where a denominator is not known, nothing is.
        known = above if below is None else np.where(np.isnan(below), np.nan, above)
        part = places.assign(kpi=name, above=known, below=np.nan if below is None else below)
        rows.append(part.groupby(["kpi", *PLACE])[["above", "below"]].sum(min_count=1))
    return pd.concat(rows)


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


def _with_earlier(made: pd.DataFrame, earlier: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """What was not measured from the past, as an earlier night measured it."""
    for column, days in (("previous", PERIOD_DAYS), ("last_year", YEAR_DAYS)):
        distance = (earlier["as_of"] - (today - pd.Timedelta(days=days))).abs()
        near = earlier.assign(distance=distance)[distance <= pd.Timedelta(days=NEAR_DAYS)]
        nearest = near.sort_values(["distance", "as_of"]).drop_duplicates(KEY).set_index(KEY)["value"]
        made = made.assign(**{column: made[column].fillna(nearest.astype(float).reindex(made.index))})
    return made
