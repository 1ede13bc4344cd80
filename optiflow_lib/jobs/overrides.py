"""Quantities that people set themselves: kept until a day, applied by the nights, measured afterwards."""

import logging
from datetime import UTC, date, datetime

import pandas as pd

from optiflow_lib import inventory, purchasing, store
from optiflow_lib.errors import OrderError
from optiflow_lib.jobs.actions import shops_day
from optiflow_lib.jobs.demand import demand_of
from optiflow_lib.jobs.night import Night, NightJob, opened_store
from optiflow_lib.jobs.orders import line_price
from optiflow_lib.schemas.operations import OVERRIDE_RESULTS
from optiflow_lib.settings import Settings

logger = logging.getLogger(__name__)


def override(
    settings: Settings, *, item_id: str, quantity: float, until: date, author: str, reason: str
) -> None:
    """Keeps a person's quantity for an item until a day: what is suggested of it until then is replaced by it.

    Raises:
        OrderError: there is no such item, the quantity is negative or no number, or the day has passed.
    """
    with opened_store(settings) as opened:
        _refuse_unknown(opened, item_id)
        lines = _draft_lines(opened, item_id).assign(quantity=quantity)
        store.keep_override(
            opened,
            item_id,
            quantity,
            author=author,
            reason=reason,
            until=until,
            at=_now(),
            prices=_prices(settings, opened, lines),
            day=shops_day(settings),
        )


def lift(settings: Settings, *, item_id: str, author: str) -> None:
    """Ends an item's override before its day: drafts are as the night suggested again.

    Raises:
        OrderError: the item has no override.
    """
    with opened_store(settings) as opened:
        lines = _draft_lines(opened, item_id)
        lines = lines.assign(quantity=lines["suggested_quantity"])
        store.lift_override(
            opened,
            item_id,
            author=author,
            at=_now(),
            prices=_prices(settings, opened, lines),
            day=shops_day(settings),
        )


def overrides(settings: Settings) -> pd.DataFrame:
    """Schema `OVERRIDES`: every override ever made, by item, the one that counts last."""
    with opened_store(settings) as opened:
        return store.read_overrides(opened)


def overrides_in_force(settings: Settings) -> pd.DataFrame:
    """Schema `OVERRIDES`: those that count for what the next night suggests."""
    with opened_store(settings) as opened:
        nights = store.nights_of(opened, "items")
        kept = store.read_overrides(opened)
    return purchasing.in_force(kept, as_of=nights[-1]) if nights else kept


def override_results(settings: Settings) -> pd.DataFrame:
    """Schema `OVERRIDE_RESULTS`: what came of each line that a person changed; `inventory.override_record` sums it up."""
    with opened_store(settings) as opened:
        return store.read_override_results(opened)


@NightJob
def measure_overrides(night: Night) -> pd.DataFrame:
    """Compares each order line that a person changed with what the model suggested, once its time has passed.

    Which lines there are is the order book's of the night; what an earlier night measured stays. Fills
    `override_results` and returns schema `OVERRIDE_RESULTS`.
    """
    known = store.read_override_results(night.store)
    results = _together(known, _new_lines(night, known))
    if len(results):
        results = inventory.in_hindsight(results, demand_of(night), as_of=pd.Timestamp(night.as_of))
    store.replace_override_results(night.store, results)
    logger.info("%d lines were changed by people, %d measured", len(results), results["demand"].count())
    return results


def _new_lines(night: Night, known: pd.DataFrame) -> list[pd.DataFrame]:
    """Lines changed by a person that are not in `known`, by the night that suggested them while it is kept."""
    lines = night.book.standing
    # A cancelled order was not carried out; but not to order a thing is carried out by that.
    changed = lines[lines["edited_by"].notna() & ((lines["state"] != "cancelled") | (lines["quantity"] == 0))]
    key = ["order_id", "item_id"]
    is_known = pd.MultiIndex.from_frame(changed[key]).isin(pd.MultiIndex.from_frame(known[key]))
    return [_of_night(night, day.date(), rows) for day, rows in changed[~is_known].groupby("suggested_on")]


def _of_night(night: Night, suggested_on: date, lines: pd.DataFrame) -> pd.DataFrame:
    names = ("items", "classes", "interval_demand")
    results = {name: store.read_night(night.store, name, as_of=suggested_on) for name in names}
    recommendations = store.read_night(night.store, "recommendations", as_of=suggested_on)
    return inventory.changed_lines(lines, recommendations, settings=night.settings.inventory, **results)


def _together(known: pd.DataFrame, new: list[pd.DataFrame]) -> pd.DataFrame:
    parts = [part for part in (known, *new) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else OVERRIDE_RESULTS.empty()


def _refuse_unknown(opened: store.Store, item_id: str) -> None:
    nights = store.nights_of(opened, "items")
    if not nights or item_id not in set(store.read_night(opened, "items", as_of=nights[-1])["item_id"]):
        raise OrderError(
            what=f"there is no item {item_id}",
            where="items of the last night",
            mend="name an item of the assortment, such as 0001",
        )


def _draft_lines(opened: store.Store, item_id: str) -> pd.DataFrame:
    drafts = store.read_orders(opened, states=["draft"])["order_id"].tolist()
    lines = store.read_order_lines(opened, order_ids=drafts)
    return lines[lines["item_id"] == item_id]


def _prices(settings: Settings, opened: store.Store, lines: pd.DataFrame) -> dict[str, dict[str, float]]:
    return {
        line.order_id: line_price(
            settings, opened, order_id=line.order_id, item_id=line.item_id, quantity=line.quantity
        )
        for line in lines.itertuples()
    }


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
