import numpy as np

from optiflow_lib.forecasting.selection import champions_by_cost


def costs(means, *, n_items=40, n_folds=4, noise=0.1, seed=0):
    """Lognormal costs around the candidates' means; shape (n_candidates, n_items, n_folds)."""
    rng = np.random.default_rng(seed)
    shared = rng.lognormal(0, 0.5, (1, n_items, n_folds))
    own = rng.lognormal(0, noise, (len(means), n_items, n_folds))
    return np.asarray(means)[:, None, None] * shared * own


def chosen(cost, classes=None):
    return champions_by_cost(cost, np.zeros(cost.shape[1], dtype=int) if classes is None else classes)


def test_what_is_better_for_the_class_wins_though_single_items_are_noisy():
    picked = chosen(costs([1.0, 0.9], noise=0.3))
    assert (picked == 1).mean() > 0.9


def test_the_simpler_wins_where_nothing_differs():
    picked = chosen(costs([1.0, 1.0, 1.0], noise=0.2))
    assert (picked == 0).mean() > 0.8


def test_items_that_truly_differ_keep_their_own_champions():
    cost = np.concatenate([costs([1.0, 0.6], n_items=20), costs([1.0, 1.7], n_items=20, seed=1)], axis=1)
    picked = chosen(cost)
    assert (picked[:20] == 1).mean() > 0.9
    assert (picked[20:] == 0).mean() > 0.9


def test_classes_are_judged_apart_and_small_ones_with_all():
    cost = np.concatenate(
        [costs([1.0, 0.7]), costs([1.0, 1.4], seed=1), costs([1.0, 0.7], n_items=2, seed=2)], axis=1
    )
    classes = np.repeat([0, 1, 2], [40, 40, 2])
    picked = chosen(cost, classes)
    assert picked[:40].mean() > 0.9
    assert picked[40:80].mean() < 0.1
    assert picked.shape == (82,)


def test_an_item_that_was_never_judged_has_the_simplest():
    cost = costs([1.0, 0.5])
    cost[:, 3] = np.nan
    assert chosen(cost)[3] == 0


def test_one_fold_and_costs_of_zero_are_no_obstacle():
    assert chosen(np.zeros((3, 5, 1))).tolist() == [0] * 5
    assert (chosen(costs([1.0, 0.5], n_folds=1)) == 1).mean() > 0.9
