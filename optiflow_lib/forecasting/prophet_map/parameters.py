"""The table of parameters: one row per item, plain columns that any file or database can keep."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from optiflow_lib.errors import ForecastError
from optiflow_lib.forecasting.calendar import Calendar, Column
from optiflow_lib.forecasting.prophet_map.fitted import Fitted
from optiflow_lib.forecasting.prophet_map.model import FittedModel
from optiflow_lib.forecasting.prophet_map.specification import Seasonality, Specification

_PLAIN = (
    "item_id",
    "start",
    "end",
    "rows",
    "scale",
    "floor",
    "n_changepoints",
    "dummy",
    "k",
    "m",
    "sigma",
    "log_posterior",
)


def table_of(model: FittedModel) -> pd.DataFrame:
    """One row per item; ``attrs["model"]`` holds the specification and the columns, ready for JSON.

    Columns: those of `Fitted`, with ``changepoint_1``, ``delta_1`` ... (buckets since the first day; scaled) and
    ``beta[yearly_delim_1]``, ``center[price]``, ``spread[price]`` ...
    """
    asked, calendar, fitted = model.asked, model.calendar, model.fitted
    plain = {name: getattr(fitted, name) for name in _PLAIN if name != "item_id"}
    item_ids = pd.Series(model.item_ids, dtype="str")
    places = range(fitted.delta.shape[1])
    bends = {
        f"{name}_{j + 1}": getattr(fitted, name)[:, j] for name in ("changepoint", "delta") for j in places
    }
    beta = {f"beta[{c.name}]": fitted.beta[:, i] for i, c in enumerate(calendar.columns)}
    scaling = {
        f"{name}[{regressor}]": getattr(fitted, name)[:, r]
        for r, regressor in enumerate(asked.regressors)
        for name in ("center", "spread")
    }
    table = pd.DataFrame({"item_id": item_ids} | plain | bends | beta | scaling)
    table.attrs["model"] = {
        "specification": asked.as_dict(),
        "columns": [asdict(c) for c in calendar.columns],
        "seasonalities": {name: asdict(s) for name, s in calendar.seasonalities.items()},
        "first_day": str(model.first_day),
        "last_bucket": model.last_bucket,
    }
    return table


def restored(table: pd.DataFrame, described: Mapping[str, Any] | None) -> FittedModel:
    """The model whose table this is.

    Raises:
        ForecastError: the table has lost its description, or columns.
    """
    described = described or table.attrs.get("model")
    if described is None:
        raise ForecastError(
            what="the table of parameters does not say which model it belongs to",
            where="BatchProphet.from_parameters",
            mend='give the specification: the saved table.attrs["model"]',
        )
    asked = Specification.from_dict(described["specification"])
    calendar = Calendar(
        tuple(Column(**c) for c in described["columns"]),
        {name: Seasonality(**s) for name, s in described["seasonalities"].items()},
        asked.holidays,
        asked.country_holidays,
    )
    wide = _wide_columns(table, asked, calendar)
    _refuse_lost([*_PLAIN, *(c for names in wide.values() for c in names)], table)
    plain = {name: table[name].to_numpy() for name in _PLAIN}
    plain["item_id"] = table["item_id"].to_numpy(dtype=object)
    arrays = {name: table[columns].to_numpy(float) for name, columns in wide.items()}
    fitted = Fitted(item_ids=plain.pop("item_id"), **plain, **arrays)
    first_day, last_bucket = np.datetime64(described["first_day"]), int(described["last_bucket"])
    return FittedModel(asked, calendar, fitted, first_day, last_bucket)


def _wide_columns(table: pd.DataFrame, asked: Specification, calendar: Calendar) -> dict[str, list[str]]:
    """The table's columns of each matrix of `Fitted`."""
    width = sum(str(name).startswith("delta_") for name in table.columns)
    return {
        "changepoint": [f"changepoint_{j + 1}" for j in range(width)],
        "delta": [f"delta_{j + 1}" for j in range(width)],
        "beta": [f"beta[{c.name}]" for c in calendar.columns],
        "center": [f"center[{r}]" for r in asked.regressors],
        "spread": [f"spread[{r}]" for r in asked.regressors],
    }


def _refuse_lost(columns: list[str], table: pd.DataFrame) -> None:
    lost = [c for c in columns if c not in table]
    if lost:
        raise ForecastError(
            what=f"the table of parameters has lost column {lost[0]} ({len(lost)} in all)",
            where="BatchProphet.from_parameters",
            mend="read the generation again, or fit the model anew",
        )
