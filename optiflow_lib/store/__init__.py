"""Optiflow's own database, the published snapshots, the model files and the cache.

Names are loaded when first used: a page that only reads the snapshot does not pay for the database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optiflow_lib.store.alerts import (  # noqa: F401 - types
        previous_alerts,
        read_alert_history,
        read_alerts,
        replace_alerts,
        set_alert_state,
    )
    from optiflow_lib.store.backups import backup, copy_store, restore  # noqa: F401 - types
    from optiflow_lib.store.cache import Cache  # noqa: F401 - types
    from optiflow_lib.store.connection import Store  # noqa: F401 - types
    from optiflow_lib.store.drafts import replace_drafts  # noqa: F401 - types
    from optiflow_lib.store.dumps import dump, dump_digest  # noqa: F401 - types
    from optiflow_lib.store.generations import (  # noqa: F401 - types
        Generation,
        accept_generation,
        accepted_generation,
        forget_generations,
        newest_generation,
        read_generation,
        save_generation,
    )
    from optiflow_lib.store.nights import (  # noqa: F401 - types
        forget_nights,
        last_night,
        nights_of,
        read_night,
        read_nights,
        replace_item_chunk,
        replace_night,
    )
    from optiflow_lib.store.opening import open_store  # noqa: F401 - types
    from optiflow_lib.store.orders import (  # noqa: F401 - types
        move_order,
        read_order_lines,
        read_order_steps,
        read_orders,
        receive_lines,
        set_line_quantity,
    )
    from optiflow_lib.store.runs import (  # noqa: F401 - types
        close_interrupted,
        finish_run,
        read_run_steps,
        read_runs,
        record_step,
        start_run,
        start_step,
    )
    from optiflow_lib.store.snapshot import Snapshot, open_snapshot, publish  # noqa: F401 - types
    from optiflow_lib.store.summaries import SUMMARIES, read_summary, refresh_summaries  # noqa: F401 - types
    from optiflow_lib.store.users import add_user, read_users, remove_user, set_password, verify_user  # noqa: F401 - types
    from optiflow_lib.store.visits import forget_visits, record_visit, visits_per_day  # noqa: F401 - types

_NAMES = {
    "alerts": "previous_alerts read_alert_history read_alerts replace_alerts set_alert_state",
    "backups": "backup copy_store restore",
    "cache": "Cache",
    "connection": "Store",
    "drafts": "replace_drafts",
    "dumps": "dump dump_digest",
    "generations": "Generation accept_generation accepted_generation forget_generations newest_generation read_generation save_generation",
    "nights": "forget_nights last_night nights_of read_night read_nights replace_item_chunk replace_night",
    "opening": "open_store",
    "orders": "move_order read_order_lines read_order_steps read_orders receive_lines set_line_quantity",
    "runs": "close_interrupted finish_run read_run_steps read_runs record_step start_run start_step",
    "snapshot": "Snapshot open_snapshot publish",
    "summaries": "SUMMARIES read_summary refresh_summaries",
    "users": "add_user read_users remove_user set_password verify_user",
    "visits": "forget_visits record_visit visits_per_day",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_HOME)  # noqa: PLE0605 - the public names are those above


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"optiflow_lib.store.{_HOME[name]}"), name)
    raise AttributeError(f"optiflow_lib.store has no {name}")
