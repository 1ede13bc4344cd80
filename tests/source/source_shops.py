"""The little shop: a business database of which every row is known, and its mapping."""

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
