"""From a demand frame to fitted parameters, by the batched solver or by Stan."""

import logging
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.fitted import Fitted
from optiflow_lib.forecasting.prophet_map.histories import histories_of, refuse_other_than_flags
from optiflow_lib.forecasting.prophet_map.model import FittedModel
from optiflow_lib.forecasting.prophet_map.setup import Setup, setup_of
from optiflow_lib.forecasting.prophet_map.specification import Specification
from optiflow_lib.schemas.results import FAILURES

logger = logging.getLogger(__name__)
STEP = "prophet"


@dataclass(frozen=True)
class Fit:
    """What a fit leaves behind.

    Args:
        model: Of the items that were fitted.
        setup: Of the same items, with their histories: what a genuine Prophet is made from.
        genuine: Fitted `prophet.Prophet` objects by item, where only Prophet knows the model.
        failures: Schema `FAILURES`.
        left_to_stan: Items that the batched solver could not bring to their optimum.
    """

    model: FittedModel
    setup: Setup
    genuine: dict[str, Any]
    failures: pd.DataFrame
    left_to_stan: list[str]


@dataclass(frozen=True)
class _Solution:
    fitted: Fitted
    kept: NDArray[np.intp]
    failed: list[tuple[str, str]]
    genuine: dict[str, Any] = field(default_factory=dict)
    left_to_stan: list[str] = field(default_factory=list)


def fit_of(asked: Specification, demand: pd.DataFrame, *, solver: str, n_threads: int) -> Fit:
    """Fits every item of `demand`.

    Raises:
        DataError: a day repeats, a quantity is infinite or of the wrong type, a regressor is missing.
    """
    own = asked.own_names() + (["cap"] if asked.growth == "logistic" else [])
    where = "demand given to BatchProphet.fit"
    histories = histories_of(demand, bucket_days=asked.bucket_days, own=own, where=where)
    refuse_other_than_flags(
        histories.own, asked.conditions(), item_ids=histories.item_ids, days=histories.days, where=where
    )
    setup = setup_of(asked, histories)
    solution = (_batch if solver == "batch" else _stan)(asked, setup, n_threads)
    setup = replace(
        setup,
        histories=setup.histories.taken(solution.kept),
        fitted=setup.fitted.taken(solution.kept),
        failed=[*setup.failed, *solution.failed],
    )
    last_bucket = histories.quantity.shape[1] - 1
    model = FittedModel(asked, setup.calendar, solution.fitted, histories.first_day, last_bucket)
    return Fit(model, setup, solution.genuine, _failures(setup.failed), solution.left_to_stan)


def _failures(failed: list[tuple[str, str]]) -> pd.DataFrame:
    rows = [(item_id, STEP, reason) for item_id, reason in sorted(failed)]
    return FAILURES.check(pd.DataFrame(rows, columns=["item_id", "step", "reason"]), where="failures")


def _batch(asked: Specification, setup: Setup, n_threads: int) -> _Solution:
    """The batched solver; Stan for an item that it cannot bring to its optimum."""
    from optiflow_lib.forecasting.prophet_map.solver import solved  # noqa: PLC0415 - numba

    fitted, converged = solved(asked, setup, n_threads=n_threads)
    everyone = np.arange(len(converged))
    left = np.flatnonzero(~converged)
    if not len(left):
        return _Solution(fitted, everyone, [])
    logger.warning("%d item(s) did not reach their optimum and are fitted by Stan", len(left))
    one = replace(setup, histories=setup.histories.taken(left), fitted=setup.fitted.taken(left))
    made = _stan(asked, one, n_threads)
    values = {f.name: getattr(fitted, f.name).copy() for f in fields(Fitted)}
    for name, value in values.items():
        value[left[made.kept]] = getattr(made.fitted, name)
    kept = np.setdiff1d(everyone, np.setdiff1d(left, left[made.kept]))
    named = [str(item_id) for item_id in one.histories.item_ids]
    return _Solution(Fitted(**values).taken(kept), kept, made.failed, left_to_stan=named)


def _stan(asked: Specification, setup: Setup, n_threads: int) -> _Solution:
    from optiflow_lib.forecasting import prophet  # noqa: PLC0415 - heavy, and only for Stan

    fits = prophet.fitted_by_stan(asked, setup, n_threads=n_threads)
    ids = [str(item_id) for item_id in setup.histories.item_ids]
    kept = np.flatnonzero([not fit.reason for fit in fits])
    return _Solution(
        prophet.with_stan_parameters(setup, fits).taken(kept),
        kept,
        [(item_id, fit.reason) for item_id, fit in zip(ids, fits, strict=True) if fit.reason],
        {item_id: fit.model for item_id, fit in zip(ids, fits, strict=True) if fit.model},
    )
