"""The sample shop's physical tables, as rows."""

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from optiflow_lib.source.sample.catalogue import SUPPLIERS, Supplier
from optiflow_lib.source.sample.events import promoted
from optiflow_lib.source.sample.incidents import TYPED_FACTOR, mistyped
from optiflow_lib.source.sample.shop import ShopHistory

WARM_UP_DAYS = 60  # simulated, not written: the shop opens with a history
LOCATION = "M01"
YEARLY_RISE = 0.02  # of prices, on 1 February
BULK_QUANTITY, BULK_DISCOUNT = 120, 0.05

Rows = Iterable[tuple[Any, ...]]


def shop_tables(happened: pd.DataFrame) -> Iterator[tuple[str, Rows]]:
    """What does not depend on products: the shop, its suppliers, its events."""
    yield "magasins", [(LOCATION, "Paris – Les Halles", "Île-de-France", "FR")]
    yield "fournisseurs", [_supplier_row(supplier) for supplier in SUPPLIERS]
    named = _tuples(happened, "evenement_id", "libelle", "type")
    spans = zip(_iso(happened["debut"]), _iso(happened["fin"]), strict=True)
    effects = _tuples(happened, "portee", "remise", "hausse")
    yield "evenements", ((*a, *b, *c) for a, b, c in zip(named, spans, effects, strict=True))


def block_tables(
    listed: pd.DataFrame, past: ShopHistory, happened: pd.DataFrame, *, days: pd.DatetimeIndex, block: int
) -> Iterator[tuple[str, Rows]]:
    """What depends on products: one block of them, and what happened to it."""
    yield "articles", _product_rows(listed, days)
    yield "conditions_achat", _term_rows(listed)
    yield "tarifs", _price_rows(listed, days)
    yield "ventes", _sale_rows(listed, past, happened, days)
    yield "historique_stocks", _stock_rows(listed, past, days)
    stock = past.on_hand[:, -1].astype(int).tolist()
    yield "stocks", zip(listed["article_id"], repeat(LOCATION), stock, repeat(0), strict=False)
    lines = _lines(past.lines, listed, days, block=block)
    orders = lines.drop_duplicates("commande_id")
    yield (
        "commandes_fournisseurs",
        _tuples(orders, "commande_id", "supplier", "lieu", "date_commande", "date_prevue"),
    )
    yield "lignes_commande", _tuples(lines, "ligne_id", "commande_id", "article_id", "quantity")
    yield "receptions", _tuples(lines[lines["recu"].notna()], "ligne_id", "recu", "quantity")


def _supplier_row(s: Supplier) -> tuple[object, ...]:
    contact = (s.supplier_id, s.name, s.language, s.email, s.address)
    return (*contact, s.order_weekdays, s.free_delivery_from, s.minimum_order_value)


def _product_rows(listed: pd.DataFrame, days: pd.DatetimeIndex) -> Rows:
    def day_or_none(numbers: pd.Series, known: pd.Series) -> list[str | None]:
        inside = numbers.clip(0, len(days) - 1)
        return [text if is_known else None for text, is_known in zip(_iso(days[inside]), known, strict=True)]

    launched = day_or_none(listed["lancement"], listed["lancement"] > WARM_UP_DAYS)
    ended = day_or_none(listed["fin"], listed["fin"] < len(days))
    shelf = [None if np.isnan(life) else int(life) for life in listed["duree_vie_jours"]]
    heirs = [None if pd.isna(heir) else heir for heir in listed["remplace_par"]]
    plain = [listed[name].tolist() for name in ("article_id", "libelle", "rayon")]
    money = [listed[name].tolist() for name in ("prix_achat", "prix_vente", "taux_tva", "colisage")]
    unit = ["pièce"] * len(listed)
    return zip(*plain, unit, *money, shelf, launched, ended, heirs, strict=True)


def _term_rows(listed: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    quoted = {supplier.supplier_id: supplier.lead_time for supplier in SUPPLIERS}
    for product in listed.itertuples():
        pack, cost = product.colisage, product.prix_achat
        head = (product.article_id, product.fournisseur_id, 1, pack, pack)
        yield (*head, 0, cost, quoted[product.fournisseur_id])
        if pack == 12:
            bulk_cost = round(cost * (1 - BULK_DISCOUNT), 2)
            yield (*head, BULK_QUANTITY, bulk_cost, quoted[product.fournisseur_id])


def _sale_rows(
    listed: pd.DataFrame, past: ShopHistory, happened: pd.DataFrame, days: pd.DatetimeIndex
) -> Iterator[tuple[object, ...]]:
    discounts = promoted(happened, days)
    off = np.stack([discounts[category] for category in listed["rayon"]])
    names, written = listed["article_id"].to_numpy(dtype=object), np.array(_iso(days), dtype=object)
    prices, turn = _prices(listed, days)
    for kind, units, sign in (("vente", past.sold, 1), ("retour", past.returned, -1)):
        item, day = np.nonzero(units[:, WARM_UP_DAYS:])
        day += WARM_UP_DAYS
        quantity = (sign * units[item, day]).astype(int)
        amount = np.round(quantity * prices[item, turn[day]] * (1 - off[item, day]), 2)
        quantity = np.where(_is_mistyped(item, day, listed, days), TYPED_FACTOR * quantity, quantity)
        promo = (off[item, day] > 0).astype(int)
        columns = (array.tolist() for array in (quantity, amount, promo))
        key = (names[item].tolist(), repeat(LOCATION), written[day].tolist(), repeat(kind))
        yield from zip(*key, *columns, strict=False)


def _is_mistyped(
    item: np.ndarray, day: np.ndarray, listed: pd.DataFrame, days: pd.DatetimeIndex
) -> np.ndarray:
    wrong = mistyped(listed, days)
    return np.zeros(len(item), dtype=bool) if wrong is None else (item == wrong[0]) & (day == wrong[1])


def _stock_rows(
    listed: pd.DataFrame, past: ShopHistory, days: pd.DatetimeIndex
) -> Iterator[tuple[object, ...]]:
    written, on_hand = _iso(days), past.on_hand.astype(int)
    for i, (name, launch) in enumerate(zip(listed["article_id"], listed["lancement"], strict=True)):
        start = max(WARM_UP_DAYS, int(launch))
        yield from zip(
            repeat(name), repeat(LOCATION), written[start:], on_hand[i, start:].tolist(), strict=False
        )


def _price_rows(listed: pd.DataFrame, days: pd.DatetimeIndex) -> Iterator[tuple[object, ...]]:
    prices, turn = _prices(listed, days)
    first = [int(np.flatnonzero(turn == n)[0]) for n in range(prices.shape[1])]
    written = _iso(days[np.maximum(first, WARM_UP_DAYS)])
    for name, own in zip(listed["article_id"], prices.tolist(), strict=True):
        yield from zip(repeat(name), repeat(LOCATION), written, own, strict=False)


def _prices(listed: pd.DataFrame, days: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Each product's prices, oldest first, (items, prices); and which of them holds on each day."""
    is_rise = (days.month == 2) & (days.day == 1) & (np.arange(len(days)) > WARM_UP_DAYS)
    turn = np.cumsum(is_rise)
    factors = (1 - YEARLY_RISE) ** np.arange(turn[-1], -1, -1)
    return np.round(np.outer(listed["prix_vente"], factors), 2), turn


def _lines(lines: pd.DataFrame, listed: pd.DataFrame, days: pd.DatetimeIndex, *, block: int) -> pd.DataFrame:
    """Order lines with dates; what comes after the last day is still on order."""
    kept = lines[lines["received"] >= WARM_UP_DAYS].reset_index(drop=True)
    longest = int(kept[["received", "promised"]].max(axis=None)) if len(kept) else 0
    written = np.array(_iso(pd.date_range(days[0], periods=longest + 1)), dtype=object)
    order = kept["supplier"] + written[kept["ordered"]].astype(str)
    numbers = {key: f"C{block:04d}-{n + 1:05d}" for n, key in enumerate(sorted(order.unique()))}
    received = kept["received"].to_numpy()
    return pd.DataFrame(
        {
            "ligne_id": [f"L{block:04d}-{n + 1:06d}" for n in range(len(kept))],
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


def _tuples(rows: pd.DataFrame, *columns: str) -> Rows:
    return zip(*(rows[column].tolist() for column in columns), strict=True)


def _iso(days: pd.DatetimeIndex | pd.Series) -> list[str]:
    return list(pd.DatetimeIndex(days).strftime("%Y-%m-%d"))
