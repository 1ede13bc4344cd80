"""The sample shop: every feature a retailer's data has is really in it, and its books agree to the unit."""

import sqlite3
from contextlib import closing
from pathlib import Path

import holidays
import numpy as np
import pandas as pd
import pytest

from optiflow_lib.errors import SourceError
from optiflow_lib.source import build_sample, open_source
from optiflow_lib.source.sample import build, incidents
from optiflow_lib.source.sample.build import BLOCK_PRODUCTS, LAST_DAY
from optiflow_lib.source.sample.incidents import COMPETITOR, DISPLAY, MISTYPED, TYPED_FACTOR, WHOLESALE

SHIPPED = Path(__file__).parents[2] / "optiflow.db"
MAX_BYTES = 8_000_000
WHOSE = {WHOLESALE: "0059", COMPETITOR: "0054", DISPLAY: "0043", MISTYPED: "0021"}  # as docs/data.md says
TYPED = ("0021", pd.Timestamp(MISTYPED.first_day))


def all_rows(file):
    """Every row of every table, and the definitions, in an order of their own."""
    with closing(sqlite3.connect(file)) as connection:
        definitions = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        names = [name for name, sql in definitions if sql and sql.startswith("CREATE TABLE")]
        return definitions, {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3").fetchall() for name in names
        }


def built(tmp_path, name="shop.db", **options):
    build_sample(tmp_path / name, **options)
    return tmp_path / name


@pytest.fixture(scope="session")
def shop(sample_file):
    """The logical tables of the shipped sample."""
    with open_source(f"sqlite:///{sample_file}", mapping="optiflow") as source:
        return {table: source.read(table) for table in source.tables}


@pytest.fixture(scope="session")
def sold(shop):
    """Units sold, returns apart, (items × days), and the same of stock at the day's end."""
    kept = shop["sales"]
    wide = kept.pivot_table(index="product_id", columns="day", values="quantity", aggfunc="sum")
    return wide.reindex(columns=pd.date_range(end=pd.Timestamp(LAST_DAY), periods=1095)).fillna(0.0)


@pytest.fixture(scope="session")
def on_hand(shop, sold):
    wide = shop["stock_history"].pivot_table(index="product_id", columns="day", values="on_hand")
    return wide.reindex(index=sold.index, columns=sold.columns)


# --- the file -----------------------------------------------------------------------------------


def test_the_command_makes_the_shipped_database_row_for_row(sample_file):
    assert all_rows(sample_file) == all_rows(SHIPPED)


def test_the_shipped_database_is_small_enough_for_the_repository():
    assert SHIPPED.stat().st_size <= MAX_BYTES


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_shop(tmp_path):
    one = built(tmp_path, "one.db", products=6, years=1, seed=5).read_bytes()
    assert built(tmp_path, "two.db", products=6, years=1, seed=5).read_bytes() == one
    assert built(tmp_path, "three.db", products=6, years=1, seed=6).read_bytes() != one


def test_chunks_of_any_size_give_the_same_rows(tmp_path, monkeypatch):
    products = 2 * BLOCK_PRODUCTS + 7
    whole = all_rows(built(tmp_path, "whole.db", products=products, years=1))
    monkeypatch.setattr(build, "CHUNK_BLOCKS", 1)
    assert all_rows(built(tmp_path, "parts.db", products=products, years=1)) == whole
    assert len(whole[1]["articles"]) == products


def test_more_products_change_nothing_for_the_first_ones(tmp_path):
    _, few = all_rows(built(tmp_path, "few.db", products=BLOCK_PRODUCTS, years=1))
    _, many = all_rows(built(tmp_path, "many.db", products=2 * BLOCK_PRODUCTS, years=1))
    for table, rows in few.items():
        assert set(rows) <= set(many[table]), table


def test_a_sample_replaces_a_sample_but_never_another_file(tmp_path):
    file = built(tmp_path, products=2, years=1)
    built(tmp_path, products=3, years=1)
    for foreign in (b"", b"a business database", b"SQLite format 3\0" + bytes(4000)):
        file.write_bytes(foreign)
        with pytest.raises(SourceError, match="is not a sample database") as error:
            build_sample(file, products=2, years=1)
        assert "--database" in error.value.mend
        assert file.read_bytes() == foreign


def test_a_folder_is_no_sample(tmp_path):
    with pytest.raises(SourceError, match="is not a sample database"):
        build_sample(tmp_path)


def test_a_build_that_fails_leaves_the_old_sample_and_nothing_else(tmp_path, monkeypatch):
    file = built(tmp_path, products=2, years=1)
    before = file.read_bytes()
    monkeypatch.setattr(build, "block_tables", lambda *_, **__: iter([("no_such_table", [])]))
    with pytest.raises(SourceError, match="cannot be written"):
        build_sample(file, products=3, years=1)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(SourceError, match="cannot be written") as error:
        build_sample(tmp_path / "none" / "shop.db", products=2, years=1)
    assert "folder that exists" in error.value.mend


@pytest.mark.parametrize(("products", "years"), [(1, 1), (61, 1), (5, 2)])
def test_a_shop_of_any_size_can_be_read(tmp_path, products, years):
    file = built(tmp_path, products=products, years=years)
    with open_source(f"sqlite:///{file}", mapping="optiflow") as source:
        assert len(source.read("products")) == products
        assert source.read("sales")["day"].min() >= pd.Timestamp(LAST_DAY) - pd.Timedelta(
            days=365 * years - 1
        )
        assert len(source.read("stock")) == products


# --- the shop -----------------------------------------------------------------------------------


def test_the_shop_has_60_products_in_5_categories_and_6_different_suppliers(shop):
    assert (len(shop["products"]), shop["products"]["category"].nunique()) == (60, 5)
    assert shop["products"]["product_id"].str.startswith("00").all()
    suppliers = shop["suppliers"]
    assert len(suppliers) == 6
    assert suppliers["minimum_order_value"].nunique() == 6
    terms = shop["supplier_terms"].drop_duplicates("product_id")
    assert set(terms["supplier_id"]) == set(suppliers["supplier_id"])
    assert terms.groupby("supplier_id")["lead_time"].first().nunique() == 6
    assert set(terms["minimum_quantity"]) == {1, 6, 12}


def test_daily_sales_go_back_three_years(shop):
    sales = shop["sales"]
    assert (sales["day"].min(), sales["day"].max()) == (pd.Timestamp("2023-11-02"), pd.Timestamp(LAST_DAY))
    assert sales["day"].nunique() > 1080


def test_some_products_grow_and_some_shrink(shop, sold, on_hand):
    """Trend: of steady sellers, sales on days in stock change by more than 15 % over two years, in both directions."""
    old = shop["products"].set_index("product_id")["launched_on"].isna().reindex(sold.index)
    in_stock = sold.where(on_hand > 0)
    first, last = in_stock.iloc[:, :365].mean(axis=1), in_stock.iloc[:, -365:].mean(axis=1)
    change = (last / first)[old & (first > 3)]
    assert (change > 1.15).sum() >= 3
    assert (change < 0.87).sum() >= 3


def test_saturdays_sell_most_and_sundays_least(sold):
    by_weekday = sold.sum().groupby(sold.columns.day_of_week).mean()
    assert by_weekday.idxmax() == 5
    assert by_weekday.idxmin() == 6
    assert by_weekday[5] > 1.5 * by_weekday[6]


@pytest.mark.parametrize(
    ("category", "high", "low"), [("Boissons", [6, 7, 8], [12, 1, 2]), ("Bazar", [10, 11, 12], [4, 5, 6])]
)
def test_a_category_has_its_season(shop, sold, category, high, low):
    chosen = shop["products"].set_index("product_id")["category"].reindex(sold.index) == category
    by_month = sold[chosen].sum().groupby(sold.columns.month).mean()
    assert by_month[high].mean() > 1.5 * by_month[low].mean()


def test_promotions_sell_more_at_a_lower_price(shop):
    sales = shop["sales"].query("quantity > 0").assign(unit=lambda s: s["revenue"] / s["quantity"])
    by_item = sales.pivot_table(
        index="product_id", columns="on_promotion", values=["quantity", "unit"], aggfunc="mean"
    ).dropna()
    assert len(by_item) > 40
    more = by_item["quantity"][True] / by_item["quantity"][False]
    cheaper = by_item["unit"][True] / by_item["unit"][False]
    assert more.median() > 1.3
    assert (cheaper < 0.95).mean() > 0.9
    promotions = shop["events"].query("type == 'promotion'")
    assert promotions["discount"].between(0.15, 0.3).all()


def test_public_holidays_of_france_are_quiet_and_the_shop_is_closed_on_three(sold):
    total = sold.clip(lower=0).sum()
    free = pd.DatetimeIndex(list(holidays.country_holidays("FR", years=range(2023, 2027))))
    free = free[(free >= total.index[0]) & (free <= total.index[-1])]
    usual = total.rolling(29, center=True, min_periods=10).median()
    assert (total[free] / usual[free]).median() < 0.7
    closed = [day for day in free if (day.month, day.day) in ((1, 1), (5, 1), (12, 25))]
    assert len(closed) == 9
    assert total[closed].sum() == 0


def test_products_are_brought_back(sample_file):
    with open_source(f"sqlite:///{sample_file}", mapping="optiflow") as source:
        lines = source.query("SELECT quantite, nature, montant FROM ventes WHERE quantite < 0")
    assert len(lines) > 200
    assert set(lines["nature"]) == {"retour"}
    assert (lines["montant"] < 0).all()


def test_nothing_is_sold_or_brought_back_outside_a_products_life(shop):
    sales = shop["sales"].merge(shop["products"][["product_id", "launched_on", "ends_on"]], on="product_id")
    assert not (sales["day"] < sales["launched_on"]).any()
    assert not ((sales["quantity"] > 0) & (sales["day"] > sales["ends_on"])).any()


def test_stockouts_censor_sales(sold, on_hand):
    """Days that begin and end without stock sell nothing, although the product sells on other days: demand was lost."""
    empty = (on_hand <= 0) & (on_hand.shift(axis=1) <= 0)
    regular = sold[(sold.mean(axis=1) > 2)].index
    assert empty.loc[regular].sum().sum() > 50
    assert (empty.loc[regular].sum(axis=1) > 0).sum() >= 10
    sales_then = sold.loc[regular].where(empty.loc[regular]).stack()
    assert sales_then.mean() < 0.2 * sold.loc[regular].stack().mean()
    assert (on_hand.iloc[:, -1] <= 0).sum() >= 1  # there is something to do this morning


def test_some_products_sell_less_than_once_in_two_days(sold, shop):
    old = shop["products"].set_index("product_id")["launched_on"].isna().reindex(sold.index)
    assert 6 <= ((sold > 0).mean(axis=1)[old] < 0.5).sum() <= 20


def test_some_products_are_new_and_some_have_ended_with_a_successor_of_their_category(shop):
    products = shop["products"].set_index("product_id")
    new, ended = products[products["launched_on"].notna()], products[products["ends_on"].notna()]
    assert (len(new), len(ended)) == (5, 3)
    assert set(ended["successor_id"]) <= set(new.index)
    heirs = products.loc[ended["successor_id"]]
    assert heirs["category"].tolist() == ended["category"].tolist()
    first_days = shop["sales"].query("quantity > 0").groupby("product_id")["day"].min()
    assert ((first_days[new.index] - new["launched_on"]).dt.days < 60).all()


def test_orders_are_in_progress_and_one_is_late(shop):
    on_order = shop["on_order"]
    assert len(on_order) >= 10
    assert (on_order["ordered_on"] <= pd.Timestamp(LAST_DAY)).all()
    assert (on_order["expected_on"] < pd.Timestamp(LAST_DAY)).any()
    assert (on_order["expected_on"] > pd.Timestamp(LAST_DAY)).sum() >= 5


def test_lead_times_vary_around_what_is_quoted(shop):
    receipts = shop["receipts"].drop_duplicates(["supplier_id", "product_id", "ordered_on"])
    taken = (receipts["received_on"] - receipts["ordered_on"]).dt.days
    quoted = shop["supplier_terms"].drop_duplicates("supplier_id").set_index("supplier_id")["lead_time"]
    by_supplier = taken.groupby(receipts["supplier_id"]).agg(["mean", "std", "size"])
    assert (by_supplier["size"] > 100).all()
    assert by_supplier["mean"].to_numpy() == pytest.approx(quoted[by_supplier.index].to_numpy(), rel=0.1)
    assert (by_supplier["std"] / by_supplier["mean"]).between(0.15, 0.5).all()


def test_events_are_to_come(shop):
    coming = shop["events"][shop["events"]["first_day"] > pd.Timestamp(LAST_DAY)]
    assert {"Black Friday 2026", "Marché de Noël 2026"} <= set(coming["name"])
    assert (coming["planned_uplift"] > 0).all()


# --- the incidents ------------------------------------------------------------------------------


def test_incidents_change_no_other_product(tmp_path, sample_file, monkeypatch):
    monkeypatch.setattr(incidents, "LEAST_PRODUCTS", BLOCK_PRODUCTS)
    calm = built(tmp_path, "calm.db")
    (_, without), (_, those) = all_rows(calm), all_rows(sample_file)
    for table in ("ventes", "historique_stocks"):
        changed = {row[0] for row in set(without[table]) ^ set(those[table])}
        assert changed <= set(WHOSE.values())
    assert {row[0] for row in set(without["ventes"]) ^ set(those["ventes"])} == set(WHOSE.values())


def test_incidents_stand_out_of_the_days_around_them(sold):
    def around(incident, days=28):
        first = pd.Timestamp(incident.first_day)
        own = sold.loc[WHOSE[incident]]
        last = first + pd.Timedelta(days=(incident.days or 34) - 1)
        return own[first:last], own[first - pd.Timedelta(days=days) : first - pd.Timedelta(days=1)]

    for incident, least, most in (
        (WHOLESALE, 5, 10),
        (COMPETITOR, 1.2, 2),
        (DISPLAY, 0, 0.2),
        (MISTYPED, 5, 20),
    ):
        during, before = around(incident)
        assert least <= during.mean() / before.mean() <= most


def test_a_small_shop_has_no_incidents(tmp_path, monkeypatch):
    few = all_rows(built(tmp_path, "few.db", products=12, years=1))
    monkeypatch.setattr(incidents, "LEAST_PRODUCTS", 1000)
    assert all_rows(built(tmp_path, "calm.db", products=12, years=1)) == few


# --- the books ----------------------------------------------------------------------------------


def test_stock_sales_returns_and_receipts_agree_to_the_unit(shop, sold, on_hand):
    """Every evening's stock is the evening before's, plus what came and came back, minus what was sold."""
    came = shop["receipts"].pivot_table(
        index="product_id", columns="received_on", values="received_quantity", aggfunc="sum"
    )
    came = came.reindex(index=sold.index, columns=sold.columns).fillna(0.0)
    sold = sold.copy()
    sold.loc[TYPED] /= TYPED_FACTOR  # the one quantity that was typed in with a digit too many
    change = on_hand.diff(axis=1)
    explained = (came - sold).where(change.notna())
    pd.testing.assert_frame_equal(change, explained, check_names=False)


def test_no_stock_is_ever_negative_and_todays_is_the_last_of_the_history(shop, on_hand):
    assert (on_hand.fillna(0) >= 0).all(axis=None)
    today = shop["stock"].set_index("product_id")["on_hand"]
    pd.testing.assert_series_equal(
        on_hand.iloc[:, -1].dropna(), today[on_hand.iloc[:, -1].notna()], check_names=False
    )


def test_revenue_is_the_days_price_less_the_days_discount(shop):
    sales = shop["sales"].query("quantity > 0 and not on_promotion").sort_values("day")
    prices = shop["prices"].sort_values("first_day")
    priced = pd.merge_asof(sales, prices, left_on="day", right_on="first_day", by="product_id")
    assert priced["price"].notna().all()
    is_typed = (priced["product_id"] == TYPED[0]) & (priced["day"] == TYPED[1])
    priced["quantity"] = priced["quantity"].where(~is_typed, priced["quantity"] / TYPED_FACTOR)
    returned = np.isclose(priced["revenue"], priced["quantity"] * priced["price"], atol=0.011)
    assert returned.all()
    assert prices.groupby("product_id")["price"].nunique().max() == 4


def test_orders_keep_to_the_suppliers_days_and_packs(shop):
    lines = pd.concat(
        [shop["receipts"], shop["on_order"].rename(columns={"open_quantity": "ordered_quantity"})]
    )
    weekdays = shop["suppliers"].set_index("supplier_id")["order_weekdays"]
    keeps = [
        str(day.isoweekday()) in weekdays[supplier]
        for supplier, day in zip(lines["supplier_id"], lines["ordered_on"], strict=True)
    ]
    packs = shop["supplier_terms"].drop_duplicates("product_id").set_index("product_id")["multiple"]
    whole = lines["ordered_quantity"] % packs[lines["product_id"]].to_numpy() == 0
    assert np.mean(keeps) > 0.99  # three orders of the last weeks are staged by hand
    assert whole.mean() > 0.99
