"""The store as the server needs it: without the rooms that compute, which would cost it their memory."""

from optiflow_lib.settings import Settings
from optiflow_lib.store import Store, open_store

PUBLISHED = "published"  # folder of snapshots below paths.runs; a test holds it to jobs.views


def opened_store(settings: Settings) -> Store:
    """Optiflow's own database, migrated to this version."""
    return open_store(settings.store.url, main_location=settings.source.main_location)
