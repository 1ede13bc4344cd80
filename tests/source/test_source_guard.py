"""What a statement may be: harmful ones refused, good ones let through, on syntax alone and on real servers."""

import psycopg
import pytest
import sqlglot

from optiflow_lib.errors import QueryRefused
from optiflow_lib.source.functions import HARMLESS
from optiflow_lib.source.guard import DIALECTS, bare_select

HARMFUL = [
    "INSERT INTO stock VALUES ('x', 1)",
    "UPDATE stock SET qte = 0",
    "DELETE FROM stock",
    "DROP TABLE stock",
    "ALTER TABLE stock ADD COLUMN x TEXT",
    "CREATE TABLE t AS SELECT * FROM stock",
    "CREATE TEMP TABLE t (x INTEGER)",
    "CREATE VIEW v AS SELECT 1",
    "TRUNCATE TABLE stock",
    "SELECT 1; DROP TABLE stock",
    "SELECT 1; SELECT 2",
    "; DELETE FROM stock; SELECT 1",
    "/* SELECT */ DELETE FROM stock",
    "-- SELECT\nDELETE FROM stock",
    "WITH gone AS (DELETE FROM stock RETURNING *) SELECT * FROM gone",
    "WITH made AS (INSERT INTO stock VALUES ('x', 1) RETURNING *) SELECT * FROM made",
    "WITH x AS (SELECT 1) DELETE FROM stock",
    "WITH x AS (SELECT 1) INSERT INTO stock SELECT 'x', 1",
    "EXPLAIN ANALYZE DELETE FROM stock",
    "EXPLAIN SELECT 1",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "GRANT ALL ON stock TO public",
    "VALUES (1)",
    "",
    "   -- nothing but a comment",
    "SELEC 1",
    "SELECT 'unterminated",
    "SELECT readfile('/etc/passwd')",
    "SELECT \"ReadFile\"('/etc/passwd')",
]
HARMFUL_BY_DIALECT = {
    "sqlite": [
        "ATTACH DATABASE '/tmp/x.db' AS x",
        "DETACH DATABASE main",
        "VACUUM",
        "VACUUM INTO '/tmp/x.db'",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA writable_schema = ON",
        "REINDEX",
        "ANALYZE",
        "REPLACE INTO stock VALUES ('x', 1)",
        "SAVEPOINT a",
        "SELECT load_extension('x')",
        "SELECT writefile('/tmp/x', 'y')",
        "SELECT edit('x')",
        "SELECT fts3_tokenizer('x')",
        "SELECT * FROM pragma_table_info('stock')",
        "CREATE TRIGGER t AFTER INSERT ON stock BEGIN SELECT 1; END",
    ],
    "postgresql": [
        "SELECT * INTO t FROM stock",
        "SELECT * INTO TEMP t FROM stock",
        "SELECT * FROM stock FOR UPDATE",
        "SELECT * FROM stock FOR SHARE",
        "COPY stock TO '/tmp/x'",
        "COPY (SELECT 1) TO PROGRAM 'touch /tmp/x'",
        "DO $$ BEGIN DELETE FROM stock; END $$",
        "CALL something()",
        "SET default_transaction_read_only = off",
        "RESET ALL",
        "LOCK TABLE stock",
        "LISTEN x",
        "NOTIFY x",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "DECLARE c CURSOR FOR SELECT 1",
        "REFRESH MATERIALIZED VIEW v",
        "COMMENT ON TABLE stock IS 'x'",
        "CLUSTER stock",
        "SELECT pg_sleep(60)",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_catalog.pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_ls_dir('/')",
        "SELECT * FROM ROWS FROM (pg_ls_dir('/'))",
        "SELECT f.* FROM LATERAL pg_ls_dir('/') AS f",
        "SELECT (SELECT lo_import('/etc/passwd'))",
        "SELECT lo_export(1, '/tmp/x')",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_unlink(1)",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_notify('x', 'y')",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SELECT nextval('numbers')",
        "SELECT setval('numbers', 99)",
        "SELECT query_to_xml('DELETE FROM stock', true, true, '')",
        "SELECT dblink('dbname=shop', 'DELETE FROM stock')",
        "SELECT pg_terminate_backend(1)",
        "SELECT pg_reload_conf()",
        "SELECT code FROM stock ORDER BY pg_sleep(60)",
        "SELECT code FROM stock WHERE pg_advisory_lock(1) IS NULL",
        "SELECT my_schema.lower('x')",
        "SELECT * FROM my_schema.generate_series(1, 2)",
        "SELECT '\\'; DELETE FROM stock; --'",
        'SELECT U&"pg\\005fsleep"(60)',
    ],
    "mysql": [
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "SELECT 1 INTO DUMPFILE '/tmp/x'",
        "SELECT 1 INTO @a",
        "SELECT @a := 1",
        "SELECT * FROM stock LOCK IN SHARE MODE",
        "SELECT SLEEP(60)",
        "SELECT BENCHMARK(1000000000, 1)",
        "SELECT LOAD_FILE('/etc/passwd')",
        "SELECT GET_LOCK('x', 60)",
        "HANDLER stock OPEN",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE stock",
        "SET GLOBAL read_only = 0",
        "SELECT 1 --SLEEP(60)",
    ],
}
GOOD = [
    "SELECT 1",
    "select code from stock where qte > 1 order by code limit 3;",
    "/* why */ SELECT code -- what\nFROM stock; -- end",
    "WITH a AS (SELECT code FROM stock) SELECT * FROM a",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
    "SELECT code FROM stock UNION SELECT 'x' EXCEPT SELECT 'y'",
    "(SELECT 1)",
    'SELECT "select".qte AS "delete" FROM "select"',
    "SELECT 'DROP TABLE stock; --' AS text FROM stock",
    'SELECT code, SUM(qte) OVER (PARTITION BY code ORDER BY jour) AS running FROM "select"',
    "SELECT COALESCE(NULLIF(code, ''), '?'), UPPER(code), LENGTH(code), ROUND(qte, 2), ABS(qte) FROM stock",
    "SELECT CASE WHEN qte > 0 THEN 'yes' ELSE 'no' END, CAST(qte AS INTEGER) FROM stock WHERE code IN ('a', 'b')",
    "SELECT COUNT(*), MAX(qte) FROM stock GROUP BY code HAVING COUNT(*) > 1",
    "SELECT * FROM stock WHERE EXISTS (SELECT 1 FROM stock AS s WHERE s.code = stock.code)",
    "SELECT code FROM stock WHERE code = :code AND qte > :least",
    "SELECT (t.x).y FROM t",
]
GOOD_BY_DIALECT = {
    "sqlite": [
        "SELECT strftime('%Y', jour), date(jour, '+1 day'), julianday(jour) FROM \"select\"",
        "SELECT total(qte), group_concat(code), printf('%d', qte), iif(qte, 1, 0), ifnull(code, '') FROM stock",
        "SELECT CAST(CAST(qte AS TEXT) AS REAL) FROM [stock] WHERE code GLOB '0*'",
        "SELECT json_extract(code, '$.a'), unixepoch(code) FROM stock",
    ],
    "postgresql": [
        "SELECT name->>'fr_FR' FROM products",
        "SELECT (date_done AT TIME ZONE 'UTC' AT TIME ZONE :zone)::date FROM moves",
        "SELECT EXTRACT(EPOCH FROM lead_time) / 86400 FROM terms",
        "SELECT date_trunc('day', d), to_char(d, 'YYYY-MM-DD'), split_part(o, ',', 2)::int, pg_catalog.now() FROM t",
        "SELECT DISTINCT ON (code) code FROM stock ORDER BY code, qte DESC",
        "SELECT d::date FROM generate_series(date '2026-01-01', date '2026-01-31', interval '1 day') AS d",
        "SELECT string_agg(code, ',') FILTER (WHERE qte > 0), array_agg(code) FROM stock",
        "SELECT s.code FROM stock s JOIN LATERAL (SELECT 1) x ON true",
    ],
    "mysql": [
        "SELECT `tabBin`.`actual_qty` FROM `tabBin` # why\n",
        "SELECT DATE(CONVERT_TZ(d, 'UTC', 'Europe/Paris')), DATE_FORMAT(d, '%Y'), IFNULL(a, 0), IF(a, 1, 2) FROM t",
        "SELECT SUBSTRING_INDEX(a, ',', 1), DATEDIFF(a, b), JSON_UNQUOTE(JSON_EXTRACT(a, '$.b')) FROM t",
    ],
}


def _by_dialect(common, own):
    return [(dialect, sql) for dialect in DIALECTS for sql in [*common, *own[dialect]]]


@pytest.mark.parametrize(("dialect", "sql"), _by_dialect(HARMFUL, HARMFUL_BY_DIALECT))
def test_a_statement_that_does_more_than_read_is_refused(dialect, sql):
    with pytest.raises(QueryRefused) as refused:
        bare_select(sql, dialect=dialect, where="query")
    assert refused.value.where == "query"
    assert "one SELECT" in refused.value.mend


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [(d, s.replace('"', "`") if d == "mysql" else s) for d, s in _by_dialect(GOOD, GOOD_BY_DIALECT)],
)
def test_a_statement_that_only_reads_passes(dialect, sql):
    assert bare_select(sql, dialect=dialect, where="query")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_database_never_sees_a_comment(dialect):
    sql = "/* a */ SELECT 1 /*! INTO OUTFILE '/tmp/x' */, '-- kept' -- c\n FROM t /* d */;  -- e"
    bare = bare_select(sql, dialect=dialect, where="query")
    assert bare.split() == ["SELECT", "1", ",", "'--", "kept'", "FROM", "t"]


def test_every_refusal_of_a_function_names_it():
    with pytest.raises(QueryRefused, match="pg_read_file"):
        bare_select("SELECT pg_read_file('x')", dialect="postgresql", where="query")


def test_the_list_of_functions_is_sorted_out():
    assert not {name for name in HARMLESS if name != name.lower()}
    assert not HARMLESS & {
        "set_config",
        "pg_sleep",
        "nextval",
        "query_to_xml",
        "current_setting",
        "load_file",
        "sleep",
    }


@pytest.mark.server
def test_no_function_of_a_real_server_that_has_an_effect_is_let_through(postgres_server):
    """PostgreSQL itself says which functions are volatile: all that may do more than compute are among them."""
    with psycopg.connect(postgres_server.format(database="postgres")) as connection:
        volatile = connection.execute(
            "SELECT DISTINCT proname, pronargs FROM pg_proc"
            " WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'v' AND prokind <> 'p'"
        ).fetchall()
    assert len(volatile) > 200
    passed = {name for name, arguments in volatile if _passes(name, arguments)}
    assert passed <= {"random", "gen_random_uuid"}


@pytest.mark.server
def test_stable_functions_that_reach_outside_the_statement_are_refused(postgres_server):
    """Stable ones read settings, sizes, other tables or definitions: only conversions and the session's names pass."""
    with psycopg.connect(postgres_server.format(database="postgres")) as connection:
        stable = connection.execute(
            "SELECT DISTINCT proname, pronargs FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"
            " AND provolatile = 's' AND (proname LIKE ALL (ARRAY['%xml%']) OR proname LIKE 'pg\\_%' OR proname LIKE '%setting%'"
            " OR proname LIKE 'has\\_%' OR proname LIKE 'ts\\_%')"
        ).fetchall()
    assert len(stable) > 100
    assert {name for name, arguments in stable if _passes(name, arguments)} <= {"pg_typeof"}


def _passes(name, arguments):
    try:
        bare_select(f"SELECT {name}({', '.join(['NULL'] * arguments)})", dialect="postgresql", where="x")
    except QueryRefused:
        return False
    return True


def test_what_is_sent_means_what_was_read():
    sql = "SELECT a /* x */ || /* y */ 'b -- c' FROM t -- d"
    bare = bare_select(sql, dialect="sqlite", where="query")
    assert sqlglot.parse_one(bare, read="sqlite").sql() == sqlglot.parse_one(sql, read="sqlite").sql(
        comments=False
    )
