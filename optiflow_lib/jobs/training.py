"""Notebooks 70 and 80: which candidate forecasts which item, tried on each item's own past."""

import logging
from datetime import date, timedelta
from importlib.metadata import version
from typing import Any

import pandas as pd

from optiflow_lib import forecasting, store
from optiflow_lib.errors import BatchError
from optiflow_lib.jobs.decisions import decisions_of, lead_times_of
from optiflow_lib.jobs.demand import demand_of, groups_of, regressors_of
from optiflow_lib.jobs.night import Night, NightJob
from optiflow_lib.jobs.scratch import scratch_night
from optiflow_lib.schemas.results import ACCURACY
from optiflow_lib.settings import Settings

logger = logging.getLogger(__name__)

HELD_OUT_DAYS = 28
TOLERANCE = 1.02  # a new generation may cost this much more on 28 days: less is noise
LAST_COVERAGE = (
    0.65,
    0.95,
)  # of 80 % intervals on the days held out: further off nobody should order by them
NAIVE = "seasonal_naive"
RECONCILED, UNRECONCILED = "reconciled", "pooled"
VERSIONS = ("optiflow", "prophet", "pandas", "numpy", "numba")


@NightJob
def train_models(night: Night) -> pd.DataFrame:
    """Backtests the candidates without the last 28 days and saves a generation under `models/`.

    Returns schema `ACCURACY`. The generation is used by the night only once `validate_models` accepts it.
    """
    cutoff = night.as_of - timedelta(days=HELD_OUT_DAYS)
    demand = demand_of(night)
    times = lead_times_of(night).frame
    made = _compared(night, demand[demand["day"] <= pd.Timestamp(cutoff)], cutoff=cutoff, times=times)
    parameters = _parameters(night, demand, made, times)
    tables = {"accuracy": made.accuracy, "calibration": made.calibration, **parameters.tables}
    manifest = _manifest(night, made.accuracy, cutoff=cutoff) | {"models": parameters.described}
    name = store.save_generation(night.settings.paths.models, tables, manifest)
    logger.info("generation %s saved: champions of %d items", name, made.accuracy["champion"].sum())
    return made.accuracy


@NightJob
def validate_models(night: Night) -> pd.DataFrame:
    """Accepts the newest generation when it costs no more on the days held out than the one in use, and is calibrated.

    The cost is that of the decisions: the pinball loss of order-up-to levels, with the calibration of each. The one
    in use is the accepted generation, or the seasonal naive when there is none.
    Returns one row: generation, accepted, cost, reference, reference_cost, reason.
    """
    models = night.settings.paths.models
    newest = store.newest_generation(models)
    if newest is None:
        raise BatchError(
            what="there is no generation to validate",
            where=str(models),
            mend="run notebook 70_train first",
        )
    accepted, cost, reference, reference_cost, reason = _verdict(night, newest)
    if accepted:
        store.accept_generation(models, newest.name, reason=reason)
        store.forget_generations(models, keep=night.settings.store.keep_generations)
    logger.info("generation %s %s: %s", newest.name, "accepted" if accepted else "refused", reason)
    row = (newest.name, accepted, cost, reference, reference_cost, reason)
    columns = ["generation", "accepted", "cost", "reference", "reference_cost", "reason"]
    return pd.DataFrame([row], columns=columns)


def _verdict(night: Night, newest: store.Generation) -> tuple[bool, float, str, float, str]:
    """Accepted or not, its cost, what it is compared with, the cost of that, and the reason in words."""
    in_use = store.accepted_generation(night.settings.paths.models)
    reference = in_use.name if in_use else NAIVE
    cost, covered = _held_out(night, _learned(newest))
    reference_cost, _ = _held_out(night, _learned(in_use) if in_use else None)
    calibrated = LAST_COVERAGE[0] <= covered <= LAST_COVERAGE[1]
    reason = (
        f"decision cost {cost:.4f} on {HELD_OUT_DAYS} days held out, {reference}: {reference_cost:.4f}; "
        f"80 % intervals covered {covered:.1%}"
    )
    if not calibrated:
        reason += f" and should cover {LAST_COVERAGE[0]:.0%} to {LAST_COVERAGE[1]:.0%}"
    return cost <= TOLERANCE * reference_cost and calibrated, cost, reference, reference_cost, reason


def totals_verdict(accuracy: pd.DataFrame) -> str:
    """Whether bringing items in line with the forecasts of their totals paid in the backtest (schema `ACCURACY`), in words."""
    cost = accuracy.pivot_table(index="item_id", columns="candidate", values="cost")
    if not {RECONCILED, UNRECONCILED} <= set(cost.columns):
        return "not compared"
    both = cost[[RECONCILED, UNRECONCILED]].dropna().sum()
    gain = 1 - both[RECONCILED] / both[UNRECONCILED] if both[UNRECONCILED] > 0 else 0.0
    used = int((accuracy["champion"] & (accuracy["candidate"] == RECONCILED)).sum())
    told = "less" if gain >= 0 else "more"
    return f"items in line with them would have cost {abs(gain):.2%} {told}; champion of {used} item(s)"


def learned_by(night: Night, demand: pd.DataFrame, *, times: pd.DataFrame) -> forecasting.Backtest:
    """Champion and calibration per item, from the accepted generation.

    Items it does not know, or all when there is none, are backtested now, for decisions over the lead `times`.
    """
    accepted = store.accepted_generation(night.settings.paths.models)
    nothing = forecasting.Backtest(ACCURACY.empty(), forecasting.empty_calibration())
    known = _learned(accepted) if accepted else nothing
    asked = demand["item_id"].unique()  # looking up a million rows' ids costs more than a forecast
    accuracy = known.accuracy[known.accuracy["item_id"].isin(asked)]
    new = demand[~demand["item_id"].isin(accuracy["item_id"].unique())]
    calibration = known.calibration
    if len(new):
        logger.info("%d items have no champion yet: backtesting them", new["item_id"].nunique())
        made = _compared(night, new, cutoff=night.as_of, times=times)
        accuracy = pd.concat([accuracy, made.accuracy])
        calibration = pd.concat([calibration, made.calibration])
    accuracy = ACCURACY.check(accuracy.sort_values(["item_id", "candidate"]), where="accuracy")
    return forecasting.Backtest(accuracy, calibration)


def kept_parameters(night: Night) -> forecasting.Parameters | None:
    """Parameters of the accepted generation where nights do not fit (`refit = "weekly"`), otherwise None."""
    accepted = store.accepted_generation(night.settings.paths.models)
    if night.settings.forecast.refit == "nightly" or accepted is None:
        return None
    described = accepted.manifest["models"]
    return forecasting.Parameters({name: accepted.read(name) for name in described}, described)


def candidates_tried(settings: Settings, *, as_of: str) -> pd.DataFrame:
    """Schema `ACCURACY`: every item and candidate on rolling origins; nothing is stored."""
    with scratch_night(settings, as_of) as night:
        times = lead_times_of(night).frame
        return _compared(night, demand_of(night), cutoff=night.as_of, times=times).accuracy


def compared_candidates(settings: Settings, *, as_of: str) -> pd.DataFrame:
    """Candidates side by side on rolling origins: items, champions, measures; nothing is stored."""
    accuracy = candidates_tried(settings, as_of=as_of)
    by_candidate = accuracy.groupby("candidate")
    return by_candidate.agg(
        items=("item_id", "nunique"),
        champions=("champion", "sum"),
        wape=("wape", "median"),
        bias=("bias", "median"),
        coverage_80=("coverage_80", "mean"),
        value_added=("value_added", "median"),
    ).reset_index()


def _compared(
    night: Night, demand: pd.DataFrame, *, cutoff: date, times: pd.DataFrame
) -> forecasting.Backtest:
    settings = night.settings.forecast
    origins = forecasting.rolling_origins(cutoff, n=settings.backtest_origins, step=HELD_OUT_DAYS)
    return forecasting.backtest(
        demand, candidates=settings.candidates, origins=origins, **_circumstances(night, demand, times)
    )


def _held_out(night: Night, learned: forecasting.Backtest | None) -> tuple[float, float]:
    """Mean decision cost, units a day, and coverage of 80 % intervals on the last 28 days; None: the seasonal naive."""
    demand = demand_of(night)
    if learned is None:
        naive = demand[["item_id"]].drop_duplicates().assign(candidate=NAIVE)
        champions, calibration = naive, forecasting.empty_calibration()
    else:
        champions, calibration = forecasting.champions(learned.accuracy), learned.calibration
    scores = forecasting.held_out_scores(
        demand,
        champions=champions,
        calibration=calibration,
        origin=night.as_of - timedelta(days=HELD_OUT_DAYS),
        **_circumstances(night, demand, lead_times_of(night).frame),
    )
    return float(scores["cost"].mean()), float(scores["coverage_80"].mean())


def _circumstances(night: Night, demand: pd.DataFrame, times: pd.DataFrame) -> dict[str, Any]:
    first_day = demand["day"].min().date() if len(demand) else night.as_of
    return {
        "horizon_days": HELD_OUT_DAYS,
        "regressors": regressors_of(night, first_day=first_day, last_day=night.as_of),
        "groups": groups_of(night),
        "decisions": decisions_of(night, times),
        "settings": night.settings.forecast,
    }


def _parameters(
    night: Night, demand: pd.DataFrame, learned: forecasting.Backtest, times: pd.DataFrame
) -> forecasting.Parameters:
    """Fitted to all that is known, the days held out included: the choice of candidates was made without them."""
    circumstances = _circumstances(night, demand, times)
    return forecasting.fitted_parameters(
        demand,
        champions=forecasting.champions(learned.accuracy),
        **{name: circumstances[name] for name in ("regressors", "groups", "settings")},
    )


def _learned(generation: store.Generation) -> forecasting.Backtest:
    return forecasting.Backtest(generation.read("accuracy"), generation.read("calibration"))


def _manifest(night: Night, accuracy: pd.DataFrame, *, cutoff: date) -> dict[str, object]:
    return {
        "as_of": night.as_of.isoformat(),
        "cutoff": cutoff.isoformat(),
        "data": night.inputs.digest,
        "versions": {name: version(name) for name in VERSIONS},
        "settings": night.settings.forecast.model_dump(mode="json"),
        "totals": totals_verdict(accuracy),
        "champions": {
            str(k): int(n) for k, n in accuracy.loc[accuracy["champion"], "candidate"].value_counts().items()
        },
    }
