"""Series that sell much: M5 store × department, seven windows of 28 days, levels 1-9, official error.

OPTIFLOW_REAL_DATA=<folder> python -m benchmarks.accuracy_store_dept [--quick]

Each origin is forecast as a night would, with the settings as they come: candidates are compared on earlier origins, each
series takes its champion. The 70 forecasts are added up to the levels above. Settings and what is set here were chosen on
windows that end before d_1746. Peers see the whole history.
`--quick` leaves out the peers that take minutes.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsforecast import StatsForecast, models

from benchmarks import m5
from benchmarks.machine import print_header
from benchmarks.wrmsse import Wrmsse
from optiflow_lib.forecasting import BatchProphet, backtest, champions, rolling_origins, with_events
from optiflow_lib.forecasting.candidates import candidate_means
from optiflow_lib.forecasting.past import Past, chosen_means
from optiflow_lib.forecasting.planned import planned
from optiflow_lib.settings import ForecastSettings

ORIGINS = tuple(
    range(1745, 1941, m5.HORIZON)
)  # the last days known; the windows are d_1746-1773 to d_1914-1941
BACKTEST_ORIGINS = 6
PROTECTION_INTERVAL, CRITICAL_RATIO = (
    1,
    0.5,
)  # what the error measures: each day, too much as bad as too little
BAR = 0.54


@dataclass(frozen=True)
class Judged:
    """Error of one method in each window, CPU seconds of all windows."""

    method: str
    errors: list[float]
    seconds: float


def main() -> None:
    """Prints WRMSSE per method and window, the bar and whether it was met."""
    print_header("M5 store × department: 28 days ahead, WRMSSE of levels 1-9")
    series = m5.read_store_departments()
    product = judged("optiflow")
    peers = ["seasonal naive"]
    slow = [] if "--quick" in sys.argv else ["AutoETS", "AutoTheta", "default Prophet", "events Prophet"]
    with ProcessPoolExecutor(2) as pool:
        made = [product, *map(judged, peers), *pool.map(judged, slow)]
    report(made, len(series.quantity))


def judged(method: str) -> Judged:
    """One method in all windows."""
    series, calendar = m5.read_store_departments(), m5.read_calendar()
    events, error = m5.event_days(series, calendar), Wrmsse(series)
    started = _cpu_seconds()
    forecasts = [METHODS[method](series, events, origin) for origin in ORIGINS]
    seconds = _cpu_seconds() - started
    return Judged(method, [error.mean(o, f) for o, f in zip(ORIGINS, forecasts, strict=True)], seconds)


def _cpu_seconds() -> float:
    """Of this process and of the programs it started: Stan is one."""
    return sum(os.times()[:4])


def product_forecast(series: m5.Series, events: pd.DataFrame, origin: int) -> m5.Array:
    """What a night after d_origin would forecast."""
    settings = ForecastSettings(country="US", threads=1)
    demand = series.demand(origin, history_days=settings.history_days)
    groups = dict(
        zip(series.keys["item_id"], series.keys["dept_id"] + "@" + series.keys["state_id"], strict=True)
    )
    ahead = events[events["day"] <= series.days[origin + m5.HORIZON - 1]]
    learned = backtest(
        demand,
        candidates=settings.candidates,
        origins=rolling_origins(series.days[origin - 1].date(), n=BACKTEST_ORIGINS, step=m5.HORIZON),
        horizon_days=m5.HORIZON,
        regressors=ahead,
        groups=groups,
        decisions=series.keys[["item_id"]].assign(
            protection_interval=PROTECTION_INTERVAL, critical_ratio=CRITICAL_RATIO
        ),
        settings=settings,
    )
    past = Past(demand, groups, planned(ahead, demand["item_id"].unique()), m5.HORIZON, settings)
    won = champions(learned.accuracy).set_index("item_id")["candidate"][past.panel.item_ids]
    print(f"d_{origin + 1}: champions {won.value_counts().to_dict()}", flush=True)
    return chosen_means(candidate_means(set(won), past).by_candidate, won)


# --- peers ------------------------------------------------------------------------------------------


def seasonal_naive(series: m5.Series, _events: pd.DataFrame, origin: int) -> m5.Array:
    """The last week, repeated."""
    return np.tile(series.quantity[:, origin - 7 : origin], (1, m5.HORIZON // 7))


def statsforecast_mean(model: str) -> Callable[[m5.Series, pd.DataFrame, int], m5.Array]:
    """A model of statsforecast with a weekly season."""

    def forecast(series: m5.Series, _events: pd.DataFrame, origin: int) -> m5.Array:
        frame = series.demand(origin, history_days=origin).set_axis(["unique_id", "ds", "y"], axis=1)
        engine = StatsForecast(models=[getattr(models, model)(season_length=7)], freq="D", n_jobs=1)
        made = engine.forecast(df=frame, h=m5.HORIZON).sort_values(["unique_id", "ds"])
        return made[model].to_numpy(dtype=float).reshape(-1, m5.HORIZON)

    return forecast


def default_prophet(series: m5.Series, _events: pd.DataFrame, origin: int) -> m5.Array:
    """Prophet as it comes, fitted by Stan; floored at zero."""
    model = BatchProphet(solver="stan", n_threads=1)
    return np.maximum(
        model.fit(series.demand(origin, history_days=origin)).mean(m5.HORIZON, future=None), 0.0
    )


def events_prophet(series: m5.Series, events: pd.DataFrame, origin: int) -> m5.Array:
    """Prophet as its users set it up: multiplicative, with the events and SNAP days, fitted by Stan; floored at zero."""
    model = BatchProphet(solver="stan", n_threads=1, seasonality_mode="multiplicative")
    names = [name for name in events.columns if name.startswith("event_")]
    for name in names:
        model.add_regressor(name)
    model.fit(with_events(series.demand(origin, history_days=origin), events))
    days = pd.DataFrame({"day": series.days[origin : origin + m5.HORIZON].as_unit("us")})
    future = with_events(series.keys[["item_id"]].merge(days, how="cross"), events)
    return np.maximum(model.mean(m5.HORIZON, future=future), 0.0)


METHODS: dict[str, Callable[[m5.Series, pd.DataFrame, int], m5.Array]] = {
    "optiflow": product_forecast,
    "seasonal naive": seasonal_naive,
    "AutoETS": statsforecast_mean("AutoETS"),
    "AutoTheta": statsforecast_mean("AutoTheta"),
    "default Prophet": default_prophet,
    "events Prophet": events_prophet,
}


# --- report -----------------------------------------------------------------------------------------


def report(made: list[Judged], n_series: int) -> None:
    """The table, the ratios and the bars."""
    windows = [f"d_{origin + 1}" for origin in ORIGINS]
    table = pd.DataFrame([one.errors for one in made], index=[one.method for one in made], columns=windows)
    table["mean"] = table.mean(axis=1)
    own = table.loc["optiflow", "mean"]
    table["ratio"] = table["mean"] / own
    table["CPU s"] = [round(one.seconds) for one in made]
    print(f"\n{n_series} series, windows of 28 days from the day named; weights of the evaluation phase\n")
    print(table.round(3).to_string())
    peers = table["mean"].drop("optiflow")
    print(f"\nbar: mean {own:.4f} ≤ {BAR}: {'met' if own <= BAR else 'MISSED'}")
    print(
        f"below every peer of this run ({peers.idxmin()} {peers.min():.4f}): "
        f"{'met' if own < peers.min() else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
