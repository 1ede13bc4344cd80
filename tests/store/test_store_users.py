from datetime import datetime

import pytest
from argon2 import PasswordHasher

from optiflow_lib.errors import StoreError
from optiflow_lib.store import add_user, read_users, remove_user, set_password, users, verify_user

AT = datetime(2026, 11, 1)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    monkeypatch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


def add(store, name="ana", password="correct horse", role="buyer"):
    add_user(store, name=name, password=password, role=role, at=AT, language="fr")


def test_a_user_is_known_by_name_and_password(store):
    add(store)
    assert verify_user(store, name="ana", password="correct horse") == "buyer"
    assert verify_user(store, name="ana", password="correct hors") is None
    assert verify_user(store, name="Ana", password="correct horse") is None
    assert verify_user(store, name="", password="") is None


def test_the_password_is_nowhere_in_the_store(sqlite_store, sqlite_store_url, tmp_path):
    add(sqlite_store)
    assert "password" not in " ".join(read_users(sqlite_store).columns)
    sqlite_store.close()
    assert not [file for file in tmp_path.iterdir() if b"correct horse" in file.read_bytes()]


def test_two_users_with_one_password_have_different_hashes(sqlite_store):
    add(sqlite_store, "ana")
    add(sqlite_store, "bob")
    with sqlite_store.reading() as connection:
        hashes = connection.exec_driver_sql("SELECT password_hash FROM users").scalars().all()
    assert len(set(hashes)) == 2
    assert all(hashed.startswith("$argon2id$") for hashed in hashes)


def test_a_new_password_replaces_the_old_one(sqlite_store):
    add(sqlite_store)
    set_password(sqlite_store, name="ana", password="battery staple")
    assert verify_user(sqlite_store, name="ana", password="correct horse") is None
    assert verify_user(sqlite_store, name="ana", password="battery staple") == "buyer"


def test_users_are_listed_by_name_and_removed(sqlite_store):
    add(sqlite_store, "bob", role="manager")
    add(sqlite_store, "ana")
    assert read_users(sqlite_store)[["name", "role", "language"]].to_numpy().tolist() == [
        ["ana", "buyer", "fr"],
        ["bob", "manager", "fr"],
    ]
    remove_user(sqlite_store, name="bob")
    assert read_users(sqlite_store)["name"].tolist() == ["ana"]
    assert verify_user(sqlite_store, name="bob", password="correct horse") is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "  "}, "is no name"),
        ({"name": "a\nb"}, "is no name"),
        ({"role": "king"}, "there is no role 'king'"),
        ({"password": "short"}, "too short"),
        ({"name": "ana"}, "already a user ana"),
    ],
)
def test_a_user_that_cannot_be_added_is_said_why(sqlite_store, wrong, says):
    add(sqlite_store)
    with pytest.raises(StoreError, match=says):
        add(sqlite_store, **({"name": "bob"} | wrong))
    assert read_users(sqlite_store)["name"].tolist() == ["ana"]


def test_a_user_who_is_not_there_is_named(sqlite_store):
    with pytest.raises(StoreError, match="there is no user eve"):
        remove_user(sqlite_store, name="eve")
    with pytest.raises(StoreError, match="there is no user eve"):
        set_password(sqlite_store, name="eve", password="battery staple")


def test_a_damaged_hash_opens_nothing(sqlite_store):
    add(sqlite_store)
    with sqlite_store.writing() as connection:
        connection.exec_driver_sql("UPDATE users SET password_hash = 'correct horse'")
    assert verify_user(sqlite_store, name="ana", password="correct horse") is None
