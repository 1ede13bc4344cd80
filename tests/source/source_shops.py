"""Business databases of which every row is known, and their mappings."""

import sqlite3
from pathlib import Path

import pandas as pd

from optiflow_lib.source import Source, open_source

LITTLE_SHOP = """
CREATE TABLE "Articles Été" (code TEXT, libelle TEXT, famille TEXT, pv REAL, pa REAL);
INSERT INTO "Articles Été" VALUES ('0001', 'Pâtes', 'Épicerie', 2, 1.2), ('0002', 'Savon d''Alep', 'Hygiène', 5, 3);
CREATE TABLE "select" (code TEXT, jour TEXT, qte REAL);
INSERT INTO "select" VALUES
  ('0001', '2026-01-05', 3), ('0001', '2026-01-06', 2), ('0001', '2026-01-07', 4), ('0001', '2026-01-08', 1),
  ('0001', '2026-01-09', 5), ('0001', '2026-01-12', 3), ('0001', '2026-01-13', 2), ('0002', '2026-01-05', 1),
  ('0002', '2026-01-06', -1), ('0002', '2026-01-12', 2), ('0002', '2026-01-13', 1);
CREATE TABLE stock (code TEXT, qte REAL);
CREATE INDEX stock_by_code ON stock (code);
INSERT INTO stock VALUES ('0001', 7), ('0002', 0);
CREATE TABLE livraisons (ligne TEXT, code TEXT, commande TEXT, prevu TEXT, recu TEXT, voulu REAL, livre REAL);
INSERT INTO livraisons VALUES
  ('L1', '0001', '2026-01-02', '2026-01-06', '2026-01-07', 12, 12), ('L2', '0001', '2026-01-08', NULL, '2026-01-13', 6, 2);
CREATE TABLE evenements (id TEXT, nom TEXT, debut TEXT, fin TEXT);
INSERT INTO evenements VALUES ('E1', 'Soldes', '2026-01-07', '2026-01-20');
CREATE TABLE secrets (mot TEXT);
INSERT INTO secrets VALUES ('de passe')
"""

PRODUCTS = '''
[products]
sqlite = """
SELECT code AS product_id, libelle AS name, famille AS category, 'pièce' AS unit, pv AS price, pa AS cost
FROM "Articles Été" -- the semicolon; inside a comment ends nothing
"""
'''
MAPPING = f'''# The little shop.
[parameters]
shop = "S1"
{PRODUCTS}
[locations]
sqlite = "SELECT :shop AS location_id, 'Boutique' AS name"

[sales]
sqlite = """
WITH lignes AS (SELECT * FROM "select" WHERE jour BETWEEN :first_day AND :cutoff)
SELECT code AS product_id, :shop AS location_id, jour AS day, SUM(qte) AS quantity FROM lignes GROUP BY code, jour;
-- done
"""

[stock]
sqlite = "SELECT code AS product_id, :shop AS location_id, qte AS on_hand FROM stock"

[receipts]
sqlite = """
SELECT ligne AS order_line_id, code AS product_id, :shop AS location_id, 'F1' AS supplier_id, commande AS ordered_on,
       prevu AS promised_on, recu AS received_on, voulu AS ordered_quantity, livre AS received_quantity
FROM livraisons WHERE recu BETWEEN :first_day AND :cutoff
"""

[events]
sqlite = "SELECT id AS event_id, nom AS name, 'promotion' AS type, debut AS first_day, fin AS last_day FROM evenements"
'''
# The same on PostgreSQL: days are texts there too, so the bounds are made texts.
POSTGRES_MAPPING = (
    MAPPING.replace("sqlite =", "postgresql =")
    .replace(":first_day", "CAST(:first_day AS text)")
    .replace(":cutoff", "CAST(:cutoff AS text)")
    .replace(":shop AS", "CAST(:shop AS text) AS")
)

# --- a shop whose physical tables are the logical ones, to put any fault into -------------------


def rows_of(**columns) -> pd.DataFrame:
    """A frame of columns of which single values are repeated."""
    count = max((len(v) for v in columns.values() if isinstance(v, list)), default=1)
    return pd.DataFrame({name: v if isinstance(v, list) else [v] * count for name, v in columns.items()})


def days_of(count: int, *, last: str = "2026-01-31") -> list[str]:
    """`count` days in a row, ISO texts."""
    return [f"{day:%Y-%m-%d}" for day in pd.date_range(end=last, periods=count)]


def plain_tables() -> dict[str, pd.DataFrame]:
    """Products A and B at location S, 60 days of sales, one supplier: nothing is wrong with it."""
    days = days_of(60)
    both = {"product_id": ["A", "B"], "location_id": "S"}
    daily = {"product_id": ["A"] * 60 + ["B"] * 60, "location_id": "S", "day": days * 2}
    return {
        "products": rows_of(
            product_id=["A", "B"], name=["Ail", "Blé"], category="Épicerie", unit="kg", cost=[1.0, 2.0], price=[2.0, 3.0]
        ).assign(launched_on=None, ends_on=None),
        "locations": rows_of(location_id="S", name="Boutique", country="FR"),
        "suppliers": rows_of(supplier_id="F", name="Fournisseur", order_weekdays="1,4"),
        "supplier_terms": rows_of(product_id=["A", "B"], supplier_id="F", unit_cost=[1.0, 2.0], lead_time=3).assign(
            valid_until=None
        ),
        "sales": rows_of(**daily, quantity=2.0),
        "stock": rows_of(**both, on_hand=[5.0, 7.0]),
        "stock_history": rows_of(**daily, on_hand=5.0),
        "on_order": rows_of(
            order_line_id="O1", product_id="A", location_id="S", supplier_id="F", open_quantity=4.0,
            ordered_on="2026-01-29", expected_on="2026-02-02",
        ),
        "receipts": rows_of(
            order_line_id=["R1", "R2"], product_id="A", location_id="S", supplier_id="F",
            ordered_on=["2026-01-10", "2026-01-20"], promised_on=["2026-01-13", "2026-01-23"],
            received_on=["2026-01-14", "2026-01-30"], ordered_quantity=10.0, received_quantity=10.0,
        ),
        "events": rows_of(
            event_id="E", name="Fête", type="local", first_day="2026-02-01", last_day="2026-02-03", scope="category:Épicerie"
        ),
        "prices": rows_of(product_id=["A", "B"], location_id="S", first_day="2025-12-03", price=[2.0, 3.0]),
    }  # fmt: skip


def plain_shop(folder: Path, **changed: pd.DataFrame | None) -> Source:
    """That shop in a SQLite file, with some tables changed, or left out when None."""
    tables = {name: rows for name, rows in (plain_tables() | changed).items() if rows is not None}
    folder.mkdir(exist_ok=True)
    file = folder / "plain.db"
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as connection:
        for name, rows in tables.items():
            connection.execute(f"CREATE TABLE {name} ({', '.join(rows.columns)})")
            values = rows.astype(object).where(rows.notna(), None).itertuples(index=False, name=None)
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * rows.shape[1])})", values)
    connection.close()
    mapping = folder / "plain.toml"
    mapping.write_text(
        "\n".join(f'[{name}]\nsqlite = "SELECT * FROM {name}"' for name in tables), encoding="utf-8"
    )
    return open_source(f"sqlite:///{file}", mapping=str(mapping))
