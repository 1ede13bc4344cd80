"""Counts visits in the store, beside the pages: a visit never waits for it and never fails with it."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from optiflow_lib.dashboards.serving.stores import opened_store
from optiflow_lib.errors import StoreError
from optiflow_lib.settings import Settings
from optiflow_lib.store import record_visit

logger = logging.getLogger(__name__)


class VisitRecorder:
    """Writes visits one after the other, in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="visits")

    def record(self, *, page: str, visitor: str) -> None:
        """Counts one visit, soon."""
        self._thread.submit(self._write, page, visitor)

    async def close(self) -> None:
        """Returns when every visit is written."""
        await asyncio.to_thread(self._thread.shutdown)

    def _write(self, page: str, visitor: str) -> None:
        at = datetime.now(UTC).replace(tzinfo=None)
        try:
            with opened_store(self._settings) as store:
                record_visit(store, page=page, visitor=visitor, at=at)
        except StoreError as error:
            logger.warning("a visit of %s was not counted: %s", page, error.what)
