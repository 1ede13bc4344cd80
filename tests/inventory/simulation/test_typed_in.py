import numpy as np

from optiflow_lib.inventory.simulation import Levels, Past, replay, typed_in_limits


def simulated(reorder_point, order_up_to, *, mean, n_days=365, lead_time=4):
    rng = np.random.default_rng(3)
    shape = (1, n_days)
    past = Past(
        demand=rng.poisson(mean, shape).astype(float),
        lead_times=np.full(shape, lead_time),
        can_order=np.ones(shape, dtype=bool),
        opening=np.array([order_up_to]),
        minimum=np.zeros(1),
        multiple=np.ones(1),
    )
    levels = Levels(np.full(shape, reorder_point), np.full(shape, order_up_to))
    return replay(past, levels)


def test_a_shop_s_minimum_and_maximum_are_read_off_its_orders():
    ledger = simulated(20.0, 60.0, mean=0.8)
    minimum, maximum = typed_in_limits(ledger.on_hand, ledger.ordered, ledger.received)
    assert (minimum[0], maximum[0]) == (20, 60)


def test_demand_that_carries_the_position_below_the_minimum_moves_it_little():
    ledger = simulated(20.0, 60.0, mean=5.0)
    minimum, maximum = typed_in_limits(ledger.on_hand, ledger.ordered, ledger.received)
    assert 18 <= minimum[0] <= 20
    assert maximum[0] == 60


def test_too_few_orders_and_unknown_stock_tell_nothing():
    ordered = np.zeros((2, 30))
    ordered[0, [3, 12]] = 5
    ordered[1, [3, 8, 12, 20]] = 5
    on_hand = np.array([np.full(30, 7.0), np.full(30, np.nan)])
    assert np.isnan(typed_in_limits(on_hand, ordered, np.zeros((2, 30)))).all()
