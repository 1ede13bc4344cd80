"""What lives longer than a night: orders, runs, users and visits."""

from optiflow_lib.schemas.schema import Column, Schema

_text, _some_text = Column("text"), Column("text", nullable=True)
_day, _some_day = Column("day"), Column("day", nullable=True)
_time, _some_time = Column("time"), Column("time", nullable=True)
_number, _some_number = Column("number"), Column("number", nullable=True)
_whole = Column("whole")

ORDER_STATES = ("draft", "approved", "sent", "partly_received", "received", "cancelled")
ROLES = ("viewer", "buyer", "manager", "admin")
RUN_STATES = ("running", "done", "partial", "failed", "interrupted")
# What an unusual day was: demand to learn from, an event with a name, or a day not to learn from.
VERDICTS = ("real", "event", "masked")

ORDERS = Schema(
    "orders",
    {
        "order_id": _text,  # the number on the document, never used twice
        "supplier_id": _text,
        "location_id": _text,
        "state": Column("text", choices=ORDER_STATES),
        "as_of": _day,  # the night that suggested it
        "created_on": _day,
        # The first day on which the supplier takes it.
        "leaves_on": Column("day", nullable=True, optional=True),
        "expected_on": _some_day,
        "note": _some_text,
    },
    key=("order_id",),
)
ORDER_LINES = Schema(
    "order lines",
    {
        "order_id": _text,
        "item_id": _text,
        "suggested_quantity": _number,
        "quantity": _number,  # what is ordered; edited by a person or equal to the suggestion
        "received_quantity": _number,
        "unit_cost": _number,  # what a unit is reckoned with
        # The supplier's price before the discount for this quantity; missing: it is unknown and unit_cost is assumed.
        "list_price": Column("number", nullable=True, optional=True),
        "vat_rate": _number,
        "edited_by": _some_text,
        "reason": _some_text,
        # The last day on which the edit holds for a draft; missing: as long as it is one.
        "edited_until": Column("day", nullable=True, optional=True),
    },
    key=("order_id", "item_id"),
)
ORDER_STEPS = Schema(
    "order steps",
    {
        "order_id": _text,
        "state": Column("text", choices=ORDER_STATES),
        "at": _time,
        "author": _text,
        "day": _day,  # the shop's
        "night": _day,  # the last night begun by then: only later ones see the step
    },
)
ORDER_RECEIPTS = Schema(
    "order receipts",
    {
        "order_id": _text,
        "position": _whole,
        "item_id": _text,
        "quantity": _number,  # negative: a mistake taken back
        "received_on": _day,
        "author": _text,
        "at": _time,
        "night": _day,
    },
    key=("order_id", "position"),
)
PLACED_LINES = Schema(  # our own orders as a night sees them, frozen with its inputs
    "order lines placed",
    {
        "order_id": _text,
        "product_id": _text,
        "location_id": _text,
        "supplier_id": _text,
        "state": Column("text", choices=ORDER_STATES),
        "suggested_on": _day,  # the night that suggested it
        "ordered_on": _day,  # the shop's day of its approval
        "sent_on": _some_day,  # when somebody said so
        "leaves_on": _some_day,  # the first day on which the supplier takes it
        "expected_on": _some_day,
        "suggested_quantity": _number,
        "quantity": _number,
        "unit_cost": _number,
        "list_price": _some_number,
        "edited_by": _some_text,
        "reason": _some_text,
    },
    key=("order_id", "product_id", "location_id"),
)
ENTERED_RECEIPTS = Schema(
    "receipts entered",
    {
        "order_id": _text,
        "product_id": _text,
        "location_id": _text,
        "position": _whole,
        "received_on": _day,
        "quantity": _number,  # negative: a mistake taken back
    },
    key=("order_id", "product_id", "location_id", "position"),
)
OVERRIDES = Schema(
    "overrides",
    {
        "item_id": _text,
        "position": _whole,
        "quantity": _some_number,  # what is ordered when the item is due; missing: lifted
        "author": _text,
        "reason": _some_text,
        "until": _some_day,  # the last day on which an order may leave at this quantity
        "at": _time,
        "day": _day,  # the shop's
    },
    key=("item_id", "position"),
)
OVERRIDE_RESULTS = Schema(
    "results of overrides",
    {
        "order_id": _text,
        "item_id": _text,
        "author": _text,
        "reason": _some_text,
        "suggested_on": _day,
        "ends_on": _day,  # the last day of the interval that the order had to last for
        "suggested_quantity": _number,
        "quantity": _number,  # ordered
        "position": _number,  # inventory position without this order
        "daily_demand": _number,  # expected then
        "shortage_cost_eur": _number,  # of a unit
        "holding_cost_eur": _number,  # of a unit and day
        "order_cost_eur": _number,  # of an order line
        "suggested_surcharge_eur": _number,  # of a unit at the suggested quantity, above the list price; negative: below
        "surcharge_eur": _number,
        "measured_on": _some_day,  # missing: the interval has not passed yet
        "unknown_days": _some_number,  # of the interval: nothing in stock, so that nobody knows what was wanted
        "demand": _some_number,  # of the interval; missing: no day of it is known
        "suggested_cost_eur": _some_number,  # in hindsight
        "cost_eur": _some_number,
        "saved_eur": _some_number,  # above 0: the person beat the model
    },
    key=("order_id", "item_id"),
)
DAY_VERDICTS = Schema(
    "verdicts on unusual days",
    {
        "item_id": _text,
        "day": _day,  # the unusual one
        "position": _whole,
        "verdict": Column("text", nullable=True, choices=VERDICTS),  # missing: taken back
        "last_day": _some_day,  # it holds from `day` to this one
        "direction": Column("text", nullable=True, choices=("high", "low")),  # as the night saw the day
        "cause": _some_text,  # what the night took for the cause
        "event": _some_text,  # its name
        "reason": _some_text,
        "author": _text,
        "at": _time,
        "night": _day,  # the last night begun by then: only later ones see it
    },
    key=("item_id", "day", "position"),
)
KNOWN_VERDICTS = Schema(  # those that stand when a night begins, frozen with its inputs
    "verdicts known",
    {
        "product_id": _text,
        "location_id": _text,
        "day": _day,
        "verdict": Column("text", choices=VERDICTS),
        "last_day": _day,
        "direction": Column("text", choices=("high", "low")),
        "cause": _text,
        "event": _some_text,
    },
    key=("product_id", "location_id", "day"),
)
RUNS = Schema(
    "runs",
    {
        "run_id": _text,
        "chain": Column("text", choices=("nightly", "weekly")),
        "as_of": _day,
        "state": Column("text", choices=RUN_STATES),
        "started_at": _time,
        "ended_at": _some_time,
        "duration_s": _some_number,
        "items": _some_number,
        "failed_items": _some_number,
        "folder": _text,
    },
    key=("run_id",),
)
RUN_STEPS = Schema(
    "run steps",
    {
        "run_id": _text,
        "step": _text,
        "state": Column("text", choices=RUN_STATES),
        "started_at": _time,
        "duration_s": _some_number,
        "message": _some_text,
    },
    key=("run_id", "step"),
)
USERS = Schema(
    "users",
    {"name": _text, "role": Column("text", choices=ROLES), "language": _some_text, "created_at": _time},
    key=("name",),
)
VISITS = Schema("visits", {"at": _time, "day": _day, "page": _text, "visitor": _text})
