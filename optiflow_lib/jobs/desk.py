"""What a person at a page may do. The role is checked here, on the server, whatever the page offered to touch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from optiflow_lib import store
from optiflow_lib.errors import AccessError
from optiflow_lib.jobs import actions, additions, overrides, verdicts
from optiflow_lib.jobs.night import opened_store
from optiflow_lib.schemas.operations import ROLES
from optiflow_lib.settings import Settings

# A viewer only looks; a buyer works through alerts and unusual days, edits drafts and books what arrives; a manager decides what is
# ordered, and that what is missing of an order will not be waited for, and sees what nights executed: code and paths.
LEAST_ROLE = {
    "handle": "buyer",
    "edit": "buyer",
    "lift": "buyer",
    "send": "buyer",
    "receive": "buyer",
    "judge": "buyer",
    "approve": "manager",
    "cancel": "manager",
    "close": "manager",
    "inspect": "manager",
}
AlertKey = tuple[str, str]  # type and subject


@dataclass(frozen=True)
class Desk:
    """A person's place at the work list.

    Args:
        settings: Where the store is.
        user: Their name, recorded with what they do.
        role: One of `ROLES`.
    """

    settings: Settings
    user: str
    role: str

    def may(self, action: str) -> bool:
        """Does the role allow this (a key of `LEAST_ROLE`)?"""
        return ROLES.index(self.role) >= ROLES.index(LEAST_ROLE[action])

    def handle(self, alerts: Iterable[AlertKey], *, state: str, until: date | None = None) -> None:
        """Acknowledges, puts off (`until` a day) or reopens alerts, one after the other.

        Raises:
            AccessError: the role does not allow it; nothing is written.
            StoreError: an alert is resolved meanwhile; those before it are done.
        """
        self._require("handle")
        with opened_store(self.settings) as opened:
            for kind, subject in alerts:
                store.set_alert_state(
                    opened, type=kind, subject=subject, state=state, author=self.user, until=until
                )

    def set_quantity(self, *, order_id: str, item_id: str, quantity: float, reason: str) -> None:
        """Replaces a draft's quantity.

        Raises:
            AccessError: the role does not allow it.
            OrderError: the quantity is none, or the order is no draft or has no such line.
        """
        self._require("edit")
        actions.set_quantity(
            self.settings,
            order_id=order_id,
            item_id=item_id,
            quantity=quantity,
            author=self.user,
            reason=reason,
        )

    def add(self, *, item_id: str, quantity: float, reason: str) -> str:
        """Adds an item that is in no draft to its supplier's; returns the draft's number.

        Raises:
            AccessError: the role does not allow it.
            OrderError: the quantity is none, no supplier is known, or the item is in a draft already.
        """
        self._require("edit")
        return additions.add_to_draft(
            self.settings, item_id=item_id, quantity=quantity, author=self.user, reason=reason
        )

    def keep_quantity(self, *, item_id: str, quantity: float, until: date, reason: str) -> None:
        """Orders this quantity of an item, in drafts of today and of the nights until a day.

        Raises:
            AccessError: the role does not allow it.
            OrderError: the quantity is none, there is no such item, or the day has passed.
        """
        self._require("edit")
        overrides.override(
            self.settings, item_id=item_id, quantity=quantity, until=until, author=self.user, reason=reason
        )

    def lift(self, item_id: str) -> None:
        """Ends an item's kept quantity before its day.

        Raises:
            AccessError: the role does not allow it.
            OrderError: nothing is kept for the item.
        """
        self._require("lift")
        overrides.lift(self.settings, item_id=item_id, author=self.user)

    def approve(self, order_id: str) -> None:
        """Approves a draft; `AccessError` when the role does not allow it, `OrderError` when it is none any more."""
        self._require("approve")
        actions.approve(self.settings, order_id=order_id, author=self.user)

    def send(self, order_id: str) -> None:
        """Notes that an approved order went out; errors as for `approve`."""
        self._require("send")
        actions.send(self.settings, order_id=order_id, author=self.user)

    def receive(self, order_id: str, quantities: Mapping[str, float]) -> str:
        """Adds what arrived to an order that was sent; returns the order's state then.

        Args:
            order_id: Its number.
            quantities: Units that arrived, by item_id.

        Raises:
            AccessError: the role does not allow it.
            OrderError: a quantity is no number, or the order has no such line or is not on its way.
        """
        self._require("receive")
        return actions.receive(self.settings, order_id=order_id, author=self.user, quantities=quantities)

    def close(self, order_id: str) -> None:
        """Ends an order of which nothing more will come; errors as for `approve`."""
        self._require("close")
        actions.close(self.settings, order_id=order_id, author=self.user)

    def cancel(self, order_id: str) -> None:
        """Cancels an order; errors as for `approve`."""
        self._require("cancel")
        actions.cancel(self.settings, order_id=order_id, author=self.user)

    def judge(self, judged: verdicts.Judged) -> None:
        """Says what an unusual day was.

        Raises:
            AccessError: the role does not allow it.
            DataError: the day is not unusual, or the verdict cannot be.
        """
        self._require("judge")
        verdicts.judge(self.settings, judged, author=self.user)

    def withdraw(self, *, item_id: str, day: date) -> None:
        """Takes a verdict on a day back; errors as for `judge`."""
        self._require("judge")
        verdicts.withdraw(self.settings, item_id=item_id, day=day, author=self.user)

    def _require(self, action: str) -> None:
        if not self.may(action):
            raise AccessError(
                what=f"the role {self.role} of {self.user} does not allow to {action}",
                where="the work list",
                mend=f"it takes a {LEAST_ROLE[action]}: `optiflow users` gives roles",
            )
