"""The life of an order: which state may follow which."""

from collections.abc import Mapping
from types import MappingProxyType

# An order that was sent may still be cancelled as long as nothing of it has arrived; one that arrived in part is
# closed by receiving what came. What was received can be taken back: a person counted wrong.
ALLOWED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "draft": ("approved", "cancelled"),
        "approved": ("sent", "cancelled"),
        "sent": ("partly_received", "received", "cancelled"),
        "partly_received": ("received",),
        "received": ("partly_received",),
        "cancelled": (),
    }
)
