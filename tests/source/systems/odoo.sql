-- Odoo 17, the columns the mapping uses, with PostgreSQL's types. Times are UTC without zone; a sale at 23:30 UTC on the 8th was made
-- on the 9th in Paris. Article 1 is sold by piece and bought in boxes of 12.
CREATE TABLE res_company (id integer, name varchar);
CREATE TABLE uom_uom (id integer, name jsonb, factor numeric, rounding numeric, uom_type varchar);
INSERT INTO uom_uom VALUES (1, '{"en_US": "Units", "fr_FR": "Unité(s)"}', 1, 0.01, 'reference'), (2, '{"en_US": "Dozens"}', 0.083333333333333333, 0.01, 'bigger');
CREATE TABLE product_category (id integer, name varchar, complete_name varchar);
INSERT INTO product_category VALUES (1, 'Épicerie', 'All / Épicerie');
CREATE TABLE product_template (id integer, name jsonb, type varchar, list_price numeric, categ_id integer, uom_id integer, uom_po_id integer, active boolean, company_id integer);
INSERT INTO product_template VALUES (7, '{"en_US": "Green tea", "fr_FR": "Thé vert"}', 'product', 6.0, 1, 1, 2, true, NULL),
  (8, '{"en_US": "Old"}', 'product', 1, 1, 1, 1, true, NULL), (9, '{"en_US": "Delivery"}', 'service', 1, 1, 1, 1, true, NULL);
CREATE TABLE product_product (id integer, product_tmpl_id integer, default_code varchar, active boolean);
INSERT INTO product_product VALUES (1, 7, '0007', true), (2, 8, '0008', false), (3, 9, '0009', true);
CREATE TABLE res_partner (id integer, name varchar, lang varchar, email varchar, street varchar, street2 varchar, zip varchar, city varchar);
INSERT INTO res_partner VALUES (20, 'Comptoir', 'fr_FR', 'commandes@comptoir.example', '1 quai', NULL, '13002', 'Marseille'), (21, 'Client', 'fr_FR', NULL, NULL, NULL, NULL, NULL);
CREATE TABLE product_supplierinfo (id integer, partner_id integer, product_tmpl_id integer, product_id integer, min_qty numeric, price numeric, delay integer, sequence integer,
  date_start date, date_end date, company_id integer, currency_id integer);
INSERT INTO product_supplierinfo VALUES (1, 20, 7, NULL, 1, 30, 4, 1, NULL, NULL, 1, 1), (2, 20, 7, NULL, 10, 27, 4, 2, NULL, '2026-12-31', NULL, 1), (3, 20, 8, NULL, 1, 1, 4, 1, NULL, NULL, 1, 1);
CREATE TABLE stock_warehouse (id integer, name varchar, code varchar, active boolean, company_id integer, view_location_id integer, lot_stock_id integer);
INSERT INTO stock_warehouse VALUES (4, 'Boutique', 'BOU', true, 1, 40, 41);
CREATE TABLE stock_location (id integer, name varchar, usage varchar, parent_path varchar, location_id integer, company_id integer);
INSERT INTO stock_location VALUES (1, 'Vendors', 'supplier', '1/', NULL, NULL), (2, 'Customers', 'customer', '2/', NULL, NULL), (3, 'Adjustment', 'inventory', '3/', NULL, 1),
  (40, 'BOU', 'view', '40/', NULL, 1), (41, 'Stock', 'internal', '40/41/', 40, 1), (42, 'Rayon', 'internal', '40/41/42/', 41, 1), (400, 'Elsewhere', 'internal', '400/', NULL, 1);
CREATE TABLE stock_picking_type (id integer, code varchar, warehouse_id integer);
INSERT INTO stock_picking_type VALUES (1, 'incoming', 4);
CREATE TABLE purchase_order (id integer, name varchar, partner_id integer, state varchar, date_order timestamp, date_approve timestamp, picking_type_id integer, company_id integer);
INSERT INTO purchase_order VALUES (50, 'P00050', 20, 'purchase', '2026-01-01 09:00', '2026-01-01 23:30', 1, 1), (51, 'P00051', 20, 'cancel', '2026-01-03 09:00', NULL, 1, 1), (52, 'P00052', 20, 'done', '2026-01-01 09:00', '2026-01-01 09:00', 1, 1);
CREATE TABLE purchase_order_line (id integer, order_id integer, product_id integer, product_qty numeric, product_uom integer, product_uom_qty double precision, qty_received numeric, date_planned timestamp);
INSERT INTO purchase_order_line VALUES (12, 50, 1, 2, 2, 24, 1, '2026-01-06 10:00'), (13, 51, 1, 5, 2, 60, 0, '2026-01-06 10:00'), (14, 52, 1, 3, 2, 36, 0, '2026-01-06 10:00');
CREATE TABLE stock_move (id integer, product_id integer, state varchar, purchase_line_id integer);
INSERT INTO stock_move VALUES (1, 1, 'done', 12), (2, 1, 'assigned', 12), (3, 1, 'cancel', 14);
CREATE TABLE stock_move_line (id integer, move_id integer, product_id integer, location_id integer, location_dest_id integer, date timestamp, state varchar, quantity numeric, quantity_product_uom double precision);
INSERT INTO stock_move_line VALUES
  (1, 1, 1, 1, 41, '2026-01-07 08:00', 'done', 1, 12), (2, NULL, 1, 41, 42, '2026-01-07 09:00', 'done', 12, 12),
  (5, NULL, 1, 42, 2, '2026-01-08 10:00', 'done', 3, 3), (6, NULL, 1, 2, 41, '2026-01-08 12:00', 'done', 1, 1), (7, NULL, 1, 42, 2, '2026-01-08 23:30', 'done', 4, 4),
  (8, NULL, 1, 42, 2, '2026-01-10 10:00', 'assigned', 2, 2), (9, NULL, 1, 42, 3, '2026-01-09 10:00', 'done', 1, 1), (10, NULL, 2, 42, 2, '2026-01-08 10:00', 'done', 9, 9),
  (11, NULL, 1, 400, 2, '2026-01-08 10:00', 'done', 99, 99);
CREATE TABLE stock_quant (id integer, product_id integer, location_id integer, quantity numeric, reserved_quantity numeric);
INSERT INTO stock_quant VALUES (1, 1, 41, 1, 0), (2, 1, 42, 4, 2), (3, 1, 400, 50, 0), (4, 2, 42, 3, 0);
