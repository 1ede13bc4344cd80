"""Alembic migrations of the store; `opening.open_store` runs them, nobody else."""
