"""Fitting by chunks: the same bits as in one frame, bounded memory, and what it cannot do."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from prophet_kinds import KINDS
from prophet_series import histories, history

from optiflow_lib.errors import DataError, ForecastError
from optiflow_lib.forecasting.batch_prophet import BatchProphet
from optiflow_lib.forecasting.prophet_map import solver
from optiflow_lib.forecasting.prophet_map.fitted import Fitted


def chunks(demand: pd.DataFrame, sizes: list[int]) -> list[pd.DataFrame]:
    ids = sorted(demand["item_id"].unique())
    ends = np.cumsum(sizes)
    return [demand[demand["item_id"].isin(ids[end - n : end])] for n, end in zip(sizes, ends, strict=True)]


@pytest.mark.parametrize(
    "kind",
    [
        "additive",
        "multiplicative",
        "rare, with month and events",
        "ragged, multiplicative",
        "ragged, holidays that differ by year",
        "intermittent, multiplicative",
        "mixed",
        "weekly, multiplicative",
        "short, additive",
    ],
)
def test_however_items_are_cut_into_chunks_no_bit_changes(kind: str):
    demand = KINDS[kind].demand(9)
    whole = KINDS[kind].model().fit(demand)
    cut = KINDS[kind].model().fit_chunks(chunks(demand, [1, 6, 2]))
    for field in fields(Fitted):
        one, other = getattr(whole._model.fitted, field.name), getattr(cut._model.fitted, field.name)
        np.testing.assert_array_equal(one, other, err_msg=field.name)
    assert whole._model.calendar.columns == cut._model.calendar.columns
    if not whole.specification.own_names():
        pd.testing.assert_frame_equal(whole.predict(20), cut.predict(20), check_exact=True)


def test_items_left_to_stan_are_counted_over_all_chunks(monkeypatch: pytest.MonkeyPatch):
    solved = solver.solved

    def never_the_first(*args: object, **named: object) -> tuple[Fitted, np.ndarray]:
        fitted, converged = solved(*args, **named)
        return fitted, converged & (np.arange(len(converged)) > 0)

    monkeypatch.setattr(solver, "solved", never_the_first)
    model = BatchProphet().fit_chunks(chunks(histories([60, 60, 60]), [2, 1]))
    assert model.left_to_stan == ["A-0", "A-2"]
    assert model.failures.empty


def test_the_forecast_starts_after_the_last_day_of_all_chunks():
    late, stopped = history("late", n=300), history("stopped", n=400, seed=1).iloc[:200]
    predicted = BatchProphet().fit_chunks([stopped, late]).predict(3, quantiles=())
    assert predicted.groupby("item_id")["day"].min().eq(late["day"].max() + pd.Timedelta(days=1)).all()


def test_failures_of_all_chunks_are_listed():
    demand = histories([100, 1, 60, 1])
    model = BatchProphet().fit_chunks(chunks(demand, [2, 2]))
    assert model.item_ids == ["A-0", "A-2"]
    assert model.failures["item_id"].tolist() == ["A-1", "A-3"]


def test_an_item_in_two_chunks_is_refused():
    with pytest.raises(DataError, match="item A-0 lies in two chunks"):
        BatchProphet().fit_chunks([histories([60]), histories([60])])


def test_weeks_that_begin_on_different_days_are_refused():
    monday, tuesday = history("a", n=400).iloc[::7], history("b", n=399).iloc[::7]
    with pytest.raises(DataError, match="the weeks of one chunk begin on"):
        BatchProphet(frequency="W").fit_chunks([monday, tuesday])


def test_no_chunk_at_all_is_refused():
    with pytest.raises(ForecastError, match="there is no chunk"):
        BatchProphet().fit_chunks([])


def test_a_model_fitted_by_chunks_keeps_parameters_only():
    model = BatchProphet().fit_chunks([histories([60])])
    with pytest.raises(ForecastError, match="not fitted by this object"):
        model.to_prophet("A-0")
    with pytest.raises(ForecastError, match="holds no history"):
        model.fitted()
    assert len(model.parameters()) == 1


def test_models_that_only_prophet_knows_are_not_fitted_by_chunks():
    with pytest.raises(ForecastError, match="fit_chunks does not exist for logistic growth"):
        BatchProphet(growth="logistic").fit_chunks([histories([60]).assign(cap=50.0)])


def test_progress_counts_items_on_the_terminal(capsys):
    BatchProphet().fit_chunks(chunks(histories([60, 60, 1]), [2, 1]), progress=True)
    assert "3/?" in capsys.readouterr().err
