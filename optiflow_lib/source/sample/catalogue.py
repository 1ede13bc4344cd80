"""What the sample shop sells and from whom: a French grocer with a little of everything."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

MADE_PACKS = (1, 6, 12)
# name, mean units a day of a middling product, price from-to, margin, yearly swing, month of its peak, VAT
CATEGORIES = (
    ("Épicerie", 6.0, (1.2, 7.5), 0.28, 0.12, 12, 0.055),
    ("Boissons", 9.0, (0.8, 12.0), 0.26, 0.35, 7, 0.2),
    ("Hygiène", 4.0, (1.9, 9.5), 0.34, 0.05, 1, 0.2),
    ("Crèmerie", 11.0, (0.9, 6.0), 0.24, 0.08, 5, 0.055),
    ("Bazar", 1.5, (3.5, 29.0), 0.42, 0.30, 11, 0.2),
)
NAMES = {
    "Épicerie": "Pâtes complètes|Riz basmati|Huile d'olive|Farine de blé|Sucre roux|Café moulu|Thé vert|Confiture de fraises|Miel d'acacia|Biscuits sablés|Moutarde à l'ancienne|Lentilles vertes",
    "Boissons": "Eau de source|Jus d'orange|Limonade artisanale|Cidre brut|Bière blonde|Vin de Bordeaux|Sirop de grenadine|Eau gazeuse|Jus de pomme|Thé glacé pêche|Crémant d'Alsace|Bière sans alcool",
    "Hygiène": "Savon de Marseille|Shampooing à l'argan|Dentifrice menthe|Gel douche|Mouchoirs|Papier toilette|Lessive liquide|Éponges végétales|Crème mains|Déodorant|Liquide vaisselle|Coton bio",
    "Crèmerie": "Lait demi-écrémé|Beurre doux|Yaourt nature|Crème fraîche|Camembert|Comté 12 mois|Œufs plein air|Fromage blanc|Chèvre frais|Emmental râpé|Roquefort|Riz au lait",
    "Bazar": "Piles AA|Ampoule LED|Bougies|Cahier à spirale|Stylo à bille|Parapluie|Allume-gaz|Torchon en lin|Boîte hermétique|Corde à linge|Guirlande lumineuse|Arrosoir",
}
SIZES = ("", " – lot de 2", " – grand format", " – petit format", " bio", " – édition d'automne")


@dataclass(frozen=True)
class Supplier:
    """Who delivers, when it takes orders and how reliably it comes."""

    supplier_id: str
    name: str
    email: str
    address: str
    order_weekdays: str  # ISO weekdays
    free_delivery_from: float
    minimum_order_value: float
    lead_time: int  # quoted, days
    lead_time_cv: float
    language: str = "fr"


SUPPLIERS = (
    Supplier(
        "F01",
        "Grossiste du Midi",
        "commandes@grossiste-midi.example",
        "8 quai du Port, 13002 Marseille",
        "1,2,3,4,5",
        400,
        0,
        2,
        0.2,
    ),
    Supplier(
        "F02",
        "Laiterie des Alpes",
        "ventes@laiterie-alpes.example",
        "3 chemin des Alpages, 73000 Chambéry",
        "1,3,5",
        250,
        80,
        3,
        0.25,
    ),
    Supplier(
        "F03",
        "Brasserie & Caves Réunies",
        "order@caves.example",
        "21 rue du Houblon, 67000 Strasbourg",
        "2,5",
        600,
        150,
        5,
        0.3,
    ),
    Supplier(
        "F04",
        "Propreté Service",
        "adv@proprete.example",
        "14 avenue Foch, 59000 Lille",
        "1,4",
        500,
        120,
        7,
        0.3,
    ),
    Supplier(
        "F05",
        "Bazar Import",
        "contact@bazar-import.example",
        "Zone portuaire, 76600 Le Havre",
        "3",
        900,
        300,
        14,
        0.35,
    ),
    Supplier(
        "F06",
        "Οίνος & Ελιά",
        "orders@oinos.example",
        "Λεωφόρος Νίκης 12, Θεσσαλονίκη",
        "1",
        700,
        200,
        21,
        0.4,
        "en",
    ),
)
MAIN_SUPPLIER = {"Épicerie": "F01", "Boissons": "F03", "Hygiène": "F04", "Crèmerie": "F02", "Bazar": "F05"}


def products(count: int, *, first: int, rng: np.random.Generator, days: pd.DatetimeIndex) -> pd.DataFrame:
    """`count` products from number `first` on: name, category, prices, supplier, demand level, life.

    Some are slow, some new, some ended with a successor: what a shop's list really looks like.
    """
    number = np.arange(first, first + count)
    kind = number % len(CATEGORIES)
    parts = pd.DataFrame(
        [CATEGORIES[k] for k in kind], columns=["category", "rate", "span", "margin", "swing", "peak", "vat"]
    )
    low, high = parts["span"].str[0], parts["span"].str[1]
    price = np.round(low + (high - low) * rng.beta(1.3, 3, count), 2)
    slow = rng.random(count) < 0.2
    level = parts["rate"] * rng.lognormal(0, 0.7, count) * np.where(slow, 0.04, 1)
    listed = pd.DataFrame(
        {
            "article_id": [f"{n + 1:04d}" for n in number],
            "libelle": [
                _name(CATEGORIES[k][0], n // len(CATEGORIES))
                for n, k in zip(number.tolist(), kind.tolist(), strict=True)
            ],
            "rayon": parts["category"],
            "prix_vente": price,
            "prix_achat": np.round(price * (1 - parts["margin"]), 2),
            "taux_tva": parts["vat"],
            "colisage": np.where(slow, 1, rng.choice(MADE_PACKS, count)),
            "duree_vie_jours": np.where(parts["category"] == "Crèmerie", 30, np.nan),
            "fournisseur_id": _suppliers(parts["category"], rng),
            "niveau": level,
            "saison": parts["swing"],
            "pic": parts["peak"],
        }
    )
    return _with_lives(listed, rng=rng, days=days)


def _name(category: str, rank: int) -> str:
    names = NAMES[category].split("|")
    turn = rank // len(names)
    series = f" n° {turn // len(SIZES) + 1}" if turn >= len(SIZES) else ""
    return names[rank % len(names)] + SIZES[turn % len(SIZES)] + series


def _suppliers(categories: pd.Series, rng: np.random.Generator) -> np.ndarray:
    usual = categories.map(MAIN_SUPPLIER).to_numpy(dtype=object)
    elsewhere = rng.random(len(usual)) < 0.15
    foreign = np.where(categories.isin(["Boissons", "Épicerie"]), "F06", "F01")
    return np.where(elsewhere, foreign, usual)


def _with_lives(listed: pd.DataFrame, *, rng: np.random.Generator, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Launch, end and successor: about one product in 12 is new, one in 20 has ended when its successor came."""
    count, last = len(listed), len(days) - 1
    launch, end = np.zeros(count, int), np.full(count, last + 400)
    order = rng.permutation(count)
    fresh, others = order[: max(1, count // 12)], order[max(1, count // 12) :]
    launch[fresh] = np.maximum(last - rng.integers(20, 300, len(fresh)), 0)
    heirs = pd.Series(pd.NA, index=listed.index, dtype=object)
    category = listed["rayon"].to_numpy()
    for new in fresh[: max(1, count // 20)]:
        old = next((i for i in others if category[i] == category[new] and pd.isna(heirs[i])), None)
        if old is not None:
            heirs[old] = listed["article_id"].iloc[new]
            end[old] = min(launch[new] + rng.integers(0, 21), last - 5)
    return listed.assign(lancement=launch, fin=end, remplace_par=heirs)
