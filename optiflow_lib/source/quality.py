"""What is wrong with the data of a night, row by row, and how to mend it."""

from collections.abc import Callable

import pandas as pd

from optiflow_lib.errors import DataError
from optiflow_lib.schemas.results import QUALITY
from optiflow_lib.source.frozen import Inputs

NEW_DAYS = 2


def data_problems(inputs: Inputs) -> pd.DataFrame:
    """Schema `QUALITY`: one row per problem; none of them stops the night.

    Raises:
        DataError: the sales are empty: nothing could be computed.
    """
    if inputs.read("sales").empty:
        raise DataError(
            what=f"there are no sales up to {inputs.as_of}",
            where="logical table sales",
            mend="load sales into the business database, or correct the SELECT of [sales] (`optiflow check`)",
        )
    found = [check(inputs) for check in CHECKS]
    rows = pd.concat([rows for rows in found if len(rows)]) if any(map(len, found)) else QUALITY.empty()
    ordered = rows.sort_values(["check", "subject", "day"], ignore_index=True)
    return QUALITY.check(ordered, where="data quality")


def _problems(
    check: str, subjects: pd.Series, *, detail: object, mend: str, day: object = pd.NaT
) -> pd.DataFrame:
    columns = {"check": check, "subject": subjects.to_numpy(), "day": day, "detail": detail, "mend": mend}
    rows = pd.DataFrame(columns, columns=list(QUALITY.columns), index=range(len(subjects)))
    return QUALITY.check(rows, where=check)


def _negative_stock(inputs: Inputs) -> pd.DataFrame:
    stock = inputs.read("stock")
    bad = stock[stock["on_hand"] < 0]
    detail = bad["on_hand"].map("on hand is {:g}".format).to_numpy()
    return _problems(
        "negative stock", bad["product_id"], detail=detail, mend="count the stock and correct it"
    )


def _sale_on_empty_stock(inputs: Inputs) -> pd.DataFrame:
    if not inputs.has("stock_history"):
        return QUALITY.empty()
    pair = ["product_id", "location_id"]
    history = inputs.read("stock_history").sort_values([*pair, "day"])
    before = history.groupby(pair)["on_hand"].shift()
    empty = history[(before <= 0) & (history["on_hand"] <= 0)][[*pair, "day"]]
    last_month = empty[empty["day"] > pd.Timestamp(inputs.as_of) - pd.Timedelta(days=28)]
    received = _received_days(inputs)
    sold = last_month.merge(inputs.read("sales").query("quantity > 0"), on=[*pair, "day"])
    bad = sold.merge(received, on=[*pair, "day"], how="left", indicator=True).query("_merge == 'left_only'")
    return _problems(
        "sale on zero stock",
        bad["product_id"],
        detail=bad["quantity"].map("{:g} sold while the stock stood at zero".format).to_numpy(),
        mend="count the stock, or book the receipt that is missing",
        day=bad["day"].to_numpy(),
    )


def _received_days(inputs: Inputs) -> pd.DataFrame:
    pair = ["product_id", "location_id"]
    if not inputs.has("receipts"):
        return pd.DataFrame({"product_id": [], "location_id": [], "day": []}).astype(
            {"product_id": "str", "location_id": "str", "day": "datetime64[us]"}
        )
    days = inputs.read("receipts").rename(columns={"received_on": "day"})
    return days[[*pair, "day"]].drop_duplicates()


def _missing_values(inputs: Inputs) -> pd.DataFrame:
    products = inputs.read("products")
    costs = _term_costs(inputs)
    no_cost = products[products["cost"].isna() & ~products["product_id"].isin(costs)]
    no_price = products[products["price"].isna()]
    mend = "enter it in the business database; until then an assumed value is used and shown"
    return pd.concat(
        [
            _problems(
                "missing cost", no_cost["product_id"], detail="no cost, and no supplier's either", mend=mend
            ),
            _problems("missing price", no_price["product_id"], detail="no price", mend=mend),
        ]
    )


def _term_costs(inputs: Inputs) -> pd.Series:
    if not inputs.has("supplier_terms"):
        return pd.Series(dtype="str")
    return inputs.read("supplier_terms").dropna(subset="unit_cost")["product_id"]


def _missing_supplier(inputs: Inputs) -> pd.DataFrame:
    products = inputs.read("products")
    current = products[products["ends_on"].isna() | (products["ends_on"] > pd.Timestamp(inputs.as_of))]
    terms = inputs.read("supplier_terms") if inputs.has("supplier_terms") else None
    known = pd.Series(dtype="str") if terms is None else terms["product_id"]
    no_supplier = current[~current["product_id"].isin(known)]
    rows = [
        _problems(
            "missing supplier",
            no_supplier["product_id"],
            detail="no supplier delivers it",
            mend="enter the supplier's terms; without them nothing can be ordered",
        )
    ]
    if terms is not None:
        unquoted = terms[terms["lead_time"].isna()].drop_duplicates("product_id")
        mend = "enter the quoted lead time, or book receipts: it is then learned from them"
        rows.append(
            _problems("missing lead time", unquoted["product_id"], detail="none is quoted", mend=mend)
        )
    return pd.concat(rows)


def _unknown_products(inputs: Inputs) -> pd.DataFrame:
    sold = inputs.read("sales")["product_id"]
    unknown = sold[~sold.isin(inputs.read("products")["product_id"])].drop_duplicates()
    mend = "add the product, or leave such lines out in the mapping's SELECT"
    return _problems("unknown product", unknown, detail="it is sold but not listed", mend=mend)


def _days_without_sales(inputs: Inputs) -> pd.DataFrame:
    """Days inside the history on which nothing at all was sold, of weekdays that usually sell."""
    sold = inputs.read("sales")["day"].drop_duplicates().sort_values()
    every = pd.date_range(sold.iloc[0], sold.iloc[-1])
    missing = every[~every.isin(sold)]
    weekdays = pd.Series(missing.day_of_week).value_counts(normalize=False)
    usual = [day for day in missing if weekdays[day.day_of_week] < len(every) / 7 / 2]
    subjects = pd.Series(["sales"] * len(usual), dtype="str")
    mend = "load the day's sales; ignore this when the shop was closed"
    return _problems(
        "day without sales",
        subjects,
        detail="nothing was sold at all",
        mend=mend,
        day=pd.DatetimeIndex(usual),
    )


def _short_or_empty_histories(inputs: Inputs) -> pd.DataFrame:
    sales = inputs.read("sales")
    by_product = sales.groupby("product_id").agg(
        days=("day", "nunique"), units=("quantity", lambda q: q.abs().sum())
    )
    short = by_product.index[by_product["days"] < NEW_DAYS].to_series()
    never = by_product.index[by_product["units"] == 0].to_series()
    mend = "nothing to mend: forecasts start from the category's level and learn"
    return pd.concat(
        [
            _problems("one day of history", short, detail="sold on one day only", mend=mend),
            _problems(
                "all zeros",
                never,
                detail="its sales are all zero",
                mend="leave such lines out of the mapping",
            ),
        ]
    )


def _ends_before_launch(inputs: Inputs) -> pd.DataFrame:
    products = inputs.read("products")
    bad = products[products["ends_on"] < products["launched_on"]]
    return _problems(
        "end before launch", bad["product_id"], detail="it ends before it starts", mend="correct its days"
    )


CHECKS: tuple[Callable[[Inputs], pd.DataFrame], ...] = (
    _negative_stock,
    _sale_on_empty_stock,
    _missing_values,
    _missing_supplier,
    _unknown_products,
    _days_without_sales,
    _short_or_empty_histories,
    _ends_before_launch,
)
