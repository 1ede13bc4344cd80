"""What a night read stays what it read, and stands as it stood on its day."""

import hashlib
import json
from datetime import date

import pandas as pd
import pytest
from source_shops import days_of, plain_shop, plain_tables, rows_of

from optiflow_lib.errors import DataError
from optiflow_lib.source import forget_inputs, freeze, open_inputs

AS_OF = date(2026, 1, 31)
EARLIER = date(2026, 1, 25)


def frozen(folder, *, as_of=AS_OF, history_days=365, **changed):
    with plain_shop(folder / "shop", **changed) as source:
        return freeze(source, folder / "inputs", as_of=as_of, history_days=history_days)


def parts(folder):
    return {file.name: file for file in (folder / "inputs/parts").iterdir()}


def test_what_was_frozen_is_what_was_read(tmp_path):
    inputs = frozen(tmp_path)
    opened = open_inputs(tmp_path / "inputs", AS_OF)
    with plain_shop(tmp_path / "shop") as source:
        for table in source.tables:
            key = [c for c in source.read(table) if source.read(table)[c].notna().any()]
            rows = source.read(table, cutoff=AS_OF).sort_values(key, ignore_index=True)
            again = opened.read(table).sort_values(key, ignore_index=True)
            pd.testing.assert_frame_equal(again, rows)
    assert opened.digest == inputs.digest
    assert (opened.notes, opened.left_out) == ([], None)


def test_parts_are_named_by_their_content(tmp_path):
    frozen(tmp_path)
    for name, file in parts(tmp_path).items():
        assert hashlib.sha256(file.read_bytes()).hexdigest() == name.removesuffix(".parquet")


def test_the_same_rows_in_another_order_are_the_same_inputs(tmp_path):
    digest = frozen(tmp_path).digest
    shuffled = {
        name: rows.sample(frac=1, random_state=3, ignore_index=True) for name, rows in plain_tables().items()
    }
    assert frozen(tmp_path, **shuffled).digest == digest


def test_nights_share_the_months_that_did_not_change(tmp_path):
    frozen(tmp_path, as_of=date(2026, 1, 30))
    before = set(parts(tmp_path))
    inputs = frozen(tmp_path)
    sales = inputs.manifest["tables"]["sales"]
    assert len(sales) == 2  # December, January
    assert f"{sales[0]}.parquet" in before
    assert f"{sales[1]}.parquet" not in before


def test_a_table_without_rows_is_kept_without_rows(tmp_path):
    inputs = frozen(tmp_path, on_order=plain_tables()["on_order"].head(0))
    assert inputs.read("on_order").empty
    assert inputs.read("on_order").dtypes["open_quantity"] == "float64"


def test_sales_go_back_no_further_than_asked(tmp_path):
    inputs = frozen(tmp_path, history_days=10)
    assert inputs.read("sales")["day"].min() == pd.Timestamp("2026-01-22")
    assert inputs.read("stock_history")["day"].min() == pd.Timestamp("2026-01-22")
    assert len(inputs.read("receipts")) == 2


@pytest.mark.parametrize("harm", ["changed", "emptied", "removed"])
def test_a_part_that_was_tampered_with_is_noticed_and_mended_by_freezing_again(tmp_path, harm):
    inputs = frozen(tmp_path)
    before = inputs.read("sales")
    file = parts(tmp_path)[f"{inputs.manifest['tables']['sales'][1]}.parquet"]
    content = file.read_bytes()
    if harm == "removed":
        file.unlink()
    else:
        file.write_bytes(content[:-1] + b"!" if harm == "changed" else b"")
    with pytest.raises(DataError) as error:
        open_inputs(tmp_path / "inputs", AS_OF).read("sales")
    assert ("missing" if harm == "removed" else "damaged") in error.value.what
    assert error.value.where == str(file)
    assert "optiflow nightly --as-of 2026-01-31" in error.value.mend
    pd.testing.assert_frame_equal(frozen(tmp_path).read("sales"), before)


@pytest.mark.parametrize("content", ["", "[]", '{"as_of": "2026-01-31"}', "other day"])
def test_a_list_that_was_tampered_with_is_noticed(tmp_path, content):
    frozen(tmp_path)
    file = tmp_path / "inputs/2026-01-31.json"
    if content == "other day":
        content = file.read_text(encoding="utf-8").replace("2026-01-31", "2026-01-30")
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="damaged") as error:
        open_inputs(tmp_path / "inputs", AS_OF)
    assert error.value.where == str(file)


def test_a_second_freeze_of_a_day_does_not_forget_what_the_first_one_read(tmp_path):
    first = frozen(tmp_path)
    second = frozen(tmp_path, stock=plain_tables()["stock"].assign(on_hand=99.0))
    assert open_inputs(tmp_path / "inputs", AS_OF).digest == second.digest != first.digest
    kept = open_inputs(tmp_path / "inputs", AS_OF, digest=first.digest)
    assert kept.read("stock")["on_hand"].tolist() == [5.0, 7.0]


def test_the_list_of_a_digest_that_was_changed_is_noticed(tmp_path):
    digest = frozen(tmp_path).digest
    file = tmp_path / f"inputs/manifests/{digest}.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["tables"]["stock"] = manifest["tables"]["products"]
    file.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(DataError, match="damaged"):
        open_inputs(tmp_path / "inputs", AS_OF, digest=digest)


def test_inputs_are_forgotten_by_day_and_what_kept_days_share_stays(tmp_path):
    days = [date(2026, 1, 29), date(2026, 1, 30), AS_OF]
    first, *kept = [frozen(tmp_path, as_of=day) for day in days]
    again = frozen(tmp_path, history_days=10)  # the same day once more: both are kept
    assert forget_inputs(tmp_path / "inputs", keep=2) == days[:1]
    for inputs in (*kept, again):
        opened = open_inputs(tmp_path / "inputs", inputs.as_of, digest=inputs.digest)
        assert [opened.read(table) is not None for table in opened.manifest["tables"]]
    named = {name for one in (*kept, again) for part in one.manifest["tables"].values() for name in part}
    assert {name.removesuffix(".parquet") for name in parts(tmp_path)} == named
    with pytest.raises(DataError, match="no inputs are frozen for 2026-01-29"):
        open_inputs(tmp_path / "inputs", days[0], digest=first.digest)
    assert forget_inputs(tmp_path / "inputs", keep=2) == []


def test_a_damaged_list_does_not_stop_the_forgetting(tmp_path):
    frozen(tmp_path, as_of=EARLIER)
    kept = frozen(tmp_path)
    (tmp_path / "inputs/manifests/damaged.json").write_text("{", encoding="utf-8")
    assert forget_inputs(tmp_path / "inputs", keep=1) == [EARLIER]
    assert open_inputs(tmp_path / "inputs", AS_OF, digest=kept.digest).read("sales") is not None


def test_a_day_that_was_never_frozen_is_named(tmp_path):
    with pytest.raises(DataError, match="no inputs are frozen for 2026-01-31") as error:
        open_inputs(tmp_path, AS_OF)
    assert "10_quality" in error.value.mend


def test_a_table_that_the_source_did_not_have_is_named(tmp_path):
    inputs = frozen(tmp_path, prices=None)
    assert not inputs.has("prices")
    with pytest.raises(DataError, match="the source has no prices") as error:
        inputs.read("prices")
    assert "[prices]" in error.value.mend


def test_tables_from_elsewhere_are_kept_beside_the_sources_and_count_for_the_digest(tmp_path):
    def frozen_beside(own):
        with plain_shop(tmp_path / "shop") as source:
            inputs = tmp_path / "inputs"
            return freeze(source, inputs, as_of=AS_OF, history_days=365, beside=lambda: {"book": own})

    book = pd.DataFrame({"order_id": ["X1"], "open_quantity": [3.0]})
    first = frozen_beside(book)
    assert not frozen(tmp_path).has("book")
    kept = open_inputs(tmp_path / "inputs", AS_OF, digest=first.digest)
    pd.testing.assert_frame_equal(kept.read("book"), book)
    assert frozen_beside(book.assign(open_quantity=4.0)).digest != first.digest


# --- an earlier day, as it stood ----------------------------------------------------------------


def test_stock_of_an_earlier_day_is_the_last_one_known_by_then(tmp_path):
    """The history of A has a row a day; that of B only when its stock changed, last on the 10th."""
    history = pd.DataFrame(
        [("A", "S", day, float(day[-2:])) for day in days_of(20)]
        + [("B", "S", "2026-01-10", 3.0), ("B", "S", "2026-01-28", 8.0)],
        columns=["product_id", "location_id", "day", "on_hand"],
    )
    inputs = frozen(tmp_path, as_of=EARLIER, stock_history=history)
    assert inputs.read("stock").set_index("product_id")["on_hand"].to_dict() == {"A": 25.0, "B": 3.0}
    assert inputs.notes[0] == "stock is that of the stock history on 2026-01-25"


def test_a_history_of_changes_becomes_one_of_every_evening(tmp_path):
    changes = pd.DataFrame(
        [
            ("A", "S", "2026-01-27", 3.0, 0.5),
            ("A", "S", "2026-01-29", 0.0, 0.25),
            ("B", "S", "2026-01-31", 8.0, None),
        ],
        columns=["product_id", "location_id", "day", "on_hand", "in_stock_share"],
    )
    history = frozen(tmp_path, stock_history=changes).read("stock_history")
    assert [(row.product_id, row.day.day, row.on_hand) for row in history.itertuples()] == [
        ("A", 27, 3.0),
        ("A", 28, 3.0),
        ("A", 29, 0.0),
        ("A", 30, 0.0),
        ("A", 31, 0.0),
        ("B", 31, 8.0),
    ]
    assert history["in_stock_share"].dropna().tolist() == [0.5, 0.25]
    assert frozen(tmp_path, stock_history=changes.head(0)).read("stock_history").empty


def test_without_a_history_the_stock_is_todays_and_that_is_said(tmp_path):
    inputs = frozen(tmp_path, as_of=EARLIER, stock_history=None)
    assert inputs.read("stock")["on_hand"].tolist() == [5.0, 7.0]
    assert inputs.notes[0] == "stock is today's: the source has no stock history"


def test_orders_open_on_an_earlier_day_are_those_placed_by_then_and_not_received(tmp_path):
    """R1 came on the 14th, R2 was open on the 25th, O1 was placed on the 29th."""
    inputs = frozen(tmp_path, as_of=EARLIER)
    open_then = inputs.read("on_order")
    assert open_then[["order_line_id", "open_quantity"]].to_dict("list") == {
        "order_line_id": ["R2"],
        "open_quantity": [10.0],
    }
    assert inputs.read("receipts")["order_line_id"].tolist() == ["R1"]


def test_a_line_that_arrived_in_parts_and_whose_day_was_moved_is_one_open_line(tmp_path):
    came = {
        "order_line_id": "P1",
        "product_id": "A",
        "location_id": "S",
        "supplier_id": "F",
        "ordered_on": "2026-01-20",
    }
    receipts = rows_of(
        **came, promised_on="2026-01-24", received_on=["2026-01-23", "2026-01-27", "2026-01-29"],
        ordered_quantity=20.0, received_quantity=[5.0, 6.0, 2.0],
    )  # fmt: skip
    still_open = rows_of(**came, open_quantity=7.0, expected_on="2026-02-05")
    inputs = frozen(tmp_path, as_of=EARLIER, receipts=receipts, on_order=still_open)
    (line,) = inputs.read("on_order").to_dict("records")
    assert (line["open_quantity"], line["expected_on"]) == (15.0, pd.Timestamp("2026-02-05"))


def test_without_receipts_open_orders_are_todays_placed_by_then(tmp_path):
    assert frozen(tmp_path, as_of=EARLIER, receipts=None).read("on_order").empty
    on_order = plain_tables()["on_order"].assign(ordered_on="2026-01-20")
    assert len(frozen(tmp_path, as_of=EARLIER, receipts=None, on_order=on_order).read("on_order")) == 1


def test_nothing_after_the_day_is_in_its_inputs(tmp_path):
    inputs = frozen(tmp_path, as_of=EARLIER)
    for table, column in (
        ("sales", "day"),
        ("stock_history", "day"),
        ("receipts", "received_on"),
        ("prices", "first_day"),
    ):
        assert inputs.read(table)[column].max() <= pd.Timestamp(EARLIER)
    assert len(inputs.read("events")) == 1  # what is planned may be known
