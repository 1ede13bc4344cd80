"""What the small shop's last weeks would have been under several policies."""

import hashlib
import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from shops import PROJECT, write_settings

from optiflow_lib.errors import DataError, PolicyError
from optiflow_lib.inventory.economics import YEAR
from optiflow_lib.jobs.policies import POLICIES, present
from optiflow_lib.jobs.policies import our_levels as ours
from optiflow_lib.jobs.scratch import scratch_night
from optiflow_lib.jobs.shop_past import shop_past
from optiflow_lib.jobs.simulation import Asked, last_period, simulate
from optiflow_lib.settings import load_settings

FIRST, LAST = date(2026, 10, 4), date(2026, 10, 31)
SHORT = {"warm_up_days": 14}


@pytest.fixture(scope="module")
def settings(shop_night):
    return load_settings(write_settings(shop_night.parent, name="simulated.toml", simulation=SHORT))


@pytest.fixture(scope="module")
def made(settings):
    return simulate(settings, Asked(FIRST, LAST))


def past_of(settings, *, last=LAST, days=28, **rules):
    with scratch_night(settings, last.isoformat()) as night:
        return shop_past(night, days=days, history_days=365, refit_days=7, keep={}, **rules)


@pytest.fixture(scope="module")
def past(settings):
    return past_of(settings)


def test_every_policy_has_its_indicators_with_their_intervals(made):
    assert list(made.summary["policy"].unique()) == list(POLICIES)
    assert (made.summary["low"] <= made.summary["value"]).all()
    assert (made.summary["value"] <= made.summary["high"]).all()
    shares = made.summary[made.summary["indicator"].isin(["fill_rate", "cycle_service", "stockout_days"])]
    assert shares["value"].between(0, 1).all()


def test_a_summary_is_the_sum_of_its_items_scaled_to_a_year(made):
    total = made.items.groupby("policy")["total_cost"].sum() * YEAR / 28
    told = made.summary[made.summary["indicator"] == "total_cost"].set_index("policy")["value"]
    assert told.to_dict() == pytest.approx(total.to_dict())
    stock = made.days.groupby("policy")["stock_value"].mean()
    held = made.summary[made.summary["indicator"] == "stock_value"].set_index("policy")["value"]
    assert held.to_dict() == pytest.approx(stock.to_dict())


def test_savings_compare_ours_with_each_other_policy(made):
    cost = made.items.groupby("policy")["total_cost"].sum()
    told = made.savings[made.savings["column"] == "total_cost"].set_index("policy")["saving"]
    assert set(told.index) == set(POLICIES) - {"ours"}
    assert told["erp_rule"] == pytest.approx(1 - cost["ours"] / cost["erp_rule"])


def test_no_policy_does_better_than_foresight(made):
    cost = made.items[made.items["policy"] != "recorded"].groupby("policy")["total_cost"].sum()
    assert cost.idxmin() == "foresight"


def test_a_curve_goes_from_little_stock_to_much(made):
    assert set(made.curves["policy"]) == {key for key, policy in POLICIES.items() if policy.swept}
    for _, points in made.curves.groupby("policy"):
        assert points["safety"].is_monotonic_increasing
        assert points["stock_value"].is_monotonic_increasing
        assert points["fill_rate"].iloc[-1] >= points["fill_rate"].iloc[0]


def test_the_records_are_those_of_the_source(made, shop_night):
    recorded = made.items[made.items["policy"] == "recorded"].set_index("item_id")
    with sqlite3.connect(shop_night.parent / "shop.db") as source:
        sold = pd.read_sql(
            "SELECT article_id, SUM(MAX(quantite, 0)) AS n FROM (SELECT article_id, date_vente, SUM(quantite) AS quantite "
            f"FROM ventes WHERE date_vente BETWEEN '{FIRST}' AND '{LAST}' GROUP BY 1, 2) GROUP BY 1",
            source,
            index_col="article_id",
        )["n"]
        ordered = pd.read_sql(
            "SELECT article_id, COUNT(DISTINCT date_commande) AS n FROM lignes_commande JOIN commandes_fournisseurs "
            f"USING (commande_id) WHERE date_commande BETWEEN '{FIRST}' AND '{LAST}' GROUP BY 1",
            source,
            index_col="article_id",
        )["n"]
    assert recorded["served"].to_dict() == sold.reindex(recorded.index, fill_value=0).to_dict()
    assert recorded["orders"].to_dict() == ordered.reindex(recorded.index, fill_value=0).to_dict()


def test_an_item_alone_fares_as_it_does_among_all(made, settings):
    item = made.items["item_id"].iloc[0]
    alone = simulate(settings, Asked(FIRST, LAST, policies=["ours"], keep={"item_id": [item]}))
    among = made.items[(made.items["item_id"] == item) & (made.items["policy"] == "ours")]
    pd.testing.assert_frame_equal(alone.items, among.reset_index(drop=True))


def test_it_leaves_the_source_the_store_and_the_runs_as_they_are_and_says_the_same_again(made, shop):
    files = sorted(file for file in shop.parent.rglob("*") if file.is_file())
    before = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    settings = load_settings(write_settings(shop.parent, simulation=SHORT))
    before[files.index(shop)] = hashlib.sha256(shop.read_bytes()).hexdigest()
    again = simulate(settings, Asked(FIRST, LAST))
    for name, frame in vars(made).items():
        pd.testing.assert_frame_equal(frame, getattr(again, name))
    assert sorted(file for file in shop.parent.rglob("*") if file.is_file()) == files
    assert [hashlib.sha256(file.read_bytes()).hexdigest() for file in files] == before


def test_what_is_expected_on_an_evening_does_not_depend_on_later_days(settings, past):
    sooner = past_of(settings, last=LAST - timedelta(days=7), days=21)
    both = [list(one.items["item_id"]) for one in (sooner, past)]
    assert both[0] == both[1]
    for name in ("before", "before_variance", "until", "until_variance"):
        known = getattr(past.expected, name)[:, :21]
        np.testing.assert_allclose(getattr(sooner.expected, name), known, rtol=1e-9)
    np.testing.assert_array_equal(sooner.average, past.average[:, :21])
    np.testing.assert_array_equal(sooner.limits, past.limits)


def test_the_orders_on_their_way_on_the_first_evening_arrive(past, shop_night):
    with sqlite3.connect(shop_night.parent / "shop.db") as source:
        units = source.execute(
            "SELECT SUM(r.quantite) FROM receptions AS r JOIN lignes_commande USING (ligne_id) "
            "JOIN commandes_fournisseurs USING (commande_id) WHERE date_commande <= ? AND date_reception > ?",
            ("2026-10-03", "2026-10-03"),
        ).fetchone()[0]
    assert units > 0
    assert past.past.on_way.sum() == pytest.approx(
        units, rel=0.1
    )  # a line in parts comes with its first part


def test_forecasts_between_two_fits_follow_the_days(past):
    assert (np.diff(past.expected.until, axis=1) != 0).any(axis=0).all()


@pytest.mark.parametrize("target", ["fill_rate", "economic"])
def test_a_class_with_another_target_has_other_levels(settings, past, target):
    rules = settings.inventory.model_copy(update={"target": settings.inventory.target | {"A": target}})
    usual, other = ours(past, settings), ours(past, settings.model_copy(update={"inventory": rules}))
    of_class_a = (past.items["abc"] == "A").to_numpy()
    changed = (usual.order_up_to != other.order_up_to).any(axis=1)
    assert changed[of_class_a].any()
    assert not changed[~of_class_a].any()


def test_the_present_limits_are_those_of_the_orders_and_else_the_erp_rule(settings, past):
    unknown = replace(past, limits=np.full((len(past.items), 2), np.nan))
    told, assumed = present(past, settings), present(unknown, settings)
    known = ~np.isnan(past.limits).any(axis=1)
    assert known.any()
    assert (told.reorder_point[known] == past.limits[known, :1]).all()
    assert (told.order_up_to[known] == past.limits[known, 1:]).all()
    assert (assumed.reorder_point == POLICIES["erp_rule"].decided(past, settings).reorder_point[:, :1]).all()


def test_limits_that_are_given_are_replayed(settings, made):
    given = made.items[["item_id"]].drop_duplicates().assign(minimum=-1.0, maximum=1e6)
    asked = Asked(FIRST, LAST, policies=["present"], limits=given)
    assert simulate(settings, asked).items["orders"].sum() == 0
    with pytest.raises(DataError, match="1 item"):
        simulate(settings, replace(asked, limits=given.iloc[1:]))


def test_an_item_that_cannot_be_replayed_is_named_with_the_reason(shop, made):
    named = made.items["item_id"].unique()[:2].tolist()
    with sqlite3.connect(shop.parent / "shop.db") as source:
        source.execute("DELETE FROM conditions_achat WHERE article_id = ?", named[:1])
    settings = load_settings(write_settings(shop.parent, simulation=SHORT))
    asked = Asked(FIRST, LAST, policies=["erp_rule"], keep={"item_id": named})
    told = simulate(settings, asked)
    assert told.left_out[["item_id", "reason"]].to_numpy().tolist() == [[named[0], "no supplier delivers it"]]
    assert told.items["item_id"].tolist() == named[1:]
    with pytest.raises(DataError, match="no supplier delivers it"):
        simulate(settings, replace(asked, keep={"item_id": named[:1]}))


def test_without_a_stock_history_nothing_is_recorded_and_the_limits_in_use_are_assumed(shop):
    mapping = (PROJECT / "optiflow_lib" / "source" / "mappings" / "optiflow.toml").read_text(encoding="utf-8")
    before, _, rest = mapping.partition("[stock_history]")
    (shop.parent / "mine.toml").write_text(f"{before}[{rest.partition('[')[2]}", encoding="utf-8")
    file = write_settings(shop.parent, source={"mapping": "mine.toml"}, simulation=SHORT)
    made = simulate(load_settings(file), Asked(FIRST, LAST, policies=["present", "recorded"]))
    assert set(made.items["policy"]) == {"present"}
    assert made.assumed["item_id"].tolist() == made.items["item_id"].tolist()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Asked(FIRST, LAST, policies=["oracle"]), "no policy oracle"),
        (Asked(FIRST, LAST, policies=[]), "no policy is named"),
        (Asked(LAST, FIRST), "before it begins"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_read(settings, asked, told):
    with pytest.raises(PolicyError, match=told):
        simulate(settings, asked)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Asked(FIRST, LAST + timedelta(days=1)), "last closed day is 2026-10-31"),
        (Asked(LAST - timedelta(days=3000), LAST), "too few to replay"),
        (Asked(FIRST, LAST, keep={"colour": ["red"]}), "cannot be chosen by colour"),
        (Asked(FIRST, LAST, keep={"abc": ["D"]}), "no item has abc D"),
    ],
)
def test_what_the_source_cannot_give_is_refused(settings, asked, told):
    with pytest.raises(DataError, match=told):
        simulate(settings, asked)


def test_the_last_period_ends_with_the_last_closed_day(settings):
    assert last_period(settings, days=28) == (FIRST, LAST)
