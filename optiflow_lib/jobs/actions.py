"""What people do in the dashboards and on the command line; each is one transaction."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime

from optiflow_lib import purchasing, store
from optiflow_lib.errors import OrderError
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.jobs.orders import OrderParts, line_price, order_parts
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
    """Replaces a draft's suggested quantity by a person's, which the next nights keep while it is a draft.

    `overrides.override` keeps a quantity for the item until a day, whatever becomes of this draft.

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
        price = line_price(settings, opened, order_id=order_id, item_id=item_id, quantity=quantity)
        store.set_line_quantity(
            opened, order_id, item_id, quantity, author=author, reason=reason, price=price
        )


def move(settings: Settings, *, order_id: str, to: str, author: str) -> None:
    """Takes an order to its next state, exactly once even when two people ask together."""
    _move(settings, order_id, to, author=author)


def approve(settings: Settings, *, order_id: str, author: str) -> None:
    """Approves a draft: its quantities are then fixed, and so are the names and addresses on its document."""
    move(settings, order_id=order_id, to="approved", author=author)
    order_parts(settings, order_id)


def send(settings: Settings, *, order_id: str, author: str) -> None:
    """Notes that an approved order went to its supplier."""
    move(settings, order_id=order_id, to="sent", author=author)


def cancel(settings: Settings, *, order_id: str, author: str) -> None:
    """Cancels an order of which nothing was received; its number is not used again."""
    move(settings, order_id=order_id, to="cancelled", author=author)


def close(settings: Settings, *, order_id: str, author: str) -> None:
    """Ends an order that arrived in part and of which nothing more will come."""
    _move(settings, order_id, "received", author=author, expected_state="partly_received")


def receive(
    settings: Settings,
    *,
    order_id: str,
    author: str,
    quantities: Mapping[str, float] | None = None,
    received_on: date | None = None,
) -> str:
    """Adds what arrived to an order that was sent.

    Args:
        settings: Where the store is.
        order_id: Its number.
        author: Who counted.
        quantities: Units that arrived by item_id; negative takes back a mistake. None: all that was missing, once.
        received_on: The day it arrived; None: today.

    Returns:
        The order's state: received when every line is, else partly_received.

    Raises:
        OrderError: a quantity is no number, the order has no such line or is not on its way, or it cannot have arrived
            on that day; nothing is written.
    """
    for item_id, quantity in (quantities or {}).items():
        if not math.isfinite(quantity):
            raise OrderError(
                what=f"the quantity {quantity} of item {item_id} cannot have arrived",
                where=f"order {order_id}",
                mend="give a number of units",
            )
    with opened_store(settings) as opened:
        return store.receive_lines(
            opened,
            order_id,
            quantities,
            author=author,
            at=_now(),
            allowed=purchasing.ALLOWED,
            received_on=received_on,
            day=shops_day(settings),
        )


def order_pdf(settings: Settings, *, order_id: str, language: Language | None = None) -> tuple[str, bytes]:
    """File name and bytes of the order's document; printing it again gives the same bytes.

    Args:
        settings: Where the store is.
        order_id: Its number.
        language: Of the document; None: the supplier's.
    """
    parts = order_parts(settings, order_id)
    return purchasing.file_name(order_id, "pdf"), _pdf(parts, _language(settings, parts, language))


def order_csv(settings: Settings, *, order_id: str, language: Language | None = None) -> tuple[str, bytes]:
    """File name and bytes of the order as a table for a spreadsheet; without `language` in the supplier's."""
    parts = order_parts(settings, order_id)
    return purchasing.file_name(order_id, "csv"), purchasing.order_csv(
        parts.order,
        parts.lines,
        items=parts.items,
        currency=parts.company.currency,
        language=_language(settings, parts, language),
    )


def order_eml(settings: Settings, *, order_id: str, language: Language | None = None) -> tuple[str, bytes]:
    """File name and bytes of the order as a message to its supplier; without `language` in the supplier's.

    Raises:
        OrderError: there is no such order, or it is a draft or was cancelled.
        DocumentError: the supplier's address is none.
    """
    parts = order_parts(settings, order_id)
    spoken = _language(settings, parts, language)
    return purchasing.file_name(order_id, "eml"), purchasing.order_eml(
        parts.order,
        _pdf(parts, spoken),
        supplier=parts.supplier,
        company=parts.company,
        language=spoken,
    )


def record_visit(settings: Settings, *, page: str, visitor: str) -> None:
    """Counts one visit of a page."""
    with opened_store(settings) as opened:
        store.record_visit(opened, page=page, visitor=visitor, at=_now())


def shops_day(settings: Settings) -> date | None:
    """The calendar day of this machine; None for the sample, whose days have nothing to do with the clock."""
    return None if settings.source.sample else datetime.now(UTC).astimezone().date()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _move(
    settings: Settings, order_id: str, to: str, *, author: str, expected_state: str | None = None
) -> None:
    with opened_store(settings) as opened:
        store.move_order(
            opened,
            order_id,
            to,
            author=author,
            at=_now(),
            allowed=purchasing.ALLOWED,
            expected_state=expected_state,
            day=shops_day(settings),
        )


def _language(settings: Settings, parts: OrderParts, language: Language | None) -> Language:
    spoken = parts.supplier["language"]
    return language or purchasing.supplier_language(spoken, otherwise=settings.dashboards.language)


def _pdf(parts: OrderParts, language: Language) -> bytes:
    return purchasing.order_pdf(
        parts.order,
        parts.lines,
        items=parts.items,
        supplier=parts.supplier,
        company=parts.company,
        language=language,
        approved_on=parts.approved_on,
    )
