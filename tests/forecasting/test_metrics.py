import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optiflow_lib.forecasting import metrics

ACTUAL, FORECAST = [10, 0, 5, 8, 0, 12, 7], [8, 2, 6, 8, 1, 9, 10]
HISTORY = [6, 4, 9, 5, 7, 3, 8, 6]
quantities = st.integers(0, 100_000).map(lambda grams: grams / 1000)
pairs = st.lists(st.tuples(st.one_of(st.just(math.nan), quantities), quantities), min_size=1, max_size=12)
histories = st.lists(st.integers(0, 9).map(float), min_size=8, max_size=30)


def test_golden_numbers_of_the_error_measures():
    assert metrics.mae(ACTUAL, FORECAST) == pytest.approx(1.714286, abs=1e-6)
    assert metrics.wape(ACTUAL, FORECAST) == pytest.approx(0.285714, abs=1e-6)
    assert metrics.bias(ACTUAL, FORECAST) == pytest.approx(0.047619, abs=1e-6)
    assert metrics.rmse(ACTUAL, FORECAST) == pytest.approx(2.0)
    assert metrics.mase(ACTUAL, FORECAST, history=HISTORY, season=1) == pytest.approx(0.5)
    assert metrics.mape(ACTUAL, FORECAST) == pytest.approx((0.215714, 2 / 7), abs=1e-6)
    assert metrics.pinball(ACTUAL, FORECAST, probability=0.9) == pytest.approx(0.742857, abs=1e-6)


def known(values):
    return [(a, f) for a, f in values if not math.isnan(a)]


def close(made, expected):
    return (math.isnan(made) and math.isnan(expected)) or made == pytest.approx(expected)


def ratio(numerator, denominator):
    return numerator / denominator if denominator else math.nan


def measured(measure, values, **options):
    actual, forecast = zip(*values, strict=True)
    return measure(actual, forecast, **options)


@given(pairs)
def test_wape_bias_mae_and_rmse_equal_a_loop_over_known_days(values):
    absolute = squared = signed = sold = 0.0
    for actual, forecast in known(values):
        signed += forecast - actual
        absolute += abs(forecast - actual)
        squared += (forecast - actual) ** 2
        sold += actual
    n = len(known(values))
    assert close(measured(metrics.wape, values), ratio(absolute, sold))
    assert close(measured(metrics.bias, values), ratio(signed, sold))
    assert close(measured(metrics.mae, values), ratio(absolute, n))
    assert close(measured(metrics.rmse, values), math.sqrt(squared / n) if n else math.nan)


@given(pairs)
def test_mape_equals_a_loop_over_days_with_demand(values):
    errors = [abs(f - a) / a for a, f in known(values) if a > 0]
    mape, excluded = measured(metrics.mape, values)
    assert close(mape, ratio(sum(errors), len(errors)))
    assert close(excluded, ratio(len(known(values)) - len(errors), len(known(values))))


@given(pairs, st.floats(0.01, 0.99))
def test_pinball_equals_a_loop_over_known_days(values, probability):
    losses = [probability * (a - f) if a >= f else (1 - probability) * (f - a) for a, f in known(values)]
    made = measured(metrics.pinball, values, probability=probability)
    assert close(made, ratio(sum(losses), len(losses)))


@given(pairs, st.floats(0, 20))
def test_coverage_equals_a_loop_over_known_days(values, width):
    actual, low = zip(*values, strict=True)
    inside = [f <= a <= f + width for a, f in known(values)]
    made = metrics.coverage(actual, low, np.add(low, width))
    assert close(made, ratio(sum(inside), len(inside)))


@given(pairs, histories, st.integers(1, 7))
def test_scaled_errors_divide_by_the_naive_error_of_the_history(values, history, season):
    changes = [abs(history[t] - history[t - season]) for t in range(season, len(history))]
    scale = sum(changes) / len(changes)
    if scale > 0:
        expected = measured(metrics.mae, values) / scale
        assert close(measured(metrics.mase, values, history=history, season=season), expected)
    first_sale = next((t for t, y in enumerate(history) if y > 0), None)
    if first_sale is None or len(set(history[first_sale:])) == 1:
        return
    squares = [(history[t] - history[t - 1]) ** 2 for t in range(first_sale + 1, len(history))]
    expected = measured(metrics.rmse, values) / math.sqrt(sum(squares) / len(squares))
    assert close(measured(metrics.rmsse, values, history=history), expected)


@pytest.mark.parametrize("measure", [metrics.wape, metrics.bias, metrics.mae, metrics.rmse])
def test_a_period_wholly_out_of_stock_has_no_error(measure):
    assert math.isnan(measure([math.nan, math.nan], [1.0, 2.0]))
