"""How Alembic runs here: in the caller's connection and transaction, so that a migration is whole or not at all."""

from alembic import context

from optiflow_lib.store.opening import VERSION_TABLE
from optiflow_lib.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
