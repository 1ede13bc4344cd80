"""Products that lack what a decision needs."""

import pandas as pd

from optiflow_lib.source.frozen import Inputs
from optiflow_lib.source.quality.problems import problems, table

ENTER = "Enter it in the business database; until then an assumed value is used and shown."


def missing_prices(inputs: Inputs, **_: str) -> pd.DataFrame:
    """No cost, no price, or a cost above the price."""
    products = inputs.read("products")
    terms = table(inputs, "supplier_terms")
    with_cost = [] if terms is None else terms.dropna(subset="unit_cost")["product_id"]
    no_cost = products[products["cost"].isna() & ~products["product_id"].isin(with_cost)]
    no_price = products[products["price"].isna()]
    at_a_loss = products[products["cost"] > products["price"]]
    return pd.concat(
        [
            problems(
                "missing cost", no_cost["product_id"], says="neither it nor a supplier has a cost", mend=ENTER
            ),
            problems("missing price", no_price["product_id"], says="it has no price", mend=ENTER),
            problems(
                "cost above price",
                at_a_loss["product_id"],
                says="it costs more than it sells for",
                figures=at_a_loss["cost"],
                mend="Correct the cost or the price: both are for one unit, without VAT.",
            ),
        ]
    )


def missing_suppliers(inputs: Inputs, **_: str) -> pd.DataFrame:
    """Products on sale that nobody delivers any more, or whose lead time nothing tells."""
    products, terms = inputs.read("products"), table(inputs, "supplier_terms")
    as_of = pd.Timestamp(inputs.as_of)
    on_sale = products[products["ends_on"].isna() | (products["ends_on"] > as_of)]["product_id"]
    if terms is None:
        return _no_supplier(on_sale)
    valid = terms[terms["valid_until"].isna() | (terms["valid_until"] >= as_of)]
    current = valid[valid["product_id"].isin(on_sale)]
    untold = current[current["lead_time"].isna() & ~_learned(current, inputs)].drop_duplicates("product_id")
    return pd.concat(
        [
            _no_supplier(on_sale[~on_sale.isin(valid["product_id"])]),
            problems(
                "missing lead time",
                untold["product_id"],
                says="no lead time is quoted, and nothing was ever received from the supplier",
                mend="Enter the quoted lead time, or book receipts: it is then learned from them.",
            ),
        ]
    )


def ends_before_launch(inputs: Inputs, **_: str) -> pd.DataFrame:
    """A life that ends before it starts."""
    products = inputs.read("products")
    bad = products[products["ends_on"] < products["launched_on"]]
    return problems(
        "end before launch",
        bad["product_id"],
        says="its last day comes before its first",
        mend="Correct its days.",
        days=bad["ends_on"],
    )


def _no_supplier(product_ids: pd.Series) -> pd.DataFrame:
    return problems(
        "missing supplier",
        product_ids,
        says="no supplier delivers it",
        mend="Enter a supplier's terms: without them nothing can be ordered.",
    )


def _learned(terms: pd.DataFrame, inputs: Inputs) -> pd.Series:
    receipts = table(inputs, "receipts")
    return terms["supplier_id"].isin([] if receipts is None else receipts["supplier_id"])
