-- Tryton 8.2, the columns the mapping uses, with the types of a database made by trytond-admin. The same story in every system:
-- article 1 is sold by piece and bought in boxes of 12; article 2 is inactive; warehouse 4 has places below it.
CREATE TABLE product_uom (id INTEGER, name VARCHAR, symbol VARCHAR(10), factor DOUBLE PRECISION, rate DOUBLE PRECISION, rounding DOUBLE PRECISION);
INSERT INTO product_uom VALUES (1, 'Unité', 'u', 1, 1, 1), (2, 'Boîte de 12', 'bte', 12, 0.083333333333, 1);
CREATE TABLE product_template (id INTEGER, name VARCHAR, type VARCHAR, active BOOLEAN, consumable BOOLEAN, default_uom INTEGER, purchase_uom INTEGER, sale_uom INTEGER);
INSERT INTO product_template VALUES (7, 'Thé vert', 'goods', TRUE, FALSE, 1, 2, 1), (8, 'Ancien', 'goods', TRUE, FALSE, 1, 1, 1), (9, 'Livraison', 'service', TRUE, NULL, 1, 1, 1);
CREATE TABLE product_product (id INTEGER, template INTEGER, code VARCHAR, active BOOLEAN, replaced_by INTEGER);
INSERT INTO product_product VALUES (1, 7, '0007', TRUE, NULL), (2, 8, '0008', FALSE, 1), (3, 9, '0009', TRUE, NULL);
CREATE TABLE product_category (id INTEGER, name VARCHAR, parent INTEGER, accounting BOOLEAN);
INSERT INTO product_category VALUES (1, 'Épicerie', NULL, FALSE), (2, 'Comptes 607', NULL, TRUE);
CREATE TABLE "product_template-product_category" (id INTEGER, template INTEGER, category INTEGER);
INSERT INTO "product_template-product_category" VALUES (1, 7, 1), (2, 7, 2);
CREATE TABLE product_cost_price (id INTEGER, product INTEGER, company INTEGER, cost_price NUMERIC);
INSERT INTO product_cost_price VALUES (1, 1, 1, {2.5}), (2, 1, 2, {9.9});
CREATE TABLE product_list_price (id INTEGER, product INTEGER, template INTEGER, company INTEGER, list_price NUMERIC);
INSERT INTO product_list_price VALUES (1, NULL, 7, 1, {6.00});
CREATE TABLE party_party (id INTEGER, name VARCHAR, code VARCHAR, active BOOLEAN);
INSERT INTO party_party VALUES (20, 'Comptoir', 'F20', TRUE), (21, 'Client', 'C21', TRUE);
CREATE TABLE ir_lang (id INTEGER, code VARCHAR, name VARCHAR);
INSERT INTO ir_lang VALUES (1, 'en', 'English'), (2, 'fr', 'Français');
CREATE TABLE party_party_lang (id INTEGER, party INTEGER, lang INTEGER, company INTEGER);
INSERT INTO party_party_lang VALUES (1, 20, 2, NULL);
CREATE TABLE party_contact_mechanism (id INTEGER, party INTEGER, type VARCHAR, value VARCHAR, active BOOLEAN);
INSERT INTO party_contact_mechanism VALUES (1, 20, 'email', 'commandes@comptoir.example', TRUE), (2, 20, 'phone', '01', TRUE);
CREATE TABLE purchase_product_supplier (id INTEGER, template INTEGER, product INTEGER, party INTEGER, company INTEGER, currency INTEGER, sequence INTEGER, lead_time INTERVAL, active BOOLEAN);
INSERT INTO purchase_product_supplier VALUES (1, 7, NULL, 20, 1, 1, 1, {4 days}, TRUE);
CREATE TABLE purchase_product_supplier_price (id INTEGER, product_supplier INTEGER, quantity DOUBLE PRECISION, unit_price NUMERIC, sequence INTEGER);
INSERT INTO purchase_product_supplier_price VALUES (1, 1, 0, {30.0}, 1), (2, 1, 10, {27.0}, 2);
CREATE TABLE stock_location (id INTEGER, name VARCHAR, type VARCHAR, active BOOLEAN, parent INTEGER, "left" INTEGER, "right" INTEGER);
INSERT INTO stock_location VALUES
  (1, 'Fournisseur', 'supplier', TRUE, NULL, 1, 2), (2, 'Client', 'customer', TRUE, NULL, 3, 4), (3, 'Écart', 'lost_found', TRUE, NULL, 5, 6),
  (4, 'Boutique', 'warehouse', TRUE, NULL, 7, 14), (5, 'Réserve', 'storage', TRUE, 4, 8, 11), (6, 'Quai', 'storage', TRUE, 4, 12, 13), (7, 'Rayon', 'storage', TRUE, 5, 9, 10);
CREATE TABLE purchase_purchase (id INTEGER, party INTEGER, purchase_date DATE, state VARCHAR, company INTEGER, warehouse INTEGER);
INSERT INTO purchase_purchase VALUES (50, 20, '2026-01-02', 'processing', 1, 4), (51, 20, '2026-01-03', 'cancelled', 1, 4);
CREATE TABLE purchase_line (id INTEGER, purchase INTEGER, product INTEGER, quantity DOUBLE PRECISION, unit INTEGER, unit_price NUMERIC, delivery_date_store DATE);
INSERT INTO purchase_line VALUES (12, 50, 1, 2, 2, {30.0}, '2026-01-06'), (13, 51, 1, 5, 2, {30.0}, '2026-01-06');
CREATE TABLE stock_move (id INTEGER, product INTEGER, company INTEGER, from_location INTEGER, to_location INTEGER, quantity DOUBLE PRECISION, internal_quantity DOUBLE PRECISION,
  unit INTEGER, unit_price NUMERIC, state VARCHAR, effective_date DATE, planned_date DATE, origin_planned_date DATE, origin VARCHAR);
INSERT INTO stock_move VALUES
  (1, 1, 1, 1, 6, 1, 12, 2, {30.0}, 'done', '2026-01-07', '2026-01-06', '2026-01-06', 'purchase.line,12'),
  (2, 1, 1, 6, 7, 12, 12, 1, NULL, 'done', '2026-01-07', NULL, NULL, NULL),
  (3, 1, 1, 1, 6, 1, 12, 2, {30.0}, 'draft', NULL, '2026-01-12', '2026-01-06', 'purchase.line,12'),
  (4, 1, 1, 1, 6, 5, 60, 2, {30.0}, 'cancelled', NULL, '2026-01-06', NULL, 'purchase.line,13'),
  (5, 1, 1, 7, 2, 3, 3, 1, {6.0}, 'done', '2026-01-08', NULL, NULL, 'sale.line,1'),
  (6, 1, 1, 2, 5, 1, 1, 1, {6.0}, 'done', '2026-01-08', NULL, NULL, 'sale.line,1'),
  (7, 1, 1, 7, 2, 4, 4, 1, {6.0}, 'done', '2026-01-09', NULL, NULL, 'sale.line,2'),
  (8, 1, 1, 7, 2, 2, 2, 1, {6.0}, 'assigned', NULL, '2026-01-10', NULL, 'sale.line,3'),
  (9, 1, 1, 7, 3, 1, 1, 1, NULL, 'done', '2026-01-09', NULL, NULL, NULL),
  (10, 2, 1, 7, 2, 9, 9, 1, {1.0}, 'done', '2026-01-08', NULL, NULL, 'sale.line,4'),
  (11, 1, 2, 7, 2, 99, 99, 1, {6.0}, 'done', '2026-01-08', NULL, NULL, 'sale.line,5');
