-- The sample shop's own tables. Compact on purpose: the file is part of the repository.
PRAGMA page_size = 8192;
CREATE TABLE articles (
    article_id TEXT PRIMARY KEY, libelle TEXT NOT NULL, rayon TEXT, unite TEXT, prix_achat REAL, prix_vente REAL,
    taux_tva REAL, colisage INTEGER, duree_vie_jours INTEGER, date_lancement TEXT, date_fin TEXT, remplace_par TEXT
) WITHOUT ROWID;
CREATE TABLE magasins (magasin_id TEXT PRIMARY KEY, nom TEXT NOT NULL, region TEXT, pays TEXT) WITHOUT ROWID;
CREATE TABLE fournisseurs (
    fournisseur_id TEXT PRIMARY KEY, raison_sociale TEXT NOT NULL, langue TEXT, courriel TEXT, adresse TEXT,
    jours_commande TEXT, franco REAL, minimum_commande REAL
) WITHOUT ROWID;
CREATE TABLE conditions_achat (
    article_id TEXT, fournisseur_id TEXT, rang INTEGER, quantite_min INTEGER, multiple INTEGER, a_partir_de INTEGER,
    prix_achat REAL, delai_jours INTEGER, PRIMARY KEY (article_id, fournisseur_id, a_partir_de)
) WITHOUT ROWID;
-- One line per day and kind: a return is a line of its own, negative.
CREATE TABLE ventes (
    article_id TEXT, magasin_id TEXT, date_vente TEXT, nature TEXT, quantite INTEGER, montant REAL, promotion INTEGER,
    PRIMARY KEY (article_id, magasin_id, date_vente, nature)
) WITHOUT ROWID;
CREATE TABLE stocks (article_id TEXT, magasin_id TEXT, quantite INTEGER, reserve INTEGER, PRIMARY KEY (article_id, magasin_id)) WITHOUT ROWID;
CREATE TABLE historique_stocks (
    article_id TEXT, magasin_id TEXT, date_stock TEXT, quantite INTEGER, PRIMARY KEY (article_id, magasin_id, date_stock)
) WITHOUT ROWID;
CREATE TABLE commandes_fournisseurs (
    commande_id TEXT PRIMARY KEY, fournisseur_id TEXT, magasin_id TEXT, date_commande TEXT, date_prevue TEXT
) WITHOUT ROWID;
CREATE TABLE lignes_commande (ligne_id TEXT PRIMARY KEY, commande_id TEXT, article_id TEXT, quantite INTEGER) WITHOUT ROWID;
CREATE TABLE receptions (ligne_id TEXT, date_reception TEXT, quantite INTEGER, PRIMARY KEY (ligne_id, date_reception)) WITHOUT ROWID;
CREATE TABLE evenements (
    evenement_id TEXT PRIMARY KEY, libelle TEXT, type TEXT, date_debut TEXT, date_fin TEXT, portee TEXT, remise REAL, hausse_prevue REAL
) WITHOUT ROWID;
CREATE TABLE tarifs (article_id TEXT, magasin_id TEXT, date_debut TEXT, prix REAL, PRIMARY KEY (article_id, magasin_id, date_debut)) WITHOUT ROWID;
