"""Demand frames for the tests of BatchProphet: season, trend, holidays, promotions, gaps."""

import numpy as np
import pandas as pd

FIRST_DAY = "2023-01-01"


def days(n: int, first_day: str = FIRST_DAY) -> pd.DatetimeIndex:
    return pd.date_range(first_day, periods=n).astype("datetime64[us]")


def history(item_id: str, *, n: int = 1095, seed: int = 0, unknown: float = 0.03) -> pd.DataFrame:
    """item_id, day, quantity, promo: `n` days that end with the day all histories end with."""
    rng = np.random.default_rng(seed)
    t = np.arange(1095)
    bend = rng.normal(0, 0.02) * np.maximum(0, t - rng.integers(200, 900))
    level = 20 + rng.normal(0, 0.01) * t + bend + rng.uniform(1, 4) * np.sin(2 * np.pi * t / 7)
    promo = (rng.random(1095) < 0.1).astype(float)
    quantity = level + rng.uniform(1, 6) * np.cos(2 * np.pi * t / 365.25) + 5 * promo
    quantity = np.maximum(quantity + rng.normal(0, rng.uniform(0.5, 4), 1095), 0)
    quantity[rng.random(1095) < unknown] = np.nan
    rows = pd.DataFrame({"item_id": item_id, "day": days(1095), "quantity": quantity, "promo": promo})
    return rows.iloc[1095 - n :].reset_index(drop=True)


def histories(lengths: list[int], *, seed: int = 0) -> pd.DataFrame:
    """One item per length: A-0, A-1, ..."""
    parts = [history(f"A-{i}", n=n, seed=seed + i) for i, n in enumerate(lengths)]
    return pd.concat(parts, ignore_index=True)


def future(item_ids: list[str], n: int = 30, **values: float) -> pd.DataFrame:
    """item_id, day and constant regressors for the `n` days after the histories."""
    ahead = pd.DataFrame({"day": days(1095 + n)[-n:]})
    return pd.DataFrame({"item_id": item_ids}).merge(ahead, how="cross").assign(**values)
