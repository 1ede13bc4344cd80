"""Slow movers: M5 items, three windows of 28 days; the product's own selection against its peers.

OPTIFLOW_REAL_DATA=<folder> python -m benchmarks.accuracy_items [--autoets-all]

Each origin is forecast as a night would, with the settings as they come: candidates are compared on six earlier origins,
each item takes its champion, and the law around it is what that backtest taught. Nothing after the origin is seen. AutoETS
takes a quarter of a second a series: by default it is run on every fifth item, and compared with the product on these.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsforecast import StatsForecast, models

from benchmarks import m5
from benchmarks.machine import print_header
from optiflow_lib.forecasting import BatchProphet, backtest, champions, rolling_origins
from optiflow_lib.forecasting.calibration import calibrated_law
from optiflow_lib.forecasting.candidates import candidate_means
from optiflow_lib.forecasting.law import Law, below, day_quantiles, total_quantiles
from optiflow_lib.forecasting.past import Past, chosen_means
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.settings import ForecastSettings

ORIGINS = (1857, 1885, 1913)  # the last days known; the windows are the 28 days after them
PROBABILITIES = (0.5, 0.75, 0.835, 0.975, 0.995)
HISTORY_DAYS, BACKTEST_ORIGINS = 1095, 6
PROTECTION_INTERVAL, CRITICAL_RATIO = 14, 0.95
AUTOETS_EVERY = 5
BAR_RMSSE, BAR_PINBALL, BAR_POINTS, BAR_COVERED = 0.775, 0.325, 0.02, (0.76, 0.84)


@dataclass(frozen=True)
class Forecast:
    """Mean (n, 28), quantiles (5, n, 28); probability bands of the actual days, quantiles .1/.9 of the totals."""

    mean: m5.Array
    quantiles: m5.Array
    band: tuple[m5.Array, m5.Array] | None = None
    totals: tuple[m5.Array, m5.Array] | None = None


def main() -> None:
    """Prints errors, calibration and champions; the mean of three windows, then each window."""
    print_header("M5 items: 28 days ahead, mean of three windows")
    series, calendar = m5.read_items(), m5.read_calendar()
    events = m5.event_days(series, calendar)
    every = 1 if "--autoets-all" in sys.argv else AUTOETS_EVERY
    rows = []
    for origin in ORIGINS:
        started = time.process_time()
        forecast, chosen = product_forecast(series, events, origin)
        seconds = time.process_time() - started
        rows += [{"origin": origin, "seconds": seconds, **scored(series, origin, "optiflow", forecast)}]
        for name, peer in PEERS.items():
            rows.append({"origin": origin, **scored(series, origin, name, peer(series, origin))})
        some = np.arange(0, len(series.quantity), every)
        ets = autoets(series, origin, some)
        rows.append({"origin": origin, **scored(series, origin, "AutoETS", ets, some=some)})
        subset = Forecast(forecast.mean[some], forecast.quantiles[:, some])
        rows.append(
            {"origin": origin, **scored(series, origin, "optiflow, AutoETS's items", subset, some=some)}
        )
        print(f"d_{origin + 1}: champions {chosen.value_counts().to_dict()}", flush=True)
    report(pd.DataFrame(rows), len(series.quantity))


def product_forecast(series: m5.Series, events: pd.DataFrame, origin: int) -> tuple[Forecast, pd.Series]:
    """What a night after d_origin would forecast, and each item's champion."""
    settings = ForecastSettings(country="US")
    demand = series.demand(origin, history_days=HISTORY_DAYS)
    names = series.keys["dept_id"] + "@" + series.keys["state_id"]
    groups = dict(zip(series.keys["item_id"], names, strict=True))
    decisions = series.keys[["item_id"]].assign(
        protection_interval=PROTECTION_INTERVAL, critical_ratio=CRITICAL_RATIO
    )
    ahead = events[events["day"] <= series.days[origin + m5.HORIZON - 1]]
    learned = backtest(
        demand,
        candidates=settings.candidates,
        origins=rolling_origins(series.days[origin - 1].date(), n=BACKTEST_ORIGINS, step=m5.HORIZON),
        horizon_days=m5.HORIZON,
        regressors=ahead,
        groups=groups,
        decisions=decisions,
        settings=settings,
    )
    past = Past(demand, groups, planned(ahead, demand["item_id"].unique()), m5.HORIZON, settings)
    won = champions(learned.accuracy).set_index("item_id")["candidate"][past.panel.item_ids]
    mean = chosen_means(candidate_means(set(won), past).by_candidate, won)
    law = calibrated_law(past, won, learned.calibration)
    rows = series.keys["item_id"].searchsorted(past.panel.item_ids)
    return _among(series, origin, rows, mean, law), won


def _among(series: m5.Series, origin: int, rows: np.ndarray, mean: m5.Array, law: Law) -> Forecast:
    """The forecast of the items that were sold before the origin; others have a forecast of zero."""
    actual = series.actual(origin)

    def placed(values: m5.Array, empty: float = 0.0) -> m5.Array:
        made = np.full((len(actual), *values.shape[1:]), empty)
        made[rows] = values
        return made

    quantiles = np.stack([placed(q) for q in day_quantiles(mean, law, PROBABILITIES)])
    under, upto = below(actual[rows], mean, law)
    low, high = (placed(total_quantiles(mean, law, np.full(len(mean), p))) for p in (0.1, 0.9))
    return Forecast(placed(mean), quantiles, (placed(under), placed(upto, 1.0)), (low, high))


def scored(
    series: m5.Series, origin: int, method: str, forecast: Forecast, *, some: np.ndarray | None = None
) -> dict[str, object]:
    """Scores of one method at one origin, over `some` series or all."""
    taken = slice(None) if some is None else some
    actual = series.actual(origin)[taken]
    absolute, squared = (scale[taken] for scale in m5.scales(series, origin))
    error = forecast.mean - actual
    losses = [
        np.maximum(p * (actual - q), (p - 1) * (actual - q)).mean(axis=1)
        for p, q in zip(PROBABILITIES, forecast.quantiles, strict=True)
    ]
    total = actual.sum(axis=1)
    made = {
        "method": method,
        "rmsse": np.nanmean(np.sqrt((error**2).mean(axis=1)) / squared),
        "pinball": np.nanmean(np.mean(losses, axis=0) / absolute),
        "wape_28": np.abs(error.sum(axis=1)).sum() / total.sum(),
        "bias": error.sum() / total.sum(),
    }
    if forecast.band is not None and forecast.totals is not None:
        under, upto = forecast.band
        drawn = under + (upto - under) * np.random.default_rng(origin).random(actual.shape)
        made |= {f"≤q{100 * p:g}": (drawn <= p).mean() for p in PROBABILITIES}
        low, high = forecast.totals
        made["total_80"] = ((total >= low) & (total <= high)).mean()
    return made


# --- peers ------------------------------------------------------------------------------------------


def moving_average(series: m5.Series, origin: int) -> Forecast:
    """Of the last 28 days."""
    return _normal(series, origin, _flat(series.quantity[:, origin - 28 : origin].mean(axis=1)))


def seasonal_naive(series: m5.Series, origin: int) -> Forecast:
    """The last week, repeated."""
    return _normal(series, origin, np.tile(series.quantity[:, origin - 7 : origin], (1, 4)))


def empirical(series: m5.Series, origin: int) -> Forecast:
    """Quantiles and mean of the item's last year."""
    year = series.quantity[:, origin - 364 : origin]
    quantiles = np.quantile(year, PROBABILITIES, axis=1)
    return Forecast(_flat(year.mean(axis=1)), np.repeat(quantiles[:, :, None], m5.HORIZON, axis=2))


def statsforecast_means(model: str) -> Callable[[m5.Series, int], Forecast]:
    """SBA or ADIDA of statsforecast, from each item's first sale."""

    def forecast(series: m5.Series, origin: int) -> Forecast:
        made = _statsforecast(series, origin, getattr(models, model)(), np.arange(len(series.quantity)))
        return _normal(series, origin, made[..., 0])

    return forecast


def autoets(series: m5.Series, origin: int, some: np.ndarray) -> Forecast:
    """AutoETS with a weekly season and its own intervals, of some of the series."""
    made = _statsforecast(series, origin, models.AutoETS(season_length=7), some, levels=(50, 67, 95, 99))
    # Columns: mean, then low and high of each level.
    high = [made[..., 0], *(made[..., 2 + 2 * n] for n in range(4))]
    return Forecast(made[..., 0], np.maximum(np.stack(high), 0.0))


def default_prophet(series: m5.Series, origin: int) -> Forecast:
    """Prophet as it comes, at its optimum: additive, no holidays, its own Gaussian law; floored at zero."""
    model = BatchProphet(solver="batch").fit(series.demand(origin, history_days=HISTORY_DAYS))
    made = model.predict(m5.HORIZON, quantiles=PROBABILITIES)
    rows = series.keys["item_id"].searchsorted(np.array(model.item_ids))
    columns = np.zeros((1 + len(PROBABILITIES), *series.actual(origin).shape))
    for n, name in enumerate(["forecast", *(f"q{100 * p:g}" for p in PROBABILITIES)]):
        columns[n, rows] = made[name].to_numpy().reshape(len(rows), -1)
    columns = np.maximum(columns, 0.0)
    return Forecast(columns[0], columns[1:])


PEERS: dict[str, Callable[[m5.Series, int], Forecast]] = {
    "moving average (28)": moving_average,
    "SBA": statsforecast_means("CrostonSBA"),
    "ADIDA": statsforecast_means("ADIDA"),
    "default Prophet": default_prophet,
    "seasonal naive": seasonal_naive,
    "last year's quantiles": empirical,
}


def _flat(mean: m5.Array) -> m5.Array:
    return np.repeat(mean[:, None], m5.HORIZON, axis=1)


def _normal(series: m5.Series, origin: int, mean: m5.Array) -> Forecast:
    """Around a mean that comes without a law: normal, with the standard deviation of the last year; floored at 0."""
    sd = series.quantity[:, origin - 364 : origin].std(axis=1)[:, None]
    return Forecast(mean, np.maximum(np.stack([mean + norm.ppf(p) * sd for p in PROBABILITIES]), 0.0))


def _statsforecast(
    series: m5.Series, origin: int, model: object, some: np.ndarray, levels: tuple[int, ...] = ()
) -> m5.Array:
    demand = series.demand(origin, history_days=HISTORY_DAYS)
    demand = demand[demand["item_id"].isin(series.keys["item_id"].to_numpy()[some])]
    frame = demand.set_axis(["unique_id", "ds", "y"], axis=1)
    engine = StatsForecast(models=[model], freq="D", n_jobs=-1)
    made = engine.forecast(df=frame, h=m5.HORIZON, level=list(levels) or None)
    values = made.sort_values(["unique_id", "ds"]).drop(columns=["unique_id", "ds"])
    name = str(model)
    bounds = [f"{name}-{side}-{level}" for level in levels for side in ("lo", "hi")]
    return values[[name, *bounds]].to_numpy(dtype=float).reshape(len(some), m5.HORIZON, -1)


# --- report -----------------------------------------------------------------------------------------


def report(rows: pd.DataFrame, n_series: int) -> None:
    """The table, the bars and the ratios."""
    mean = rows.drop(columns="origin").groupby("method", sort=False).mean()
    own = mean.loc["optiflow"]
    print(
        f"\n{n_series} series, origins {', '.join(f'd_{o}' for o in ORIGINS)}; a peer's normal law has the last"
    )
    print("year's standard deviation; AutoETS has its own intervals and fewer series.\n")
    print(mean[["rmsse", "pinball", "wape_28", "bias"]].round(4).to_string())
    print("\nratio to optiflow")
    print((mean[["rmsse", "pinball", "wape_28"]] / own[["rmsse", "pinball", "wape_28"]]).round(3).to_string())
    print("\nRMSSE by window")
    print(rows.pivot_table(index="method", columns="origin", values="rmsse", sort=False).round(4).to_string())
    print("\nscaled pinball by window")
    print(
        rows.pivot_table(index="method", columns="origin", values="pinball", sort=False).round(4).to_string()
    )
    print("\ncalibration: share of days at or below each quantile (ties by seeded randomised PIT)")
    print("  ".join(f"{100 * p:g}: {100 * own[f'≤q{100 * p:g}']:.1f} %" for p in PROBABILITIES))
    print(f"80 % interval of 28-day totals covers {own['total_80']:.1%}")
    print("\nbars")
    for told, met in verdicts(mean):
        print(f"{'met   ' if met else 'MISSED'}  {told}")
    print(f"{own['seconds']:.0f} CPU s an origin, the backtest of six earlier origins included")


def verdicts(mean: pd.DataFrame) -> list[tuple[str, bool]]:
    """Each bar in words, and whether it was met; AutoETS is compared on its own items."""
    own, covered = mean.loc["optiflow"], mean.loc["optiflow", "total_80"]
    off = max(abs(own[f"≤q{100 * p:g}"] - p) for p in PROBABILITIES[1:])
    low, high = BAR_COVERED
    made = [
        (f"RMSSE {own['rmsse']:.4f} ≤ {BAR_RMSSE}", own["rmsse"] <= BAR_RMSSE),
        (f"pinball {own['pinball']:.4f} ≤ {BAR_PINBALL}", own["pinball"] <= BAR_PINBALL),
        (
            f"days at or below a quantile off by {100 * off:.1f} points ≤ {100 * BAR_POINTS:g}",
            off <= BAR_POINTS,
        ),
        (
            f"80 % interval of totals covers {covered:.1%}, in {low:.0%} to {high:.0%}",
            low <= covered <= high,
        ),
    ]
    for peer in ("moving average (28)", "SBA", "ADIDA", "AutoETS", "default Prophet"):
        rival, ours = mean.loc[peer], mean.loc["optiflow, AutoETS's items"] if peer == "AutoETS" else own
        below_it = {m: ours[m] < rival[m] for m in ("rmsse", "pinball", "wape_28")}
        made.append((f"below {peer} in {', '.join(below_it)}", all(below_it.values())))
    return made


if __name__ == "__main__":
    main()
