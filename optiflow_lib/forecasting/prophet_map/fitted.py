"""The parameters of Prophet's model for many items, in arrays, and Prophet's own scaling of each item."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """One row per item; time in buckets since the histories' first day.

    Args:
        item_ids: Texts, shape (n_items,).
        start: First known bucket.
        end: Last known bucket.
        rows: Known buckets.
        scale: What quantities are divided by (Prophet's y_scale).
        floor: What is taken off before (Prophet's y_min for scaling "minmax", otherwise 0).
        n_changepoints: How many of the following columns are used.
        changepoint: Buckets, not whole for dates between two; NaN past the item's own; shape (n_items, S).
        dummy: Has the item Prophet's dummy changepoint at its start, because it has room for no other?
        center: Mean of each regressor taken off (0 when not standardised), shape (n_items, n_regressors).
        spread: Standard deviation each regressor is divided by (1 when not standardised).
        k: Growth over the item's whole history, in scaled units.
        m: Offset.
        delta: Change of growth at each changepoint, shape (n_items, S).
        beta: Coefficients of the calendar's columns, shape (n_items, n_columns); 0 for those the item lacks.
        sigma: Noise, scaled.
        log_posterior: Equal to Stan's lp__.
    """

    item_ids: NDArray[np.object_]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    rows: NDArray[np.int64]
    scale: Array
    floor: Array
    n_changepoints: NDArray[np.int64]
    changepoint: Array
    dummy: NDArray[np.bool_]
    center: Array
    spread: Array
    k: Array
    m: Array
    delta: Array
    beta: Array
    sigma: Array
    log_posterior: Array

    def taken(self, items: NDArray[np.intp]) -> "Fitted":
        """Some of the items, in the order given."""
        return replace(self, **{f.name: getattr(self, f.name)[items] for f in fields(self)})

    @property
    def span(self) -> NDArray[np.int64]:
        """Buckets from the first known to the last (Prophet's t_scale)."""
        return self.end - self.start

    def with_dummy_folded(self) -> "Fitted":
        """Prophet's last step: the change at the dummy changepoint belongs to the growth."""
        extra = np.where(self.dummy, self.delta[:, 0] if self.delta.shape[1] else 0.0, 0.0)
        return replace(self, k=self.k + extra, delta=np.where(self.dummy[:, None], 0.0, self.delta))


def unfitted(
    item_ids: NDArray[np.object_], *, n_changepoints: int, n_columns: int, n_regressors: int
) -> dict[str, NDArray[np.generic]]:
    """Arrays of the right shapes for `Fitted`, parameters all zero or NaN."""
    n = len(item_ids)
    whole = {name: np.zeros(n, dtype=np.int64) for name in ("start", "end", "rows", "n_changepoints")}
    return {
        "item_ids": item_ids,
        **whole,
        "scale": np.ones(n),
        "floor": np.zeros(n),
        "changepoint": np.full((n, n_changepoints), np.nan),
        "dummy": np.zeros(n, dtype=bool),
        "center": np.zeros((n, n_regressors)),
        "spread": np.ones((n, n_regressors)),
        "k": np.zeros(n),
        "m": np.zeros(n),
        "delta": np.zeros((n, n_changepoints)),
        "beta": np.zeros((n, n_columns)),
        "sigma": np.full(n, np.nan),
        "log_posterior": np.full(n, np.nan),
    }
