"""One SELECT and nothing else: what a statement may be, checked on its syntax tree before any database sees it."""

import sqlglot
from sqlglot import Token, TokenType, exp

from optiflow_lib.errors import QueryRefused
from optiflow_lib.source.functions import HARMLESS
from optiflow_lib.source.mapping import DIALECTS

ALLOWED_ROOTS = (exp.Select, exp.SetOperation, exp.Subquery)
FORBIDDEN = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.Command, exp.Copy, exp.Into,
    exp.Lock, exp.Transaction, exp.Commit, exp.Rollback, exp.Set, exp.Pragma, exp.Attach, exp.Detach, exp.Use,
    exp.PropertyEQ,  # MySQL's @variable := value
)  # fmt: skip


def bare_select(sql: str, *, dialect: str, where: str) -> str:
    """Lets exactly one SELECT (or WITH … SELECT, or a union of them) pass.

    Args:
        sql: The statement; comments and a last semicolon are allowed.
        dialect: SQLAlchemy's name of the database.
        where: Who asks, for the message.

    Returns:
        The statement without comments and semicolon: what the database gets is what was read here. A comment may
        not be one to the database (MySQL runs what is inside ``/*! … */``), and ends nothing that is put behind it.

    Raises:
        QueryRefused: it is not SQL, more than one statement, changes something, or calls a function that is not
            known to be harmless.
    """
    read = DIALECTS.get(dialect, dialect)
    try:
        tokens = sqlglot.tokenize(sql, read=read)
        bare = _without_comments(sql, tokens)
        statements = [statement for statement in sqlglot.parse(bare, read=read) if statement is not None]
    except sqlglot.errors.SqlglotError as error:
        raise _refused(f"it cannot be read as SQL: {str(error).splitlines()[0]}", where) from error
    if len(statements) != 1:
        raise _refused(f"it holds {len(statements)} statements", where)
    _check_tree(statements[0], where)
    return bare


def _without_comments(sql: str, tokens: list[Token]) -> str:
    kept = tokens[:-1] if tokens and tokens[-1].token_type == TokenType.SEMICOLON else tokens
    words, end = [], 0
    for token in kept:
        between = sql[end : token.start]
        words.append(between if between.isspace() or not between else " ")
        words.append(sql[token.start : token.end + 1])
        end = token.end + 1
    return "".join(words).strip()


def _check_tree(tree: exp.Expr, where: str) -> None:
    if not isinstance(tree, ALLOWED_ROOTS):
        raise _refused(f"it is {_word(tree)}, not SELECT", where)
    for node in tree.walk():
        if isinstance(node, FORBIDDEN):
            raise _refused(f"it holds {_word(node)}", where)
        if isinstance(node, exp.Func):
            _check_function(node, where)


def _check_function(call: exp.Func, where: str) -> None:
    is_unknown = isinstance(call, exp.Anonymous)
    name = call.name if is_unknown else call.sql_name()
    # A name before the function's is a schema: somebody's own functions may do anything.
    if (is_unknown and name.lower() not in HARMLESS) or _schema(call).lower() not in ("", "pg_catalog"):
        raise _refused(f"it calls {name}, which is not known to be harmless", where)


def _schema(call: exp.Func) -> str:
    parent = call.parent
    if isinstance(parent, exp.Dot):
        return str(parent.this.name) if parent.expression is call else ""
    return str(parent.db) if isinstance(parent, exp.Table) else ""


def _word(node: exp.Expr) -> str:
    return type(node).__name__.upper()


def _refused(why: str, where: str) -> QueryRefused:
    return QueryRefused(
        what=f"the statement was refused: {why}",
        where=where,
        mend="Optiflow reads only: write one SELECT (WITH is allowed), with values as :parameters",
    )
