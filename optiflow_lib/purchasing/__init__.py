"""The life of a purchase order, what it costs, and the documents that leave the shop.

ReportLab is loaded when the first document is made: a night that only drafts orders does not pay for it.
"""

from typing import TYPE_CHECKING, Any

from optiflow_lib.purchasing.coming import OPEN, all_on_order, all_receipts, line_standing
from optiflow_lib.purchasing.drafts import drafts, order_days
from optiflow_lib.purchasing.matching import matches
from optiflow_lib.purchasing.overrides import in_force
from optiflow_lib.purchasing.plain import file_name
from optiflow_lib.purchasing.prices import unit_prices
from optiflow_lib.purchasing.reader import supplier_language
from optiflow_lib.purchasing.spreadsheet import order_csv
from optiflow_lib.purchasing.states import ALLOWED
from optiflow_lib.purchasing.totals import draft_totals

if TYPE_CHECKING:
    from optiflow_lib.purchasing.document import order_pdf
    from optiflow_lib.purchasing.letter import order_eml

__all__ = [
    "ALLOWED",
    "OPEN",
    "all_on_order",
    "all_receipts",
    "draft_totals",
    "drafts",
    "file_name",
    "in_force",
    "line_standing",
    "matches",
    "order_csv",
    "order_days",
    "order_eml",
    "order_pdf",
    "supplier_language",
    "unit_prices",
]


def __getattr__(name: str) -> Any:
    if name == "order_pdf":
        from optiflow_lib.purchasing.document import order_pdf  # noqa: PLC0415 - a quarter of a second

        return order_pdf
    if name == "order_eml":
        from optiflow_lib.purchasing.letter import order_eml  # noqa: PLC0415 - e-mail, only for the few that send

        return order_eml
    raise AttributeError(f"optiflow_lib.purchasing has no {name}")
