"""One SELECT and nothing else: what a statement may be, checked on its syntax tree before any database sees it."""

import sqlglot
from sqlglot import exp

from optiflow_lib.errors import QueryRefused

DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mysql"}
ALLOWED_ROOTS = (exp.Select, exp.SetOperation, exp.Subquery)
FORBIDDEN = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.Command, exp.Copy, exp.Into,
    exp.Lock, exp.Transaction, exp.Commit, exp.Rollback, exp.Set, exp.Pragma, exp.Attach, exp.Detach, exp.Use,
)  # fmt: skip
# Functions outside this list are refused on servers: among them are those that read files, send messages or take
# locks. sqlglot knows most of the harmless ones as classes of their own; a name it does not know is Anonymous.
HARMLESS = frozenset(
    [
        "abs",
        "age",
        "array_length",
        "btrim",
        "ceil",
        "ceiling",
        "char_length",
        "concat",
        "concat_ws",
        "date",
        "date_part",
        "date_trunc",
        "datetime",
        "floor",
        "format",
        "greatest",
        "ifnull",
        "instr",
        "isnull",
        "json_extract",
        "json_extract_path_text",
        "jsonb_extract_path_text",
        "julianday",
        "justify_days",
        "least",
        "left",
        "length",
        "ltrim",
        "make_date",
        "make_interval",
        "mod",
        "nullif",
        "now",
        "octet_length",
        "power",
        "printf",
        "quote",
        "regexp_match",
        "regexp_replace",
        "replace",
        "right",
        "round",
        "row_number",
        "rpad",
        "lpad",
        "rtrim",
        "sign",
        "split_part",
        "strftime",
        "strpos",
        "substr",
        "time",
        "timezone",
        "to_char",
        "to_date",
        "to_number",
        "to_timestamp",
        "total",
        "translate",
        "trim",
        "trunc",
        "typeof",
        "unicode",
        "unixepoch",
        "unnest",
        "generate_series",
    ]
)
# What sqlglot parses into a class of its own although it is not harmless.
HARMFUL_NAMES = frozenset(
    {"load_extension", "readfile", "writefile", "fts3_tokenizer", "edit", "pg_sleep", "sleep", "benchmark"}
)


def check_select(sql: str, *, dialect: str, where: str) -> None:
    """Lets exactly one SELECT (or WITH … SELECT, or a union of them) pass.

    Args:
        sql: The statement.
        dialect: SQLAlchemy's name of the database.
        where: Who asks, for the message.

    Raises:
        QueryRefused: it is not SQL, more than one statement, changes something, or calls a function that is not
            known to be harmless.
    """
    try:
        statements = [s for s in sqlglot.parse(sql, read=DIALECTS.get(dialect, dialect)) if s is not None]
    except sqlglot.errors.SqlglotError as error:
        raise _refused(f"it cannot be read as SQL: {str(error).splitlines()[0]}", where) from error
    if len(statements) != 1:
        raise _refused(f"it holds {len(statements)} statements", where)
    (tree,) = statements
    if not isinstance(tree, ALLOWED_ROOTS):
        raise _refused(f"it is {_word(tree)}, not SELECT", where)
    for node in tree.walk():
        if isinstance(node, FORBIDDEN):
            raise _refused(f"it holds {_word(node)}", where)
        if isinstance(node, exp.Func):
            _check_function(node, where)


def _check_function(node: exp.Func, where: str) -> None:
    name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
    unknown = isinstance(node, exp.Anonymous) and name not in HARMLESS
    if unknown or name in HARMFUL_NAMES:
        raise _refused(f"it calls {name}, which is not known to be harmless", where)


def _word(node: exp.Expr) -> str:
    return type(node).__name__.upper()


def _refused(why: str, where: str) -> QueryRefused:
    return QueryRefused(
        what=f"the statement was refused: {why}",
        where=where,
        mend="Optiflow reads only: write one SELECT (WITH is allowed), with values as :parameters",
    )
