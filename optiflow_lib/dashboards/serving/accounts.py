"""Who may log in, as the store says; asked again after a moment, so that a removed person is out at once."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import cast

from optiflow_lib.dashboards.serving.stores import opened_store
from optiflow_lib.errors import StoreError
from optiflow_lib.settings import Settings
from optiflow_lib.store.users import Account, read_accounts, verify_user

logger = logging.getLogger(__name__)

FRESH_S = 2.0
CHECKS_TOGETHER = 1  # a password costs a core for a tenth of a second: checks queue, pages go on


class Accounts:
    """The accounts of the store. While the store is down, those that were read last are believed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: Mapping[str, Account] | None = None
        self._read_at = -FRESH_S
        self._turn = asyncio.Lock()
        self._checks = asyncio.Semaphore(CHECKS_TOGETHER)

    @property
    def any(self) -> bool:
        """Was there any account when they were read last?"""
        return bool(self._known)

    async def known(self) -> Mapping[str, Account]:
        """All accounts by name.

        Raises:
            StoreError: the store is down and was never read.
        """
        async with self._turn:
            if self._known is None or time.monotonic() - self._read_at > FRESH_S:
                await self._read_again()
        return cast(Mapping[str, Account], self._known)

    async def checked(self, name: str, password: str) -> Account | None:
        """The account of this name and password; None when either is wrong."""
        async with self._checks:
            role = await asyncio.to_thread(self._verify, name, password)
        if role is None:
            return None
        self._read_at = -FRESH_S
        return (await self.known()).get(name)

    async def _read_again(self) -> None:
        try:
            self._known = await asyncio.to_thread(self._read)
        except StoreError as error:
            if self._known is None:
                raise
            logger.warning("accounts could not be read again: %s", error.what)
        self._read_at = time.monotonic()

    def _read(self) -> Mapping[str, Account]:
        with opened_store(self._settings) as store:
            return {account.name: account for account in read_accounts(store)}

    def _verify(self, name: str, password: str) -> str | None:
        with opened_store(self._settings) as store:
            return verify_user(store, name=name, password=password)
