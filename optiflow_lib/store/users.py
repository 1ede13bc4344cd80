"""People who may log in. Passwords are kept as argon2 hashes only."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import pandas as pd
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from optiflow_lib.errors import StoreError
from optiflow_lib.schemas.operations import ROLES, USERS
from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store
from optiflow_lib.store.rows import read_checked
from optiflow_lib.store.times import naive_utc

MINIMUM_LENGTH = 8
_hasher = PasswordHasher()
_table = tables.users


@dataclass(frozen=True)
class Account:
    """Somebody who may log in. `seal` changes with the password, and so ends what was logged in with the old one."""

    name: str
    role: str
    language: str
    seal: str


def add_user(
    store: Store, *, name: str, password: str, role: str, at: datetime, language: str | None = None
) -> None:
    """Adds a person.

    Raises:
        StoreError: the name is empty or taken, the role unknown, or the password shorter than 8 characters.
    """
    name = name.strip()
    _refuse(not name or not name.isprintable(), f"{name!r} is no name", mend="give a name that can be typed")
    _refuse(role not in ROLES, f"there is no role {role!r}", mend=f"give one of {', '.join(ROLES)}")
    row = {"name": name, "role": role, "language": language, "created_at": naive_utc(at)}
    hashed = _hashed(password)
    with store.writing() as connection:
        taken = connection.scalar(sa.select(_table.c.name).where(_table.c.name == name))
        _refuse(taken is not None, f"there is already a user {name}", mend="choose another name")
        connection.execute(sa.insert(_table).values(**row, password_hash=hashed))


def remove_user(store: Store, *, name: str) -> None:
    """Removes a person; what they did keeps their name.

    Raises:
        StoreError: there is no such user.
    """
    with store.writing() as connection:
        removed = connection.execute(sa.delete(_table).where(_table.c.name == name)).rowcount
        _refuse(removed == 0, f"there is no user {name}", mend="`optiflow users list` shows their names")


def set_password(store: Store, *, name: str, password: str) -> None:
    """Gives a person a new password.

    Raises:
        StoreError: there is no such user, or the password is shorter than 8 characters.
    """
    hashed = _hashed(password)
    with store.writing() as connection:
        changed = sa.update(_table).where(_table.c.name == name).values(password_hash=hashed)
        missing = connection.execute(changed).rowcount == 0
        _refuse(missing, f"there is no user {name}", mend="`optiflow users list` shows their names")


def read_users(store: Store) -> pd.DataFrame:
    """Schema `USERS`, by name; never the hashes."""
    with store.reading() as connection:
        return read_checked(connection, _table, USERS, main_location=store.main_location)


def verify_user(store: Store, *, name: str, password: str) -> str | None:
    """The role of the person of this name and password; None when either is wrong, after the same time."""
    with store.reading() as connection:
        chosen = sa.select(_table.c.role, _table.c.password_hash).where(_table.c.name == name)
        found = connection.execute(chosen).one_or_none()
    role, hashed = found or (None, _nobody(_hasher))
    try:
        _hasher.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return role


def read_accounts(store: Store) -> list[Account]:
    """Everybody who may log in, by name; language is empty when none was chosen."""
    columns = (_table.c.name, _table.c.role, _table.c.language, _table.c.password_hash)
    with store.reading() as connection:
        rows = connection.execute(sa.select(*columns).order_by(_table.c.name)).all()
    return [Account(name, role, language or "", _seal(hashed)) for name, role, language, hashed in rows]


def _seal(hashed: str) -> str:
    return hashlib.sha256(hashed.encode()).hexdigest()[:16]


@cache
def _nobody(hasher: PasswordHasher) -> str:
    # Made once: a name that nobody has must not take longer to refuse than a wrong password.
    return hasher.hash("nobody has this password")


def _hashed(password: str) -> str:
    short = len(password) < MINIMUM_LENGTH
    _refuse(short, "the password is too short", mend=f"take {MINIMUM_LENGTH} characters or more")
    return _hasher.hash(password)


def _refuse(wrong: bool, what: str, *, mend: str) -> None:  # noqa: FBT001 - the condition it is about
    if wrong:
        raise StoreError(what=what, where="users of the store", mend=mend)
