"""How long an order takes, learned from what was received."""

import zlib
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.schemas.results import LEAD_TIMES
from optiflow_lib.settings import InventorySettings

ENOUGH = 8  # receipts; with fewer an item's own are shrunk towards its supplier's
ABSURD_DAYS = 365
ASSUMED_CV = 0.3  # of a lead time nobody has observed


def lead_times(
    receipts: pd.DataFrame,
    *,
    supplier_terms: pd.DataFrame,
    suppliers: pd.DataFrame,
    items: pd.DataFrame,
    as_of: date,
    settings: InventorySettings,
) -> pd.DataFrame:
    """Mean and spread of each item's lead time from its preferred supplier.

    Eight receipts or more speak for themselves; fewer are shrunk towards the supplier's mean, whose prior is the
    quoted lead time; with neither the assumed lead time of the settings is used, and `basis` says so. The first
    receipt of an order line counts; negative or absurd ones (a year) are left out.

    Args:
        receipts: Schema `RECEIPTS` with item_id.
        supplier_terms: Terms valid today with item_id, best first (lead_time is the quoted one).
        suppliers: Schema `SUPPLIERS`.
        items: Schema `ITEMS`.
        as_of: The day being closed; later receipts are not seen.
        settings: Assumed lead time and review period.

    Returns:
        Schema `LEAD_TIMES`, sorted by item_id.
    """
    observed = _observed(receipts, as_of)
    quoted = supplier_terms.drop_duplicates("item_id").set_index("item_id")
    wanted = items[["item_id", "supplier_id"]].sort_values("item_id", ignore_index=True)
    own = observed.groupby(["item_id", "supplier_id"])["days"].agg(["mean", "var", "size"]).reset_index()
    whole = (
        observed.groupby("supplier_id")["days"]
        .agg(["mean", "var", "size"])
        .add_prefix("supplier_")
        .reset_index()
    )
    rows = wanted.merge(own, on=["item_id", "supplier_id"], how="left").merge(
        whole, on="supplier_id", how="left"
    )
    rows["quoted"] = rows["item_id"].map(quoted["lead_time"]) if "lead_time" in quoted else np.nan
    rows = rows.merge(_review_periods(suppliers, settings), on="supplier_id", how="left")
    rows["review_period"] = rows["review_period"].fillna(settings.review_period)
    return LEAD_TIMES.check(_shrunk(rows, settings), where="lead times")


def lead_time_draws(lead_times: pd.DataFrame, *, n_samples: int, seed: int) -> NDArray[np.int64]:
    """Possible lead times in whole days, (n_items, n_samples); gamma with the item's mean and spread, seeded per item."""
    drawn = np.empty((len(lead_times), n_samples), dtype=np.int64)
    for i, row in enumerate(lead_times.itertuples()):
        rng = np.random.default_rng([seed, 1, zlib.crc32(row.item_id.encode())])
        if row.lead_time_sd < 1e-9 or row.lead_time < 1e-9:
            drawn[i] = round(row.lead_time)
            continue
        shape = (row.lead_time / row.lead_time_sd) ** 2
        drawn[i] = np.rint(rng.gamma(shape, row.lead_time / shape, n_samples))
    return np.clip(drawn, 0, ABSURD_DAYS)


def drifting_suppliers(receipts: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Suppliers whose last five deliveries took longer than history + 2σ/√5: supplier_id, recent, usual."""
    observed = _observed(receipts, as_of).sort_values(["supplier_id", "received_on", "order_line_id"])
    last = observed.groupby("supplier_id").tail(5)
    before = observed.drop(last.index)
    usual = before.groupby("supplier_id")["days"].agg(["mean", "std", "size"])
    recent = last.groupby("supplier_id")["days"].mean().rename("recent")
    compared = usual.join(recent, how="inner")
    drifts = compared[
        (compared["size"] >= ENOUGH)
        & (compared["recent"] > compared["mean"] + 2 * compared["std"] / np.sqrt(5))
    ]
    return drifts.rename(columns={"mean": "usual"})[["recent", "usual"]].reset_index()


def _observed(receipts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    seen = receipts[receipts["received_on"] <= pd.Timestamp(as_of)]
    first = seen.sort_values(["order_line_id", "received_on"]).drop_duplicates("order_line_id")
    days = (first["received_on"] - first["ordered_on"]).dt.days
    return first.assign(days=days)[days.between(0, ABSURD_DAYS)]


def _review_periods(suppliers: pd.DataFrame, settings: InventorySettings) -> pd.DataFrame:
    weekdays = suppliers["order_weekdays"].map(_longest_gap, na_action="ignore")
    period = suppliers["review_period"].fillna(weekdays.astype(float)).fillna(settings.review_period)
    return pd.DataFrame({"supplier_id": suppliers["supplier_id"], "review_period": period.clip(lower=1)})


def _longest_gap(order_weekdays: str) -> int:
    days = sorted({int(day) for day in order_weekdays.split(",")})
    return max(following - day for day, following in zip(days, [*days[1:], days[0] + 7], strict=True))


def _shrunk(rows: pd.DataFrame, settings: InventorySettings) -> pd.DataFrame:
    number, of_supplier = rows["size"].fillna(0), rows["supplier_size"].fillna(0)
    prior = rows["quoted"].fillna(settings.assumed_lead_time)
    supplier_mean = (of_supplier * rows["supplier_mean"].fillna(0) + ENOUGH * prior) / (of_supplier + ENOUGH)
    supplier_mean = supplier_mean.where(of_supplier > 0, prior)
    supplier_var = rows["supplier_var"].fillna((ASSUMED_CV * prior) ** 2)
    weight = (number / ENOUGH).clip(upper=1)
    mean = weight * rows["mean"].fillna(0) + (1 - weight) * supplier_mean
    variance = weight * rows["var"].fillna(supplier_var) + (1 - weight) * supplier_var
    basis = np.select(
        [number >= ENOUGH, (number > 0) | (of_supplier > 0), rows["quoted"].notna()],
        ["receipts", "shrunk", "quoted"],
        default="assumed",
    )
    return rows.assign(lead_time=mean, lead_time_sd=np.sqrt(variance), observations=number, basis=basis)
