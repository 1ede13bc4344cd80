"""The batched solver: the exact optimum of Prophet's model for every item.

`moments` holds the tables that all items share; `pieces` and `normal` make an item's gradient and curvature of them,
`elimination` and `lasso` solve for a step, `series` steps from one of the `starts` to the optimum of the `objective`,
`batch` goes through the items. Each item is fitted from its
own numbers alone: neither the number of threads nor the chunks change a bit.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optiflow_lib.forecasting.prophet_map.compiled import announced
from optiflow_lib.forecasting.prophet_map.fitted import Array, Fitted
from optiflow_lib.forecasting.prophet_map.histories import Days, Histories, days_from
from optiflow_lib.forecasting.prophet_map.mean import own_values
from optiflow_lib.forecasting.prophet_map.setup import Setup
from optiflow_lib.forecasting.prophet_map.solver.batch import (
    Demand,
    Model,
    Optimum,
    fit_items,
    room_for,
    space_for,
)
from optiflow_lib.forecasting.prophet_map.solver.moments import BLOCK, SEGMENT, design_of
from optiflow_lib.forecasting.prophet_map.specification import Specification

CHUNK = 64  # items per call
LEVEL_RIDGE = 1 / 25  # inverse variance of Prophet's normal(0, 5) priors of growth and offset


def solved(asked: Specification, setup: Setup, *, n_threads: int) -> tuple[Fitted, NDArray[np.bool_]]:
    """The items' parameters, and which of them reached their optimum."""
    n, n_columns = len(setup.fitted.item_ids), len(setup.calendar.columns)
    width = setup.fitted.delta.shape[1]
    found = Optimum(
        np.zeros((n, n_columns)), np.zeros(n), np.zeros(n), np.zeros((n, width)),
        np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.bool_),
    )  # fmt: skip
    with announced(fit_items, seconds=12), ThreadPoolExecutor(n_threads) as pool:
        for columns, items in setup.groups:
            group = _Group(asked, setup, columns, items)
            chunks = [items[i : i + CHUNK] for i in range(0, len(items), CHUNK)]
            for chunk, made in zip(chunks, pool.map(group.fitted, chunks), strict=True):
                for whole, part in zip(found, made, strict=True):
                    whole[chunk] = part
    fitted = replace(
        setup.fitted,
        k=found.growth,
        m=found.offset,
        delta=found.delta,
        beta=found.beta,
        sigma=np.sqrt(found.variance),
        log_posterior=found.log_posterior,
    )
    return fitted.with_dummy_folded(), found.converged


class _Group:
    """Items with the same columns, and their tables."""

    def __init__(
        self, asked: Specification, setup: Setup, columns: NDArray[np.intp], items: NDArray[np.intp]
    ) -> None:
        self.asked, self.setup = asked, setup
        self.first, last = int(setup.fitted.start[items].min()), int(setup.fitted.end[items].max()) + 1
        self.days = slice(self.first, last)
        described = [setup.calendar.columns[c] for c in columns]
        shared = np.array([not c.own for c in described], dtype=bool)
        multiplies = np.array([c.multiplicative for c in described], dtype=bool)
        sparse = np.array([c.kind == "holiday" for c in described], dtype=bool)
        self.row, days = _rows(setup.histories, self.first, last)
        x = setup.calendar.shared_values(days)[:, columns[shared]]
        self.design, order = design_of(x, multiplies=multiplies[shared], sparse=sparse[shared])
        self.columns = np.concatenate([columns[shared][order], columns[~shared]])
        grows = asked.growth != "flat"
        scales = np.array([setup.calendar.columns[c].prior_scale for c in self.columns], dtype=float)
        ridge = np.concatenate([1 / scales**2, np.full(2 if grows else 1, LEVEL_RIDGE)])
        self.model = Model(multiplies[~shared], ridge, 1 / asked.changepoint_prior_scale, grows)

    def fitted(self, chunk: NDArray[np.intp]) -> Optimum:
        """The optimum of some of the items, coefficients in the calendar's order."""
        at = self.setup.fitted.taken(chunk)
        demand = Demand(
            self.row, self.setup.histories.quantity[chunk, self.days], self._own(chunk, at),
            at.start - self.first, at.end - self.first, at.scale, at.floor,
            at.changepoint - self.first, at.n_changepoints,
        )  # fmt: skip
        n, width = len(chunk), at.delta.shape[1]
        found = Optimum(
            np.zeros((n, len(self.columns))), np.zeros(n), np.zeros(n), np.zeros((n, width)),
            np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.bool_),
        )  # fmt: skip
        wanted = at.n_changepoints if self.model.grows else np.zeros_like(at.n_changepoints)
        for n_bends in np.unique(wanted).tolist():
            room = room_for(self.design, self.model, n_bends=n_bends)
            space = space_for(self.design, self.model, n_bends=n_bends)
            fit_items(self.design, self.model, demand, np.flatnonzero(wanted == n_bends), room, space, found)
        beta = np.zeros((n, len(self.setup.calendar.columns)))
        beta[:, self.columns] = found.beta
        return found._replace(beta=beta)

    def _own(self, chunk: NDArray[np.intp], at: Fitted) -> Array:
        histories = self.setup.histories
        own = {name: values[chunk, self.days] for name, values in histories.own.items()}
        return own_values(self.asked, self.setup.calendar, at, days=histories.days[self.days], own=own)


def _rows(histories: Histories, first: int, last: int) -> tuple[int, Days]:
    """The design's row of bucket `first`, and the days of all rows: whole blocks from the start of a segment on.

    Segments begin at fixed days, counted from 1970.
    """
    bucket = int(histories.first_day.astype("datetime64[D]").astype(int)) // histories.bucket_days
    row = (bucket + first) % SEGMENT
    end = -(-(row + last - first) // BLOCK) * BLOCK
    return row, days_from(histories.first_day, first - row + np.arange(end), histories.bucket_days)
