import json
from functools import cache

import pytest
from inventory_frames import (
    NIGHT,
    classes,
    forecasts,
    interval_demand,
    items,
    lead_times,
    on_order,
    positions,
    products,
    receipts,
    suppliers,
    terms,
)
from test_raised_alerts import judged, sold

from optiflow_lib.inventory import Events, Known, morning, raised_alerts, recommendations, sentence
from optiflow_lib.schemas.results import ACCURACY, ANOMALIES, EVENT_IMPACT, QUALITY
from optiflow_lib.settings import InventorySettings

HERE = {"item_id": "A", "location_id": "M01", "location": "Paris", "price": 9.0}
THERE = {"item_id": "A@M02", "location_id": "M02", "location": "Lyon", "price": 9.0}


@cache
def demand():
    both = interval_demand(4.0, 4.0)
    of_days = forecasts(4.0, 4.0)
    names = {"B": "A@M02"}
    return both.replace({"item_id": names}), of_days.replace({"item_id": names})


def alerts(here, there, *, inventory=None, product="A"):
    """A product at two locations, four a day wanted at each; an order takes four days."""
    settings = InventorySettings(**({"order_line_cost": 0.0} | (inventory or {})))
    of_interval, of_days = demand()
    rename = {"B": "A@M02"}
    of = items(HERE, THERE).assign(product_id=["A", product])
    held = positions(*({"on_hand": h, "inventory_position": h} for h in (here, there)))
    known = Known(
        items=of,
        products=products({}, {}),
        suppliers=suppliers(),
        supplier_terms=terms({}, {"item_id": "A@M02"}),
        positions=held.replace({"item_id": rename}),
        lead_times=lead_times({}, {}).replace({"item_id": rename}),
        classes=classes("A", "A").replace({"item_id": rename}),
        interval_demand=of_interval,
        forecasts=of_days,
        as_of=NIGHT,
    )
    events = Events(
        daily_sales=sold(),
        on_order=on_order().head(0),
        receipts=receipts(*[4] * 9, every=30),
        event_impact=EVENT_IMPACT.empty(),
        anomalies=ANOMALIES.empty(),
        quality=QUALITY.empty(),
        accuracy=ACCURACY.empty(),
        judged=judged(0),
    )
    raised = raised_alerts(morning(known, recommendations(known, settings), events=events, settings=settings))
    return raised[raised["subject"] == "A"]


def test_an_empty_shelf_is_offered_what_another_location_has_too_much_of():
    alert = alerts(0.0, 300.0).query("type == 'stockout'").iloc[0]
    detail = json.loads(alert["detail"])
    assert detail["transfer_from"] == "Lyon"
    # Nine in ten times 21 are enough until an order of today is there.
    assert detail["transfer_quantity"] == 21
    assert detail["transfer_gain"] == pytest.approx(16 * 7 - 15, abs=3)
    told = sentence(alert, name="Tea", language="en")
    assert told.startswith("Tea is out of stock. 21 can come from Lyon: that saves €")
    assert "peuvent venir de Lyon" in sentence(alert, name="Thé", language="fr")


def test_a_shelf_that_will_be_empty_is_offered_what_it_misses():
    alert = alerts(10.0, 300.0).query("type == 'unavoidable_stockout'").iloc[0]
    assert json.loads(alert["detail"])["transfer_quantity"] == 11


def test_a_location_gives_no_more_than_its_surplus():
    # Sixty days of four a day are its own.
    alert = alerts(0.0, 248.0).query("type == 'stockout'").iloc[0]
    assert json.loads(alert["detail"])["transfer_quantity"] == 8


@pytest.mark.parametrize(
    "values",
    [
        {"there": 240.0},  # no surplus
        {"there": 300.0, "inventory": {"transfer_cost": 200.0}},  # dearer than what it saves
        {"there": 300.0, "product": "Z"},  # another product
    ],
)
def test_without_a_surplus_that_pays_nothing_is_offered(values):
    alert = alerts(0.0, **values).query("type == 'stockout'").iloc[0]
    assert json.loads(alert["detail"])["transfer_quantity"] is None
    assert sentence(alert, name="Tea", language="en") == "Tea is out of stock."
