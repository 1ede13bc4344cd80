"""Prints one page: executes its notebook's cells in the visit's kernel and gives their HTML as it comes."""

import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from typing import Any
from uuid import uuid4

from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from voila.execute import VoilaExecutor
from voila.notebook_renderer import NotebookRenderer

from optiflow_lib.dashboards.components.reasons import KINDS
from optiflow_lib.dashboards.pages.visit import VARIABLE
from optiflow_lib.dashboards.serving.pool import Kernel
from optiflow_lib.texts import Language, text

logger = logging.getLogger(__name__)

WIDGET = "application/vnd.jupyter.widget-view+json"
HIDDEN = "hide"  # tag of cells that are for those who read the notebook
CELL_TIMEOUT_S = 120
OUTPUT_TIMEOUT_S = 60  # nbclient's own 4 seconds lost outputs under load
_WORDS = IPythonRenderer(escape=False, exclude_anchor_links=True)
_FOR_PEOPLE = re.compile(r"(?P<what>.*?)\n  where: .*?\n  mend:  (?P<mend>.*)", re.DOTALL)  # an OptiflowError


class PageRenderer(NotebookRenderer):  # type: ignore[misc]  # voila is untyped here
    """Voilà's renderer, given a kernel that is ready and an exporter that is shared.

    Args:
        take: Gives the visit's kernel; asked when the frame of the page is printed.
        notebook: A copy of it is executed.
        told: What the page's kernel is told about the visit.
        frame: What surrounds the page (`frame.frame`).
        exporter: Of Voilà, with our template.
        options: Of `NotebookRenderer`.
    """

    def __init__(
        self,
        *,
        take: Callable[[], Awaitable[Kernel]],
        notebook: NotebookNode,
        told: dict[str, str],
        frame: dict[str, Any],
        exporter: Any,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._take, self._told = take, told
        self._language: Language = frame["language"]
        self.notebook = deepcopy(notebook)
        self.resources = {"frame": frame, "metadata": {"name": frame["page"]}}
        self.exporter = exporter

    def printed(self) -> AsyncIterator[tuple[str, Any]]:
        """The page's HTML in pieces, beside what else the exporter gives."""
        pieces: AsyncIterator[tuple[str, Any]] = self.generate_content_generator()
        return pieces

    async def _jinja_kernel_start(self, nb: NotebookNode, kernel_id: None, kernel_future: None) -> str:  # noqa: ARG002 - voila's
        kernel = await self._take()
        self.executor = VoilaExecutor(
            nb,
            km=kernel.manager,
            timeout=CELL_TIMEOUT_S,
            iopub_timeout=OUTPUT_TIMEOUT_S,
            raise_on_iopub_timeout=True,
        )
        self.executor.kc = kernel.client
        told = json.dumps(self._told)
        kernel.client.execute(f"import os; os.environ[{VARIABLE!r}] = {told!r}", silent=True)
        return kernel.id

    async def _jinja_cell_generator(
        self,
        nb: NotebookNode,
        kernel_id: str,  # noqa: ARG002 - voila's
    ) -> AsyncIterator[NotebookNode]:
        for number, cell in enumerate(nb.cells):
            if HIDDEN in cell.metadata.get("tags", []):
                continue
            if cell.cell_type == "code":
                failure = await self._execute(cell, number)
                if failure is not None:
                    yield NotebookNode(cell_type="code", failure=failure)
                    return
                self._prepare_widgets(nb, cell)
            elif cell.cell_type == "markdown":
                cell.html = MarkdownWithMath(_WORDS).render(cell.source)
            yield cell

    async def _execute(self, cell: NotebookNode, number: int) -> dict[str, Any] | None:
        """What to tell the reader when the cell fails; None when it does not."""
        try:
            await self.executor.async_execute_cell(cell, number, store_history=False)
        except (CellExecutionError, CellControlSignal, DeadKernelError) as error:
            reference = uuid4().hex[:8]
            where = f"page {self.notebook_path}, cell {number + 1}, reference {reference}"
            logger.error("%s: %s", where, error)  # noqa: TRY400 - the kernel's traceback is in it
            return failure_of(
                getattr(error, "evalue", ""),
                kind=getattr(error, "ename", type(error).__name__),
                reference=reference,
                language=self._language,
            )
        return None

    def _prepare_widgets(self, nb: NotebookNode, cell: NotebookNode) -> None:
        """Says of each widget which front end it needs: ours for an anywidget, else Voilà's."""
        for output in cell.outputs:
            view = output.get("data", {}).get(WIDGET)
            if view is None:
                continue
            model = view["model_id"]
            state = dict(self.executor.widget_state.get(model, {}))
            if state.get("_model_module") == "anywidget" and model not in self.executor.widget_buffers:
                module, style = state.pop("_esm", ""), state.pop("_css", "")
                output.widget = "light"
                output.model = {"model": model, "state": state, "module": module, "style": style}
            else:
                output.widget = "full"
                nb.metadata.full_front_end = True


def failure_of(message: str, *, kind: str, reference: str, language: Language) -> dict[str, Any]:
    """What stands in a page where a part of it should be: title, lines, and what is folded away.

    Args:
        message: Of the error: its own English words are given only when it was written for people (`OptiflowError`),
            without the place, which may be a path of the server.
        kind: Name of the error's class.
        reference: To find it in the log.
        language: Of everything but the error's own words.

    Returns:
        title, lines, and detail: its own lines; empty when they are for the log alone. "technical" is the detail's name.
    """
    meant = _FOR_PEOPLE.fullmatch(message)
    lines = [text(KINDS[kind], language)] if kind in KINDS else []
    lines.append(text("Reference in the server's log: {reference}", language, reference=reference))
    return {
        "title": text("This part of the page could not be made.", language),
        "lines": lines,
        "technical": text("Technical detail", language),
        "detail": [meant["what"], meant["mend"]] if meant else [],
    }
