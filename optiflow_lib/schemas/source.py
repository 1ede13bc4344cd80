"""The logical tables: what a mapping must deliver, whatever the business database is called inside."""

from optiflow_lib.schemas.schema import Column, Schema

_text, _name = Column("text"), Column("text", nullable=True)
_day, _number = Column("day"), Column("number")
_some_text = Column("text", nullable=True, optional=True)
_some_day = Column("day", nullable=True, optional=True)
_some_number = Column("number", nullable=True, optional=True)

PRODUCTS = Schema(
    "products",
    {
        "product_id": _text,
        "name": _text,
        "category": _name,
        "unit": _name,
        "unit_step": _some_number,  # smallest quantity stocked, e.g. 1 or .001
        "cost": _some_number,  # of one unit, settings' currency, without VAT
        "price": _some_number,  # of one unit, settings' currency, without VAT
        "vat_rate": _some_number,  # 0.2 for 20 %
        "pack": _some_number,
        "shelf_life_days": _some_number,
        "launched_on": _some_day,
        "ends_on": _some_day,
        "successor_id": _some_text,
    },
    key=("product_id",),
)
LOCATIONS = Schema(
    "locations",
    {"location_id": _text, "name": _text, "zone": _some_text, "country": _some_text},
    key=("location_id",),
)
SUPPLIERS = Schema(
    "suppliers",
    {
        "supplier_id": _text,
        "name": _text,
        "language": _some_text,
        "email": _some_text,
        "address": _some_text,
        "order_weekdays": _some_text,  # ISO weekdays, Monday is 1: "1,4"; missing: every day
        "review_period": _some_number,  # days between two orders
        "free_delivery_from": _some_number,  # money; the franco
        "minimum_order_value": _some_number,
    },
    key=("supplier_id",),
)
SUPPLIER_TERMS = Schema(
    "supplier_terms",
    {
        "product_id": _text,
        "supplier_id": _text,
        "location_id": _some_text,  # missing: every location
        "valid_from": _some_day,
        "valid_until": _some_day,
        "rank": _some_number,  # 1 is the preferred supplier
        "minimum_quantity": _some_number,
        "multiple": _some_number,
        "from_quantity": _some_number,  # the price holds from this quantity on
        "unit_cost": _some_number,
        "discount_kind": Column("text", nullable=True, optional=True, choices=("all_units", "incremental")),
        "lead_time": _some_number,  # quoted, calendar days
    },
)
SALES = Schema(
    "sales",
    {
        "product_id": _text,
        "location_id": _text,
        "day": _day,
        "quantity": _number,  # returns negative
        "revenue": _some_number,  # without VAT
        "on_promotion": Column("flag", optional=True),
    },
    key=("product_id", "location_id", "day"),
)
STOCK = Schema(
    "stock",
    {
        "product_id": _text,
        "location_id": _text,
        "on_hand": _number,
        "reserved": _some_number,
        "backordered": _some_number,
    },
    key=("product_id", "location_id"),
)
STOCK_HISTORY = Schema(
    "stock_history",
    {
        "product_id": _text,
        "location_id": _text,
        "day": _day,
        "on_hand": _number,  # at the day's end
        "in_stock_share": _some_number,  # of the opening hours, 0 to 1
    },
    key=("product_id", "location_id", "day"),
)
ON_ORDER = Schema(
    "on_order",
    {
        "order_line_id": _text,
        "product_id": _text,
        "location_id": _text,
        "supplier_id": _text,
        "open_quantity": _number,
        "ordered_on": _day,
        "expected_on": Column("day", nullable=True),
    },
    key=("order_line_id",),
)
RECEIPTS = Schema(
    "receipts",
    {
        "order_line_id": _text,  # repeats when one line arrives in parts
        "product_id": _text,
        "location_id": _text,
        "supplier_id": _text,
        "ordered_on": _day,
        "promised_on": Column("day", nullable=True),
        "received_on": _day,
        "ordered_quantity": _number,
        "received_quantity": _number,
    },
)
EVENTS = Schema(
    "events",
    {
        "event_id": _text,
        "name": _text,
        "type": _text,
        "first_day": _day,
        "last_day": _day,
        "scope": _some_text,  # "all", "category:<name>" or "product:<product_id>"; missing: all
        "zone": _some_text,  # missing: every zone
        "discount": _some_number,  # 0.3 for 30 % off
        "planned_uplift": _some_number,  # 0.5 for half as much again
    },
    key=("event_id",),
)
PRICES = Schema(
    "prices",
    {"product_id": _text, "location_id": _text, "first_day": _day, "price": _number},
    key=("product_id", "location_id", "first_day"),
)

LOGICAL_TABLES = {
    schema.name: schema
    for schema in (
        PRODUCTS,
        LOCATIONS,
        SUPPLIERS,
        SUPPLIER_TERMS,
        SALES,
        STOCK,
        STOCK_HISTORY,
        ON_ORDER,
        RECEIPTS,
        EVENTS,
        PRICES,
    )
}
REQUIRED_TABLES = ("products", "locations", "sales", "stock")
