"""Quantities that people keep for an item until a day."""

from datetime import date

import pandas as pd


def in_force(overrides: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """The overrides that count for what night `as_of` suggests: each item's latest, not lifted and not over.

    What a night suggests leaves on the next day at the earliest: an override that ends with `as_of` is over.

    Args:
        overrides: Schema `OVERRIDES`.
        as_of: The night.
    """
    latest = overrides.drop_duplicates("item_id", keep="last")
    holds = latest["quantity"].notna() & (latest["until"] > pd.Timestamp(as_of))
    return latest[holds].reset_index(drop=True)


def with_overrides(lines: pd.DataFrame, overrides: pd.DataFrame) -> pd.DataFrame:
    """`lines` at the quantities of people's overrides, with who, why and until when; what was suggested stays beside.

    Args:
        lines: item_id and quantity, as the night suggests them.
        overrides: As `in_force` gives them.
    """
    named = {"quantity": "kept", "author": "edited_by", "until": "edited_until"}
    kept = overrides.rename(columns=named)[["item_id", "kept", "edited_by", "reason", "edited_until"]]
    joined = lines.drop(columns=["edited_by", "reason", "edited_until"], errors="ignore").merge(
        kept, on="item_id", how="left"
    )
    return joined.assign(quantity=joined["kept"].fillna(joined["quantity"])).drop(columns="kept")
