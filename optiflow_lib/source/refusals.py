"""What a database's driver raises, turned into an error that says what, where and how to mend it."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from optiflow_lib.errors import MappingError, QueryRefused, SourceError

# By each database's own codes: their words are in the server's language.
_UNKNOWN_NAME = {"42P01", "42703", "42883", "42704", "3F000", 1054, 1146, 1305}
_WRONG_SQL = {"SQLITE_ERROR", 1055, 1064}
_WRONG_SQL_CLASSES = ("42", "22")  # of SQLSTATE: syntax or access rule, data exception
_REFUSED = {"25006", "42501", "SQLITE_AUTH", "SQLITE_READONLY", 1142, 1143, 1227, 1792}
_TOO_LONG = {"57014", "SQLITE_INTERRUPT", 1969, 3024}
_MENDS: dict[str | int, str] = {
    "SQLITE_BUSY": "another program is writing: try again when it has ended",
    "SQLITE_LOCKED": "another program is writing: try again when it has ended",
    "SQLITE_NOTADB": "the file is not a SQLite database: correct source.url",
    "SQLITE_CORRUPT": "the file is damaged: restore it from its backup",
    "SQLITE_CANTOPEN": "let this account read the file, and write its folder when the database uses a WAL",
    "SQLITE_TOOBIG": "leave very long texts and files out of the SELECT",
    1045: "correct the user and the password in source.url",
    1049: "correct the database's name in source.url",
}


@contextmanager
def named_errors(where: str) -> Iterator[None]:
    """Turns what the driver raises into an error that says what to do.

    Raises:
        MappingError: the statement names what the database does not have, or is not correct SQL for it.
        QueryRefused: the database refused it.
        SourceError: it took too long, or the database cannot be read.
    """
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _explained(error, where) from error
    except sa.exc.StatementError as error:
        raise MappingError(
            what=f"a :name of the statement has no usable value: {_first_line(error.orig or error)}",
            where=where,
            mend=r"give it as a parameter; a colon that is none is written \:",
        ) from error


def _explained(error: sa.exc.DBAPIError, where: str) -> SourceError:
    code, reason = _code(error.orig), _first_line(error.orig)
    if code in _UNKNOWN_NAME or reason.startswith(("no such table", "no such column", "no such function")):
        return MappingError(
            what=f"the database does not have what the SELECT names: {reason}",
            where=where,
            mend="correct the table or column in this SELECT",
        )
    if code in _REFUSED:
        return QueryRefused(
            what=f"the database refused: {reason}",
            where=where,
            mend="Optiflow only reads; let its user read the table (GRANT SELECT) if that is what was refused",
        )
    if code in _TOO_LONG:
        return SourceError(
            what="the query took longer than source.timeout_s allows",
            where=where,
            mend="narrow it, add an index, or raise source.timeout_s",
        )
    if code in _WRONG_SQL or str(code).startswith(_WRONG_SQL_CLASSES):
        return MappingError(
            what=f"the database cannot run this SELECT: {reason}", where=where, mend="correct the SELECT"
        )
    mend = _MENDS.get(code, "check source.url (server, database, user, password) and that the server runs")
    return SourceError(what=f"the business database cannot be read: {reason}", where=where, mend=mend)


def _code(error: BaseException | None) -> str | int:
    """The code of pymysql (number), psycopg (SQLSTATE) or SQLite (name of the primary code)."""
    if error is not None and error.args and isinstance(error.args[0], int):
        return error.args[0]
    state = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return "_".join(str(state or "").split("_")[:2])


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    if error is not None and len(error.args) == 2 and isinstance(error.args[0], int):  # pymysql's pair
        return str(error.args[1])
    return lines[0].partition(" (Background on this error")[0]
