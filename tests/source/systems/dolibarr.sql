-- Dolibarr 20, the columns the mapping uses; {double}, {datetime} and {tinyint} are the types of MariaDB or PostgreSQL.
CREATE TABLE llx_c_units (rowid integer PRIMARY KEY, code varchar(3), short_label varchar(5));
INSERT INTO llx_c_units VALUES (1, 'P', 'p');
CREATE TABLE llx_c_country (rowid integer PRIMARY KEY, code varchar(2), label varchar(128));
INSERT INTO llx_c_country VALUES (1, 'FR', 'France');
CREATE TABLE llx_product (rowid integer PRIMARY KEY, ref varchar(128), entity integer, label varchar(255), price {double}, price_ttc {double}, cost_price {double}, pmp {double}, tva_tx {double},
  fk_product_type integer, fk_unit integer, tosell {tinyint}, tobuy {tinyint});
INSERT INTO llx_product VALUES (1, '0007', 1, 'Thé vert', 6.0, 6.33, 0, 2.5, 5.5, 0, 1, 1, 1), (3, '0009', 1, 'Livraison', 1, 1.2, 0, 0, 20, 1, NULL, 1, 1);
CREATE TABLE llx_categorie (rowid integer PRIMARY KEY, label varchar(180), type integer, fk_parent integer);
INSERT INTO llx_categorie VALUES (1, 'Épicerie', 0, 0);
CREATE TABLE llx_categorie_product (fk_categorie integer, fk_product integer);
INSERT INTO llx_categorie_product VALUES (1, 1);
CREATE TABLE llx_societe (rowid integer PRIMARY KEY, nom varchar(128), entity integer, fournisseur {tinyint}, default_lang varchar(6), email varchar(128), address varchar(255), zip varchar(25), town varchar(50), supplier_order_min_amount {double});
INSERT INTO llx_societe VALUES (20, 'Comptoir', 1, 1, 'fr_FR', 'commandes@comptoir.example', '1 quai', '13002', 'Marseille', 150), (21, 'Client', 1, 0, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE llx_product_fournisseur_price (rowid integer PRIMARY KEY, entity integer, fk_product integer, fk_soc integer, ref_fourn varchar(128), quantity {double}, price {double}, unitprice {double}, remise_percent {double}, packaging {double}, delivery_time_days integer);
INSERT INTO llx_product_fournisseur_price VALUES (1, 1, 1, 20, 'X', 12, 30, 2.5, 0, 12, 4), (2, 1, 1, 20, 'X', 120, 300, 2.5, 10, 12, 4);
CREATE TABLE llx_entrepot (rowid integer PRIMARY KEY, ref varchar(255), entity integer, lieu varchar(64), fk_pays integer, statut integer);
INSERT INTO llx_entrepot VALUES (4, 'Boutique', 1, 'Rue', 1, 1);
CREATE TABLE llx_product_stock (rowid integer PRIMARY KEY, fk_product integer, fk_entrepot integer, reel {double});
INSERT INTO llx_product_stock VALUES (1, 1, 4, 5);
CREATE TABLE llx_stock_mouvement (rowid integer PRIMARY KEY, datem {datetime}, fk_product integer, fk_entrepot integer, value {double}, price {double}, type_mouvement integer, fk_origin integer, origintype varchar(64));
INSERT INTO llx_stock_mouvement VALUES
  (1, '2026-01-07 08:00:00', 1, 4, 12, 2.5, 3, 50, 'order_supplier'), (2, '2026-01-08 10:00:00', 1, 4, -3, 2.5, 2, 1, 'shipping'), (3, '2026-01-08 12:00:00', 1, 4, 1, 2.5, 3, 2, 'facture'),
  (4, '2026-01-09 09:00:00', 1, 4, -4, 2.5, 2, 3, 'facture'), (5, '2026-01-09 19:00:00', 1, 4, -1, 0, 1, NULL, '');
CREATE TABLE llx_commande_fournisseur (rowid integer PRIMARY KEY, ref varchar(180), entity integer, fk_soc integer, fk_statut integer, date_creation {datetime}, date_valid {datetime}, date_commande date, date_livraison {datetime});
INSERT INTO llx_commande_fournisseur VALUES (50, 'CF50', 1, 20, 4, '2026-01-01 10:00:00', '2026-01-01 10:00:00', '2026-01-02', '2026-01-06 00:00:00'), (51, 'CF51', 1, 20, 6, '2026-01-03 10:00:00', NULL, '2026-01-03', NULL);
CREATE TABLE llx_commande_fournisseurdet (rowid integer PRIMARY KEY, fk_commande integer, fk_product integer, qty {double}, subprice {double});
INSERT INTO llx_commande_fournisseurdet VALUES (12, 50, 1, 24, 2.5), (13, 51, 1, 60, 2.5), (14, 50, NULL, 1, 9);
CREATE TABLE llx_receptiondet_batch (rowid integer PRIMARY KEY, fk_reception integer, fk_element integer, fk_elementdet integer, element_type varchar(50), fk_product integer, qty {double}, fk_entrepot integer, status integer, datec {datetime});
INSERT INTO llx_receptiondet_batch VALUES (1, NULL, 50, 12, 'supplier_order', 1, 12, 4, 1, '2026-01-07 08:00:00');
