"""Long frames that are as they should be, read without the cost of proving every row's message beforehand.

`Schema.check` names the first wrong row; it also costs more than the fit. A frame that passes the few questions
asked here would pass it too; any other goes through it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
_MICROSECONDS = 86_400_000_000
_MISSING = np.iinfo(np.int64).min  # NaT


@dataclass(frozen=True)
class Cells:
    """Where the rows of a long frame lie in a matrix, items × buckets.

    Args:
        item_ids: Sorted, one per row of the matrix.
        begins: First frame row of each run of rows of one item.
        heads: Matrix row of each run.
        bucket: Matrix column of each frame row.
        n_buckets: Matrix columns.
    """

    item_ids: NDArray[np.object_]
    begins: NDArray[np.intp]
    heads: NDArray[np.intp]
    bucket: NDArray[np.int64]
    n_buckets: int

    @property
    def rows(self) -> NDArray[np.intp]:
        """Matrix row of each frame row."""
        return np.repeat(self.heads, np.diff(np.append(self.begins, len(self.bucket))))

    @property
    def complete(self) -> bool:
        """Has every item every bucket, in order?"""
        shape = (len(self.item_ids), self.n_buckets)
        if len(self.heads) != shape[0] or len(self.bucket) != shape[0] * shape[1]:
            return False
        return bool((self.bucket.reshape(shape) == np.arange(self.n_buckets)).all())

    @property
    def repeated(self) -> bool:
        """Has an item a bucket twice?"""
        if self.complete:
            return False
        seen = np.zeros((len(self.item_ids), self.n_buckets), dtype=bool)
        seen[self.rows, self.bucket] = True
        return int(np.count_nonzero(seen)) != len(self.bucket)

    def filled(self, values: Any) -> Array:
        """The matrix of a column of the frame, NaN where there is no row."""
        numbers = np.asarray(values, dtype=float)
        if self.complete:
            found = numbers.reshape(len(self.item_ids), self.n_buckets)
            in_order = bool((np.diff(self.heads) > 0).all())
            return found.copy() if in_order else found[np.argsort(self.heads)]
        matrix = np.full((len(self.item_ids), self.n_buckets), np.nan)
        matrix[self.rows, self.bucket] = numbers
        return matrix


def is_plain(demand: pd.DataFrame) -> bool:
    """Has the frame the dtypes of schema `DEMAND`, days at midnight, and nothing missing or infinite in them?"""
    if not {"item_id", "day", "quantity"} <= set(demand.columns):
        return False
    ids, days, quantity = demand["item_id"], demand["day"], demand["quantity"]
    if ids.dtype != "str" or days.dtype != "datetime64[us]" or quantity.dtype != np.float64:
        return False
    time = days.to_numpy().view(np.int64)
    if not len(time) or time.min() == _MISSING or ids.isna().any():
        return False
    return not (time % _MICROSECONDS).any() and not np.isinf(quantity.to_numpy()).any()


def cells_of(item_ids: pd.Series, bucket: NDArray[np.int64]) -> Cells:
    """The places of the rows; only the heads of runs of equal ids are looked up."""
    ids = item_ids.array
    changes = np.asarray(ids[1:] != ids[:-1], dtype=bool)
    begins = np.concatenate([np.zeros(min(len(ids), 1), dtype=np.intp), np.flatnonzero(changes) + 1])
    heads, unique = pd.factorize(ids[begins], sort=True)
    n_buckets = int(bucket.max(initial=-1)) + 1
    return Cells(np.asarray(unique, dtype=object), begins, heads, bucket, n_buckets)


def day_numbers(days: pd.Series) -> NDArray[np.int64]:
    """Days since 1970-01-01 of a column of microseconds at midnight."""
    return np.asarray(days.to_numpy().view(np.int64) // _MICROSECONDS)
