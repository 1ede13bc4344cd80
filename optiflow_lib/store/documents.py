"""What stands on an order's document, kept when it is first made: printing it years later gives the same."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from optiflow_lib.store import tables
from optiflow_lib.store.connection import Store


def read_document(store: Store, order_id: str) -> str | None:
    """What was kept of the order's document; None before it was first made."""
    with store.reading() as connection:
        return _content(connection, order_id)


def keep_document(store: Store, order_id: str, content: str) -> str:
    """Keeps what stands on the order's document unless it is kept already; returns what is kept.

    Raises:
        StoreError: there is no such order.
    """
    dialect = postgresql if store.is_postgres else sqlite
    first = dialect.insert(tables.order_documents).values(order_id=order_id, content=content)
    with store.writing() as connection:
        connection.execute(first.on_conflict_do_nothing(index_elements=["order_id"]))
        return _content(connection, order_id) or content


def _content(connection: sa.Connection, order_id: str) -> str | None:
    documents = tables.order_documents
    content: str | None = connection.scalar(
        sa.select(documents.c.content).where(documents.c.order_id == order_id)
    )
    return content
