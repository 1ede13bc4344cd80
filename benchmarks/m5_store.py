"""A business database from M5's FOODS_1 items of store CA_1.

Real: daily sales, prices, events and SNAP days. Simulated, and said to be so wherever figures are printed:
costs (70 % of price), suppliers, packs, lead times, purchases and stock.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.real_data import M5, real_data_file

STORE = "CA_1"
SEED = 20160522
STOCK_DAYS = 400
COVER_DAYS = 21
# Review period and mean lead time in days: a near, a middling and a far supplier.
SUPPLIERS = pd.DataFrame(
    {"supplier": ["near", "middle", "far"], "review_period": [1, 7, 7], "quoted": [3, 7, 14]}
)


@dataclass(frozen=True)
class StoreData:
    """Real sales, wide (items × days), with the calendar and prices of the store."""

    sales: pd.DataFrame
    calendar: pd.DataFrame
    prices: pd.DataFrame


def read_store(*, hold_out_days: int) -> tuple[StoreData, pd.DataFrame]:
    """The store's data without its last days, and those days (items × days) to judge forecasts by."""
    wide = pd.read_parquet(real_data_file("m5_items_foods1_ca1_ca2_wide.parquet", data_set=M5))
    calendar = pd.read_parquet(real_data_file("m5_calendar.parquet", data_set=M5))
    prices = pd.read_parquet(
        real_data_file("m5_sell_prices.parquet", data_set=M5), filters=[("store_id", "==", STORE)]
    )
    sales = wide[wide["store_id"] == STORE].set_index("item_id").filter(regex=r"^d_\d+$")
    sales.columns = calendar.set_index("d")["date"].loc[sales.columns]
    known, held_out = sales.iloc[:, :-hold_out_days], sales.iloc[:, -hold_out_days:]
    prices = prices[prices["item_id"].isin(sales.index)].astype({"item_id": "str"})
    return StoreData(known, calendar, prices), held_out


def build_store(file: Path, store: StoreData) -> None:
    """Writes the SQLite database that `m5.toml` maps."""
    items = _items(store)
    purchases, stock = _simulated_purchases(store.sales, items)
    tables = {
        "items": items,
        "suppliers": SUPPLIERS,
        "sales": _sales(store),
        "prices": _prices(store),
        "events": _events(store.calendar),
        "purchases": purchases,
        "stock": stock,
    }
    with sqlite3.connect(file) as connection:
        for name, rows in tables.items():
            rows.to_sql(name, connection, index=False)
    connection.close()


def _iso(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days).dt.strftime("%Y-%m-%d")


def _items(store: StoreData) -> pd.DataFrame:
    last = store.prices.sort_values("wm_yr_wk").groupby("item_id")["sell_price"].last()
    names = store.sales.index.to_series().reset_index(drop=True)
    rng = np.random.default_rng(SEED)
    return pd.DataFrame(
        {
            "item": names,
            "department": names.str.rsplit("_", n=1).str[0],
            "price": last.reindex(names).to_numpy().astype(float),
            "supplier": SUPPLIERS["supplier"].to_numpy()[rng.integers(0, len(SUPPLIERS), len(names))],
            "pack": rng.choice([1, 6, 12], len(names)),
        }
    )


def _sales(store: StoreData) -> pd.DataFrame:
    long = store.sales.rename_axis(columns="day").stack().rename("quantity").reset_index()
    sold = long[long["quantity"] > 0].rename(columns={"item_id": "item"})
    weeks = store.calendar.set_index("date")["wm_yr_wk"]
    priced = sold.assign(wm_yr_wk=weeks.reindex(sold["day"]).to_numpy()).merge(
        store.prices.rename(columns={"item_id": "item"})[["item", "wm_yr_wk", "sell_price"]], how="left"
    )
    revenue = (priced["quantity"] * priced["sell_price"]).astype(float)
    return priced.assign(day=_iso(priced["day"]), revenue=revenue)[["item", "day", "quantity", "revenue"]]


def _prices(store: StoreData) -> pd.DataFrame:
    mondays = store.calendar.groupby("wm_yr_wk")["date"].min()
    prices = store.prices.sort_values(["item_id", "wm_yr_wk"])
    changed = prices["sell_price"] != prices.groupby("item_id")["sell_price"].shift()
    kept = prices[changed]
    first_day = _iso(mondays.reindex(kept["wm_yr_wk"]).reset_index(drop=True))
    return pd.DataFrame(
        {
            "item": kept["item_id"].to_numpy(),
            "first_day": first_day,
            "price": kept["sell_price"].to_numpy(float),
        }
    )


def _events(calendar: pd.DataFrame) -> pd.DataFrame:
    named = pd.concat(
        [
            calendar[["date", f"event_name_{n}"]].set_axis(["first_day", "name"], axis=1).dropna()
            for n in (1, 2)
        ]
    )
    named = named.assign(last_day=named["first_day"], type=named["name"])
    snap = calendar.loc[calendar[f"snap_{STORE[:2]}"] == 1, "date"]
    run = (snap.diff() != pd.Timedelta(days=1)).cumsum()
    spans = snap.groupby(run).agg(first_day="min", last_day="max").assign(name="SNAP", type="SNAP")
    events = pd.concat([named, spans]).sort_values(["first_day", "name"], ignore_index=True)
    events["event_id"] = [f"E{n:04d}" for n in range(len(events))]
    return events.assign(first_day=_iso(events["first_day"]), last_day=_iso(events["last_day"]))


def _simulated_purchases(sales: pd.DataFrame, items: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An order-up-to policy on trailing sales, with gamma lead times; sales stay what they really were."""
    rng = np.random.default_rng(SEED + 1)
    sold = sales.to_numpy(float)
    days = sales.columns
    terms = items.merge(SUPPLIERS, on="supplier", how="left")
    n_items, n_days = sold.shape
    trailing = pd.DataFrame(sold.T).rolling(56, min_periods=1).mean().to_numpy().T
    on_hand, due = COVER_DAYS * trailing[:, 0] + 5, np.zeros((n_items, n_days + 90))
    purchases, stock = [], np.zeros((n_items, n_days))
    for t in range(n_days):
        on_hand = np.maximum(on_hand + due[:, t] - sold[:, t], 0)
        stock[:, t] = on_hand
        position = on_hand + due[:, t + 1 :].sum(axis=1)
        level = trailing[:, t] * (terms["quoted"] + terms["review_period"] + COVER_DAYS).to_numpy()
        wanted = np.ceil(np.maximum(level - position, 0) / terms["pack"]) * terms["pack"]
        ordering = np.flatnonzero((t % terms["review_period"] == 0) & (wanted > 0) & (position < level * 0.7))
        taken = np.maximum(1, np.rint(rng.gamma(11, terms["quoted"].to_numpy()[ordering] / 11))).astype(int)
        due[ordering, t + taken] += wanted.to_numpy()[ordering]
        purchases += [(i, t, t + lead, wanted.iloc[i]) for i, lead in zip(ordering, taken, strict=True)]
    kept = pd.DataFrame(purchases, columns=["i", "ordered", "received", "quantity"])
    kept = kept[kept["received"] >= n_days - 730]
    return _purchases(kept, terms, days), _stock(stock, items["item"], days)


def _purchases(kept: pd.DataFrame, terms: pd.DataFrame, days: pd.Index) -> pd.DataFrame:
    ordered_on = pd.Series(days[0] + pd.to_timedelta(kept["ordered"], unit="D"))
    quoted = terms["quoted"].to_numpy()[kept["i"]]
    received_on = pd.Series(days[0] + pd.to_timedelta(kept["received"], unit="D"))
    return pd.DataFrame(
        {
            "line": [f"P{n:06d}" for n in range(len(kept))],
            "item": terms["item"].to_numpy()[kept["i"]],
            "supplier": terms["supplier"].to_numpy()[kept["i"]],
            "ordered_on": _iso(ordered_on).to_numpy(),
            "promised_on": _iso(ordered_on + pd.to_timedelta(quoted, unit="D")).to_numpy(),
            "received_on": _iso(received_on).where(received_on <= days[-1]).to_numpy(),
            "quantity": kept["quantity"].to_numpy(),
        }
    )


def _stock(stock: np.ndarray, names: pd.Series, days: pd.Index) -> pd.DataFrame:
    recent = pd.DataFrame(stock[:, -STOCK_DAYS:], index=names, columns=days[-STOCK_DAYS:])
    long = recent.rename_axis(columns="day").stack().rename("on_hand").reset_index()
    return long.assign(day=_iso(long["day"]))
