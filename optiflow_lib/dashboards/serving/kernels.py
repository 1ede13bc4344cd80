"""Kernels of pages: forked from the warm process, spoken to through sockets in files."""

from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager, ServerKernelManager
from traitlets import default
from zmq.asyncio import Context

from optiflow_lib.kernels.forks import ForkedProvisioner, WarmProcess

# What a browser may send to a kernel. Never execute_request: the notebook's cells are the only code that runs.
ALLOWED_MESSAGES = ("comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request")
IDLE_S = 4 * 3600  # a page that nobody touched for so long lost its kernel and says so
CULL_INTERVAL_S = 60


class PageKernelManager(ServerKernelManager):  # type: ignore[misc]
    """One kernel. A dead one is not started again: what its page showed is gone with it."""

    provisioner: Any = None

    @property
    def warm(self) -> WarmProcess:
        """Forks it."""
        warm: WarmProcess = self.parent.warm
        return warm

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = ForkedProvisioner(
                kernel_id=options["kernel_id"], kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**options)


class PageKernels(AsyncMappingKernelManager):  # type: ignore[misc]
    """All kernels of the server; `warm` and `waiting` are set by it before the first one starts."""

    warm: WarmProcess
    waiting: set[str]  # ids of kernels that nobody visits yet

    @default("context")  # type: ignore[untyped-decorator]  # traitlets is untyped here
    def _context_default(self) -> Context:
        # The process's one: a context of its own is ended by the collector, which then waits for ever for sockets
        # that are garbage of the same moment.
        return Context.instance()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Ends a kernel that is idle for long; never one that waits for its first visit or is still being started."""
        kernel = self._kernels.get(kernel_id)
        is_begun = kernel is not None and kernel.trait_has_value("last_activity")
        if is_begun and kernel_id not in self.waiting:
            await super().cull_kernel_if_idle(kernel_id)


def kernel_options() -> dict[str, dict[str, object]]:
    """Configuration of the classes above."""
    return {
        "PageKernels": {
            "kernel_manager_class": f"{__name__}.PageKernelManager",
            "cull_idle_timeout": IDLE_S,
            "cull_interval": CULL_INTERVAL_S,
            "cull_connected": True,
        },
        # Sockets in files: filling many kernels over TCP met "Address already in use" and hung visitors.
        "PageKernelManager": {"transport": "ipc", "autorestart": False, "shutdown_wait_time": 2.0},
    }
