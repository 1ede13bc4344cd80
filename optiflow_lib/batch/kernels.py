"""The kernel of a step: forked from the chain's warm process, ended with the step."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from traitlets import default
from zmq.asyncio import Context

from optiflow_lib.kernels.forks import ForkedProvisioner, WarmProcess, can_fork

MODULE = "optiflow_lib.batch.warm"


@contextmanager
def warm_process() -> Iterator[WarmProcess | None]:
    """The warm process of a chain, which begins to load; it is ready when it forks the first kernel.

    None where a system cannot fork, and every step starts a kernel for itself.
    """
    if not can_fork():
        yield None
        return
    warm = WarmProcess(MODULE, Path.cwd(), {})
    warm.launch()
    try:
        yield warm
    finally:
        warm.close()


def step_kernels(warm: WarmProcess | None, sockets: Path) -> type["StepKernel"]:
    """The class by which papermill starts a step's kernel, whose sockets are in a folder of its own."""
    return type("StepKernel", (StepKernel,), {"warm": warm, "sockets": sockets})


class StepKernel(AsyncKernelManager):  # type: ignore[misc]  # jupyter_client is untyped here
    """Runs one notebook in a kernel that `warm` forks, if there is one."""

    warm: WarmProcess | None
    sockets: Path
    provisioner: Any = None

    # Kernels that start together over TCP now and then meet "Address already in use". Sockets in files do not, when
    # each kernel has its own: by default all are called kernel-ipc, and take each other's messages.
    @default("transport")  # type: ignore[untyped-decorator]  # traitlets is untyped here
    def _transport_default(self) -> str:
        return "ipc"

    @default("ip")  # type: ignore[untyped-decorator]
    def _ip_default(self) -> str:
        return str(self.sockets / "kernel")

    @default("context")  # type: ignore[untyped-decorator]
    def _context_default(self) -> Context:
        # The process's one: a context of its own is ended by the collector, which can wait for ever for sockets that
        # are garbage of the same moment.
        return Context.instance()

    def client(self, **options: Any) -> Any:
        """Speaks to the kernel, in the same context."""
        return super().client(context=self.context, **options)

    async def _async_interrupt_kernel(self) -> None:
        """A step is killed, not interrupted: a kernel that is idle would say that it was, in the operator's mail."""

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        if self.warm is not None and self.provisioner is None:
            self.provisioner = ForkedProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**options)

    pre_start_kernel = _async_pre_start_kernel
    interrupt_kernel = _async_interrupt_kernel
