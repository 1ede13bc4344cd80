"""Alerts on what is believed: sales that do not fit, models that drift, data that cannot be right."""

import numpy as np
import pandas as pd

from optiflow_lib.inventory.hysteresis import LIMITS, by_strength
from optiflow_lib.inventory.morning import Array, Morning, alert_rows

RECENT_DAYS = 7
LEAST_DAYS = 14  # compared, of 28: fewer say nothing
TRACKING_SIGNAL = 4.0  # |Σe| beyond 4 mean absolute errors of a sum of as many independent days
WAPE_RATIO = 1.25
CALIBRATION_POINTS = 0.15
PROMISED = 0.8
INSIDE = 1.2816  # standard deviations from the middle of an 80 % interval to its ends


def anomalies(seen: Morning) -> pd.DataFrame:
    """Sales of the last week outside their 99 % interval that neither a stockout nor an event explains."""
    found = seen.events.anomalies
    recent = found[
        (found["day"] > seen.today - pd.Timedelta(days=RECENT_DAYS)) & (found["day"] <= seen.today)
    ]
    recent = recent.sort_values("day").drop_duplicates("item_id", keep="last")
    return alert_rows(
        "sales_anomaly",
        recent["item_id"],
        severity="info",
        euros=0.0,
        details={name: recent[name].to_numpy() for name in ("day", "quantity", "expected", "cause")},
    )


def drifting_models(seen: Morning) -> pd.DataFrame:
    """Items whose forecasts of the last four weeks lean, miss more than they used to, or are less sure than they say."""
    errors = _past_errors(seen.events.judged, accuracy=seen.events.accuracy)
    strong, weak = (_drifting(errors, of_limits) for of_limits in LIMITS["model_drift"])
    found = by_strength(strong, weak, key="item_id")
    margin = pd.Series(seen.margin, index=seen.rows["item_id"])
    weight = margin.reindex(found["item_id"]).fillna(0.0).to_numpy()
    return alert_rows(
        "model_drift",
        found["item_id"],
        severity="medium",
        euros=weight * found["missed"].to_numpy(),
        details={
            "cause": found["cause"].to_numpy(),
            "wape": found["wape"].to_numpy(),
            "usual_error": found["usual"].to_numpy(),
            "bias": found["bias"].to_numpy(),
        },
        opens=found["opens"].to_numpy(),
    )


def drifting_items(judged: pd.DataFrame, *, accuracy: pd.DataFrame) -> pd.DataFrame:
    """Items whose model drifts, as item_id, cause, wape, usual (both shares), bias (share), missed (units a day).

    * leans: ``|Σe| / (√n mean|e|) > 4``. The signal of n days that err independently has a spread of 1.25 √n, so
      the classical 4 is read for a sum of n days, not of one: else every other item would lean by chance.
    * misses more: WAPE above 1.25 × that of its backtest, and beyond two standard errors of so few days.
    * unsure: the share of days inside the 80 % interval is 15 points (and three standard errors) off what the
      forecast's own law promises: an interval of counts covers more than 80 %, as a randomised PIT would show.

    Args:
        judged: item_id, day, forecast, q10, q90, quantity (what was wanted; censored days left out).
        accuracy: Schema `ACCURACY`: the reference.
    """
    return _drifting(_past_errors(judged, accuracy=accuracy), 1.0)


def _past_errors(judged: pd.DataFrame, *, accuracy: pd.DataFrame) -> pd.DataFrame:
    """Sums over the days of each item of which enough are known."""
    days = judged.dropna(subset=["quantity"])
    error = days["forecast"] - days["quantity"]
    inside = (days["quantity"] >= days["q10"]) & (days["quantity"] <= days["q90"])
    sums = (
        days.assign(
            error=error,
            absolute=error.abs(),
            square=error**2,
            inside=inside,
            promised=_promised_inside(days),
        )
        .groupby("item_id")
        .agg(
            n=("error", "size"),
            error=("error", "sum"),
            absolute=("absolute", "sum"),
            wanted=("quantity", "sum"),
            square=("square", "sum"),
            inside=("inside", "mean"),
            promised=("promised", "mean"),
        )
        .reset_index()
    )
    champions = accuracy[accuracy["champion"]].set_index("item_id")["wape"]
    sums["usual"] = champions.reindex(sums["item_id"]).to_numpy(float)
    return sums[(sums["n"] >= LEAST_DAYS) & (sums["wanted"] > 0)]


def _drifting(sums: pd.DataFrame, of_limits: float) -> pd.DataFrame:
    """Those beyond such a share of the limits of `drifting_items`, with the cause."""
    n, mean_error, mean_wanted = sums["n"], sums["absolute"] / sums["n"], sums["wanted"] / sums["n"]
    leans = sums["error"].abs() > of_limits * TRACKING_SIGNAL * np.sqrt(n) * mean_error
    standard_error = np.sqrt((sums["square"] / n - mean_error**2).clip(lower=0) / n)
    usual_error = sums["usual"] * mean_wanted
    ratio = 1 + of_limits * (WAPE_RATIO - 1)
    misses = (mean_error > ratio * usual_error) & (mean_error - 2 * of_limits * standard_error > usual_error)
    chance = 3 * np.sqrt(sums["promised"] * (1 - sums["promised"]) / n)
    unsure = (sums["inside"] - sums["promised"]).abs() > of_limits * np.maximum(CALIBRATION_POINTS, chance)
    cause = np.select([leans, misses, unsure], ["leans", "misses more", "unsure"], default="")
    made = sums.assign(
        cause=cause,
        wape=mean_error / mean_wanted,
        bias=sums["error"] / sums["wanted"],
        missed=mean_error,
    )
    return made[made["cause"] != ""].sort_values("item_id", ignore_index=True)


def _promised_inside(days: pd.DataFrame) -> Array:
    """Chance that a day falls inside its 80 % interval: 80 %, or more where counts cannot be cut there.

    Of counts it is read off a negative binomial law with the forecast's mean and the interval's width.
    """
    from scipy.stats import nbinom  # noqa: PLC0415 - not in a dashboard's kernel

    mean = np.maximum(days["forecast"].to_numpy(float), 1e-6)
    sd = (days["q90"] - days["q10"]).to_numpy(float) / (2 * INSIDE)
    excess = np.maximum(sd**2 - mean, 1e-3 * mean)
    shape = mean**2 / excess
    chance = shape / (shape + mean)
    counts = nbinom.cdf(days["q90"], shape, chance) - nbinom.cdf(days["q10"] - 1, shape, chance)
    whole = (days["q10"] % 1 == 0) & (days["q90"] % 1 == 0)
    return np.where(whole, np.maximum(counts, PROMISED), PROMISED)


def data_quality(seen: Morning) -> pd.DataFrame:
    """One alert a kind of problem, not one a row: the list is on the page."""
    counted = seen.events.quality.groupby("check").size().rename("rows").reset_index()
    return alert_rows(
        "data_quality",
        counted["check"],
        severity="high",
        euros=0.0,
        details={"rows": counted["rows"].to_numpy()},
        subject_kind="night",
    )
