"""Does it pay to know when stock ran out? FreshRetailNet: 6,250 items, 90 days, hours out of stock known.

OPTIFLOW_REAL_DATA=<folder> python -m benchmarks.accuracy_censoring

The same model learns from demand prepared in three ways; each is judged on the fully stocked days of the two weeks
after the origin, the only ones on which what was sold is what was wanted.
"""

import numpy as np
import pandas as pd

from benchmarks.machine import print_header
from benchmarks.real_data import real_data_file
from optiflow_lib.forecasting import daily_demand
from optiflow_lib.forecasting.history import LEAST_SHARE
from optiflow_lib.forecasting.panel import panel_of
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.forecasting.pooled import fitted_pooled
from optiflow_lib.forecasting.regressors import no_event_days

DATA_SET = "FreshRetailNet-50K (huggingface.co, Dingdong-Inc), a daily sample"
ORIGINS, HORIZON = ("2024-05-28", "2024-06-11"), 14
OPENING_HOURS = 16  # from 6 to 22


def main() -> None:
    """Prints WAPE, bias and RMSE of each preparation, over both origins."""
    print_header("Censored demand: FreshRetailNet, fully stocked days of two weeks ahead")
    sales, shares, groups = read()
    out = (shares["in_stock_share"] < 1).mean()
    print(
        f"{sales['item_id'].nunique()} items; {out:.1%} of item-days ran out of stock for an hour or more\n"
    )
    histories = {
        "sales taken for demand": None,
        "days out of stock left out": shares.assign(in_stock_share=np.floor(shares["in_stock_share"])),
        f"optiflow: scaled from {LEAST_SHARE:.0%} in stock, else left out": shares,
    }
    rows = [
        {
            "preparation": name,
            "origin": origin,
            **judged(sales, shares, groups, history, pd.Timestamp(origin)),
        }
        for name, history in histories.items()
        for origin in ORIGINS
    ]
    made = pd.DataFrame(rows).drop(columns="origin").groupby("preparation", sort=False).mean()
    print(made.round(4).to_string())
    print("\nratio to sales taken for demand")
    print((made[["wape", "rmse"]] / made[["wape", "rmse"]].iloc[0]).round(3).to_string())


def read() -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Daily sales, share of each day in stock, and the category of each item."""
    days = pd.read_parquet(real_data_file("freshretailnet_daily_sample.parquet", data_set=DATA_SET))
    products = pd.read_parquet(real_data_file("freshretailnet_products.parquet", data_set=DATA_SET))
    item_id = days["store_id"].astype("str") + "-" + days["product_id"].astype("str")
    keys = pd.DataFrame({"item_id": item_id, "day": pd.to_datetime(days["date"]).astype("datetime64[us]")})
    category = products.set_index("product_id")["first_category_id"].reindex(days["product_id"])
    shares = keys.assign(on_hand=1.0, in_stock_share=1 - days["stockout_hours_6_22"] / OPENING_HOURS)
    groups = dict(zip(item_id, category.astype("str"), strict=True))
    return keys.assign(quantity=days["quantity"].astype(float)), shares, groups


def judged(
    sales: pd.DataFrame,
    shares: pd.DataFrame,
    groups: dict[str, str],
    stock_history: pd.DataFrame | None,
    origin: pd.Timestamp,
) -> dict[str, float]:
    """Errors of the pooled count model after `origin` on days in stock from opening to closing."""
    items = pd.DataFrame({"item_id": sorted(groups)}).assign(launched_on=pd.NaT, ends_on=pd.NaT)
    demand = daily_demand(
        sales,
        items=items,
        stock_history=stock_history,
        first_day=sales["day"].min().date(),
        cutoff=origin.date(),
    )
    panel = panel_of(demand)
    events = planned(no_event_days(), panel.item_ids)
    mean = fitted_pooled(panel, groups=groups, events=events, country=None, horizon_days=HORIZON).mean
    days = pd.date_range(origin + pd.Timedelta(days=1), periods=HORIZON)
    forecast = pd.DataFrame(mean, index=panel.item_ids, columns=days).rename_axis(
        index="item_id", columns="day"
    )
    rows = forecast.stack().rename("forecast").reset_index().merge(sales).merge(shares)
    stocked = rows[rows["in_stock_share"] == 1]
    error = stocked["forecast"] - stocked["quantity"]
    return {
        "wape": error.abs().sum() / stocked["quantity"].sum(),
        "bias": error.sum() / stocked["quantity"].sum(),
        "rmse": float(np.sqrt((error**2).mean())),
    }


if __name__ == "__main__":
    main()
