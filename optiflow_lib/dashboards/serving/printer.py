"""Prints pages: what every visit's renderer shares."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from optiflow_lib.dashboards.serving.lives import Lives, Owner
from optiflow_lib.dashboards.serving.notebooks import Page, pages_of
from optiflow_lib.dashboards.serving.pool import Kernel, KernelPool
from optiflow_lib.dashboards.serving.renderer import PageRenderer

SEND = "<!-- send -->"  # where the template wants what it printed so far to reach the browser


class Printer:
    """Gives each visit its own kernel, and the page's HTML as it comes.

    Args:
        folder: Of the notebooks.
        pool: Kernels that are ready.
        lives: Kernels that serve a page.
        exporter: Voilà's, with our template; shared, for making one costs more than printing a page.
        page_config: Of Voilà's front end.
        options: Of each `PageRenderer`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        pool: KernelPool,
        lives: Lives,
        exporter: Any,
        page_config: dict[str, Any],
        options: dict[str, Any],
    ) -> None:
        self._folder, self._pool, self._lives = folder, pool, lives
        self._exporter, self._page_config, self._options = exporter, page_config, options

    def pages(self) -> Mapping[str, Page]:
        """The pages as the folder holds them now."""
        return pages_of(self._folder)

    async def printed(
        self, page: Page, *, owner: Owner, told: dict[str, str], frame: dict[str, Any]
    ) -> AsyncIterator[str]:
        """The page for one visit, in pieces to be sent one by one.

        Raises:
            NoRoom: the settings' number of viewers is reached; raised before the first piece.
        """
        self._lives.reserve()
        visit = _Visit(self._pool, self._lives, owner)
        renderer = PageRenderer(
            take=visit.take,
            notebook=page.notebook(),
            told=told,
            frame=frame,
            exporter=self._exporter,
            page_config=self._page_config,
            notebook_path=page.file.name,
            **self._options,
        )
        try:
            async for piece in _gathered(renderer.printed()):
                yield piece
            visit.whole = True
        finally:
            visit.leave()


class _Visit:
    """A kernel's way from the pool to the page; when the page could not be printed to its end, the kernel ends."""

    def __init__(self, pool: KernelPool, lives: Lives, owner: Owner) -> None:
        self._pool, self._lives, self._owner = pool, lives, owner
        self._kernel: Kernel | None = None
        self.whole = False

    async def take(self) -> Kernel:
        self._kernel = await self._pool.take()
        self._lives.begin(self._kernel.id, self._owner)
        return self._kernel

    def leave(self) -> None:
        if self._kernel is None:
            self._lives.give_back()
            return
        self._kernel.client.stop_channels()
        self._lives.printed(self._kernel.id)
        if not self.whole:
            self._lives.end_soon(self._kernel.id)


async def _gathered(pieces: AsyncIterator[tuple[str, Any]]) -> AsyncIterator[str]:
    gathered: list[str] = []
    async for piece, _ in pieces:
        gathered.append(piece)
        if SEND in piece:
            yield "".join(gathered)
            gathered = []
    yield "".join(gathered)
