"""The life of a purchase order, and the documents that leave the shop."""

from optiflow_lib.purchasing.drafts import drafts
from optiflow_lib.purchasing.spreadsheet import order_csv
from optiflow_lib.purchasing.states import ALLOWED

__all__ = ["ALLOWED", "drafts", "order_csv"]
