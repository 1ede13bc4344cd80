"""What people do in the dashboards and on the command line; each is one transaction."""

import math
from datetime import UTC, date, datetime

from optiflow_lib import purchasing, store
from optiflow_lib.errors import OrderError
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.jobs.orders import order_parts
from optiflow_lib.settings import Settings
from optiflow_lib.texts import Language


def acknowledge(settings: Settings, *, type: str, subject: str, author: str) -> None:  # noqa: A002 - column name
    """Marks an alert as seen; it closes by itself when its cause is gone."""
    with opened_store(settings) as opened:
        store.set_alert_state(opened, type=type, subject=subject, state="acknowledged", author=author)


def snooze(settings: Settings, *, type: str, subject: str, until: date, author: str) -> None:  # noqa: A002
    """Hides an alert until a day; it comes back then if its cause is still there."""
    with opened_store(settings) as opened:
        store.set_alert_state(opened, type=type, subject=subject, state="snoozed", author=author, until=until)


def set_quantity(
    settings: Settings, *, order_id: str, item_id: str, quantity: float, author: str, reason: str
) -> None:
    """Replaces a draft's suggested quantity by a person's, which the next nights keep.

    Raises:
        OrderError: the quantity is negative or no number, or the order is no draft.
    """
    if not (math.isfinite(quantity) and quantity >= 0):
        raise OrderError(
            what=f"the quantity {quantity} of item {item_id} cannot be ordered",
            where=f"order {order_id}",
            mend="give a number of units, 0 or more",
        )
    with opened_store(settings) as opened:
        store.set_line_quantity(opened, order_id, item_id, quantity, author=author, reason=reason)


def move(settings: Settings, *, order_id: str, to: str, author: str) -> None:
    """Takes an order to its next state, exactly once even when two people ask together."""
    with opened_store(settings) as opened:
        store.move_order(
            opened,
            order_id,
            to,
            author=author,
            at=datetime.now(UTC).replace(tzinfo=None),
            allowed=purchasing.ALLOWED,
        )


def approve(settings: Settings, *, order_id: str, author: str) -> None:
    """Approves a draft: its quantities are then fixed."""
    move(settings, order_id=order_id, to="approved", author=author)


def cancel(settings: Settings, *, order_id: str, author: str) -> None:
    """Cancels an order that has not been received; its number is not used again."""
    move(settings, order_id=order_id, to="cancelled", author=author)


def order_pdf(settings: Settings, *, order_id: str, language: Language) -> tuple[str, bytes]:
    """File name and bytes of the order's document; printing it again gives the same bytes."""
    parts = order_parts(settings, order_id)
    return f"{order_id}.pdf", purchasing.order_pdf(
        parts.order,
        parts.lines,
        items=parts.items,
        supplier=parts.supplier,
        company=settings.purchasing,
        language=language,
    )


def order_csv(settings: Settings, *, order_id: str, language: Language) -> tuple[str, bytes]:
    """File name and bytes of the order as a table for a spreadsheet."""
    parts = order_parts(settings, order_id)
    return f"{order_id}.csv", purchasing.order_csv(
        parts.order,
        parts.lines,
        items=parts.items,
        currency=settings.purchasing.currency,
        language=language,
    )


def record_visit(settings: Settings, *, page: str, visitor: str) -> None:
    """Counts one visit of a page."""
    with opened_store(settings) as opened:
        store.record_visit(opened, page=page, visitor=visitor, at=datetime.now(UTC).replace(tzinfo=None))
