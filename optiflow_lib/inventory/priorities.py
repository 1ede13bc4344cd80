"""Which units of which items are worth their money first: packs in order of what each euro saves."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optiflow_lib.inventory.distribution import expected_short
from optiflow_lib.inventory.economics import Economics, expected_cost
from optiflow_lib.inventory.order_rule import packs
from optiflow_lib.inventory.price_breaks import average_price

Array = NDArray[np.float64]
MOST_STEPS = 60  # of one line: where it could grow by more packs, several are weighed together
PACKS = {
    "row": "int64",  # of the items
    "quantity": "float64",  # of the line with this pack
    "units": "float64",  # of this pack
    "euros": "float64",  # what it adds to the order's value
    "gain": "float64",  # expected cost that it saves; below 0 it costs more than it brings
    "margin_saved": "float64",  # expected lost margin that it avoids
}


@dataclass(frozen=True)
class Lines:
    """Lines of orders that may grow by whole packs, arrays of shape (n_items,).

    Args:
        minimum: Least quantity of a line.
        multiple: Of its packs.
        economics: What its quantities cost.
    """

    minimum: Array
    multiple: Array
    economics: Economics

    def take(self, rows: NDArray[np.int64]) -> "Lines":
        """Some of them."""
        return Lines(self.minimum[rows], self.multiple[rows], self.economics.take(rows))


def pack_list(lines: Lines, *, start: Array, stop: Array) -> pd.DataFrame:
    """Packs from quantity `start` up to `stop` of each line, those that save most per euro first.

    The first pack of a line that orders nothing yet is its minimum; `start` and `stop` are whole packs. A pack never
    stands before the one it needs: its rank is that of the dearest on the way to it. Columns as in `PACKS`.
    """
    parts = [part for part in _steps(lines, start, stop) if len(part)]
    made = pd.concat(parts) if parts else pd.DataFrame(columns=list(PACKS))
    made = made.astype(PACKS)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        worth = np.where(made["euros"] > 0, made["gain"] / made["euros"], np.inf)
    reached = pd.Series(worth, index=made.index).groupby(made["row"]).cummin()
    order = np.lexsort((made["quantity"], made["row"], -reached.to_numpy()))
    return made.iloc[order].reset_index(drop=True)


def _steps(lines: Lines, start: Array, stop: Array) -> Iterator[pd.DataFrame]:
    """The first pack of every line, then the second of those that have one, and so on."""
    now, first = start.copy(), packs(np.maximum(lines.minimum, lines.multiple), lines.multiple)
    pack = packs(np.maximum((stop - start) / MOST_STEPS, lines.multiple), lines.multiple)
    cost, paid, short = _measured(now, lines)
    while True:
        grown = np.where(now > 0, now + pack, first)
        grown = np.where((grown > stop) & (now > 0), stop, grown)
        grows = (grown <= stop + 1e-9) & (grown > now + 1e-9)
        if not grows.any():
            return
        after = np.where(grows, np.round(grown, 9), now)
        new_cost, new_paid, new_short = _measured(after, lines)
        columns = (
            np.arange(len(now)),
            after,
            after - now,
            new_paid - paid,
            cost - new_cost,
            short - new_short,
        )
        yield pd.DataFrame({name: values[grows] for name, values in zip(PACKS, columns, strict=True)})
        now, cost, paid, short = after, new_cost, new_paid, new_short


def _measured(quantity: Array, lines: Lines) -> tuple[Array, Array, Array]:
    """Expected cost, order value and expected lost margin of a quantity."""
    e = lines.economics
    paid = quantity * np.nan_to_num(average_price(quantity, e.breaks))
    return expected_cost(quantity, e).total, paid, e.margin * expected_short(e.until, e.position + quantity)
