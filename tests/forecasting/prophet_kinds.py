"""Every kind of model and series for which the batched solver must agree with Stan."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.batch_prophet import BatchProphet

Series = Callable[[np.random.Generator], pd.DataFrame]
FIRST_DAY = pd.Timestamp("2022-01-03")


@dataclass(frozen=True)
class Kind:
    """A model, and a generator of series for it."""

    model: Callable[[], BatchProphet]
    series: Series

    def demand(self, n: int, *, seed: int = 0) -> pd.DataFrame:
        """A long frame of `n` items."""
        parts = [self.series(np.random.default_rng([seed, i])).assign(item_id=f"i{i:03d}") for i in range(n)]
        return pd.concat(parts, ignore_index=True)


def shop(
    rng: np.random.Generator, *, n: int = 1095, multiplicative: bool = False, noise: float = 0.2
) -> np.ndarray:
    """Trend with a bend, week, year, noise."""
    t = np.arange(n)
    trend = (
        1 + rng.normal(0, 0.4) * t / 1095 + rng.normal(0, 1) * np.maximum(t - rng.integers(1, n), 0) / 1095
    )
    week = rng.normal(0, 0.2, 7)[t % 7]
    year = rng.uniform(0.05, 0.4) * np.cos(2 * np.pi * (t - rng.integers(365)) / 365.25)
    mean = trend * (1 + week + year) if multiplicative else trend + week + year
    level = np.exp(rng.normal(3, 1.5))
    return np.asarray(level * (mean + rng.normal(0, noise, n)))


def frame(quantity: np.ndarray, **own: np.ndarray) -> pd.DataFrame:
    days = pd.date_range(FIRST_DAY, periods=len(quantity)).astype("datetime64[us]")
    return pd.DataFrame({"day": days, "quantity": quantity, **own})


def smooth(rng: np.random.Generator) -> pd.DataFrame:
    return frame(np.maximum(shop(rng), 0))


def product(rng: np.random.Generator) -> pd.DataFrame:
    return frame(np.maximum(shop(rng, multiplicative=True), 0))


def ragged(rng: np.random.Generator) -> pd.DataFrame:
    """Own start and end, days and whole stretches unknown."""
    rows = frame(shop(rng, multiplicative=bool(rng.integers(2))))
    rows.loc[rng.random(len(rows)) < rng.uniform(0, 0.3), "quantity"] = np.nan
    for begin in rng.integers(0, len(rows), 2):
        rows.loc[begin : begin + rng.integers(1, 90), "quantity"] = np.nan
    first = int(rng.integers(0, 700))
    return rows.iloc[first : first + int(rng.integers(60, 395))]


def sparse(rng: np.random.Generator) -> pd.DataFrame:
    """Most days unknown."""
    rows = frame(shop(rng))
    rows.loc[rng.random(len(rows)) < 0.8, "quantity"] = np.nan
    return rows


def intermittent(rng: np.random.Generator) -> pd.DataFrame:
    """A slow mover: most days nothing, now and then a few; it starts with a run of zeros."""
    n = int(rng.integers(100, 1095))
    rate = rng.uniform(0.05, 1.2) * (1 + 0.3 * np.sin(2 * np.pi * np.arange(n) / 7))
    quantity = rng.poisson(rate * rng.gamma(0.7, 1 / 0.7, n)).astype(float)
    quantity[: int(rng.integers(0, n // 2))] = 0
    if quantity.max() == quantity.min():
        quantity[-3] = 1
    return frame(quantity)


def rare(rng: np.random.Generator) -> pd.DataFrame:
    """A slow mover with spells: sold in bursts for some months, then hardly at all."""
    t = np.arange(1095)
    spell = np.repeat(rng.gamma(0.3, 1.0, 19), 60)[:1095]
    rate = rng.uniform(0.03, 0.5) * spell * (1 + 0.4 * np.cos(2 * np.pi * (t - rng.integers(365)) / 365.25))
    quantity = rng.negative_binomial(0.5, 0.5 / (0.5 + rate)).astype(float)
    quantity[rng.integers(0, 1095, 3)] += rng.integers(1, 6, 3)
    return frame(quantity)


def short(rng: np.random.Generator) -> pd.DataFrame:
    n = int(rng.integers(3, 60))
    return frame(np.maximum(shop(rng, n=n, noise=0.3), 0))


def returns(rng: np.random.Generator) -> pd.DataFrame:
    """Around zero: returns make some days negative."""
    return frame(shop(rng, n=500, noise=1.0) - np.exp(3))


def steps(rng: np.random.Generator) -> pd.DataFrame:
    """Level shifts and steep bends: many changepoints at work."""
    t = np.arange(900)
    level = np.cumsum(np.where(rng.random(900) < 0.006, rng.normal(0, 0.8, 900), 0))
    walk = np.cumsum(rng.normal(0, 0.02, 900))
    return frame(100 * (5 + level + walk + 0.2 * np.sin(2 * np.pi * t / 7) + rng.normal(0, 0.1, 900)))


def quiet(rng: np.random.Generator) -> pd.DataFrame:
    """Nearly without noise, in millions."""
    return frame(1e6 * shop(rng, n=800, noise=1e-3))


def promoted(rng: np.random.Generator) -> pd.DataFrame:
    """Promotions (0/1), a price, and a stretch of days that are open late."""
    quantity = np.maximum(shop(rng, n=800), 0)
    promo = (rng.random(800) < 0.1).astype(float)
    price = 10 + np.cumsum(np.where(rng.random(800) < 0.03, rng.normal(0, 0.5, 800), 0))
    late = ((np.arange(800) // 90) % 2).astype(float)
    scale = quantity.mean()
    quantity = quantity + scale * (0.6 * promo - 0.05 * (price - 10) + 0.2 * late * (np.arange(800) % 7 == 5))
    quantity[rng.random(800) < 0.05] = np.nan
    return frame(quantity, promo=promo, price=price, late=late)


def weekly(rng: np.random.Generator) -> pd.DataFrame:
    rows = frame(shop(rng)).iloc[::7]
    return rows[rng.random(len(rows)) > 0.05]


def own_events() -> pd.DataFrame:
    """A sale with days around it, and a fair with a prior scale of its own."""
    sale = pd.DataFrame(
        {"holiday": "sale", "ds": pd.to_datetime(["2022-07-02", "2023-01-14", "2023-07-01", "2024-01-13"])}
    ).assign(lower_window=-2, upper_window=3, prior_scale=10.0)
    fair = pd.DataFrame(
        {"holiday": "fair", "ds": pd.to_datetime(["2022-09-10", "2023-09-09", "2025-09-13"])}
    ).assign(lower_window=0, upper_window=1, prior_scale=0.05)
    return pd.concat([sale, fair], ignore_index=True)


def mixed() -> BatchProphet:
    model = BatchProphet(
        seasonality_mode="multiplicative",
        holidays_mode="additive",
        holidays=own_events(),
        country_holidays="FR",
    )
    model.add_seasonality("monthly", 30.5, 3, mode="additive", prior_scale=0.5)
    model.add_seasonality("late_week", 7, 2, condition_name="late")
    model.add_regressor("promo", mode="multiplicative").add_regressor(
        "price", mode="additive", prior_scale=0.2
    )
    return model


def monthly() -> BatchProphet:
    model = BatchProphet(
        seasonality_mode="multiplicative",
        yearly_seasonality=3,
        country_holidays="US",
        holidays=own_events(),
    )
    return model.add_seasonality("monthly", 30.4, 5)


def with_regressors() -> BatchProphet:
    model = BatchProphet(country_holidays="FR", holidays=own_events(), changepoint_prior_scale=0.5)
    model.add_seasonality("late_week", 7, 2, condition_name="late", prior_scale=1.0)
    model.add_regressor("promo").add_regressor("price", standardize=False)
    return model


def only_regressors_multiply() -> BatchProphet:
    return (
        BatchProphet(weekly_seasonality=2, n_changepoints=10)
        .add_regressor("promo", mode="multiplicative")
        .add_regressor("price", mode="multiplicative")
        .add_regressor("late")
    )


def plain(**options: object) -> Callable[[], BatchProphet]:
    return lambda: BatchProphet(**options)  # type: ignore[arg-type] - each kind names Prophet's own options


FRENCH = {"country_holidays": "FR"}
PRODUCT = {"seasonality_mode": "multiplicative", "country_holidays": "FR"}
KINDS = {
    "additive": Kind(plain(**FRENCH), smooth),
    "multiplicative": Kind(plain(**PRODUCT), product),
    "ragged, additive": Kind(plain(**FRENCH), ragged),
    "ragged, multiplicative": Kind(plain(**PRODUCT), ragged),
    "ragged, holidays that differ by year": Kind(
        plain(country_holidays="US", seasonality_mode="multiplicative"), ragged
    ),
    "sparse, additive": Kind(plain(**FRENCH), sparse),
    "sparse, multiplicative": Kind(plain(**PRODUCT), sparse),
    "intermittent, additive": Kind(plain(**FRENCH), intermittent),
    "intermittent, multiplicative": Kind(plain(**PRODUCT), intermittent),
    "rare, multiplicative": Kind(plain(**PRODUCT), rare),
    "rare, with month and events": Kind(monthly, rare),
    "short, additive": Kind(plain(**FRENCH), short),
    "short, multiplicative": Kind(plain(**PRODUCT), short),
    "returns, additive": Kind(plain(**FRENCH), returns),
    "returns, minmax, multiplicative": Kind(plain(scaling="minmax", **PRODUCT), returns),
    "steps, stiff": Kind(plain(changepoint_prior_scale=0.005, **FRENCH), steps),
    "steps, supple": Kind(plain(changepoint_prior_scale=1.0, n_changepoints=60, **FRENCH), steps),
    "steps, supple, multiplicative": Kind(plain(changepoint_prior_scale=0.5, **PRODUCT), steps),
    "quiet": Kind(plain(**FRENCH), quiet),
    "mixed": Kind(mixed, promoted),
    "regressors": Kind(with_regressors, promoted),
    "only regressors multiply": Kind(only_regressors_multiply, promoted),
    "flat, additive": Kind(plain(growth="flat", **FRENCH), smooth),
    "flat, multiplicative": Kind(plain(growth="flat", **PRODUCT), product),
    "minmax": Kind(plain(scaling="minmax", **FRENCH), smooth),
    "no changepoints": Kind(plain(n_changepoints=0, **FRENCH), ragged),
    "given changepoints": Kind(plain(changepoints=["2022-06-01", "2023-02-15", "2024-05-05"]), smooth),
    "weekly, additive": Kind(plain(frequency="W", yearly_seasonality=5), weekly),
    "weekly, multiplicative": Kind(
        plain(frequency="W", seasonality_mode="multiplicative", changepoint_range=0.95), weekly
    ),
}
