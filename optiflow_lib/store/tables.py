"""The store's tables. A night's tables are made from their schemas, with `item_id` taken apart into its keys."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from optiflow_lib.schemas.operations import (
    DAY_VERDICTS,
    ORDER_LINES,
    ORDER_RECEIPTS,
    ORDER_STEPS,
    ORDERS,
    OVERRIDE_RESULTS,
    OVERRIDES,
    RUN_STEPS,
    RUNS,
    USERS,
    VISITS,
)
from optiflow_lib.schemas.results import NIGHT_TABLES
from optiflow_lib.schemas.schema import Column, Kind, Schema
from optiflow_lib.schemas.stock import ALERTS

TYPES: dict[Kind, type[sa.types.TypeEngine[Any]]] = {
    "text": sa.Text,
    "day": sa.Date,
    "time": sa.DateTime,
    "number": sa.Double,
    "whole": sa.BigInteger,
    "flag": sa.Boolean,
}
ITEM_KEY = ("product_id", "location_id")
metadata = sa.MetaData()


def stored_columns(schema: Schema) -> dict[str, Column]:
    """The declared columns as the store keeps them: (product_id, location_id) instead of item_id."""
    keys = dict.fromkeys(ITEM_KEY, Column("text")) if "item_id" in schema.columns else {}
    return keys | {name: spec for name, spec in schema.columns.items() if name != "item_id"}


def _columns(specs: Mapping[str, Column], *, key: tuple[str, ...] = ()) -> list[sa.Column[Any]]:
    key_first = {name: specs[name] for name in key} | dict(specs)
    return [
        sa.Column(
            name,
            TYPES[spec.kind](),
            nullable=spec.nullable and name not in key,
            primary_key=name in key,
            autoincrement=False,
        )
        for name, spec in key_first.items()
    ]


def _night_table(name: str, schema: Schema) -> sa.Table:
    specs = stored_columns(schema)
    item = ITEM_KEY if "item_id" in schema.key else ()
    key = ("as_of", *item, *(column for column in schema.key if column != "item_id"))
    specs = {"as_of": Column("day"), **specs}
    if not schema.key:  # rows without identity are numbered as they come
        key, specs = ("as_of", "row"), {"as_of": Column("day"), "row": Column("whole"), **specs}
    table = sa.Table(
        name,
        metadata,
        *_columns(specs, key=key),
        # Tall tables are kept in key order: half the size, and a night is one stretch of the file.
        sqlite_with_rowid="day" not in key,
    )
    if "day" in specs:
        sa.Index(f"ix_{name}_day", table.c.day)
    return table


NIGHT = {name: _night_table(name, schema) for name, schema in NIGHT_TABLES.items()}

_alert_key = ("type", "subject", "opened_on")
_alert_columns = {**ALERTS.columns, "handled_night": Column("day", nullable=True)}
alerts = sa.Table("alerts", metadata, *_columns(_alert_columns, key=_alert_key))
sa.Index("ix_alerts_state", alerts.c.state)
alert_nights = sa.Table("alert_nights", metadata, sa.Column("as_of", sa.Date(), primary_key=True))
alerts_before = sa.Table(
    "alerts_before",
    metadata,
    *_columns({"as_of": Column("day"), **_alert_columns}, key=("as_of", *_alert_key)),
)

orders = sa.Table("orders", metadata, *_columns(ORDERS.columns, key=ORDERS.key))
sa.Index("ix_orders_as_of", orders.c.as_of)
_is_draft = orders.c.state == "draft"
sa.Index(
    "ux_orders_one_draft",
    orders.c.supplier_id,
    orders.c.location_id,
    unique=True,
    sqlite_where=_is_draft,
    postgresql_where=_is_draft,
)
order_lines = sa.Table(
    "order_lines",
    metadata,
    *_columns(stored_columns(ORDER_LINES), key=("order_id", *ITEM_KEY)),
    sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], ondelete="CASCADE"),
)
order_steps = sa.Table(
    "order_steps",
    metadata,
    *_columns({"position": Column("whole"), **ORDER_STEPS.columns}, key=("order_id", "position")),
    sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], ondelete="CASCADE"),
)
order_receipts = sa.Table(
    "order_receipts",
    metadata,
    *_columns(stored_columns(ORDER_RECEIPTS), key=("order_id", "position")),
    sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], ondelete="CASCADE"),
)
overrides = sa.Table("overrides", metadata, *_columns(stored_columns(OVERRIDES), key=(*ITEM_KEY, "position")))
override_results = sa.Table(
    "override_results", metadata, *_columns(stored_columns(OVERRIDE_RESULTS), key=("order_id", *ITEM_KEY))
)
day_verdicts = sa.Table(
    "day_verdicts", metadata, *_columns(stored_columns(DAY_VERDICTS), key=(*ITEM_KEY, "day", "position"))
)
order_nights = sa.Table("order_nights", metadata, sa.Column("as_of", sa.Date(), primary_key=True))
order_documents = sa.Table(  # what stood on an order's document when it was first made
    "order_documents",
    metadata,
    *_columns({"order_id": Column("text"), "content": Column("text")}, key=("order_id",)),
    sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], ondelete="CASCADE"),
)
order_numbers = sa.Table(
    "order_numbers",
    metadata,
    *_columns({"prefix": Column("text"), "year": Column("whole")}, key=("prefix", "year")),
    sa.Column("last_number", sa.BigInteger(), nullable=False),
)

runs = sa.Table(
    "runs", metadata, *_columns({**RUNS.columns, "process": Column("text", nullable=True)}, key=RUNS.key)
)
sa.Index("ix_runs_as_of", runs.c.as_of)
run_steps = sa.Table(
    "run_steps",
    metadata,
    *_columns(RUN_STEPS.columns, key=RUN_STEPS.key),
    sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], ondelete="CASCADE"),
)
users = sa.Table(
    "users", metadata, *_columns({**USERS.columns, "password_hash": Column("text")}, key=USERS.key)
)
visits = sa.Table(
    "visits",
    metadata,
    sa.Column("visit_id", sa.Integer(), primary_key=True, autoincrement=True),
    *_columns(VISITS.columns),
)
sa.Index("ix_visits_day", visits.c.day)
