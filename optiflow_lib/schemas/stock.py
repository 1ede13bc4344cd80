"""What the night decides about stock: where each item stands, what to order, what to be told about.

Frames carry `item_id`; the store keeps (as_of, product_id, location_id) instead.
"""

from optiflow_lib.schemas.schema import Column, Schema

_text, _some_text = Column("text"), Column("text", nullable=True)
_day, _some_day = Column("day"), Column("day", nullable=True)
_number, _some_number = Column("number"), Column("number", nullable=True)
_whole = Column("whole")
_item = {"item_id": _text}

SEVERITIES = ("critical", "high", "medium", "info")
ALERT_STATES = ("open", "acknowledged", "snoozed", "resolved")
ALERT_TYPES = (
    "stockout",
    "unavoidable_stockout",
    "order_now",
    "event_not_covered",
    "order_late",
    "overstock",
    "dead_stock",
    "moq_excess",
    "price_break_gain",
    "supplier_drift",
    "sales_anomaly",
    "model_drift",
    "data_quality",
)
# Percent points of the demand distribution over an interval; the upper tail is what orders are made of.

LEAD_TIMES = Schema(
    "lead times",
    {
        **_item,
        "supplier_id": _some_text,
        "lead_time": _number,  # mean, calendar days
        "lead_time_sd": _number,
        "observations": _whole,
        "basis": Column("text", choices=("receipts", "shrunk", "quoted", "assumed")),
        "order_on": _day,  # the first day after the night on which the supplier takes an order
        "review_period": _number,  # days from there to the next one
    },
    key=("item_id",),
)
POSITIONS = Schema(
    "stock positions",
    {
        **_item,
        "on_hand": _number,
        "reserved": _number,
        "backorders": _number,
        "on_order": _number,
        "on_order_in_time": _number,  # arriving inside the protection interval
        "next_arrival": _some_day,
        "inventory_position": _number,  # on hand - reserved + on order in time - backorders
    },
    key=("item_id",),
)
CLASSES = Schema(
    "classes",
    {
        **_item,
        "abc": Column("text", choices=("A", "B", "C")),  # 80/95 % of cumulative margin
        "xyz": Column("text", choices=("X", "Y", "Z")),
        "pattern": Column("text", choices=("smooth", "erratic", "intermittent", "lumpy")),
    },
    key=("item_id",),
)
RECOMMENDATIONS = Schema(
    "recommendations",
    {
        **_item,
        "supplier_id": _some_text,
        "on_hand": _number,
        "on_order": _number,  # open, whenever it comes
        "on_order_in_time": _number,  # arriving inside the protection interval
        "inventory_position": _number,
        "protection_interval": _number,  # days
        "reorder_point": _number,
        "order_up_to_level": _number,
        "order_quantity": _number,  # 0: nothing to order
        "unit_cost": _some_number,
        "value_eur": _number,
        "stockout_probability": _number,  # within the protection interval, without this order
        "euros_at_risk": _number,  # expected margin lost without this order
        "days_of_cover": _some_number,
        "rule": _text,  # the rule that decided, a word of the texts catalogue
        "trace": _text,  # JSON; executed again it gives the same order_quantity
    },
    key=("item_id",),
)
ALERTS = Schema(
    "alerts",
    {
        "type": Column("text", choices=ALERT_TYPES),
        "subject_kind": Column("text", choices=("item", "supplier", "order", "night")),
        "subject": _text,  # item_id, supplier_id, order line or order id, or "night"
        "severity": Column("text", choices=SEVERITIES),
        "state": Column("text", choices=ALERT_STATES),
        "euros_at_risk": _number,
        "detail": _text,  # JSON: the values that the alert's sentence is filled with
        "opened_on": _day,
        "last_seen_on": _day,
        "resolved_on": _some_day,
        "snoozed_until": _some_day,
        "handled_by": _some_text,
    },
    key=("type", "subject"),
)
