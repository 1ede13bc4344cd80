from optiflow_lib.purchasing import ALLOWED
from optiflow_lib.schemas.operations import ORDER_STATES


def test_every_state_says_what_may_follow_and_names_only_states():
    assert set(ALLOWED) == set(ORDER_STATES)
    assert {state for following in ALLOWED.values() for state in following} <= set(ORDER_STATES)


def test_an_order_goes_its_way_without_leaving_out_a_step():
    assert "approved" in ALLOWED["draft"]
    assert not {"sent", "partly_received", "received"} & set(ALLOWED["draft"])
    assert not {"partly_received", "received"} & set(ALLOWED["approved"])
    assert {"partly_received", "received"} <= set(ALLOWED["sent"])


def test_what_has_arrived_can_no_longer_be_cancelled_and_what_is_cancelled_stays_so():
    assert [state for state, following in ALLOWED.items() if "cancelled" in following] == [
        "draft",
        "approved",
        "sent",
    ]
    assert ALLOWED["cancelled"] == ()
