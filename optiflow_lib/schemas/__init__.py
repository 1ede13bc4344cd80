"""What the frames that rooms hand to each other look like."""

from optiflow_lib.schemas.items import item_ids, item_keys
from optiflow_lib.schemas.schema import Column, Schema

__all__ = ["Column", "Schema", "item_ids", "item_keys"]
