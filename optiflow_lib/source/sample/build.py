"""Writes the sample database; the same seed gives the same rows, and memory does not grow with the number of products."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from optiflow_lib.errors import SourceError
from optiflow_lib.source.sample.catalogue import SUPPLIERS, Supplier
from optiflow_lib.source.sample.catalogue import products as listed_products
from optiflow_lib.source.sample.events import events, promoted
from optiflow_lib.source.sample.shop import ShopHistory, demand, history
from optiflow_lib.source.sample.staging import staged

LAST_DAY = date(2026, 10, 31)
APPLICATION_ID = 0x0F71F10  # says that a file was made here and may be replaced
CHUNK_PRODUCTS = 2000
WARM_UP_DAYS = 60  # simulated, not written: the shop opens with a history
STOCK_HISTORY_DAYS = 1095
LOCATION = "M01"
SHIPPED_SEED = 1


def build_sample(
    file: str | Path,
    *,
    products: int = 60,
    years: int = 3,
    seed: int = SHIPPED_SEED,
    last_day: date = LAST_DAY,
) -> None:
    """Makes a French shop's database: sales, stock, orders, receipts and events that agree to the unit.

    Args:
        file: Where to; an older sample there is replaced, whole or not at all.
        products: How many products the shop sells.
        years: How many years of daily sales, ending with `last_day`.
        seed: Same seed, same rows.
        last_day: Last day of sales.

    Raises:
        SourceError: `file` exists and is not a sample made here.
    """
    target = Path(file)
    _refuse_foreign(target)
    days = pd.date_range(end=pd.Timestamp(last_day), periods=365 * years + WARM_UP_DAYS)
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    connection = sqlite3.connect(unfinished)
    try:
        with connection:
            connection.executescript((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _write_all(connection, count=products, seed=seed, days=days)
        connection.execute("VACUUM")
    finally:
        connection.close()
    unfinished.replace(target)


def _refuse_foreign(target: Path) -> None:
    if not target.exists():
        return
    with target.open("rb") as stream:
        head = stream.read(72)
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise SourceError(
            what=f"{target} exists and is not a sample database",
            where="optiflow init --sample",
            mend="name another file with --database; Optiflow replaces only what it made itself",
        )


def _write_all(connection: sqlite3.Connection, *, count: int, seed: int, days: pd.DatetimeIndex) -> None:
    happened = events(days[WARM_UP_DAYS:])
    _append(connection, "magasins", [(LOCATION, "Paris – Les Halles", "Île-de-France", "FR")])
    _append(connection, "fournisseurs", [_supplier_row(supplier) for supplier in SUPPLIERS])
    _append(connection, "evenements", _event_rows(happened))
    for chunk, first in enumerate(range(0, count, CHUNK_PRODUCTS)):
        rng = np.random.default_rng([seed, chunk])
        listed = listed_products(min(CHUNK_PRODUCTS, count - first), first=first, rng=rng, days=days)
        past = staged(
            history(listed, demand(listed, happened, days=days, rng=rng), days=days, rng=rng), listed
        )
        for table, rows in _chunk_tables(listed, past, happened, days=days, first=first):
            _append(connection, table, rows)


def _append(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    width = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)


def _supplier_row(s: Supplier) -> tuple[object, ...]:
    return (
        s.supplier_id,
        s.name,
        s.language,
        s.email,
        s.address,
        s.order_weekdays,
        s.free_delivery_from,
        s.minimum_order_value,
    )


def _event_rows(happened: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    return zip(
        happened["evenement_id"],
        happened["libelle"],
        happened["type"],
        _iso(happened["debut"]),
        _iso(happened["fin"]),
        happened["portee"],
        happened["remise"],
        happened["hausse"],
        strict=True,
    )


def _chunk_tables(
    listed: pd.DataFrame, past: ShopHistory, happened: pd.DataFrame, *, days: pd.DatetimeIndex, first: int
) -> Iterator[tuple[str, Iterator[tuple[object, ...]]]]:
    yield "articles", _product_rows(listed, days)
    yield "conditions_achat", _term_rows(listed)
    yield "ventes", _sale_rows(listed, past, happened, days)
    yield "historique_stocks", _stock_rows(listed, past, days)
    stock = past.on_hand[:, -1].astype(int).tolist()
    yield "stocks", zip(listed["article_id"], [LOCATION] * len(stock), stock, [0] * len(stock), strict=True)
    yield "tarifs", _price_rows(listed, days)
    lines = _lines(past.lines, listed, days, first=first)
    orders = lines.drop_duplicates("commande_id")
    yield (
        "commandes_fournisseurs",
        _tuples(orders, "commande_id", "supplier", "lieu", "date_commande", "date_prevue"),
    )
    yield "lignes_commande", _tuples(lines, "ligne_id", "commande_id", "article_id", "quantity")
    yield "receptions", _tuples(lines[lines["recu"].notna()], "ligne_id", "recu", "quantity")


def _tuples(rows: pd.DataFrame, *columns: str) -> Iterator[tuple[object, ...]]:
    return zip(*(rows[column].tolist() for column in columns), strict=True)


def _product_rows(listed: pd.DataFrame, days: pd.DatetimeIndex) -> Iterator[tuple[object, ...]]:
    def day_or_none(numbers: pd.Series, known: pd.Series) -> list[str | None]:
        inside = numbers.clip(0, len(days) - 1)
        return [text if is_known else None for text, is_known in zip(_iso(days[inside]), known, strict=True)]

    launched = day_or_none(listed["lancement"], listed["lancement"] > WARM_UP_DAYS)
    ended = day_or_none(listed["fin"], listed["fin"] < len(days))
    shelf = [None if np.isnan(life) else int(life) for life in listed["duree_vie_jours"]]
    heirs = [None if pd.isna(heir) else heir for heir in listed["remplace_par"]]
    unit = ["pièce"] * len(listed)
    plain = [listed[name].tolist() for name in ("article_id", "libelle", "rayon")]
    money = [listed[name].tolist() for name in ("prix_achat", "prix_vente", "taux_tva", "colisage")]
    return zip(*plain, unit, *money, shelf, launched, ended, heirs, strict=True)


def _term_rows(listed: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    quoted = {supplier.supplier_id: supplier.lead_time for supplier in SUPPLIERS}
    for product in listed.itertuples():
        pack, cost = product.colisage, product.prix_achat
        head = (product.article_id, product.fournisseur_id, 1, pack, pack)
        yield (*head, 0, cost, quoted[product.fournisseur_id])
        if pack == 12:
            yield (*head, 120, round(cost * 0.95, 2), quoted[product.fournisseur_id])


def _sale_rows(
    listed: pd.DataFrame, past: ShopHistory, happened: pd.DataFrame, days: pd.DatetimeIndex
) -> Iterator[tuple[object, ...]]:
    discounts = promoted(happened, days)
    off = np.stack([discounts[category] for category in listed["rayon"]])
    names, written = listed["article_id"].tolist(), _iso(days)
    price = listed["prix_vente"].to_numpy()
    for kind, units, sign in (("vente", past.sold, 1), ("retour", past.returned, -1)):
        shown = units.copy()
        shown[:, :WARM_UP_DAYS] = 0
        item, day = np.nonzero(shown)
        quantity = (sign * shown[item, day]).astype(int)
        amount = np.round(quantity * price[item] * (1 - off[item, day]), 2).tolist()
        promo = (off[item, day] > 0).astype(int).tolist()
        for i, d, q, a, p in zip(item.tolist(), day.tolist(), quantity.tolist(), amount, promo, strict=True):
            yield names[i], LOCATION, written[d], kind, q, a, p


def _stock_rows(
    listed: pd.DataFrame, past: ShopHistory, days: pd.DatetimeIndex
) -> Iterator[tuple[object, ...]]:
    first = max(WARM_UP_DAYS, len(days) - STOCK_HISTORY_DAYS)
    written = _iso(days)
    for i, name in enumerate(listed["article_id"]):
        start = max(first, int(listed["lancement"].iloc[i]))
        for d, quantity in enumerate(past.on_hand[i, start:].astype(int).tolist(), start):
            yield name, LOCATION, written[d], quantity


def _price_rows(listed: pd.DataFrame, days: pd.DatetimeIndex) -> Iterator[tuple[object, ...]]:
    """Each product's price went up 2 % a year, on 1 February."""
    rises = [day for day in days[WARM_UP_DAYS:] if (day.month, day.day) == (2, 1)]
    for product in listed.itertuples():
        for turn, day in enumerate([days[WARM_UP_DAYS], *rises]):
            price = round(product.prix_vente * 0.98 ** (len(rises) - turn), 2)
            yield product.article_id, LOCATION, f"{day:%Y-%m-%d}", price


def _lines(lines: pd.DataFrame, listed: pd.DataFrame, days: pd.DatetimeIndex, *, first: int) -> pd.DataFrame:
    """Order lines with dates; what comes after the last day is still on order."""
    kept = lines[lines["received"] >= WARM_UP_DAYS].reset_index(drop=True)
    long = pd.date_range(days[0], periods=int(max(kept["received"].max(), kept["promised"].max())) + 1)
    written = np.array(_iso(long), dtype=object)
    order = kept["supplier"] + written[kept["ordered"]].astype(str)
    numbers = {
        key: f"C{first // CHUNK_PRODUCTS:02d}{n + 1:06d}" for n, key in enumerate(sorted(order.unique()))
    }
    received = kept["received"].to_numpy()
    return pd.DataFrame(
        {
            "ligne_id": [f"L{first // CHUNK_PRODUCTS:02d}{n + 1:07d}" for n in range(len(kept))],
            "commande_id": order.map(numbers),
            "article_id": listed["article_id"].to_numpy()[kept["item"]],
            "supplier": kept["supplier"],
            "lieu": LOCATION,
            "date_commande": written[kept["ordered"]],
            "date_prevue": written[kept["promised"]],
            "recu": np.where(received < len(days), written[received], None),
            "quantity": kept["quantity"].astype(int),
        }
    )


def _iso(days: pd.DatetimeIndex | pd.Series) -> list[str]:
    return list(pd.DatetimeIndex(days).strftime("%Y-%m-%d"))
