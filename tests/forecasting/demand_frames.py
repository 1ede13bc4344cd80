"""Demand, items and events for the tests of forecasting: seeded counts with a week, a season and known effects."""

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.panel import Panel, panel_of
from optiflow_lib.schemas.results import ITEMS
from optiflow_lib.schemas.source import EVENTS
from optiflow_lib.settings import ForecastSettings

LAST_DAY = pd.Timestamp("2025-12-31")
WEEK = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.5, 0.8])


def days(n: int, last_day: pd.Timestamp = LAST_DAY) -> pd.DatetimeIndex:
    return pd.date_range(end=last_day, periods=n).as_unit("us")


def counts(mean: float, n: int, *, seed: int, dispersion: float = 0.2) -> np.ndarray:
    """Negative binomial demand with a weekly shape, ending on `LAST_DAY`."""
    level = mean * WEEK[days(n).day_of_week]
    rng = np.random.default_rng(seed)
    return rng.poisson(level * rng.gamma(1 / dispersion, dispersion, n)).astype(float)


def demand_of(quantities: dict[str, np.ndarray], last_day: pd.Timestamp = LAST_DAY) -> pd.DataFrame:
    """Schema `DEMAND`: each item's array ends on `last_day`."""
    parts = [
        pd.DataFrame({"item_id": i, "day": days(len(q), last_day), "quantity": np.asarray(q, dtype=float)})
        for i, q in quantities.items()
    ]
    return pd.concat(parts, ignore_index=True).sort_values(["item_id", "day"], ignore_index=True)


def shop(n_items: int = 8, n: int = 240, *, seed: int = 0, mean: float = 6.0) -> pd.DataFrame:
    return demand_of({f"A-{i}": counts(mean, n, seed=seed + i) for i in range(n_items)})


def panel(rows: list[list[float]], last_day: pd.Timestamp = LAST_DAY) -> Panel:
    """A panel of items a, b, c, ... whose rows end on `last_day`."""
    return panel_of(demand_of({chr(97 + i): np.array(q, dtype=float) for i, q in enumerate(rows)}, last_day))


def items_of(item_ids: list[str], *, category: str = "grocery") -> pd.DataFrame:
    rows = pd.DataFrame({"item_id": item_ids}).assign(
        product_id=item_ids, location_id="M01", name="n", location="l", category=category, unit="piece",
        unit_step=1.0, unit_cost=2.0, price=5.0, vat_rate=0.2, supplier_id=None, supplier=None,
        launched_on=pd.NaT, ends_on=pd.NaT,
    )  # fmt: skip
    return ITEMS.check(rows, where="test")


def events(*rows: dict[str, object]) -> pd.DataFrame:
    """Schema `EVENTS`; each row names type, first_day, last_day and what else it wants."""
    numbered = [{"event_id": f"E{n}", "name": f"event {n}"} | row for n, row in enumerate(rows)]
    return EVENTS.check(pd.DataFrame(numbered), where="test") if rows else EVENTS.empty()


def no_events() -> pd.DataFrame:
    return pd.DataFrame({"item_id": pd.Series(dtype="str"), "day": pd.Series(dtype="datetime64[us]")})


def settings(**changes: object) -> ForecastSettings:
    return ForecastSettings(threads=1, **changes)


def decisions(
    demand: pd.DataFrame, *, protection_interval: float = 7.0, critical_ratio: float = 0.9
) -> pd.DataFrame:
    """The same decision for every item."""
    return (
        demand[["item_id"]]
        .drop_duplicates()
        .assign(protection_interval=protection_interval, critical_ratio=critical_ratio)
    )
