"""Fitted Prophets that are kept: used again without fitting, brought up to date by what was sold since."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.batch_prophet import BatchProphet
from optiflow_lib.forecasting.panel import Array, Panel, Rows, ratio
from optiflow_lib.forecasting.parameters import Parameters

SOLD, EXPECTED = "recent_sold", "recent_expected"
PRIOR_DAYS = 3.0  # of expected demand: recent days count as far as they are more than this


@dataclass(frozen=True)
class KeptProphet:
    """One fitted model and how its items sold lately against it.

    Args:
        model: Fitted, or restored from its parameters.
        recent: By item_id, the discounted sums of what was sold and of what the model makes of the same days.
        half_life: Of the discount, days; 0 where the level is not corrected.
        last_day: Up to which day `recent` goes: the day the model was fitted.
    """

    model: BatchProphet
    recent: pd.DataFrame
    half_life: float
    last_day: pd.Timestamp

    @classmethod
    def fitted(cls, model: BatchProphet, panel: Panel, *, half_life: float) -> Self:
        """A model that was just fitted to the demand of a panel."""
        rows = _rows(panel, model.item_ids)
        mean = np.full((len(rows), len(panel.days)), np.nan)
        if half_life:
            found = model.fitted()
            item = np.searchsorted(
                np.array(model.item_ids, dtype=object), found["item_id"].to_numpy(dtype=object)
            )
            mean[item, panel.days.get_indexer(found["day"])] = found["forecast"]
        sold, expected = _discounted(panel.quantity[rows], mean, half_life)
        recent = pd.DataFrame(
            {SOLD: sold, EXPECTED: expected}, index=pd.Index(model.item_ids, name="item_id")
        )
        return cls(model, recent, half_life, panel.days[-1])

    def mean(self, panel: Panel, horizon_days: int, *, future: pd.DataFrame | None) -> Array:
        """Forecast of the days after the panel, by the recent level, (n_items, horizon_days).

        Args:
            panel: Goes on after `last_day` by what was sold since.
            horizon_days: Days ahead.
            future: item_id, day and the regressors, from the day after `last_day`.
        """
        age = self.age(panel)
        made = np.maximum(self.model.mean(age + horizon_days, future=future), 0.0)
        return np.asarray(made[:, age:] * self._factor(panel, made[:, :age])[:, None])

    def age(self, panel: Panel) -> int:
        """Days of the panel after the one the model was fitted."""
        return int((panel.days[-1] - self.last_day).days)

    def table(self) -> pd.DataFrame:
        """Parameters and recent sums, a row per item; its attrs describe the model."""
        parameters = self.model.parameters()
        made = parameters.assign(**self.recent.reindex(parameters["item_id"]).reset_index(drop=True))
        made.attrs = {
            "model": parameters.attrs["model"],
            "half_life": self.half_life,
            "last_day": f"{self.last_day:%Y-%m-%d}",
        }
        return made

    @classmethod
    def restored(
        cls, table: pd.DataFrame, described: Mapping[str, Any], *, holidays: pd.DataFrame | None
    ) -> Self:
        """From `table()` and its attrs.

        Args:
            table: Rows of all items, or of some.
            described: The attrs, which a file may have lost.
            holidays: As planned now: what was planned since the fit counts too.
        """
        model = deepcopy(dict(described["model"]))
        model["specification"]["holidays"] = BatchProphet(holidays=holidays).specification.as_dict()[
            "holidays"
        ]
        parameters = table.drop(columns=[SOLD, EXPECTED])
        recent = table.set_index("item_id")[[SOLD, EXPECTED]]
        prophet = BatchProphet.from_parameters(parameters, model)
        last_day = pd.Timestamp(str(described["last_day"]))
        return cls(prophet, recent, float(described["half_life"]), last_day)

    def _factor(self, panel: Panel, since: Array) -> Array:
        """Recent demand over what the model makes of these days, shrunk to 1; shape (n_items,)."""
        if not self.half_life:
            return np.ones(len(self.model.item_ids))
        rows, age = _rows(panel, self.model.item_ids), since.shape[1]
        actual = panel.quantity[rows][:, len(panel.days) - age :]
        sold, expected = _discounted(actual, since, self.half_life)
        kept = 0.5 ** (age / self.half_life)
        before = self.recent.reindex(self.model.item_ids)
        sold, expected = sold + kept * before[SOLD].to_numpy(), expected + kept * before[EXPECTED].to_numpy()
        daily = expected * (1 - 0.5 ** (1 / self.half_life))  # the discounts of all days sum to the inverse
        prior = PRIOR_DAYS * daily
        return ratio(sold + prior, expected + prior, otherwise=1.0)


def parameters_of(models: Mapping[str, Sequence[KeptProphet]]) -> Parameters:
    """Tables of the models of several candidates."""
    tables = {f"{name}-{n}": one.table() for name, several in models.items() for n, one in enumerate(several)}
    return Parameters(tables, {name: dict(table.attrs) for name, table in tables.items()})


def _rows(panel: Panel, item_ids: list[str]) -> Rows:
    return np.asarray(panel.item_ids.searchsorted(np.array(item_ids, dtype=object)), dtype=np.int64)


def _discounted(actual: Array, mean: Array, half_life: float) -> tuple[Array, Array]:
    """Discounted sums over known days of demand and of the model's mean; shape (n_items,) each."""
    if not half_life:
        return np.zeros(len(actual)), np.zeros(len(actual))
    known = ~np.isnan(actual) & ~np.isnan(mean)
    weight = 0.5 ** (np.arange(known.shape[1])[::-1] / half_life) * known
    sold = np.where(known, actual, 0.0) * weight
    expected = np.where(known, np.maximum(mean, 0.0), 0.0) * weight
    return sold.sum(axis=1), expected.sum(axis=1)
