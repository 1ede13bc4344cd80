"""Notebooks 70 and 80: which candidate forecasts which item, tried on each item's own past."""

import logging
from datetime import date, timedelta
from importlib.metadata import version

import pandas as pd

from optiflow_lib import forecasting, store
from optiflow_lib.errors import BatchError
from optiflow_lib.jobs.demand import demand_of, regressors_of
from optiflow_lib.jobs.night import Night, inputs_folder, open_night, opened_source, resolved_day
from optiflow_lib.schemas.results import ACCURACY
from optiflow_lib.settings import Settings

logger = logging.getLogger(__name__)

HELD_OUT_DAYS = 28
TOLERANCE = 1.02  # a new generation may cost this much more on 28 days: less is noise
VERSIONS = ("optiflow", "prophet", "pandas", "numpy", "numba")


def train_models(*, settings_file: str, as_of: str = "") -> pd.DataFrame:
    """Backtests the candidates without the last 28 days and saves a generation under `models/`.

    Returns schema `ACCURACY`. The generation is used by the night only once `validate_models` accepts it.
    """
    with open_night(settings_file, as_of) as night:
        cutoff = night.as_of - timedelta(days=HELD_OUT_DAYS)
        demand = demand_of(night)
        accuracy = _compared(night, demand[demand["day"] <= pd.Timestamp(cutoff)], cutoff=cutoff)
        name = store.save_generation(
            night.settings.paths.models, {"accuracy": accuracy}, _manifest(night, accuracy, cutoff=cutoff)
        )
        logger.info("generation %s saved: champions of %d items", name, accuracy["champion"].sum())
        return accuracy


def validate_models(*, settings_file: str, as_of: str = "") -> pd.DataFrame:
    """Accepts the newest generation when its champions cost no more on the days held out than those in use.

    The cost is the pinball loss; the one in use is the accepted generation, or the seasonal naive when there is none.
    Returns one row: generation, accepted, cost, reference, reference_cost, reason.
    """
    with open_night(settings_file, as_of) as night:
        models = night.settings.paths.models
        newest = store.newest_generation(models)
        if newest is None:
            raise BatchError(
                what="there is no generation to validate",
                where=str(models),
                mend="run notebook 70_train first",
            )
        held_out = _scores_held_out(night)
        cost = _cost(held_out, _champions(newest.read("accuracy")))
        in_use = store.accepted_generation(models)
        reference = in_use.name if in_use else "seasonal_naive"
        used = _champions(in_use.read("accuracy")) if in_use else _naive(held_out)
        reference_cost = _cost(held_out, used)
        accepted = cost <= TOLERANCE * reference_cost
        reason = f"pinball {cost:.4f} on {HELD_OUT_DAYS} days held out, {reference}: {reference_cost:.4f}"
        if accepted:
            store.accept_generation(models, newest.name, reason=reason)
            store.forget_generations(models, keep=night.settings.store.keep_generations)
        logger.info("generation %s %s: %s", newest.name, "accepted" if accepted else "refused", reason)
        verdict = (newest.name, accepted, cost, reference, reference_cost, reason)
        return pd.DataFrame(
            [verdict], columns=["generation", "accepted", "cost", "reference", "reference_cost", "reason"]
        )


def champions_of(night: Night, demand: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Champion per item (item_id, candidate) and the scores behind it, schema `ACCURACY`.

    From the accepted generation; items it does not know, or all when there is none, are backtested now.
    """
    accepted = store.accepted_generation(night.settings.paths.models)
    known = accepted.read("accuracy") if accepted else ACCURACY.empty()
    known = known[known["item_id"].isin(demand["item_id"])]
    new = demand[~demand["item_id"].isin(known["item_id"])]
    accuracy = known
    if len(new):
        logger.info("%d items have no champion yet: backtesting them", new["item_id"].nunique())
        accuracy = pd.concat([known, _compared(night, new, cutoff=night.as_of)])
    accuracy = ACCURACY.check(accuracy.sort_values(["item_id", "candidate"]), where="accuracy")
    return _champions(accuracy), accuracy


def compared_candidates(settings: Settings, *, as_of: str) -> pd.DataFrame:
    """Candidates side by side on rolling origins: items, champions, wape, bias, coverage_80; nothing is stored."""
    day = resolved_day(settings, as_of)
    with (
        opened_source(settings) as source,
        store.open_store("sqlite://", main_location=settings.source.main_location) as scratch,
    ):
        from optiflow_lib.source import freeze  # noqa: PLC0415

        inputs = freeze(
            source, inputs_folder(settings), as_of=day, history_days=settings.forecast.history_days
        )
        night = Night(settings, day, inputs, scratch)
        accuracy = _compared(night, demand_of(night), cutoff=day)
    by_candidate = accuracy.groupby("candidate")
    return by_candidate.agg(
        items=("item_id", "nunique"),
        champions=("champion", "sum"),
        wape=("wape", "median"),
        bias=("bias", "median"),
        coverage_80=("coverage_80", "mean"),
    ).reset_index()


def _compared(night: Night, demand: pd.DataFrame, *, cutoff: date) -> pd.DataFrame:
    settings = night.settings.forecast
    origins = forecasting.rolling_origins(cutoff, n=settings.backtest_origins, step=HELD_OUT_DAYS)
    first_day = demand["day"].min().date() if len(demand) else cutoff
    accuracy = forecasting.backtest(
        demand,
        candidates=settings.candidates,
        origins=origins,
        horizon_days=HELD_OUT_DAYS,
        settings=settings,
        regressors=regressors_of(night, first_day=first_day, last_day=cutoff),
    )
    return ACCURACY.check(accuracy, where="backtest")


def _scores_held_out(night: Night) -> pd.DataFrame:
    """Every candidate's scores on the last 28 days, forecast from the day before them."""
    demand, settings = demand_of(night), night.settings.forecast
    return forecasting.backtest(
        demand,
        candidates=settings.candidates,
        origins=[night.as_of - timedelta(days=HELD_OUT_DAYS)],
        horizon_days=HELD_OUT_DAYS,
        settings=settings,
        regressors=regressors_of(night, first_day=demand["day"].min().date(), last_day=night.as_of),
    )


def _champions(accuracy: pd.DataFrame) -> pd.DataFrame:
    return accuracy.loc[accuracy["champion"], ["item_id", "candidate"]].reset_index(drop=True)


def _naive(scores: pd.DataFrame) -> pd.DataFrame:
    return scores[["item_id"]].drop_duplicates().assign(candidate="seasonal_naive")


def _cost(scores: pd.DataFrame, champions: pd.DataFrame) -> float:
    """Mean pinball loss of the champions, units a day."""
    return float(scores.merge(champions, on=["item_id", "candidate"])["pinball"].mean())


def _manifest(night: Night, accuracy: pd.DataFrame, *, cutoff: date) -> dict[str, object]:
    return {
        "as_of": night.as_of.isoformat(),
        "cutoff": cutoff.isoformat(),
        "data": night.inputs.digest,
        "versions": {name: version(name) for name in VERSIONS},
        "settings": night.settings.forecast.model_dump(mode="json"),
        "champions": {
            str(k): int(n) for k, n in accuracy.loc[accuracy["champion"], "candidate"].value_counts().items()
        },
    }
