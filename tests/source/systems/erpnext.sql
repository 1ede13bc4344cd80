-- ERPNext 15, the columns the mapping uses, with MariaDB's types. Article 0007 is sold by piece and bought in boxes of 12.
CREATE TABLE `tabItem` (`name` varchar(140) PRIMARY KEY, `item_name` varchar(140), `item_group` varchar(140), `stock_uom` varchar(140), `is_stock_item` int(1), `disabled` int(1), `has_variants` int(1),
  `valuation_rate` decimal(21,9), `standard_rate` decimal(21,9), `last_purchase_rate` decimal(21,9), `min_order_qty` decimal(21,9), `lead_time_days` int(11), `shelf_life_in_days` int(11), `end_of_life` date);
INSERT INTO `tabItem` VALUES ('0007', 'Thé vert', 'Épicerie', 'Nos', 1, 0, 0, 2.5, 0, 2.4, 12, 4, 0, '2099-12-31'), ('0008', 'Ancien', 'Épicerie', 'Nos', 1, 1, 0, 0, 0, 0, 0, 0, 0, NULL), ('SERV', 'Livraison', 'Services', 'Nos', 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL);
CREATE TABLE `tabItem Price` (`name` varchar(140), `item_code` varchar(140), `price_list` varchar(140), `selling` int(1), `buying` int(1), `supplier` varchar(140), `customer` varchar(140), `uom` varchar(140),
  `price_list_rate` decimal(21,9), `valid_from` date, `valid_upto` date);
INSERT INTO `tabItem Price` VALUES ('p1', '0007', 'Standard Selling', 1, 0, NULL, NULL, 'Nos', 6, '2020-01-01', NULL), ('p2', '0007', 'Standard Selling', 1, 0, NULL, NULL, 'Nos', 99, '2019-01-01', '2019-12-31'),
  ('p3', '0007', 'Standard Buying', 0, 1, 'Comptoir', NULL, 'Box', 30, '2020-01-01', NULL);
CREATE TABLE `tabUOM Conversion Detail` (`name` varchar(140), `parent` varchar(140), `uom` varchar(140), `conversion_factor` decimal(21,9));
INSERT INTO `tabUOM Conversion Detail` VALUES ('u1', '0007', 'Nos', 1), ('u2', '0007', 'Box', 12);
CREATE TABLE `tabItem Supplier` (`name` varchar(140), `parent` varchar(140), `idx` int(8), `supplier` varchar(140));
INSERT INTO `tabItem Supplier` VALUES ('s1', '0007', 1, 'Comptoir');
CREATE TABLE `tabItem Default` (`name` varchar(140), `parent` varchar(140), `company` varchar(140), `default_supplier` varchar(140));
INSERT INTO `tabItem Default` VALUES ('d1', '0007', 'Maison', 'Grossiste'), ('d2', '0007', 'Maison', NULL);
CREATE TABLE `tabSupplier` (`name` varchar(140), `supplier_name` varchar(140), `language` varchar(140), `email_id` varchar(140), `disabled` int(1));
INSERT INTO `tabSupplier` VALUES ('Comptoir', 'Comptoir', 'fr', 'commandes@comptoir.example', 0), ('Grossiste', 'Grossiste', 'en', NULL, 0);
CREATE TABLE `tabWarehouse` (`name` varchar(140), `warehouse_name` varchar(140), `is_group` int(1), `disabled` int(1), `company` varchar(140));
INSERT INTO `tabWarehouse` VALUES ('All - M', 'All', 1, 0, 'Maison'), ('Boutique - M', 'Boutique', 0, 0, 'Maison'), ('Boutique - X', 'Boutique', 0, 0, 'Autre');
CREATE TABLE `tabBin` (`name` varchar(140), `item_code` varchar(140), `warehouse` varchar(140), `actual_qty` decimal(21,9), `reserved_qty` decimal(21,9), `ordered_qty` decimal(21,9));
INSERT INTO `tabBin` VALUES ('b1', '0007', 'Boutique - M', 5, 2, 12), ('b2', '0008', 'Boutique - M', 3, 0, 0), ('b3', '0007', 'Boutique - X', 50, 0, 0);
CREATE TABLE `tabStock Ledger Entry` (`name` varchar(140), `creation` datetime(6), `item_code` varchar(140), `warehouse` varchar(140), `posting_date` date, `posting_time` time(6), `voucher_type` varchar(140),
  `actual_qty` decimal(21,9), `qty_after_transaction` decimal(21,9), `is_cancelled` int(1), `company` varchar(140));
INSERT INTO `tabStock Ledger Entry` VALUES
  ('e1', '2026-01-07 08:00', '0007', 'Boutique - M', '2026-01-07', '08:00:00', 'Purchase Receipt', 12, 12, 0, 'Maison'),
  ('e2', '2026-01-08 10:00', '0007', 'Boutique - M', '2026-01-08', '10:00:00', 'Delivery Note', -3, 9, 0, 'Maison'),
  ('e3', '2026-01-08 12:00', '0007', 'Boutique - M', '2026-01-08', '12:00:00', 'Delivery Note', 1, 10, 0, 'Maison'),
  ('e4', '2026-01-08 13:00', '0007', 'Boutique - M', '2026-01-08', '13:00:00', 'Sales Invoice', -7, 3, 1, 'Maison'),
  ('e5', '2026-01-09 09:00', '0007', 'Boutique - M', '2026-01-09', '09:00:00', 'Sales Invoice', -4, 6, 0, 'Maison'),
  ('e6', '2026-01-09 19:00', '0007', 'Boutique - M', '2026-01-09', '19:00:00', 'Stock Reconciliation', -1, 5, 0, 'Maison'),
  ('e7', '2026-01-08 10:00', '0008', 'Boutique - M', '2026-01-08', '10:00:00', 'Delivery Note', -9, 3, 0, 'Maison'),
  ('e8', '2026-01-08 10:00', '0007', 'Boutique - X', '2026-01-08', '10:00:00', 'Delivery Note', -99, 50, 0, 'Autre');
CREATE TABLE `tabPurchase Order` (`name` varchar(140), `supplier` varchar(140), `transaction_date` date, `docstatus` int(1), `status` varchar(140), `company` varchar(140));
INSERT INTO `tabPurchase Order` VALUES ('PO-50', 'Comptoir', '2026-01-02', 1, 'To Receive and Bill', 'Maison'), ('PO-51', 'Comptoir', '2026-01-03', 2, 'Cancelled', 'Maison'), ('PO-52', 'Comptoir', '2026-01-03', 1, 'Closed', 'Maison');
CREATE TABLE `tabPurchase Order Item` (`name` varchar(140), `parent` varchar(140), `item_code` varchar(140), `warehouse` varchar(140), `qty` decimal(21,9), `received_qty` decimal(21,9), `conversion_factor` decimal(21,9),
  `schedule_date` date, `expected_delivery_date` date, `delivered_by_supplier` int(1));
INSERT INTO `tabPurchase Order Item` VALUES ('12', 'PO-50', '0007', 'Boutique - M', 2, 1, 12, '2026-01-06', '2026-01-12', 0), ('13', 'PO-51', '0007', 'Boutique - M', 5, 0, 12, '2026-01-06', NULL, 0), ('14', 'PO-52', '0007', 'Boutique - M', 3, 0, 12, '2026-01-06', NULL, 0);
CREATE TABLE `tabPurchase Receipt` (`name` varchar(140), `posting_date` date, `docstatus` int(1), `is_return` int(1), `company` varchar(140));
INSERT INTO `tabPurchase Receipt` VALUES ('PR-1', '2026-01-07', 1, 0, 'Maison'), ('PR-2', '2026-01-07', 0, 0, 'Maison'), ('PR-3', '2026-01-08', 1, 1, 'Maison');
CREATE TABLE `tabPurchase Receipt Item` (`name` varchar(140), `parent` varchar(140), `item_code` varchar(140), `warehouse` varchar(140), `qty` decimal(21,9), `conversion_factor` decimal(21,9), `purchase_order_item` varchar(140));
INSERT INTO `tabPurchase Receipt Item` VALUES ('r1', 'PR-1', '0007', 'Boutique - M', 1, 12, '12'), ('r2', 'PR-2', '0007', 'Boutique - M', 1, 12, '12'), ('r3', 'PR-3', '0007', 'Boutique - M', -1, 12, '12');
