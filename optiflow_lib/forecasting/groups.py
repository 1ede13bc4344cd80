"""Items that behave alike: which group each belongs to, what a group sold, and which events are the group's own."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optiflow_lib.forecasting.panel import Array, Ids, Panel, Rows, ratio
from optiflow_lib.forecasting.planned import Planned

YEAR = 364
SHARED = 0.9  # an event on this share of a group's demand is one of the group, otherwise of single items
LEAST_KNOWN = 0.02  # of a group's demand: with less its total is unknown


def margins_of(groups: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Of each item_id, what its group ("category@location") has before the last @, and what after it."""
    parts = {item_id: name.rpartition("@") for item_id, name in groups.items()}
    return {i: part[0] for i, part in parts.items()}, {i: part[2] for i, part in parts.items()}


def group_codes(item_ids: Ids, groups: Mapping[str, str]) -> tuple[Rows, Ids]:
    """Number of each item's group, and the groups' names in the order of their numbers."""
    named = np.array([groups.get(item_id, "") for item_id in item_ids], dtype=object)
    codes, names = pd.factorize(named, sort=True)
    return codes.astype(np.int64), np.asarray(names, dtype=object)


def volumes(panel: Panel) -> Array:
    """Units sold of each item in the last year: what its group's means are weighted by."""
    return np.asarray(np.nansum(panel.quantity[:, -YEAR:], axis=1))


def group_totals(panel: Panel, codes: Rows, n_groups: int) -> Array:
    """Daily total of each group, (n_groups, n_days): unknown items are counted as their group's known ones behave."""
    known = ~np.isnan(panel.quantity)
    level = np.nansum(panel.quantity, axis=1) / np.maximum(known.sum(axis=1), 1)
    sums, expected, whole = (np.zeros((n_groups, panel.quantity.shape[1])) for _ in range(3))
    np.add.at(sums, codes, np.nan_to_num(panel.quantity))
    np.add.at(expected, codes, level[:, None] * known)
    np.add.at(whole, codes, np.repeat(level[:, None], known.shape[1], axis=1))
    share = ratio(expected, whole)
    # Items come and go: a share of one half says that the others sold as much again; the trend takes the rest.
    return ratio(np.where(share > LEAST_KNOWN, sums, np.nan), share, otherwise=np.nan)


@dataclass(frozen=True)
class GroupEvents:
    """Events as groups see them.

    Args:
        intensity: By event, how much of a group's demand has it: 0 to 1 (its greatest value), (n_groups, n_days).
            Zero for groups in which it is a matter of single items.
        item: Position of the items that have events of their own; shape (n_rows,).
        day: Position of the days; shape (n_rows,).
        values: Their events, 0 to 1; shape (n_rows, n_events), in the order of `names`.
        names: Of the events.
    """

    intensity: dict[str, Array]
    item: Rows
    day: Rows
    values: Array
    names: list[str]

    def of_group(self, group: int) -> dict[str, Array]:
        """The events of one group that occur, (n_days,) each."""
        return {name: on[group] for name, on in self.intensity.items() if on[group].any()}


def group_events(
    events: Planned, panel: Panel, days: pd.DatetimeIndex, codes: Rows, n_groups: int
) -> GroupEvents:
    """Takes apart which events concern whole groups and which concern single items.

    Args:
        events: All that is planned.
        panel: The items; their volumes weigh them.
        days: History and horizon.
        codes: Group of each item.
        n_groups: How many groups there are.
    """
    names = events.own_names
    inside = events.own[events.own["item_id"].isin(panel.item_ids) & events.own["day"].isin(days)]
    item = panel.item_ids.searchsorted(inside["item_id"].to_numpy(dtype=object))
    day = days.get_indexer(inside["day"])
    values = inside[names].to_numpy(dtype=float)
    values = values / np.maximum(values.max(axis=0, initial=0.0), 1e-12)
    weight = _weights(volumes(panel), codes, n_groups)[item]
    everybody = events.shared.reindex(days.as_unit("us"), fill_value=0.0)
    intensity = {str(name): np.tile(on.to_numpy(), (n_groups, 1)) for name, on in everybody.items()}
    for n, name in enumerate(names):
        at = np.flatnonzero(values[:, n])
        cell, size = codes[item[at]] * len(days) + day[at], n_groups * len(days)
        on = np.bincount(cell, weights=weight[at], minlength=size).reshape(n_groups, -1)
        strength = np.bincount(cell, weights=weight[at] * values[at, n], minlength=size).reshape(n_groups, -1)
        share = on.sum(axis=1) / np.maximum((on > 0).sum(axis=1), 1)
        intensity[name] = np.where((share >= SHARED)[:, None], strength, 0.0)
        values[(share >= SHARED)[codes[item]], n] = 0.0
    kept = values.any(axis=1)
    return GroupEvents(intensity, item[kept], day[kept], values[kept], names)


def _weights(volume: Array, codes: Rows, n_groups: int) -> Array:
    """Share of each item in its group's demand; equal where nothing was sold."""
    sums = np.bincount(codes, weights=volume, minlength=n_groups)[codes]
    counts = np.bincount(codes, minlength=n_groups)[codes]
    return np.where(sums > 0, volume / np.where(sums > 0, sums, 1), 1 / counts)
