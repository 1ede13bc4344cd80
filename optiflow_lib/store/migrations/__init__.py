"""Alembic migrations of the store; `opening.open_store` runs them, nobody else.

A change of a schema needs a new module in `versions/` and `opening.VERSION` set to its revision; the test that
compares models and migrations names what is missing.
"""
