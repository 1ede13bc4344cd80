"""Events of the source as columns a model can use, past and to come."""

from datetime import date

import numpy as np
import pandas as pd

# Before the colon of a scope: the column it means.
SCOPES = {"category": "category", "product": "product_id", "item": "item_id"}


def event_columns(
    events: pd.DataFrame, *, items: pd.DataFrame, first_day: date, last_day: date
) -> pd.DataFrame:
    """One row per item and day with an event, one column per type of event.

    A column holds the discount where the type has discounts, else 1; overlapping events of a type add up to at
    most their largest value. Days without any event have no row.

    Args:
        events: Schema `EVENTS`; scope "all" (or missing), "category:<name>", "product:<product_id>" or
            "item:<item_id>"; an event with a zone is only for items of this zone.
        items: Needs item_id, product_id, category, and zone where events have one.
        first_day: First day wanted.
        last_day: Last day wanted, included.

    Returns:
        item_id, day and the columns, named `event_<type>`, sorted by item_id and day.
    """
    inside = events[
        (events["last_day"] >= pd.Timestamp(first_day)) & (events["first_day"] <= pd.Timestamp(last_day))
    ]
    columns = sorted({column_of(kind) for kind in events["type"]})
    if inside.empty or items.empty:
        return no_event_days().assign(**{c: pd.Series(dtype=float) for c in columns})
    days = _event_days(inside, first=pd.Timestamp(first_day), last=pd.Timestamp(last_day))
    rows = pd.concat(
        [
            of_event.merge(concerned(items, scope=scope, zone=zone).to_frame(), how="cross")
            for (scope, zone), of_event in days.groupby(["scope", "zone"], dropna=False)
        ]
    )
    wide = rows.pivot_table(
        index=["item_id", "day"], columns="column", values="value", aggfunc="max", fill_value=0.0
    )
    return wide.reindex(columns=columns, fill_value=0.0).reset_index().rename_axis(columns=None)


def no_event_days() -> pd.DataFrame:
    """What `event_columns` gives where nothing is planned."""
    return pd.DataFrame({"item_id": pd.Series(dtype="str"), "day": pd.Series(dtype="datetime64[us]")})


def with_events(demand: pd.DataFrame, event_days: pd.DataFrame) -> pd.DataFrame:
    """`demand` with the columns of `event_columns`; 0 on days without an event."""
    columns = [c for c in event_days.columns if c not in ("item_id", "day")]
    joined = demand.merge(event_days, on=["item_id", "day"], how="left")
    joined[columns] = joined[columns].fillna(0.0)
    return joined


def column_of(kind: str) -> str:
    """Name of the column of a type of event."""
    return "event_" + "_".join(kind.split())


def concerned(items: pd.DataFrame, *, scope: object, zone: object) -> pd.Series:
    """The item ids that an event's scope and zone mean; missing (None or NaN) means all."""
    kind, _, value = scope.partition(":") if isinstance(scope, str) else ("all", "", "")
    inside = pd.Series(data=True, index=items.index)
    if kind in SCOPES:
        inside &= items[SCOPES[kind]] == value
    if isinstance(zone, str):
        inside &= (items["zone"] == zone) if "zone" in items else False
    return items.loc[inside, "item_id"]


def _event_days(events: pd.DataFrame, *, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    begin, end = events["first_day"].clip(lower=first), events["last_day"].clip(upper=last)
    length = (end - begin).dt.days.to_numpy() + 1
    offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    discount = events["discount"].fillna(0.0)
    return pd.DataFrame(
        {
            "scope": np.repeat(events["scope"].to_numpy(), length),
            "zone": np.repeat(events["zone"].to_numpy(), length),
            "column": np.repeat(events["type"].map(column_of).to_numpy(), length),
            "value": np.repeat(discount.where(discount > 0, 1.0).to_numpy(), length),
            "day": np.repeat(begin.to_numpy(), length) + offset.astype("timedelta64[D]"),
        }
    )
