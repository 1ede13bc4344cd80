"""The first version of the store: every table, index and summary."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TYPES = {
    "text": sa.Text,
    "day": sa.Date,
    "time": sa.DateTime,
    "number": sa.Double,
    "whole": sa.BigInteger,
    "flag": sa.Boolean,
    "serial": sa.Integer,  # numbered by the database
}


def upgrade() -> None:
    """Creates all of it. Types are those of `_TYPES`; a question mark lets a value be missing."""
    _create_night_tables()
    _create_lasting_tables()
    for name, select in _SUMMARIES.items():
        _create_summary(name, select)


def _create_night_tables() -> None:
    _create(
        "items",
        "day: as_of; text: product_id location_id name location category unit; number: unit_step; number?: unit_cost price; number: vat_rate; text?: supplier_id supplier; day?: launched_on ends_on",
        key="as_of product_id location_id",
    )
    _create(
        "forecasts",
        "day: as_of; text: product_id location_id; day: day; number: forecast q10 q50 q90; text: model",
        key="as_of product_id location_id day",
        index="day",
        clustered=True,
    )
    _create(
        "components",
        "day: as_of; text: product_id location_id; day: day; number: trend weekly yearly events",
        key="as_of product_id location_id day",
        index="day",
        clustered=True,
    )
    _create(
        "interval_demand",
        "day: as_of; text: product_id location_id interval; number: days mean sd q0.5 q1 q2.5 q5 q10 q15 q20 q25 q30 q35 q40 q45 q50 q55 q60 q65 q70 q75 q80 q85 q90 q95 q97.5 q98 q99 q99.5 q99.9",
        key="as_of product_id location_id interval",
    )
    _create(
        "accuracy",
        "day: as_of; text: product_id location_id candidate; flag: champion; whole: days; number?: wape bias mase mape mape_excluded_share coverage_50 coverage_80 coverage_95 pinball cost value_added",
        key="as_of product_id location_id candidate",
    )
    _create(
        "lead_times",
        "day: as_of; text: product_id location_id; text?: supplier_id; number: lead_time lead_time_sd; whole: observations; text: basis; day: order_on; number: review_period",
        key="as_of product_id location_id",
    )
    _create(
        "event_impact",
        "day: as_of; text: product_id location_id event_id name type; day: first_day last_day; flag: to_come; number: uplift_units uplift_low uplift_high; number?: uplift_percent uplift_eur",
        key="as_of product_id location_id event_id",
    )
    _create(
        "anomalies",
        "day: as_of; text: product_id location_id; day: day; number: quantity expected low high; text: direction cause",
        key="as_of product_id location_id day",
        index="day",
        clustered=True,
    )
    _create(
        "classes",
        "day: as_of; text: product_id location_id abc xyz pattern",
        key="as_of product_id location_id",
    )
    _create(
        "recommendations",
        "day: as_of; text: product_id location_id; text?: supplier_id; number: on_hand on_order on_order_in_time inventory_position protection_interval reorder_point order_up_to_level order_quantity; number?: unit_cost; number: value_eur stockout_probability euros_at_risk; number?: days_of_cover; text: rule trace",
        key="as_of product_id location_id",
    )
    _create(
        "kpis",
        "day: as_of; text: kpi scope scope_id; number?: value previous last_year",
        key="as_of kpi scope scope_id",
    )
    _create(
        "kpi_sums",
        "day: as_of; text: kpi category location_id supplier_id; number?: above below previous_above previous_below last_year_above last_year_below",
        key="as_of kpi category location_id supplier_id",
    )
    _create(
        "monitoring",
        "day: as_of made_on; whole: items days; number?: wape bias mape mape_excluded_share coverage_80",
        key="as_of made_on",
    )
    _create(
        "quality",
        "day: as_of; whole: row; text: check subject; day?: day; text: detail mend",
        key="as_of row",
        index="day",
    )
    _create(
        "failures",
        "day: as_of; text: product_id location_id step reason",
        key="as_of product_id location_id step",
    )


def _create_lasting_tables() -> None:
    _create(
        "alerts",
        "text: type subject; day: opened_on; text: subject_kind severity state; number: euros_at_risk; text: detail; day: last_seen_on; day?: resolved_on snoozed_until; text?: handled_by; day?: handled_night",
        key="type subject opened_on",
        index="state",
    )
    _create("alert_nights", "day: as_of", key="as_of")
    _create(
        "alerts_before",
        "day: as_of; text: type subject; day: opened_on; text: subject_kind severity state; number: euros_at_risk; text: detail; day: last_seen_on; day?: resolved_on snoozed_until; text?: handled_by; day?: handled_night",
        key="as_of type subject opened_on",
    )
    _create(
        "orders",
        "text: order_id supplier_id location_id state; day: as_of created_on; day?: leaves_on expected_on; text?: note",
        key="order_id",
        index="as_of",
    )
    _create(
        "order_lines",
        "text: order_id product_id location_id; number: suggested_quantity quantity received_quantity unit_cost; number?: list_price; number: vat_rate; text?: edited_by reason; day?: edited_until",
        key="order_id product_id location_id",
        parent="orders.order_id",
    )
    _create(
        "order_steps",
        "text: order_id; whole: position; text: state; time: at; text: author; day: day night",
        key="order_id position",
        parent="orders.order_id",
    )
    _create(
        "order_receipts",
        "text: order_id; whole: position; text: product_id location_id; number: quantity; day: received_on; text: author; time: at; day: night",
        key="order_id position",
        parent="orders.order_id",
    )
    _create("order_nights", "day: as_of", key="as_of")
    _create(
        "overrides",
        "text: product_id location_id; whole: position; number?: quantity; text: author; text?: reason; day?: until; time: at; day: day",
        key="product_id location_id position",
    )
    _create(
        "override_results",
        "text: order_id product_id location_id author; text?: reason; day: suggested_on ends_on; number: suggested_quantity quantity position daily_demand shortage_cost_eur holding_cost_eur order_cost_eur suggested_surcharge_eur surcharge_eur; day?: measured_on; number?: unknown_days demand suggested_cost_eur cost_eur saved_eur",
        key="order_id product_id location_id",
    )
    _create("order_documents", "text: order_id content", key="order_id", parent="orders.order_id")
    _create("order_numbers", "text: prefix; whole: year last_number", key="prefix year")
    _create(
        "runs",
        "text: run_id chain; day: as_of; text: state; time: started_at; time?: ended_at; number?: duration_s items failed_items; text: folder; text?: process",
        key="run_id",
        index="as_of",
    )
    _create(
        "run_steps",
        "text: run_id step state; time: started_at; number?: duration_s; text?: message",
        key="run_id step",
        parent="runs.run_id",
    )
    _create("users", "text: name role; text?: language; time: created_at; text: password_hash", key="name")
    _create("visits", "serial: visit_id; time: at; day: day; text: page visitor", key="visit_id", index="day")
    op.create_index(
        "ux_orders_one_draft",
        "orders",
        ["supplier_id", "location_id"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )


def _create(
    name: str, columns: str, *, key: str, index: str = "", parent: str = "", clustered: bool = False
) -> None:
    # "text: a b; number?: c" is two texts and a number that may be missing.
    groups = (group.split(":") for group in columns.split(";"))
    typed = [(column, kind.strip()) for kind, names in groups for column in names.split()]
    made = [
        sa.Column(
            column, _TYPES[kind.rstrip("?")](), nullable=kind.endswith("?"), autoincrement=kind == "serial"
        )
        for column, kind in typed
    ]
    constraints: list[sa.Constraint] = [sa.PrimaryKeyConstraint(*key.split())]
    if parent:
        constraints.append(sa.ForeignKeyConstraint([parent.split(".")[1]], [parent], ondelete="CASCADE"))
    op.create_table(name, *made, *constraints, sqlite_with_rowid=not clustered)
    if index:
        op.create_index(f"ix_{name}_{index}", name, [index])


def _create_summary(name: str, select: str) -> None:
    # PostgreSQL keeps the SELECT's result itself; SQLite needs a table beside a view that says what goes in.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE MATERIALIZED VIEW {name} AS {select}")
        return
    op.execute(f"CREATE VIEW {name}_now AS {select}")
    op.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_now")


_LAST = "(SELECT MAX(as_of) FROM items)"
_UNITS = f"""(
    SELECT product_id, location_id, SUM(forecast) AS units
    FROM forecasts WHERE as_of = {_LAST} GROUP BY product_id, location_id
)"""
_SUMMARIES = {
    "summary_alerts": """
        SELECT severity, type, COUNT(*) AS alerts, SUM(euros_at_risk) AS euros_at_risk
        FROM alerts WHERE state <> 'resolved' GROUP BY severity, type
    """,
    "summary_categories": f"""
        SELECT i.category, COUNT(*) AS items,
               SUM(CASE WHEN r.on_hand > 0 THEN r.on_hand * COALESCE(i.unit_cost, r.unit_cost, 0) ELSE 0 END)
                   AS stock_value,
               SUM(COALESCE(f.units, 0)) AS forecast_units,
               SUM(COALESCE(r.value_eur, 0)) AS order_value,
               SUM(COALESCE(r.euros_at_risk, 0)) AS euros_at_risk
        FROM items AS i
        LEFT JOIN recommendations AS r
            ON r.as_of = i.as_of AND r.product_id = i.product_id AND r.location_id = i.location_id
        LEFT JOIN {_UNITS} AS f ON f.product_id = i.product_id AND f.location_id = i.location_id
        WHERE i.as_of = {_LAST} GROUP BY i.category
    """,
    # Champions only. Relative errors weigh by the units forecast, coverage by the days compared.
    "summary_accuracy": f"""
        SELECT i.category, COUNT(a.wape) AS items,
               SUM(a.wape * f.units) / NULLIF(SUM(CASE WHEN a.wape IS NOT NULL THEN f.units END), 0) AS wape,
               SUM(a.bias * f.units) / NULLIF(SUM(CASE WHEN a.bias IS NOT NULL THEN f.units END), 0) AS bias,
               SUM(a.coverage_80 * a.days)
                   / NULLIF(SUM(CASE WHEN a.coverage_80 IS NOT NULL THEN a.days END), 0) AS coverage_80
        FROM accuracy AS a
        JOIN items AS i ON i.as_of = a.as_of AND i.product_id = a.product_id AND i.location_id = a.location_id
        LEFT JOIN {_UNITS} AS f ON f.product_id = i.product_id AND f.location_id = i.location_id
        WHERE a.as_of = {_LAST} AND a.champion GROUP BY i.category
    """,
}
